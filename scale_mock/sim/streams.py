"""Chance: named streams of numbers that depend on a seed and their names, and on nothing else.

A decision draws from a stream named for its use and its subject, so adding a draw elsewhere, or
another thread drawing in between, changes nothing about it.
"""

from __future__ import annotations

import hashlib
from _random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

T = TypeVar("T")
_BETWEEN = "\x1f"


class Stream:
    """One seeded sequence of numbers.

    Only ``Random.random`` is used underneath: its output for a seed is the same in every version of
    Python, which is not promised for ``choice`` or ``shuffle``. It is taken from the module below
    ``random``, which has no seeding in Python on top: most streams are made for one or two numbers.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def fraction(self) -> float:
        """A number with 0 <= number < 1."""
        return self._random()

    def below(self, count: int) -> int:
        """An integer with 0 <= integer < count; count is at least 1."""
        return int(self._random() * count)

    def between(self, low: int, high: int) -> int:
        """An integer with low <= integer <= high."""
        return low + int(self._random() * (high - low + 1))

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, which must not be empty."""
        return items[int(self._random() * len(items))]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Shuffles the items in place."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self._random() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def bits(self, count: int) -> int:
        """An integer of that many random bits, at most 48."""
        return int(self._random() * (1 << count))


def digest(*parts: object) -> bytes:
    """16 bytes that depend on every part and on where one part ends and the next begins."""
    text = _BETWEEN.join(map(str, parts))
    if text.count(_BETWEEN) < len(parts):
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    # A part holds the separator itself: say how long each part is, in a family of hashes apart.
    lengths = ",".join([str(len(str(part))) for part in parts])
    raw = (text + lengths).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=16, person=b"lengths").digest()


def stream(seed: int, *names: object) -> Stream:
    """The stream of that seed and those names: the same numbers in every process.

    Args:
        seed: The world's seed.
        names: What the stream is for, most general first: ``stream(7, "outcome", task_id)``.
    """
    return Stream(int.from_bytes(digest(seed, *names)[:8], "big"))
