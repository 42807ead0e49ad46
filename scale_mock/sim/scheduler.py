"""Order: what is due when, and the loops that run it.

Events are data (a kind, a subject, a value), so that a world can be written down and read
back; what a kind *does* is registered beside. The order is total: ``(due, priority, seq)``. A
schedule seed permutes the events of one instant and priority by their subjects, to hunt for code
that relies on an order which nobody promised; the events of one subject keep theirs.
"""

from __future__ import annotations

import heapq
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scale_mock.errors import LimitReached
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

    from scale_mock.sim.clock import VirtualClock

EVENTS_MAX = 1_000_000
SEQ_BITS = 64
"""Where, in the number that orders events of one instant, the permutation begins."""


class Event:
    """Something due at an instant.

    Attributes:
        due: When, aware UTC.
        priority: Smaller runs first among events of one instant.
        seq: Breaks the remaining ties: the order of scheduling.
        kind: Names the handler.
        subject: What it happens to, usually an id.
        data: A further value, plain JSON.
        background: True for recurring events, which do not keep a world from being idle.
        is_live: False once it ran or was cancelled.
    """

    __slots__ = ("background", "data", "due", "is_live", "kind", "priority", "seq", "subject")

    def __init__(
        self,
        due: datetime,
        priority: int,
        seq: int,
        kind: str,
        subject: str,
        data: object,
        background: bool,
    ) -> None:
        self.due = due
        self.priority = priority
        self.seq = seq
        self.kind = kind
        self.subject = subject
        self.data = data
        self.background = background
        self.is_live = True

    def __repr__(self) -> str:
        return f"Event({self.due.isoformat()} {self.kind} {self.subject})"


@dataclass(slots=True)
class Progress:
    """What a run of the clock did.

    Attributes:
        started_at: The instant before.
        ended_at: The instant after.
        events: How many events ran.
        kinds: How many of each kind.
    """

    started_at: datetime
    ended_at: datetime
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


class Scheduler:
    """The event queue of one world and the loops over it.

    Args:
        clock: The world's clock; only this class moves it.
        guard: Held while an event runs and released in between.
        between: Called without the guard before the clock is moved and after every event: whatever
            must be done at the current instant before time goes on (callbacks that are out).
        schedule_seed: Permutes what is due at the same instant; ``None`` for the order of creation.
    """

    def __init__(
        self,
        clock: VirtualClock,
        *,
        guard: AbstractContextManager[object] | None = None,
        between: Callable[[], None] | None = None,
        schedule_seed: int | None = None,
    ) -> None:
        self.clock = clock
        self._guard = guard if guard is not None else nullcontext()
        self.between = between or _nothing
        self._schedule_seed = schedule_seed
        self._heap: list[tuple[datetime, int, int, Event]] = []
        self._seq = 0
        self.ran = 0
        self._foreground = 0
        self._handlers: dict[str, Callable[[Event], None]] = {}

    def on(self, kind: str, handler: Callable[[Event], None]) -> None:
        """Registers what a kind of event does; a kind has exactly one handler."""
        if kind in self._handlers:
            raise ValueError(f"Event kind {kind!r} already has a handler.")
        self._handlers[kind] = handler

    def at(
        self,
        due: datetime,
        kind: str,
        subject: str = "",
        data: object = None,
        *,
        priority: int = 0,
        background: bool = False,
    ) -> Event:
        """Schedules an event; one that should have happened already is due now."""
        if kind not in self._handlers:
            raise ValueError(
                f"Event kind {kind!r} has no handler; known: {sorted(self._handlers)}."
            )
        now = self.clock.now()
        event = Event(max(due, now), priority, self._seq, kind, subject, data, background)
        self._seq += 1
        if not background:
            self._foreground += 1
        self._push(event)
        return event

    def _push(self, event: Event) -> None:
        rank = event.seq
        if self._schedule_seed is not None:
            name = digest(self._schedule_seed, "schedule", event.due.isoformat(), event.subject)
            rank |= int.from_bytes(name[:8], "big") << SEQ_BITS
        heapq.heappush(self._heap, (event.due, event.priority, rank, event))

    def after(self, delay: timedelta, kind: str, subject: str = "") -> Event:
        """Schedules an event that long from now."""
        return self.at(self.clock.now() + delay, kind, subject)

    def cancel(self, event: Event) -> None:
        """Takes an event back; harmless if it already ran."""
        if event.is_live:
            event.is_live = False
            self._foreground -= not event.background

    def next_event(self) -> Event | None:
        """The event that would run next, or ``None``."""
        with self._guard:
            return self._peek()

    def _peek(self) -> Event | None:
        heap = self._heap
        while heap and not heap[0][3].is_live:
            heapq.heappop(heap)
        return heap[0][3] if heap else None

    @property
    def is_idle(self) -> bool:
        """True if nothing but recurring events is scheduled."""
        return self._foreground == 0

    def pending(self) -> Iterator[Event]:
        """The scheduled events in the order in which they will run."""
        return (entry[3] for entry in sorted(self._heap, key=_order) if entry[3].is_live)

    def soonest(self, count: int) -> list[Event]:
        """The events that will run first, in order, at most so many; quick however many wait."""
        heap, found = self._heap, list[Event]()
        # An entry of the heap comes before the two below it: only those near the top are looked at.
        near = [(_order(entry), 0) for entry in heap[:1]]
        while near and len(found) < count:
            _, place = heapq.heappop(near)
            if heap[place][3].is_live:
                found.append(heap[place][3])
            for below in (2 * place + 1, 2 * place + 2):
                if below < len(heap):
                    heapq.heappush(near, (_order(heap[below]), below))
        return found

    def clear(self) -> None:
        """Forgets every scheduled event; canceling one of them later is harmless."""
        for *_, event in self._heap:
            event.is_live = False
        self._heap.clear()
        self._foreground = 0

    def dump(self) -> dict[str, Any]:
        """The clock, the counters and what is scheduled, as plain data; see :meth:`load`."""
        return {
            "now": self.clock.now().isoformat(),
            "seq": self._seq,
            "ran": self.ran,
            "events": [
                [e.due.isoformat(), e.priority, e.seq, e.kind, e.subject, e.data, e.background]
                for e in self.pending()
            ],
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Goes on from where another scheduler was dumped; once, while nothing is scheduled."""
        self.clock.move_to(datetime.fromisoformat(data["now"]))
        self._seq = data["seq"]
        self.ran = data["ran"]
        for due, priority, seq, kind, subject, value, background in data["events"]:
            if kind not in self._handlers:
                raise ValueError(f"Event kind {kind!r} has no handler.")
            event = Event(
                datetime.fromisoformat(due), priority, seq, kind, subject, value, background
            )
            self._foreground += not background
            self._push(event)

    def step(self, until: datetime | None = None) -> Event | None:
        """Runs the next event if it is due by ``until`` (inclusive), moving the clock to it.

        Returns:
            The event that ran, or ``None`` if none was due.
        """
        with self._guard:
            event = self._peek()
            if event is None or (until is not None and event.due > until):
                return None
            heapq.heappop(self._heap)
            event.is_live = False
            self._foreground -= not event.background
            self.clock.move_to(event.due)
            self.ran += 1
            self._handlers[event.kind](event)
            return event

    def settle(self, *, events_max: int = EVENTS_MAX) -> int:
        """Runs what is due now, without calling ``between``; the clock stands still.

        Returns:
            How many events ran.
        """
        count = 0
        while self._heap and self.step(self.clock.now()) is not None:
            count += 1
            if count > events_max:
                raise LimitReached("Events at one instant", limit=events_max, setting="events_max")
        return count

    def advance_to(self, instant: datetime, *, events_max: int = EVENTS_MAX) -> Progress:
        """Moves the clock to an instant, running everything due up to and including it.

        Raises:
            ValueError: The instant lies in the past, or after the end of time.
            LimitReached: More than ``events_max`` events ran.
        """
        self.clock.check(instant)
        progress = self._run(lambda: self.step(instant), events_max=events_max)
        with self._guard:
            # Another thread may have gone further while ``between`` waited for a callback.
            self.clock.move_to(max(instant, self.clock.now()))
        progress.ended_at = self.clock.now()
        return progress

    def advance(self, by: timedelta, *, events_max: int = EVENTS_MAX) -> Progress:
        """Moves the clock by a length, running everything due up to and including its end."""
        return self.advance_to(self.clock.now() + by, events_max=events_max)

    def run_next(self) -> Progress:
        """Moves to the next event and runs it; does nothing where none is scheduled."""
        return self._run(self.step, events_max=EVENTS_MAX, once=True)

    def run_until_idle(self, *, events_max: int = EVENTS_MAX) -> Progress:
        """Runs events until only recurring ones are left.

        Raises:
            LimitReached: More than ``events_max`` events ran.
        """
        return self._run(lambda: None if self.is_idle else self.step(), events_max=events_max)

    def _run(
        self, step: Callable[[], Event | None], *, events_max: int, once: bool = False
    ) -> Progress:
        progress = Progress(self.clock.now(), self.clock.now())
        self.between()
        while (event := step()) is not None:
            progress.events += 1
            progress.kinds[event.kind] += 1
            if progress.events > events_max:
                raise LimitReached("Events in one run", limit=events_max, setting="events_max")
            self.between()
            if once:
                break
        progress.ended_at = self.clock.now()
        return progress


def _order(entry: tuple[datetime, int, int, Event]) -> tuple[datetime, int, int]:
    return entry[:3]


def _nothing() -> None:
    return None
