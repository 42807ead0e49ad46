"""The calendar in plain words: days of the week, times of day and time zones, read and written."""

from __future__ import annotations

import re
from datetime import UTC, time
from typing import TYPE_CHECKING

from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from datetime import tzinfo

    from scale_mock.selectors.where import Where

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = (0, 1, 2, 3, 4)
_ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
_NAMED_DAYS = {"day": _ALL_DAYS, "weekday": _WEEKDAYS, "weekend": (5, 6)}
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def read_clock(value: object, where: Where) -> time:
    """A time of day, to the minute.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(value, time) and value.tzinfo is None:
        return value.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise where.refuse(f'a time of day looks like "18:00", not {show(value)}')
    return time(int(found[1]), int(found[2]))


def read_days(value: object, where: Where) -> tuple[int, ...]:
    """The days meant by ``weekday``, ``mon-fri``, ``tuesday``, or a list of these; Monday is 0.

    Raises:
        ConfigurationError: There is no such day.
    """
    if isinstance(value, list | tuple) and value:
        listed = (read_days(item, where.at(f"[{i}]")) for i, item in enumerate(value))
        return tuple(sorted({day for days in listed for day in days}))
    if not isinstance(value, str):
        raise where.refuse(f'"day", "weekday", "mon-fri" or days by name, not {show(value)}')
    text = value.strip().casefold()
    if text in _NAMED_DAYS:
        return _NAMED_DAYS[text]
    first, dash, last = text.partition("-")
    low = _read_day(first, where)
    high = _read_day(last, where) if dash else low
    return tuple(sorted((low + step) % 7 for step in range((high - low) % 7 + 1)))


def _read_day(text: str, where: Where) -> int:
    name = text.strip()
    for number, (short, long) in enumerate(zip(DAYS, _LONG_DAYS, strict=True)):
        if name in (short, long):
            return number
    hint = did_you_mean(name, (*_NAMED_DAYS, *DAYS, *_LONG_DAYS))
    raise where.refuse(
        f'no day is "{name}"{hint} Days: day, weekday, weekend, {", ".join(DAYS)}, or mon-fri.'
    )


def write_days(days: tuple[int, ...]) -> str | list[str]:
    """The days as plain data, which :func:`read_days` reads back equal."""
    for name, named in _NAMED_DAYS.items():
        if named == days:
            return name
    return [DAYS[day] for day in days]


def read_zone(name: object, where: Where) -> str:
    """The name of a time zone.

    Raises:
        ConfigurationError: There is none of that name.
    """
    if not isinstance(name, str):
        raise where.refuse(f'a time zone is text such as "Europe/Berlin", not {show(name)}')
    try:
        zone_of(name)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        hint = did_you_mean(name, available_timezones())
        raise where.refuse(f"there is no time zone {show(name)}{hint}") from None
    return name


def zone_of(name: str) -> tzinfo:
    """A time zone that :func:`read_zone` takes; UTC even where a system lacks the database."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
