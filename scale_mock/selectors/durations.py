"""Lengths of time and instants as users write them, and back into words.

One grammar everywhere (rules, waits, clock, configuration): a timedelta, a number of seconds, or
text such as ``"90s"``, ``"1d 6h"``, ``"3 days"``; where a range makes sense, ``"2h..8h"``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import Where, did_you_mean, show, to_where
from scale_mock.sim.instants import cut_to_ms, from_iso

if TYPE_CHECKING:
    from scale_mock.sim.streams import Stream

DURATION_MAX = timedelta(days=36_525)
"""The longest length accepted, 100 years: beyond it the calendar may end first."""

ACCEPTED = 'a timedelta, a number of seconds, or text such as "90s", "5m", "2h", "3 days", "1d 6h"'
ACCEPTED_SPANS = f'{ACCEPTED}, or a range of two such texts, "2h..8h"'

_MILLISECOND = timedelta(milliseconds=1)
_TEXT_CHARACTERS_MAX = 100

# Unit, its microseconds, how it is written in short, and every way to spell it.
_UNITS = (
    (604_800_000_000, "w", "w wk wks week weeks"),
    (86_400_000_000, "d", "d day days"),
    (3_600_000_000, "h", "h hr hrs hour hours"),
    (60_000_000, "m", "m min mins minute minutes"),
    (1_000_000, "s", "s sec secs second seconds"),
    (1_000, "ms", "ms msec msecs millisecond milliseconds"),
)
_SPELLINGS = MappingProxyType(
    {word: (length, short) for length, short, words in _UNITS for word in words.split()}
)
_UNIT_NAMES = "ms, s, m, h, d, w (or milliseconds, seconds, minutes, hours, days, weeks)"
_PART = re.compile(r"[\s,]*([0-9]+)(?:\.([0-9]+))?\s*([^\W\d_]*)")
_DASHED = re.compile(r"\s*([^-]*[a-z])\s*-\s*([0-9][^-]*[a-z])\s*")
_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]).*", re.DOTALL)
_BARE_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")

DurationLike: TypeAlias = timedelta | int | float | str


def parse_duration(
    value: DurationLike, *, where: str | Where = "", instants: str = ""
) -> timedelta:
    """Reads a length of time.

    Args:
        value: A timedelta, a number of seconds, or text; text without a unit means seconds.
        where: The place of the value, for refusals.
        instants: What takes instants instead, for refusals.

    Raises:
        ConfigurationError: It is none of these, negative, not finite, or over 100 years.
    """
    place = to_where(where)
    if _is_instant(value):
        other = f", which {instants} takes" if instants else ""
        raise place.refuse(
            f"{show(value)} is an instant{other}, not a duration; accepted: {ACCEPTED}"
        )
    if isinstance(value, str):
        return _within_limit(_parse_text(value, place), value, place)
    if isinstance(value, timedelta):
        return _within_limit(value // timedelta(microseconds=1), value, place)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise place.refuse(f"{show(value)} is not a duration; accepted: {ACCEPTED}")
    if isinstance(value, float) and not math.isfinite(value):
        raise place.refuse(f"{value} is not a finite number of seconds; accepted: {ACCEPTED}")
    # Clamped first: a tiny negative would round to zero, and a huge float overflow to infinity.
    over = DURATION_MAX.days * 86_400 + 1
    microseconds = -1 if value < 0 else round(min(value, over) * 1_000_000)
    return _within_limit(microseconds, value, place)


def _is_instant(value: object) -> bool:
    """True for a date, also as a text: somebody confuses "how far" with "until when"."""
    if isinstance(value, str):
        return _DATE.fullmatch(value) is not None
    return isinstance(value, date)


def _within_limit(microseconds: int, value: DurationLike, place: Where) -> timedelta:
    if microseconds < 0:
        raise place.refuse(f"{_say(value)} is negative; a duration is zero or more")
    if microseconds > DURATION_MAX // timedelta(microseconds=1):
        raise place.refuse(f"{_say(value)} is over the limit of {DURATION_MAX.days} days")
    return timedelta(microseconds=microseconds)


def _say(value: DurationLike) -> str:
    if isinstance(value, str):
        return f'duration "{value}"'
    return f"duration {format_duration(value) if isinstance(value, timedelta) else show(value)}"


def _parse_text(text: str, place: Where) -> int:
    """The microseconds that a text says."""
    folded = text.strip().casefold()
    if not folded:
        raise place.refuse(f"a duration must not be empty; accepted: {ACCEPTED}")
    if len(folded) > _TEXT_CHARACTERS_MAX:
        raise place.refuse(f"{show(text)} is too long for a duration; accepted: {ACCEPTED}")
    if folded.startswith("-"):
        raise place.refuse(f'duration "{text}" is negative; a duration is zero or more')
    if _BARE_NUMBER.fullmatch(folded):
        folded += "s"
    total, seen, position = 0, set[str](), 0
    while position < len(folded):
        part = _PART.match(folded, position)
        if part is None:
            rest = folded[position:].strip()
            dash = _DASHED.fullmatch(folded)
            if dash is not None:
                raise place.refuse(
                    f'"{text}" is not a duration; a range is written "{dash[1]}..{dash[2]}"'
                )
            raise place.refuse(f'cannot read "{rest}" in duration "{text}"; accepted: {ACCEPTED}')
        whole, fraction, unit = part[1], part[2] or "", part[3]
        length, short = _unit(unit, part[0].strip(), text, place)
        if short in seen:
            raise place.refuse(f'duration "{text}" names "{short}" twice')
        seen.add(short)
        # Integers throughout: 100 years and a millisecond must not lose the millisecond.
        scale = 10 ** len(fraction)
        total += (int(whole + fraction) * length * 2 + scale) // (scale * 2)
        position = part.end()
    return total


def _unit(unit: str, part: str, text: str, place: Where) -> tuple[int, str]:
    """The microseconds and the short name of a unit, or a refusal that names those there are."""
    known = _SPELLINGS.get(unit)
    if known is not None:
        return known
    if not unit:
        raise place.refuse(f'"{part}" has no unit in duration "{text}"; units: {_UNIT_NAMES}')
    if unit in {"month", "months", "mo", "year", "years", "y", "yr", "yrs"}:
        raise place.refuse(
            f'unknown unit "{unit}" in duration "{text}": months and years vary in length; '
            'say days, such as "30 days"'
        )
    hint = did_you_mean(unit, _SPELLINGS)
    raise place.refuse(f'unknown unit "{unit}" in duration "{text}"{hint} Units: {_UNIT_NAMES}')


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that is fixed, or lies between two, both included.

    Both ends are rounded to the millisecond, which is what instants on the wire can say.

    Attributes:
        low: The shortest.
        high: The longest; equal to ``low`` for a fixed length.
    """

    low: timedelta
    high: timedelta

    def __post_init__(self) -> None:
        low, high = parse_duration(self.low), parse_duration(self.high)
        if low > high:
            raise Where().refuse(
                f"range {compact_duration(low)}..{compact_duration(high)} starts after its end; "
                f'did you mean "{compact_duration(high)}..{compact_duration(low)}"?'
            )
        object.__setattr__(self, "low", _to_ms(low) * _MILLISECOND)
        object.__setattr__(self, "high", _to_ms(high) * _MILLISECOND)

    def draw(self, chance: Stream) -> timedelta:
        """A length within the span, to the millisecond; a fixed one takes nothing from the stream.

        Args:
            chance: Where the number comes from.
        """
        if self.low == self.high:
            return self.low
        extra = chance.between(0, (self.high - self.low) // _MILLISECOND)
        return self.low + extra * _MILLISECOND

    def __str__(self) -> str:
        low = compact_duration(self.low)
        return low if self.low == self.high else f"{low}..{compact_duration(self.high)}"


def parse_span(value: DurationLike | Span, *, where: str | Where = "") -> Span:
    """Reads a fixed length or a range.

    Args:
        value: What :func:`parse_duration` takes, a range such as ``"2h..8h"``, or a span.
        where: The place of the value, for refusals.

    Raises:
        ConfigurationError: It is neither, or the range starts after its end.
    """
    place = to_where(where)
    if isinstance(value, Span):
        return value
    if isinstance(value, str) and ".." in value:
        return _parse_range(value, place)
    if isinstance(value, bool) or not isinstance(value, (timedelta, int, float, str)):
        raise place.refuse(f"{show(value)} is not a duration; accepted: {ACCEPTED_SPANS}")
    length = parse_duration(value, where=place)
    return Span(length, length)


def _parse_range(text: str, place: Where) -> Span:
    ends = [end.strip() for end in text.split("..")]
    if len(ends) != 2 or not all(ends):
        raise place.refuse(f'range "{text}" needs two ends, such as "2h..8h"')
    low, high = ends
    # "2..8h" almost certainly means hours twice; reading seconds would hide the mistake.
    if _BARE_NUMBER.fullmatch(low) and not _BARE_NUMBER.fullmatch(high) and float(low):
        part = _PART.match(high)
        unit = part[3] if part else ""
        raise place.refuse(
            f'"{low}" has no unit in range "{text}"; did you mean "{low}{unit}..{high}"?'
        )
    shortest, longest = parse_duration(low, where=place), parse_duration(high, where=place)
    if shortest > longest:
        raise place.refuse(
            f'range "{text}" starts after its end; did you mean "{high}..{low}"?',
        )
    return Span(shortest, longest)


def parse_instant(value: str | date, *, where: str | Where = "", lengths: str = "") -> datetime:
    """Reads an instant, to the millisecond.

    Args:
        value: A datetime, a date (its first moment), or ISO 8601 text; without an offset it is UTC.
        where: The place of the value, for refusals.
        lengths: What takes lengths of time instead, for refusals.

    Raises:
        ConfigurationError: It is none of these, or outside the calendar.
    """
    place = to_where(where)
    accepted = (
        'ISO 8601 text such as "2024-01-01T08:00:00Z", or a datetime; UTC unless it says otherwise'
    )
    try:
        if isinstance(value, str):
            return cut_to_ms(from_iso(value))
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return cut_to_ms(aware.astimezone(UTC))
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    except (ValueError, OverflowError):
        other = f", which {lengths} takes" if lengths else ""
        what = f"a length{other}, not an instant" if _is_length(value) else "not an instant"
        raise place.refuse(f"{show(value)} is {what}; accepted: {accepted}") from None
    raise place.refuse(f"{show(value)} is not an instant; accepted: {accepted}")


def _is_length(value: object) -> bool:
    """True for a text such as ``2h``: somebody confuses "until when" with "how far"."""
    if not isinstance(value, str) or not _PART.match(value) or _BARE_NUMBER.fullmatch(value):
        return False
    try:
        return parse_duration(value) is not None
    except ConfigurationError:
        return False


def format_duration(length: timedelta, *, parts_max: int = 2) -> str:
    """A length in short words: ``2 h 5 min``, ``3 days``, ``0 s``.

    Args:
        length: The length; a negative one gets a minus in front.
        parts_max: How many units at most, the largest first; the rest is rounded. With 5 or more
            nothing above a millisecond is lost.
    """
    names = {"h": "h", "m": "min", "s": "s", "ms": "ms"}
    words = [
        f"{count} {names.get(unit) or ('day' if count == 1 else 'days')}"
        for count, unit in _split(abs(length), parts_max)
    ]
    return ("-" if length < timedelta(0) else "") + " ".join(words)


def compact_duration(length: timedelta) -> str:
    """A length as :func:`parse_duration` reads it back, to the millisecond: ``1d 6h``."""
    return " ".join(f"{count}{unit}" for count, unit in _split(length, len(_UNITS)))


def _split(length: timedelta, parts_max: int) -> list[tuple[int, str]]:
    """The counts and units of a length, largest first, never empty."""
    units = [(size // 1_000, short) for size, short, _ in _UNITS[1:]]
    rest = _to_ms(length)
    first = next((index for index, (size, _) in enumerate(units) if rest >= size), len(units) - 1)
    finest = units[min(first + parts_max, len(units)) - 1][0]
    rest = (rest + finest // 2) // finest * finest
    parts = []
    for size, short in units:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, short))
    return parts or [(0, "s")]


def _to_ms(length: timedelta) -> int:
    return round(length / _MILLISECOND)
