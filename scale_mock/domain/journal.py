"""The record of everything that happened in a world, and its digest.

Append-only. An entry says when, to what, what, and with which details; details never hold keys,
hosts, ports or anything that a read did. The digest is a hash chain over instants: within one
instant the entries go in sorted by subject (and callback), each one's own in the order they
happened, so that threads that interleave differently still give the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.domain.documents import canonical
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scale_mock.sim.clock import VirtualClock

ENTRIES_MAX = 500_000


class Entry(NamedTuple):
    """One line of the journal.

    Attributes:
        seq: Its number in the order of arrival; not part of the digest.
        at: The instant, aware UTC.
        subject: What it happened to, for example ``live/task/65920080...``.
        kind: What happened, for example ``task.completed``.
        details: JSON text of what else there is to say.
        strand: What it happened to besides, if that has an order of its own; see
            :meth:`Journal.write`.
    """

    seq: int
    at: datetime
    subject: str
    kind: str
    details: str
    strand: str = ""

    def as_dict(self) -> dict[str, object]:
        """The entry as the control API shows it."""
        return {
            "seq": self.seq,
            "at": to_iso(self.at),
            "subject": self.subject,
            "kind": self.kind,
            **json.loads(self.details),
        }


class Journal:
    """The journal of one world.

    Args:
        clock: Stamps the entries.
        entries_max: How many entries are kept; the digest still covers the dropped ones.
    """

    def __init__(self, clock: VirtualClock, *, entries_max: int = ENTRIES_MAX) -> None:
        self._clock = clock
        self._entries_max = entries_max
        self._entries: deque[Entry] = deque()
        self._seq = 0
        self._chain = hashlib.sha256(to_iso(clock.now()).encode()).digest()
        self._hashed_to = 0
        self._instant = clock.now()
        self._open: dict[str, bytes] = {}

    def write(self, subject: str, kind: str, strand: str = "", /, **details: object) -> None:
        """Appends an entry at the current instant.

        Args:
            subject: What it happened to.
            kind: What happened.
            strand: Sets apart what runs beside the rest of a subject's life. A callback is out
                while its task may change, so which of the two is written first is chance; each
                strand enters the digest by itself.
            details: What else there is to say.
        """
        text = canonical(details)
        self._entries.append(Entry(self._seq, self._clock.now(), subject, kind, text, strand))
        self._seq += 1
        if len(self._entries) > self._entries_max:
            self._hash(self._entries[0])
            self._entries.popleft()

    def begin_again(self) -> None:
        """Takes the clock's instant for the beginning of a journal that is still empty."""
        self._instant = self._clock.now()
        self._chain = hashlib.sha256(to_iso(self._instant).encode()).digest()

    def __len__(self) -> int:
        return self._seq

    def entries(self, *, after: int = -1, subject: str | None = None) -> Iterator[Entry]:
        """The kept entries with a greater ``seq``, of one subject or of all."""
        if not self._entries:
            return
        wanted: Iterable[Entry] = self._entries
        skipped = after + 1 - self._entries[0].seq
        if skipped > 0:
            # From the end: whoever follows a long journal asks again and again for its newest.
            newest = islice(reversed(self._entries), max(len(self._entries) - skipped, 0))
            wanted = reversed(list(newest))
        for entry in wanted:
            if subject is None or entry.subject == subject:
                yield entry

    def digest(self) -> str:
        """A hash over everything that happened, as 64 hex digits.

        Equal for equal seeds, configurations and calls, in any process and for any interleaving of
        threads within an instant.
        """
        for entry in self._entries:
            self._hash(entry)
        return self._fold(self._chain).hex()

    def dump(self) -> dict[str, Any]:
        """The kept entries and the head of the chain, as plain data; see :meth:`load`."""
        return {
            "entries": [
                [e.seq, e.at.isoformat(), e.subject, e.kind, json.loads(e.details), e.strand]
                for e in self._entries
            ],
            "seq": self._seq,
            "chain": self._chain.hex(),
            "hashed_to": self._hashed_to,
            "instant": self._instant.isoformat(),
            "open": {name: link.hex() for name, link in self._open.items()},
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Goes on from where another journal was dumped; writes no entry."""
        self._entries = deque(
            Entry(seq, datetime.fromisoformat(at), subject, kind, canonical(details), strand)
            for seq, at, subject, kind, details, strand in data["entries"]
        )
        self._seq = data["seq"]
        self._chain = bytes.fromhex(data["chain"])
        self._hashed_to = data["hashed_to"]
        self._instant = datetime.fromisoformat(data["instant"])
        self._open = {name: bytes.fromhex(link) for name, link in data["open"].items()}

    def _hash(self, entry: Entry) -> None:
        """Takes an entry into the chain, once."""
        if entry.seq < self._hashed_to:
            return
        self._hashed_to = entry.seq + 1
        if entry.at != self._instant:
            self._chain = self._fold(self._chain)
            self._open.clear()
            self._instant = entry.at
        line = f"{entry.kind}\x1f{entry.details}".encode("utf-8", "surrogatepass")
        name = f"{entry.subject}\x1f{entry.strand}"
        so_far = self._open.get(name, b"")
        self._open[name] = hashlib.sha256(so_far + line).digest()

    def _fold(self, chain: bytes) -> bytes:
        """The chain with the open instant closed."""
        if not self._open:
            return chain
        link = hashlib.sha256(chain + to_iso(self._instant).encode())
        for name in sorted(self._open):
            link.update(name.encode("utf-8", "surrogatepass") + self._open[name])
        return link.digest()
