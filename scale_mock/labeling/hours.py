"""Working hours: when somebody who keeps them starts, pauses and is done, across time zones.

Hours are local. On the days on which clocks change, a window is as long as its local beginning and
end make it: a night shift over the change to summer time is an hour shorter.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
WINDOW = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
WHOLE_DAY = "00:00-24:00"


class Hours(NamedTuple):
    """Windows of work, one for each weekday on which there is one.

    Attributes:
        start: The local time at which a window begins.
        end: The local time at which it ends; not after the start means the next day.
        weekdays: The days on which windows begin, Monday is 0.
        zone: The time zone.
    """

    start: time
    end: time
    weekdays: frozenset[int]
    zone: ZoneInfo

    def opening(self, instant: datetime) -> datetime:
        """The instant itself if it lies in a window, else the beginning of the next one."""
        begins, _ = next(self._windows(instant))
        return max(begins, instant)

    def done(self, instant: datetime, work: timedelta) -> datetime:
        """When work that begins at an instant is done; it pauses between the windows."""
        left = work
        for begins, ends in self._windows(instant):
            first = max(begins, instant)
            if left <= ends - first:
                return first + left
            left -= ends - first
        raise AssertionError("There is always another window.")

    def _windows(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows that end after an instant, in UTC."""
        # The window of the day before may reach over midnight.
        day = instant.astimezone(self.zone).date() - ONE_DAY
        while True:
            if day.weekday() in self.weekdays:
                last = day + ONE_DAY if self.end <= self.start else day
                begins = datetime.combine(day, self.start, self.zone).astimezone(UTC)
                ends = datetime.combine(last, self.end, self.zone).astimezone(UTC)
                if instant < ends and begins < ends:
                    yield begins, ends
            day += ONE_DAY


@lru_cache
def hours_of(hours: str | None, weekdays: tuple[int, ...], timezone: str) -> Hours | None:
    """The hours that somebody keeps; ``None`` for around the clock on every day."""
    if hours is None and len(weekdays) == len(range(7)):
        return None
    from zoneinfo import ZoneInfo  # late: few keep hours

    start, end = read_window(hours or WHOLE_DAY)
    return Hours(start, end, frozenset(weekdays), ZoneInfo(timezone))


def read_window(text: str) -> tuple[time, time]:
    """Reads a window such as ``09:00-17:00``, ``22:00-06:00`` or ``00:00-24:00``.

    Raises:
        ValueError: It is no such text, or names a time that no clock shows.
    """
    found = WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first_hour, first_minute, last_hour, last_minute = (int(part) for part in found.groups())
    if (last_hour, last_minute) == (24, 0):
        last_hour = 0
    return time(first_hour, first_minute), time(last_hour, last_minute)
