"""Stuck polls: how often the same thing was read unchanged.

Reads change nothing in a world, so this is no part of its state: it is forgotten by a reset and
stays out of journal and snapshots.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from scale_mock.domain.model import Batch, Task

KEYS_MAX = 10_000


def asker() -> int:
    """Who runs now: a task on an event loop, otherwise a thread."""
    events = sys.modules.get("asyncio")
    task = events.current_task() if events is not None and events._get_running_loop() else None
    return threading.get_ident() if task is None else id(task)


class Polls:
    """Counts reads of what is pending.

    Args:
        limit: How many reads are too many; 0 for any number.

    Attributes:
        repeats: How many reads found what an earlier one had found.
        newest: What was read last, and the pending thing in it that is, or may be, waited for.
        asked: How many requests there were.
        asked_by: The same for each thread that they were answered in.
        repeats_by: How many repeats each thread read, or each task on an event loop.
    """

    __slots__ = ("_seen", "asked", "asked_by", "limit", "newest", "repeats", "repeats_by")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.repeats = 0
        self.newest: tuple[Hashable, Task | Batch] | None = None
        self._seen: dict[Hashable, tuple[Hashable, int]] = {}
        self.asked = 0
        self.asked_by: dict[int, int] = {}
        self.repeats_by: dict[int, int] = {}

    def note_request(self) -> None:
        """Counts a request of any kind."""
        self.asked += 1
        _count(self.asked_by, threading.get_ident())

    def is_stuck(self, key: Hashable, state: Hashable) -> bool:
        """Counts a read.

        Args:
            key: What is read.
            state: Whatever changes with it; another state begins a new count.

        Returns:
            True if this read is one too many.
        """
        seen = self._seen
        before = seen.get(key)
        count = before[1] + 1 if before is not None and before[0] == state else 1
        if count > 1:
            self.repeats += 1
            _count(self.repeats_by, asker())
        if before is None and len(seen) >= KEYS_MAX:
            seen.clear()
        seen[key] = (state, count)
        return count >= self.limit > 0


def _count(counts: dict[int, int], who: int) -> None:
    if who not in counts and len(counts) >= KEYS_MAX:
        counts.clear()
    counts[who] = counts.get(who, 0) + 1
