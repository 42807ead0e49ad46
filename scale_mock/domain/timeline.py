"""Positions by instant: which tasks were completed, or last changed, in a window of time.

Time only moves forward, so instants arrive in order. They are kept in blocks: a block holds either
about :data:`BLOCK` entries of several instants, or any number of entries of one instant. A window
takes whole blocks as they are and looks into at most the two at its ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from scale_mock.domain.postings import Posting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

BLOCK = 2048


class Timeline:
    """An index from instants to positions.

    Args:
        instant_of: The instant that a position has now, for the blocks at a window's ends.
    """

    def __init__(self, instant_of: Callable[[int], datetime | None]) -> None:
        self._instant_of = instant_of
        self._first: list[datetime] = []
        self._last: list[datetime] = []
        self._members: list[Posting] = []
        self._sizes: list[int] = []

    def add(self, instant: datetime, position: int) -> None:
        """Notes that a position has this instant, which is not before any earlier one."""
        if not self._last or self._last[-1] != instant:
            self._close()
            self._first.append(instant)
            self._last.append(instant)
            self._members.append(Posting())
            self._sizes.append(0)
        self._members[-1].add(position)
        self._sizes[-1] += 1

    def discard(self, instant: datetime, position: int) -> None:
        """Takes a position back from the instant it was added with."""
        block = bisect_left(self._last, instant)
        if block < len(self._members):
            self._members[block].discard(position)

    def window(self, after: datetime | None, before: datetime | None) -> Posting:
        """The positions whose instant lies between the bounds, both inclusive."""
        low = 0 if after is None else bisect_left(self._last, after)
        high = len(self._first) if before is None else bisect_right(self._first, before)
        found = Posting()
        for block in range(low, high):
            starts_inside = after is None or self._first[block] >= after
            ends_inside = before is None or self._last[block] <= before
            if starts_inside and ends_inside:
                found.merge(self._members[block])
            else:
                self._pick(self._members[block], after, before, found)
        return found

    def _pick(
        self, members: Posting, after: datetime | None, before: datetime | None, found: Posting
    ) -> None:
        for position in members:
            instant = self._instant_of(position)
            if instant is None:
                continue
            if (after is None or instant >= after) and (before is None or instant <= before):
                found.add(position)

    def _close(self) -> None:
        """Joins the newest block, whose instant is over, to the one before if both are small."""
        if len(self._members) < 2 or self._sizes[-1] + self._sizes[-2] > BLOCK:
            return
        self._first.pop()
        self._last[-2:] = [self._last[-1]]
        newest = self._members.pop()
        self._members[-1].merge(newest)
        size = self._sizes.pop()
        self._sizes[-1] += size
