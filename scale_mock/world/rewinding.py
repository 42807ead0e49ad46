"""Rewinding: a world put back to an instant of its own past, in this process, cheaply, in place.

A snapshot is for other processes and other days, and costs a parse of everything. Between two tests
of one process the world is still there: a mark keeps a shallow copy of every object of its state,
and rewinding puts back those that differ. All identities survive, and with them whatever a snapshot
has to leave out: functions, mounted handlers, the log of requests.

What belongs to the doors and to the machine is left alone: locks, threads, connections, the numbers
of requests, whatever a pump is just doing.
"""

from __future__ import annotations

from functools import cache, partial
from types import MethodType
from typing import TYPE_CHECKING, Any

from scale_mock.callbacks.receiver import ReceivedRequest
from scale_mock.callbacks.records import Attempt, Callback
from scale_mock.domain.journal import Entry
from scale_mock.domain.model import Task
from scale_mock.errors import PumpBusy
from scale_mock.sim.scheduler import Event
from scale_mock.world.keeping import CONTAINERS, Kept, attributes_of, copies_of
from scale_mock.world.requests import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.world.world import World

PARTS = ("world", "domain", "sim", "callbacks", "rules", "faults", "labeling", "selectors")
"""The packages whose objects make up a world's state; those of a user and of doors do not."""
SPARED = frozenset({"Tickets", "Pump", "HttpSender", "AsgiReceiver", "LoopThread"})
"""The classes among them that hold what is the machine's."""
LEAVES = frozenset(
    {type(None), bool, int, float, str, bytes, Entry, RequestRecord, ReceivedRequest}
)
"""What never changes, nor holds anything that does."""
MANY = frozenset({Task, Event, Callback, Attempt})
"""What there may be very many of; none of it changes without a trace elsewhere."""
TRIES = 100
BUSY = (
    "The state of this world cannot be kept: callbacks went out all the time. Let the requests "
    "that cause them come to an end first."
)


class Mark:
    """The state of a world as it is now, to go back to any number of times.

    Args:
        world: The world.
        others: Further objects of its state that live elsewhere.

    Raises:
        PumpBusy: Callbacks go out all the time.
    """

    def __init__(self, world: World, *others: object) -> None:
        self._world = world
        self._few: list[Kept] = []
        self._many: list[Kept] = []
        self._empty: list[Any] = []
        self._seen: dict[int, object] = {}
        """Keeps the objects alive: as long as they live, their numbers are theirs."""
        for _ in range(TRIES):
            world.pump.rest()
            with world.pump.standstill(), world.lock:
                # Somebody may have come in between, and what is just being sent is not state.
                if not world.desk.has_mail_out and not world.appointments.has_due:
                    self._take([world, *others])
                    return
        raise PumpBusy(BUSY)

    @property
    def is_current(self) -> bool:
        """True if nothing has changed since. The look takes as long for many tasks as for few."""
        with self._world.lock:
            return (
                self._evidence == self._traces()
                and not any(self._empty)
                and all(kept.looks_same() for kept in self._few)
            )

    def rewind(self) -> None:
        """Puts back everything that differs; writes no journal entry.

        Raises:
            PumpBusy: A callback is out.
        """
        world = self._world
        with world.pump.standstill(), world.lock:
            clock = world.clock_mode, world.rate
            if world.desk is not self._desk:
                world.desk.forget()  # it is that of a reset, or of a snapshot that was restored
            self._desk.targets.end_loops_but(self._loops)
            for container in self._empty:
                container.clear()
            for kept in self._few:
                kept.put_back()
            for kept in self._many:
                kept.put_back()
            self._evidence = self._traces()
            if world.scheduler.clock.moved is not None:
                world.scheduler.clock.moved(world.now())
        if clock != (world.clock_mode, world.rate) or world.clock_mode == "realtime":
            world.clock_changed()  # whoever moves it has to begin from here

    def _take(self, roots: Iterable[object]) -> None:
        self._world.core.journal.digest()  # so that asking for it later changes nothing
        later: list[object] = []
        few = _walk(list(roots), self._seen, later)
        many = _walk(later, self._seen, None)
        self._empty = [one for one in few if isinstance(one, CONTAINERS) and not one]
        self._few = [
            kept for one in few if one or not isinstance(one, CONTAINERS) for kept in copies_of(one)
        ]
        self._many = [kept for one in many for kept in copies_of(one)]
        self._desk = self._world.desk
        self._loops = self._world.desk.targets.loops()
        self._evidence = self._traces()

    def _traces(self) -> tuple[int, ...]:
        world = self._world
        return (world.tickets.newest, len(world.core.journal), world.scheduler.ran)


def _walk(waiting: list[Any], seen: dict[int, object], later: list[object] | None) -> list[object]:
    """Finds every object of a world's state that can be reached; puts off those of ``MANY``."""
    found: list[object] = []
    while waiting:
        thing = waiting.pop()
        kind: type = type(thing)
        if kind in LEAVES or id(thing) in seen:
            continue
        if later is not None and kind in MANY:
            later.append(thing)
            continue
        seen[id(thing)] = thing
        if isinstance(thing, CONTAINERS):
            found.append(thing)
            waiting.extend(thing.values() if isinstance(thing, dict) else thing)
        elif isinstance(thing, tuple):
            waiting.extend(thing)
        elif isinstance(thing, MethodType):
            waiting.append(thing.__self__)
        elif isinstance(thing, partial):
            waiting.extend((thing.func, thing.args, thing.keywords))
        elif _is_state(kind):
            if not _is_frozen(kind):
                found.append(thing)
            waiting.extend(attributes_of(thing))
    return found


@cache
def _is_state(kind: type) -> bool:
    """True for the classes whose objects make up a world."""
    package, _, rest = kind.__module__.partition(".")
    return (
        package == "scale_mock" and rest.partition(".")[0] in PARTS and kind.__name__ not in SPARED
    ) or kind.__name__ == "AppointmentBook"


@cache
def _is_frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)
