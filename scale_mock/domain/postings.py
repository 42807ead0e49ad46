"""Sets of task positions that are quick to change, to intersect and to count.

A posting is a set of small integers in chunks of 4,096 bits. Setting a bit touches one chunk;
counting what a page's filters have in common costs one ``&`` and one ``bit_count`` per chunk, so a
million tasks cost a few hundred operations and no task is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHUNK_BITS = 12
CHUNK = 1 << CHUNK_BITS
CHUNK_MASK = CHUNK - 1
FULL = (1 << CHUNK) - 1


class Term(Protocol):
    """One filter, seen chunk by chunk."""

    def bits(self, chunk: int) -> int:
        """The members in a chunk, as a bit mask."""

    def chunks(self) -> Sequence[int]:
        """The chunks that may have members."""


class Posting:
    """A set of positions."""

    __slots__ = ("_count", "by_chunk")

    def __init__(self) -> None:
        self.by_chunk: dict[int, int] = {}
        self._count = 0

    def add(self, position: int) -> None:
        """Adds a position."""
        chunk = position >> CHUNK_BITS
        before = self.by_chunk.get(chunk, 0)
        after = before | 1 << (position & CHUNK_MASK)
        if after != before:
            self.by_chunk[chunk] = after
            self._count += 1

    def discard(self, position: int) -> None:
        """Removes a position, if it is there."""
        chunk = position >> CHUNK_BITS
        before = self.by_chunk.get(chunk, 0)
        left = before & ~(1 << (position & CHUNK_MASK))
        if left == before:
            return
        self._count -= 1
        if left:
            self.by_chunk[chunk] = left
        else:
            del self.by_chunk[chunk]

    def __contains__(self, position: int) -> bool:
        return bool(self.bits(position >> CHUNK_BITS) >> (position & CHUNK_MASK) & 1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for chunk in sorted(self.by_chunk, reverse=True):
            yield from descending(chunk, self.by_chunk[chunk])

    def bits(self, chunk: int) -> int:
        """The members in a chunk, as a bit mask."""
        return self.by_chunk.get(chunk, 0)

    def chunks(self) -> Sequence[int]:
        """The chunks that have members."""
        return list(self.by_chunk)

    def merge(self, other: Posting) -> None:
        """Adds every member of the other set."""
        mine = self.by_chunk
        for chunk, bits in other.by_chunk.items():
            mine[chunk] = mine.get(chunk, 0) | bits
        self._count = sum(bits.bit_count() for bits in mine.values())


class Union:
    """Everything that is in any of some postings."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[Posting]) -> None:
        self._parts = list(parts)

    def bits(self, chunk: int) -> int:
        """The members in a chunk, as a bit mask."""
        found = 0
        for part in self._parts:
            found |= part.bits(chunk)
        return found

    def chunks(self) -> Sequence[int]:
        """The chunks that have members."""
        return list({chunk: None for part in self._parts for chunk in part.by_chunk})


class Span:
    """Every position from ``first`` up to, not including, ``end``."""

    __slots__ = ("_end", "_first")

    def __init__(self, first: int, end: int) -> None:
        self._first = first
        self._end = max(first, end)

    def __len__(self) -> int:
        return self._end - self._first

    def bits(self, chunk: int) -> int:
        """The members in a chunk, as a bit mask."""
        base = chunk << CHUNK_BITS
        if self._first <= base and self._end >= base + CHUNK:
            return FULL
        low = max(self._first - base, 0)
        high = min(self._end - base, CHUNK)
        return ((1 << high) - 1) & ~((1 << low) - 1) if high > low else 0

    def chunks(self) -> Sequence[int]:
        """The chunks that have members."""
        if self._end == self._first:
            return ()
        return range(self._first >> CHUNK_BITS, (self._end - 1 >> CHUNK_BITS) + 1)


def intersect(terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """What all terms have in common, as ``(chunk, bits)``, highest chunk first."""
    shortest: Sequence[int] = min((term.chunks() for term in terms), key=len)
    for chunk in sorted(shortest, reverse=True):
        bits = terms[0].bits(chunk)
        for term in terms[1:]:
            if not bits:
                break
            bits &= term.bits(chunk)
        if bits:
            yield chunk, bits


def descending(chunk: int, bits: int) -> Iterator[int]:
    """The positions of a chunk's mask, highest first."""
    base = chunk << CHUNK_BITS
    while bits:
        top = bits.bit_length() - 1
        yield base + top
        bits ^= 1 << top
