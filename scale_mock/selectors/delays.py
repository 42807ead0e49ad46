"""Delays: how long something takes, or when it comes, in every form that ``after`` can have.

======================================================  =========================================
``"2h"``, ``"2h..8h"``                                  a length, or a range of lengths
``{ median = "3h", p95 = "1d" }``                       percentiles: log-normal between and beyond
``{ business = "6h", hours = "09:00-17:00",``           the length passes in working hours only
``days = "mon-fri", timezone = "Europe/Berlin" }``
``{ deliver = 20, every = "weekday", at = "18:00" }``   by schedule: so many at a time, at these
                                                        instants, in the order of asking
======================================================  =========================================

Every form draws from the stream it is given and from nothing else, and answers to the millisecond.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from scale_mock.selectors.calendar import read_clock, read_days, read_zone, write_days, zone_of
from scale_mock.selectors.durations import (
    ACCEPTED_SPANS,
    Span,
    compact_duration,
    parse_duration,
    parse_span,
)
from scale_mock.selectors.where import Where, check_keys, did_you_mean, show

if TYPE_CHECKING:
    from datetime import time

    from scale_mock.selectors.durations import DurationLike
    from scale_mock.sim.streams import Stream

DELIVER_MAX = 1_000_000
"""The most tasks of one delivery."""

_MILLISECOND = timedelta(milliseconds=1)
_HOURS = re.compile(r"\s*([0-9]{1,2}:[0-9]{2})\s*-\s*([0-9]{1,2}:[0-9]{2})\s*")
_PERCENTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]{1,3})?)")
_TAIL = 0.001
_BUSINESS_DAYS_MAX = 40_000

FORMS = (
    f'{ACCEPTED_SPANS}; a table of percentiles {{ median = "3h", p95 = "1d" }}; working hours '
    '{ business = "6h", hours = "09:00-17:00", days = "mon-fri", timezone = "UTC" }; or a schedule '
    '{ deliver = 20, every = "weekday", at = "18:00", timezone = "UTC" }'
)


@dataclass(slots=True)
class Queue:
    """How far a schedule of deliveries is taken; one for each rule that has such a schedule.

    Attributes:
        newest: The last delivery that has something in it.
        count: How much it has.
    """

    newest: datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Lengths with these percentiles.

    Between two of them, and beyond the outermost, lengths follow the log-normal distribution
    through the nearest two; nothing lies beyond the percentiles 0.1 and 99.9.

    Attributes:
        points: Percentages and lengths, ascending; at least two.
    """

    points: tuple[tuple[float, timedelta], ...]

    def draw(self, chance: Stream, now: datetime, queue: Queue | None = None) -> timedelta:
        """A length; see :func:`draw`."""
        from statistics import NormalDist  # late: few rules need it, and it loads slowly

        normal = NormalDist().inv_cdf
        wanted = normal(min(max(chance.fraction(), _TAIL), 1 - _TAIL))
        known = [
            (normal(percent / 100), math.log(length / _MILLISECOND))
            for percent, length in self.points
        ]
        upper = next((i for i, point in enumerate(known) if wanted <= point[0]), len(known) - 1)
        (left, low), (right, high) = known[max(upper, 1) - 1], known[max(upper, 1)]
        exponent = low + (high - low) * (wanted - left) / (right - left)
        longest = math.log(36_525 * 86_400_000)
        return round(math.exp(min(exponent, longest))) * _MILLISECOND

    def as_data(self) -> dict[str, str]:
        """The table that reads back equal."""
        return {_percent(at): compact_duration(length) for at, length in self.points}


def _percent(percent: float) -> str:
    return "median" if percent == 50 else f"p{percent:g}"


@dataclass(frozen=True, slots=True)
class Business:
    """A length that passes only in working hours.

    Attributes:
        work: How long the work takes.
        opens: When a working day begins.
        closes: When it ends.
        days: The working days, Monday is 0.
        timezone: Whose hours.
    """

    work: Span | Percentiles
    opens: time
    closes: time
    days: tuple[int, ...]
    timezone: str

    def draw(self, chance: Stream, now: datetime, queue: Queue | None = None) -> timedelta:
        """The time until the work is done; see :func:`draw`."""
        left = draw(self.work, chance, now)
        zone = zone_of(self.timezone)
        day = now.astimezone(zone).date()
        for _ in range(_BUSINESS_DAYS_MAX):
            if day.weekday() in self.days:
                start = datetime.combine(day, self.opens, zone).astimezone(UTC)
                end = datetime.combine(day, self.closes, zone).astimezone(UTC)
                start = max(start, now)
                if start + left <= end:
                    return start + left - now
                left -= max(end - start, timedelta(0))
            day += timedelta(days=1)
        raise Where().refuse(
            f"{compact_duration(left)} of work are left after {_BUSINESS_DAYS_MAX} days"
        )

    def as_data(self) -> dict[str, object]:
        """The table that reads back equal."""
        return {
            "business": as_data(self.work),
            "hours": f"{self.opens:%H:%M}-{self.closes:%H:%M}",
            "days": write_days(self.days),
            "timezone": self.timezone,
        }


@dataclass(frozen=True, slots=True)
class Deliveries:
    """A schedule: so many at a time, at set instants.

    Whoever asks gets a place in the next delivery that is not full.

    Attributes:
        count: How many at a time.
        days: On which days, Monday is 0.
        at: At what time of day.
        timezone: Whose days and time.
    """

    count: int
    days: tuple[int, ...]
    at: time
    timezone: str

    def draw(self, chance: Stream, now: datetime, queue: Queue | None = None) -> timedelta:
        """The time until the delivery, whose place is taken; see :func:`draw`."""
        queue = queue if queue is not None else Queue()
        due = self._next(now)
        if queue.newest is not None and queue.newest >= due:
            due = queue.newest
            if queue.count >= self.count:
                due = self._next(due)
        queue.count = queue.count + 1 if due == queue.newest else 1
        queue.newest = due
        return due - now

    def _next(self, after: datetime) -> datetime:
        """The first delivery after an instant."""
        zone = zone_of(self.timezone)
        day = after.astimezone(zone).date()
        while True:
            if day.weekday() in self.days:
                due = datetime.combine(day, self.at, zone).astimezone(UTC)
                if due > after:
                    return due
            day += timedelta(days=1)

    def as_data(self) -> dict[str, object]:
        """The table that reads back equal."""
        return {
            "deliver": self.count,
            "every": write_days(self.days),
            "at": f"{self.at:%H:%M}",
            "timezone": self.timezone,
        }


Delay: TypeAlias = Span | Percentiles | Business | Deliveries


def draw(delay: Delay, chance: Stream, now: datetime, queue: Queue | None = None) -> timedelta:
    """How long from now.

    Args:
        delay: The form.
        chance: Where numbers come from; a fixed form takes none.
        now: The world's time.
        queue: The places taken of a schedule, which is changed; one of its own without it.
    """
    if isinstance(delay, Span):
        return delay.draw(chance)
    return delay.draw(chance, now, queue)


def as_data(delay: Delay) -> object:
    """A delay as plain data, which :func:`parse_delay` reads back equal."""
    return str(delay) if isinstance(delay, Span) else delay.as_data()


def parse_delay(value: object, where: Where) -> Delay:
    """Reads a delay.

    Args:
        value: What :func:`scale_mock.selectors.durations.parse_span` takes, or one of the tables.
        where: The place of the value, for refusals.

    Raises:
        ConfigurationError: It is none of these, or makes no sense.
    """
    if isinstance(value, Percentiles | Business | Deliveries):
        return value
    if not isinstance(value, Mapping):
        # parse_span refuses other types itself, in words that name what is accepted.
        return parse_span(cast("DurationLike | Span", value), where=where)
    if "business" in value:
        return _read_business(value, where)
    if "deliver" in value:
        return _read_deliveries(value, where)
    return _read_percentiles(value, where)


def _read_percentiles(table: Mapping[Any, object], where: Where) -> Percentiles:
    points: dict[float, timedelta] = {}
    for key, value in table.items():
        found = _PERCENTILE.fullmatch(str(key))
        percent = 50.0 if key == "median" else float(found[1]) if found else 0.0
        if not 0.1 <= percent <= 99.9:
            hint = did_you_mean(str(key), ("median", "business", "deliver", "p95"))
            raise where.at(str(key)).refuse(f"unknown key{hint} Accepted: {FORMS}")
        length = parse_duration(cast("DurationLike", value), where=where.at(str(key)))
        if not length // _MILLISECOND:
            raise where.at(str(key)).refuse("a percentile is at least a millisecond")
        if percent in points:
            raise where.at(str(key)).refuse(f"the percentile {percent:g} is there twice")
        points[percent] = length // _MILLISECOND * _MILLISECOND
    if len(points) < 2:
        raise where.refuse('two percentiles or more are needed, such as median = "3h", p95 = "1d"')
    ordered = sorted(points.items())
    for (low, shorter), (high, longer) in pairwise(ordered):
        if shorter > longer:
            raise where.refuse(
                f"{_percent(low)} ({compact_duration(shorter)}) is longer than {_percent(high)} "
                f"({compact_duration(longer)})"
            )
    return Percentiles(tuple(ordered))


def _read_business(table: Mapping[Any, object], where: Where) -> Business:
    check_keys(table, ("business", "hours", "days", "timezone"), where)
    work = parse_delay(table["business"], where.at("business"))
    if not isinstance(work, Span | Percentiles):
        raise where.at("business").refuse("a length, a range or percentiles are expected here")
    hours = table.get("hours", "09:00-17:00")
    found = _HOURS.fullmatch(hours) if isinstance(hours, str) else None
    if found is None:
        raise where.at("hours").refuse(f'hours look like "09:00-17:00", not {show(hours)}')
    opens = read_clock(found[1], where.at("hours"))
    closes = read_clock(found[2], where.at("hours"))
    if opens >= closes:
        raise where.at("hours").refuse(
            f'{show(hours)} ends before it begins; hours lie within one day, such as "09:00-17:00"'
        )
    longest = work.high if isinstance(work, Span) else timedelta(0)
    if longest > timedelta(days=365):
        raise where.at("business").refuse("more than 365 days of work would take decades")
    days = read_days(table.get("days", "mon-fri"), where.at("days"))
    return Business(
        work, opens, closes, days, read_zone(table.get("timezone", "UTC"), where.at("timezone"))
    )


def _read_deliveries(table: Mapping[Any, object], where: Where) -> Deliveries:
    check_keys(table, ("deliver", "every", "at", "timezone"), where)
    count = table["deliver"]
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= DELIVER_MAX:
        raise where.at("deliver").refuse(
            f"how many at a time is an integer from 1 to {DELIVER_MAX}, not {show(count)}"
        )
    if "at" not in table:
        raise where.refuse('say at what time of day: at = "18:00"')
    days = read_days(table.get("every", "day"), where.at("every"))
    at = read_clock(table["at"], where.at("at"))
    return Deliveries(
        count, days, at, read_zone(table.get("timezone", "UTC"), where.at("timezone"))
    )
