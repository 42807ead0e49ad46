"""Owns what the loop does later, in real time, without waiting for it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from scale_mock.serving.realtime import clock as time

if TYPE_CHECKING:
    from collections.abc import Callable


class Timers:
    """Calls to be made on the loop thread at an instant of the monotonic clock. Loop thread only.

    They are few: one for each reply that a verdict makes late or slow.
    """

    __slots__ = ("_heap", "_number")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def after(self, delay_s: float, call: Callable[[], None]) -> None:
        """Have `call` made so many seconds from now."""
        self._number += 1
        heapq.heappush(self._heap, (time.monotonic() + delay_s, self._number, call))

    def wait_s(self, most: float) -> float:
        """Return in how many seconds the next call is due, `most` at most."""
        return max(0.0, min(self._heap[0][0] - time.monotonic(), most)) if self._heap else most

    def take(self, now: float) -> list[Callable[[], None]]:
        """Return the calls that are due, in order."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        return due

    def close(self) -> list[Callable[[], None]]:
        """Return all calls that are left; they are made early."""
        return self.take(float("inf"))
