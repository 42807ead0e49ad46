"""The world's clock: a value that only moves forward, and only when told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scale_mock.sim.instants import EPOCH, cut_to_ms, to_iso

if TYPE_CHECKING:
    from collections.abc import Callable

LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""Where time ends: early enough that whatever is scheduled from it is still in the calendar."""


class VirtualClock:
    """The current instant of one world.

    Args:
        start_at: The first instant, aware; cut to the millisecond, which is all the wire can say.

    Attributes:
        moved: Told the new instant after every move, before anything that is due there happens.
    """

    __slots__ = ("_now", "moved", "start_at")

    def __init__(self, start_at: datetime = EPOCH) -> None:
        if start_at.tzinfo is None:
            raise ValueError(f"start_at must carry a time zone, got the naive {start_at!r}.")
        if start_at > LAST:
            raise ValueError(f"start_at must not be after {to_iso(LAST)}, got {start_at!r}.")
        self.start_at = cut_to_ms(start_at.astimezone(UTC))
        self._now = self.start_at
        self.moved: Callable[[datetime], None] | None = None

    def now(self) -> datetime:
        """The current instant, UTC."""
        return self._now

    def check(self, instant: datetime) -> None:
        """Refuses an instant that the clock cannot be moved to.

        Raises:
            ValueError: It lies in the past, or after the end of time.
        """
        if instant < self._now:
            raise ValueError(
                f"Time cannot go backwards: it is {to_iso(self._now)}, asked for {to_iso(instant)}."
            )
        if instant > LAST:
            raise ValueError(
                f"The clock goes no further than {to_iso(LAST)}, asked for {to_iso(instant)}."
            )

    def move_to(self, instant: datetime) -> None:
        """Moves the clock.

        Raises:
            ValueError: See :meth:`check`.
        """
        if not self._now <= instant <= LAST:
            self.check(instant)
        self._now = instant
        if self.moved is not None:
            self.moved(instant)

    def begin_at(self, instant: datetime) -> None:
        """Sets another beginning, in a world where nothing has happened yet."""
        self.start_at = self._now = cut_to_ms(instant)
