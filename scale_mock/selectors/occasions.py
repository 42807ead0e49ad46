"""Occasions: which of the subjects that the plain conditions of a match hold for are meant.

============================================  ==================================================
``nth = 3``, ``nth = [1, 4]``                 the third; the first and the fourth
``first = 2``                                 the first two
``every = 10``                                the 10th, the 20th, the 30th, ...
``chance = "1/10"``, ``0.1``, ``"10%"``       each with that chance, from a stream of its own
``window = { from = "2h", until = "3 days" }``  while the clock is there: from is in, until is out;
                                              instants, or lengths since the world's start
============================================  ==================================================

Several together must all hold. Counts are of the subjects that the plain conditions hold for, from
1, whoever decided about them. Rules and faults share this; what they count is their own business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, cast

from scale_mock.selectors.durations import (
    compact_duration,
    parse_duration,
    parse_instant,
)
from scale_mock.selectors.where import Where, did_you_mean, show
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from fractions import Fraction

    from scale_mock.sim.streams import Stream

KEYS = ("nth", "first", "every", "chance", "window")
"""The keys of a match that choose occasions."""

COUNT_MAX = 1_000_000_000
"""The highest position that can be asked for: beyond it nobody waits."""

NTH_MAX = 1_000
"""How many positions one list may name."""

CHANCE_FORMS = 'a fraction ("1/10"), a number from 0 to 1 (0.1) or a percentage ("10%")'

_DENOMINATOR_MAX = 999_999_999
_MILLISECOND = timedelta(milliseconds=1)

Moment: TypeAlias = datetime | timedelta

_INSTANT = re.compile(r"\s*[0-9]{4}-")
_FRACTION = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{1,9})")
_NUMBER = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,18})?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a world's time.

    Attributes:
        since: When it begins, included: an instant, or a length since the world's start; None for
            the beginning.
        until: When it ends, not included; None for never.
    """

    since: Moment | None = None
    until: Moment | None = None

    def holds(self, now: datetime, start: datetime) -> bool:
        """Whether an instant lies in it.

        Args:
            now: The instant.
            start: When the world began.
        """
        # A length is compared with the age: adding it to the start may leave the calendar.
        if self.since is not None and _of(self.since, now, start) < self.since:  # type: ignore[operator]
            return False
        return self.until is None or _of(self.until, now, start) < self.until  # type: ignore[operator]

    def as_dict(self) -> dict[str, object]:
        """The window as plain data."""
        ends = {"from": self.since, "until": self.until}
        return {name: _write(end) for name, end in ends.items() if end is not None}

    def __str__(self) -> str:
        parts = [f"{word} {end}" for word, end in self.as_dict().items()]
        return f"a time {' '.join(parts)}"


def _of(end: Moment, now: datetime, start: datetime) -> Moment:
    return now if isinstance(end, datetime) else now - start


def _write(end: Moment) -> str:
    return to_iso(end) if isinstance(end, datetime) else compact_duration(end)


@dataclass(frozen=True, slots=True)
class Occasions:
    """The chosen ones among those that the plain conditions hold for.

    Attributes:
        nth: Their positions, from 1, ascending; empty for any.
        first: How many of the first; None for all.
        every: Only each multiple of it; None for all.
        chance: How likely each is; None for certain.
        window: When; None for always.
    """

    nth: tuple[int, ...] = ()
    first: int | None = None
    every: int | None = None
    chance: Fraction | None = None
    window: Window | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.depends_on_order or self.has_chance or self.window is not None)

    @property
    def depends_on_order(self) -> bool:
        """Whether it matters in which order the subjects come."""
        return bool(self.nth) or self.first is not None or (self.every or 1) > 1

    @property
    def has_chance(self) -> bool:
        """Whether :meth:`picks` draws from the stream."""
        return self.chance is not None and self.chance < 1

    def picks(self, count: int, now: datetime, start: datetime, chance: Stream | None) -> bool:
        """Whether a subject is meant.

        Args:
            count: The position of the subject among those that the plain conditions hold for,
                from 1.
            now: The world's time.
            start: When the world began.
            chance: A stream of the subject's own; drawn from only if :attr:`has_chance`, and may
                be None if not.
        """
        return self._reaches(count, now, start) and self._is_lucky(chance)

    def _reaches(self, count: int, now: datetime, start: datetime) -> bool:
        if self.nth and count not in self.nth:
            return False
        if self.first is not None and count > self.first:
            return False
        if self.every is not None and count % self.every:
            return False
        return self.window is None or self.window.holds(now, start)

    def _is_lucky(self, chance: Stream | None) -> bool:
        if not self.has_chance:
            return True
        assert chance is not None
        assert self.chance is not None
        return chance.fraction() < float(self.chance)

    def over(self, count: int, now: datetime, start: datetime) -> bool:
        """Whether nothing can be picked any more, after that many subjects and at that time."""
        last = [self.nth[-1]] if self.nth else []
        last += [] if self.first is None else [self.first]
        if last and count >= min(last):
            return True
        window = self.window
        return (
            window is not None
            and window.until is not None
            and (not Window(until=window.until).holds(now, start))
        )

    def misses(self, count: int, now: datetime, start: datetime) -> list[str]:
        """Why a subject is not picked, each reason in words; chance is left out."""
        reasons = []
        if self.nth and count not in self.nth:
            reasons.append(f"nth wanted {_some(self.nth)}, found {count}")
        if self.first is not None and count > self.first:
            reasons.append(f"first wanted {self.first} or less, found {count}")
        if self.every is not None and count % self.every:
            reasons.append(f"every wanted a multiple of {self.every}, found {count}")
        if self.window is not None and not self.window.holds(now, start):
            reasons.append(f"window wanted {self.window}, found {to_iso(now)}")
        return reasons

    def as_dict(self) -> dict[str, object]:
        """The keys of a match that :func:`split` reads back to equal occasions."""
        data: dict[str, object] = {}
        if self.nth:
            data["nth"] = self.nth[0] if len(self.nth) == 1 else list(self.nth)
        if self.first is not None:
            data["first"] = self.first
        if self.every is not None:
            data["every"] = self.every
        if self.chance is not None:
            data["chance"] = f"{self.chance.numerator}/{self.chance.denominator}"
        if self.window is not None:
            data["window"] = self.window.as_dict()
        return data


EVERY_TIME = Occasions()
"""Nothing left out."""


def _some(positions: tuple[int, ...]) -> str:
    shown = [str(position) for position in positions[:5]]
    if len(positions) > len(shown):
        shown.append(f"{len(positions) - len(shown)} more")
    return " or ".join(shown)


def split(match: Mapping[str, object], where: Where) -> tuple[dict[str, object], Occasions]:
    """Takes the keys that choose occasions out of a match.

    Args:
        match: Wanted values by field, occasions among them.
        where: The place of the match, for refusals.

    Returns:
        The other keys in their order, and the occasions.

    Raises:
        ConfigurationError: A value makes no sense, or the keys together choose nothing.
    """
    rest = {key: value for key, value in match.items() if key not in KEYS}
    if len(rest) == len(match):
        return rest, EVERY_TIME
    # A null is a value left out, as everywhere in rules: nobody can be the None-th.
    given = {key: match[key] for key in KEYS if match.get(key) is not None}
    occasions = Occasions(
        nth=_read_nth(given["nth"], where.at("nth")) if "nth" in given else (),
        first=_read_count(given["first"], where.at("first")) if "first" in given else None,
        every=_read_count(given["every"], where.at("every")) if "every" in given else None,
        chance=_read_chance(given["chance"], where.at("chance")) if "chance" in given else None,
        window=_read_window(given["window"], where.at("window")) if "window" in given else None,
    )
    _refuse_contradictions(occasions, where)
    return rest, occasions


def _refuse_contradictions(occasions: Occasions, where: Where) -> None:
    """Refuses positions that exclude each other: nothing could ever be picked."""
    first, every = occasions.first or COUNT_MAX, occasions.every or 1
    if occasions.nth and not any(n <= first and n % every == 0 for n in occasions.nth):
        others = [f"{key} = {value}" for key, value in occasions.as_dict().items()]
        others = [text for text in others if text.startswith(("first", "every"))]
        raise where.at("nth").refuse(
            f"no position asked for ({_some(occasions.nth)}) fits {' and '.join(others)}, "
            "so this could never match"
        )
    if first < every:
        raise where.at("first").refuse(
            f"every = {every} leaves nothing of the first {first}, so this could never match"
        )


def _read_count(value: object, where: Where) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise where.refuse(f"an integer from 1 is expected, not {show(value)}")
    if value < 1:
        raise where.refuse(f"counting starts at 1, so {show(value)} could never match")
    if value > COUNT_MAX:
        raise where.refuse(f"{show(value)} is over the limit of {COUNT_MAX}")
    return value


def _read_nth(value: object, where: Where) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        return (_read_count(value, where),)
    if not value:
        raise where.refuse("an empty list matches nothing; name at least one position")
    if len(value) > NTH_MAX:
        raise where.refuse(f"a list has at most {NTH_MAX} positions, this one has {len(value)}")
    counts = {_read_count(item, where.at(f"[{index}]")) for index, item in enumerate(value)}
    return tuple(sorted(counts))


def _read_chance(value: object, where: Where) -> Fraction:
    from fractions import Fraction  # late: it takes longer to load than all of this module

    found = _fraction_of(value)
    if found is None:
        raise where.refuse(f"{CHANCE_FORMS} is expected, not {show(value)}")
    if found > 1 or found < 0:
        raise where.refuse(f"{show(value)} is not from 0 to 1; write {CHANCE_FORMS}")
    if not found:
        raise where.refuse("a chance of 0 could never match; remove it, or give more than 0")
    return max(found.limit_denominator(_DENOMINATOR_MAX), Fraction(1, _DENOMINATOR_MAX))


def _fraction_of(value: object) -> Fraction | None:
    """The number meant, or None if none is."""
    from fractions import Fraction

    if isinstance(value, str):
        return _fraction_of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    # By its shortest text, so that 0.1 is one tenth; whole numbers may be long.
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def _fraction_of_text(text: str) -> Fraction | None:
    from fractions import Fraction

    pair = _FRACTION.fullmatch(text)
    if pair:
        return Fraction(int(pair[1]), int(pair[2])) if int(pair[2]) else None
    number = _NUMBER.fullmatch(text)
    if number is None:
        return None
    return Fraction(number[1]) / (100 if number[2] else 1)


def _read_window(value: object, where: Where) -> Window:
    form = 'window = { from = "2h", until = "3 days" }, either end may be left out'
    if not isinstance(value, Mapping):
        raise where.refuse(f"a table is expected, not {show(value)}; write {form}")
    for key in value:
        if key not in ("from", "until"):
            hint = did_you_mean(str(key), ("from", "until"))
            raise where.at(str(key)).refuse(f"unknown key{hint} Keys: from, until.")
    since = _read_moment(value.get("from"), where.at("from"))
    until = _read_moment(value.get("until"), where.at("until"))
    if since is None and until is None:
        raise where.refuse(f"the table says nothing; write {form}")
    if type(since) is type(until) and cast("timedelta", until) <= cast("timedelta", since):
        raise where.refuse(
            f"it ends ({_write(cast('Moment', until))}) before it begins "
            f"({_write(cast('Moment', since))}), so this could never match"
        )
    if isinstance(until, timedelta) and not until:
        raise where.at("until").refuse("it ends where the world starts; give more than 0")
    return Window(since, until)


def _read_moment(value: object, where: Where) -> Moment | None:
    """An instant or a length since the start; dates are told from lengths by their first dash."""
    if value is None:
        return None
    if isinstance(value, date) or (isinstance(value, str) and _INSTANT.match(value)):
        return parse_instant(value, where=where)
    if isinstance(value, timedelta | int | float | str):
        length = parse_duration(value, where=where)
        return round(length / _MILLISECOND) * _MILLISECOND
    raise where.refuse(
        'an instant ("2024-01-01T08:00:00Z") or a length since the start of the world ("2h") '
        f"is expected, not {show(value)}"
    )
