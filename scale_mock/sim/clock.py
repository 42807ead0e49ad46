"""The world's clock: a value that only moves forward, and only when told."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from scale_mock.sim.instants import EPOCH, cut_to_ms, to_iso

if TYPE_CHECKING:
    from datetime import datetime


class VirtualClock:
    """The current instant of one world.

    Args:
        start_at: The first instant, aware; cut to the millisecond, which is all the wire can say.
    """

    __slots__ = ("_now", "start_at")

    def __init__(self, start_at: datetime = EPOCH) -> None:
        if start_at.tzinfo is None:
            raise ValueError(f"start_at must carry a time zone, got the naive {start_at!r}.")
        self.start_at = cut_to_ms(start_at.astimezone(UTC))
        self._now = self.start_at

    def now(self) -> datetime:
        """The current instant, UTC."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Moves the clock.

        Raises:
            ValueError: The instant lies in the past.
        """
        if instant < self._now:
            raise ValueError(
                f"Time cannot go backwards: it is {to_iso(self._now)}, asked for {to_iso(instant)}."
            )
        self._now = instant
