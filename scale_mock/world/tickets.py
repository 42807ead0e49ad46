"""Requests that were taken in and not answered yet, so that no callback overtakes a reply."""

from __future__ import annotations

import threading


class Tickets:
    """Numbers for requests: taken when one is handled, given back when its reply is out."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._waiting = 0
        self.newest = 0

    def take(self) -> int:
        """The number of a request that is being handled now."""
        with self._lock:
            self.newest += 1
            self._open.add(self.newest)
            return self.newest

    def give_back(self, ticket: int) -> None:
        """The reply to this request is out."""
        with self._lock:
            self._open.discard(ticket)
            if self._waiting:
                self._changed.notify_all()

    def lowest(self) -> int | None:
        """The number of the oldest request that has no reply yet."""
        with self._lock:
            return min(self._open, default=None)

    def wait(self, seconds: float) -> bool:
        """Waits until some reply goes out, at most so many real seconds.

        Returns:
            False if none did.
        """
        with self._changed:
            if not self._open:
                return True
            self._waiting += 1
            try:
                return self._changed.wait(seconds)
            finally:
                self._waiting -= 1
