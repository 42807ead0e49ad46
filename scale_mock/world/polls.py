"""Stuck polls: how often the same thing was read unchanged.

Reads change nothing in a world, so this is no part of its state: it is forgotten by a reset and
stays out of journal and snapshots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from scale_mock.domain.model import Batch, Task

KEYS_MAX = 10_000


class Polls:
    """Counts reads of what is pending.

    Args:
        limit: How many reads are too many; 0 for any number.

    Attributes:
        repeats: How many reads found what an earlier one had found.
        newest: What was read last, and the pending thing in it that is, or may be, waited for.
    """

    __slots__ = ("_seen", "limit", "newest", "repeats")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.repeats = 0
        self.newest: tuple[Hashable, Task | Batch] | None = None
        self._seen: dict[Hashable, tuple[Hashable, int]] = {}

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
        self.repeats += count > 1
        if before is None and len(seen) >= KEYS_MAX:
            seen.clear()
        seen[key] = (state, count)
        return count >= self.limit > 0
