"""The faults of one world, in order, with what each has matched and struck.

Order is the order of adding; the first fault that is meant strikes. Every fault counts its own
matches also when an earlier one strikes, so that ``nth`` means the same wherever it stands. The
book has no lock: whoever owns the world has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError, LimitReached
from scale_mock.selectors.shelf import Shelf
from scale_mock.selectors.where import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scale_mock.domain.ports import Matchable
    from scale_mock.faults.entry import Entry, Scene, Struck
    from scale_mock.faults.fault import Fault
    from scale_mock.selectors.where import Where

FAULTS_MAX = 10_000
"""How many faults a book holds unless told otherwise: every one is tested against every request."""
MEMORY_MAX = 1_000
"""How many replies are kept for stale reads."""


class FaultBook:
    """Ordered faults.

    Args:
        faults: Faults or plain data to begin with.
        faults_max: How many it holds.

    Raises:
        ConfigurationError: A fault makes no sense.
        LimitReached: There are more than ``faults_max``.

    Attributes:
        on_requests: The entries that mean requests; empty as long as nothing can strike.
        on_callbacks: The entries that mean callbacks.
        memory: What reads answered before, for stale ones: status, type and text by request.
    """

    def __init__(
        self, faults: Iterable[Fault | Mapping[str, object]] = (), *, faults_max: int = FAULTS_MAX
    ) -> None:
        self._shelf: Shelf[Entry] = Shelf("fault", unique="the journal is")
        self._faults_max = faults_max
        self.on_requests: tuple[Entry, ...] = ()
        self.on_callbacks: tuple[Entry, ...] = ()
        self.memory: dict[str, tuple[int, str, str]] = {}
        self.extend(faults)

    def __len__(self) -> int:
        return len(self._shelf.entries)

    def __iter__(self) -> Iterator[Fault]:
        return iter([entry.fault for entry in self._shelf.entries])

    def add(self, fault: Fault | Mapping[str, object]) -> str:
        """Adds one fault at the end.

        Returns:
            The fault's id.

        Raises:
            ConfigurationError: It makes no sense, or its name is taken.
            LimitReached: The book is full.
        """
        from scale_mock.faults.parse import locate

        return self._add_all([(fault, locate(_named(fault)))])[0]

    def extend(self, faults: Iterable[Fault | Mapping[str, object]]) -> list[str]:
        """Adds faults at the end: all of them, or none if one makes no sense.

        Returns:
            Their ids.

        Raises:
            ConfigurationError: A fault makes no sense; the message says which.
            LimitReached: The book is full.
        """
        pairs = list(numbered(faults))
        if not pairs:
            return []
        from scale_mock.faults.parse import locate

        return self._add_all([(fault, locate(_named(fault), number)) for number, fault in pairs])

    def _add_all(self, given: Sequence[tuple[Fault | Mapping[str, object], Where]]) -> list[str]:
        if len(self._shelf.entries) + len(given) > self._faults_max:
            raise LimitReached("Too many faults", limit=self._faults_max, setting="faults_max")
        ids = self._shelf.add([(as_fault(fault, where), where) for fault, where in given], _entered)
        self._sort()
        return ids

    def _sort(self) -> None:
        self.on_requests = tuple(e for e in self._shelf.entries if not e.fault.for_callbacks)
        self.on_callbacks = tuple(e for e in self._shelf.entries if e.fault.for_callbacks)

    def remove(self, id_or_name: str) -> Fault:
        """Takes a fault out.

        Raises:
            ConfigurationError: There is no such fault.
        """
        entry = self._shelf.take(id_or_name)
        self._sort()
        return entry.fault

    def clear(self) -> None:
        """Takes all faults out; ids are not used again."""
        self._shelf.fill(())
        self.memory.clear()
        self._sort()

    def strike(self, entries: Iterable[Entry], subject: Matchable, scene: Scene) -> Struck | None:
        """What strikes a request or a callback; None for nothing.

        Args:
            entries: :attr:`on_requests` or :attr:`on_callbacks`.
            subject: The request or callback.
            scene: When, and what tells it from others.
        """
        winner: Entry | None = None
        for entry in entries:
            if not entry.fault.matcher.matches(subject):
                entry.note_near_miss(subject)
                continue
            entry.matched += 1
            if not entry.is_meant(scene):
                continue
            if winner is None:
                winner = entry
            elif entry.taken_by is None:
                entry.taken_by = winner.name
        return None if winner is None else winner.strike(scene)

    def watches(self, subject: Matchable) -> bool:
        """Whether a reply to this request may have to be repeated by a stale read."""
        return any(
            entry.fault.kind == "stale" and entry.fault.matcher.matches(subject)
            for entry in self.on_requests
        )

    def remember(self, request: str, status: int, content_type: str, text: str) -> None:
        """Keeps what a read answered."""
        self.memory.pop(request, None)
        if len(self.memory) >= MEMORY_MAX:
            del self.memory[next(iter(self.memory))]
        self.memory[request] = (status, content_type, text)

    def entries(self) -> list[Entry]:
        """The faults with their counts, in order."""
        return list(self._shelf.entries)

    def unused(self) -> list[Fault]:
        """The faults that never struck anything, in order; :meth:`why_unused` says why."""
        return [entry.fault for entry in self._shelf.entries if not entry.fired]

    def why_unused(self) -> list[str]:
        """One line for each unused fault: what came nearest, or what struck first."""
        return [entry.why_unused() for entry in self._shelf.entries if not entry.fired]

    def as_dicts(self) -> list[dict[str, object]]:
        """Every fault as plain data, with its id and counts."""
        return [
            {
                "id": entry.id,
                **entry.fault.as_dict(),
                "matched": entry.matched,
                "fired": entry.fired,
            }
            for entry in self._shelf.entries
        ]

    def dump(self) -> dict[str, Any]:
        """Everything in the book as plain data, for a snapshot."""
        return {
            "number": self._shelf.number,
            "entries": [
                {
                    "id": entry.id,
                    "fault": entry.fault.as_dict(),
                    "matched": entry.matched,
                    "fired": entry.fired,
                    "taken_by": entry.taken_by,
                    "missed": entry.missed,
                    "nearest": entry.nearest,
                    "nearest_count": entry.nearest_count,
                    "examined": entry.examined,
                    "occurrences": dict(entry.occurrences),
                }
                for entry in self._shelf.entries
            ],
            "memory": {request: list(reply) for request, reply in self.memory.items()},
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Becomes the book that :meth:`dump` wrote down."""
        from scale_mock.faults.entry import Entry
        from scale_mock.faults.fault import Fault

        self.clear()
        self._shelf.fill(
            Entry(**{**record, "fault": Fault.from_dict(record["fault"])})
            for record in dumped["entries"]
        )
        self._shelf.number = dumped["number"]
        self.memory = {
            request: (status, content_type, text)
            for request, (status, content_type, text) in dumped["memory"].items()
        }
        self._sort()


def _entered(fault_id: str, fault: Fault) -> Entry:
    from scale_mock.faults.entry import Entry

    return Entry(fault_id, fault if fault.name is not None else fault.named(fault_id))


def as_fault(given: Fault | Mapping[str, object], where: Where | None = None) -> Fault:
    """The fault itself, or the one that plain data describes."""
    from scale_mock.faults.fault import Fault

    return given if isinstance(given, Fault) else Fault.from_dict(given, where=where)


def numbered(
    faults: Iterable[Fault | Mapping[str, object]],
) -> Iterable[tuple[int, Fault | Mapping[str, object]]]:
    """The faults of a list, with their positions from 1.

    Raises:
        ConfigurationError: It is no list.
    """
    if isinstance(faults, (str, Mapping)) or not isinstance(faults, Iterable):
        raise ConfigurationError(
            f"faults: a list of faults is expected, not {show(faults)}; for one fault write [fault]"
        )
    return enumerate(faults, start=1)


def _named(fault: object) -> object:
    from scale_mock.faults.fault import Fault

    return {"name": fault.name} if isinstance(fault, Fault) else fault
