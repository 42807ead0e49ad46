"""A world: one isolated simulation, its parts put together.

The parts are put together when somebody first looks at one of them: a test that takes a world along
and never calls it does not pay for stores, rooms and desks. What can be wrong about a world is
found out when it is made all the same.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.instants import EPOCH
from scale_mock.world.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from scale_mock.config import Settings
    from scale_mock.domain.model import Mode
    from scale_mock.domain.task_index import TaskFilter
    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.world.following import OuterTime
    from scale_mock.world.script import Play

HANDFUL = 500
"""How many tasks an export renders at a time."""


class Touched(Protocol):
    """Something that events change."""

    @property
    def touched(self) -> int:
        """Grows with every change."""


class World(Parts):
    """One simulation: its own store, clock, seed, rules, callbacks and journal.

    Args:
        name: The account's name; it enters no stream and no journal.
        settings: The settings.
        start_at: The first instant.
        rules: The rules that the world starts with, and goes back to on a reset.
        outer: The time that it may follow; ``None`` where there is none to follow.
        faults: The faults that it starts with, likewise.

    Attributes:
        lock: Held while state is read or changed; never while a callback is out.
        file_rules: The rules of files that are watched; a reset keeps them.
        file_faults: The faults of these files.
        absorbing: How many contexts let the sleep of the test's threads move the clock.
        is_untouched: True while nobody has looked at any part of it: nothing has happened in it.
        was_reset: True once it went back to the beginning; failing tests are told.
    """

    def __init__(
        self,
        *,
        name: str,
        settings: Settings,
        start_at: datetime = EPOCH,
        rules: Iterable[Rule | Mapping[str, object]] = (),
        outer: OuterTime | None = None,
        faults: Iterable[Fault | Mapping[str, object]] = (),
    ) -> None:
        self.name = name
        self.settings = self._first_settings = settings
        self.start_at = self._first_start_at = start_at
        self.clock_mode = settings.clock
        self.rate = settings.rate
        self.lock = threading.RLock()
        self._outer = outer
        self.absorbing = 0
        self._play: Play | None = None
        self._watchers: list[Callable[[datetime], None]] = []
        self._first_rules = list(rules)
        self._first_faults = list(faults)
        self.file_rules: list[Rule] = []
        self.file_faults: list[Fault] = []
        self._mounts: dict[str, Callable[..., object]] = {}
        self.is_untouched = True
        self.was_reset = False
        if start_at is not EPOCH:
            VirtualClock(start_at)  # may refuse it
        if self._first_rules or self._first_faults:
            self._stand()  # they may be refused, too
        if self.clock_mode == "follow":
            self.follower.require()

    if not TYPE_CHECKING:  # or every misspelt name would be one of Any

        def __getattr__(self, name: str) -> object:
            # Somebody looks at what is not there: at a part of the world, for the first time.
            if not name.startswith("__"):
                if vars(self).get("is_untouched", False):
                    self._stand()
                if name in vars(self):
                    return vars(self)[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _stand(self) -> None:
        # Puts the parts together, once.
        with self.lock:
            if not self.is_untouched:
                return
            from scale_mock.world.following import Follower
            from scale_mock.world.tickets import Tickets

            self.tickets = Tickets()
            self.follower = Follower(self, self._outer)
            self._build()
            self.is_untouched = False
        self.looked_at(self)

    def _build(self) -> None:
        from scale_mock.world.building import build

        build(self)
        self._tell_of_moves()

    def rest(self) -> None:
        """See :meth:`Pump.rest`; nothing is due in a world that nobody has looked at."""
        if not self.is_untouched:
            self.pump.rest()

    def reset(self) -> None:
        """Goes back to the beginning: no objects, the first instant, clock mode and rules.

        Raises:
            PumpBusy: A callback is out.
        """
        with self.pump.standstill(), self.lock:
            self.scheduler.clear()
            self.desk.forget()
            self.settings = self._first_settings
            self.clock_mode = self.settings.clock
            self.rate = self.settings.rate
            self.start_at = self._first_start_at
            self._build()
            self._begin_play()
            self.was_reset = True
        self.clock_changed()

    def play(self, play: Play) -> None:
        """Takes a script in, for a world in which nothing has happened yet; a reset begins anew."""
        with self.lock:
            self._play = play
            self.follower.target()
            self._begin_play()

    def _begin_play(self) -> None:
        if self._play is not None:
            self.receivers.begin(self._play.receivers)
            for prefix, app in self._mounts.items():
                self.desk.targets.mount(prefix, app)  # what a test mounts wins
            self.script.begin(self._play, self.start_at)

    def rebuild(self, fill: Callable[[], None], *, settings: Settings, start_at: datetime) -> None:
        """Builds the world anew and fills it; leaves it as it was if the filling fails.

        Args:
            fill: Puts state into the empty world.
            settings: The settings from now on; a reset goes back to the first ones.
            start_at: The first instant.
        """
        self._stand()
        before = dict(vars(self))
        self.settings, self.start_at = settings, start_at
        try:
            self._build()
            fill()
        except BaseException:
            vars(self).update(before)
            self._tell_of_moves()
            raise
        before["scheduler"].clear()
        before["desk"].forget()
        self.clock_changed()

    def close(self) -> None:
        """Closes what the world holds open, and lets its owner go."""
        with self.lock:
            self._let_go()
            if not self.is_untouched:
                self.scheduler.clear()
                self.desk.forget()

    def mount(self, prefix: str, app: Callable[..., object]) -> None:
        """Answers callbacks to URLs with a prefix in process; a reset keeps it."""
        self.desk.targets.mount(prefix, app)
        self._mounts[prefix] = app

    @property
    def touched(self) -> int:
        """How many events have run."""
        return self.scheduler.ran

    def run_to_next_change(self, thing: Touched) -> None:
        """Runs the world until a pending task or batch changes, as an ``autojump`` clock does.

        Does nothing where nothing is scheduled for it, and stops early before an event that the
        world's owner does not let run yet (``may_run``).
        """
        before = thing.touched
        self.pump.run_while(lambda event: thing.touched == before and self.may_run(event))

    def export(self, mode: Mode, wanted: TaskFilter) -> Iterator[bytes]:
        """The matching tasks, newest first, as JSON lines in handfuls.

        The lock is held for one handful at a time; which tasks match is decided at the beginning.
        """
        from scale_mock.envelopes.tasks import render_task

        index = self.core.sides[mode].task_index
        with self.lock:
            matching = list(index.matching(wanted))
        for first in range(0, len(matching), HANDFUL):
            with self.lock:
                lines = [render_task(task) for task in matching[first : first + HANDFUL]]
            yield b"\n".join(lines) + b"\n"

    def set_clock(self, *, mode: str | None, rate: float | None) -> None:
        """Changes how the clock moves; ``None`` leaves something as it is."""
        if mode is not None:
            changed = self.settings.with_changes(clock=mode)
            if changed.clock == "follow":
                self.follower.require()
            self.settings, self.clock_mode = changed, changed.clock
        if rate is not None:
            self.settings = self.settings.with_changes(rate=rate)
            self.rate = rate
        self.clock_changed()

    def begin_at(self, instant: datetime) -> None:
        """Takes another beginning; for a world in which nothing has happened yet."""
        self.scheduler.clock.begin_at(instant)
        self.start_at = self.scheduler.clock.start_at
        self.core.journal.begin_again()

    def watch_clock(self, watcher: Callable[[datetime], None], *, watching: bool) -> None:
        """Begins or ends to tell somebody of every move, before what is due there happens."""
        with self.lock:
            if watching:
                self._watchers.append(watcher)
            else:
                self._watchers.remove(watcher)
            self._tell_of_moves()

    def _tell_of_moves(self) -> None:
        def moved(instant: datetime) -> None:
            for watcher in self._watchers:
                watcher(instant)

        self.scheduler.clock.moved = moved if self._watchers else None
        if self._watchers:
            moved(self.now())
