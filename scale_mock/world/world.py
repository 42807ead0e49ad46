"""A world: one isolated simulation, its parts put together."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Protocol

from scale_mock.callbacks.desk import CallbackDesk
from scale_mock.callbacks.receiver import Receiver
from scale_mock.callbacks.targets import Targets
from scale_mock.domain.audits import Audits
from scale_mock.domain.batches import Batches
from scale_mock.domain.core import Core
from scale_mock.domain.files import Files
from scale_mock.domain.lifecycle import Lifecycle
from scale_mock.domain.model import MODES
from scale_mock.domain.projects import Projects
from scale_mock.domain.quality import Quality
from scale_mock.domain.studio import Studio
from scale_mock.domain.tasks import Tasks
from scale_mock.domain.team import Team
from scale_mock.envelopes.tasks import render_task
from scale_mock.labeling import Planner
from scale_mock.rules.book import RuleBook
from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.instants import EPOCH
from scale_mock.sim.scheduler import Scheduler
from scale_mock.sim.streams import digest
from scale_mock.tasktypes import TaskTypes
from scale_mock.world.pump import Pump
from scale_mock.world.ruling import check_types
from scale_mock.world.tickets import Tickets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request

    from scale_mock.callbacks.records import Callback
    from scale_mock.config import Settings
    from scale_mock.domain.model import Batch, Mode, Task
    from scale_mock.domain.task_index import TaskFilter
    from scale_mock.rules.rule import Rule
    from scale_mock.sim.scheduler import Event
    from scale_mock.world.requests import RequestRecord

RECEIVER_URL = "http://receiver.scale-mock.test/"
"""The built-in receiver: a name that no resolver knows, answered in process."""

HANDFUL = 500
"""How many tasks an export renders at a time."""
KEPT = 1000
"""How many unknown routes, and how many exceptions of ours, are remembered."""

TASK_TYPES = TaskTypes()
"""The one registry of task types; it never changes."""


class Touched(Protocol):
    """Something that events change."""

    @property
    def touched(self) -> int:
        """Grows with every change."""


class World:
    """One simulation: its own store, clock, seed, rules, callbacks and journal.

    Args:
        name: The account's name; it enters no stream and no journal.
        settings: The settings.
        start_at: The first instant.
        rules: The rules that the world starts with, and goes back to on a reset.

    Attributes:
        lock: Held while state is read or changed; never while a callback is out.
        clock_changed: Called when mode or rate of the clock changed.
        on_attempt: Called after every try of a callback.
        may_run: Asked before an ``autojump`` clock runs an event.
        broken: Exceptions inside the mock, kept for whoever checks.
        unknown_routes: Requests that no route answered, as ``METHOD path``.
    """

    def __init__(
        self,
        *,
        name: str,
        settings: Settings,
        start_at: datetime = EPOCH,
        rules: Iterable[Rule | Mapping[str, object]] = (),
    ) -> None:
        self.name = name
        self.settings = self._first_settings = settings
        self.start_at = start_at
        self.clock_mode = settings.clock
        self.rate = settings.rate
        self.lock = threading.RLock()
        self.tickets = Tickets()
        self.clock_changed: Callable[[], None] = lambda: None
        self.on_attempt: Callable[[Callback], None] = lambda callback: None
        self.may_run: Callable[[Event], bool] = lambda event: True
        self._first_rules = list(rules)
        self._mounts: dict[str, WSGIApplication | Callable[[Request], object]] = {}
        self._build()

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
            self._build()
        self.clock_changed()

    def close(self) -> None:
        """Closes what the world holds open."""
        with self.lock:
            self.scheduler.clear()
            self.desk.forget()

    def mount(self, prefix: str, app: WSGIApplication | Callable[[Request], object]) -> None:
        """Answers callbacks to URLs with a prefix in process; a reset keeps it."""
        self.desk.targets.mount(prefix, app)
        self._mounts[prefix] = app

    def auth_key(self, mode: Mode) -> str:
        """The callback auth key of a mode, which is not its API key."""
        return f"{mode}_auth_{digest('callback auth', self.name, mode).hex()}"

    def now(self) -> datetime:
        """The current instant of the world."""
        return self.scheduler.clock.now()

    @property
    def touched(self) -> int:
        """How many events have run."""
        return self.scheduler.ran

    def finalize(self, mode: Mode, name: str) -> Batch:
        """Finalizes a batch; work on its tasks may begin."""
        batch, waiting = self.batches.finalize(self.core.sides[mode], name)
        for task in waiting:
            self.lifecycle.begin(task)
        return batch

    def find_task(self, task_id: str) -> Task | None:
        """The task with an id, in whichever mode it lives."""
        for side in self.core.sides.values():
            if task_id in side.tasks:
                return side.tasks[task_id]
        return None

    def find_batch(self, name: str) -> Batch | None:
        """The batch of a name, in whichever mode it lives; live first."""
        for mode in reversed(MODES):
            if name in self.core.sides[mode].batches:
                return self.core.sides[mode].batches[name]
        return None

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
            self.settings = self.settings.with_changes(clock=mode)
            self.clock_mode = self.settings.clock
        if rate is not None:
            self.settings = self.settings.with_changes(rate=rate)
            self.rate = rate
        self.clock_changed()

    def start_task(self, task: Task) -> None:
        """Work on a task starts now; its end stays where it was planned."""
        self.lifecycle.start_early(task)

    def complete_task(
        self, task: Task, *, response: Mapping[str, object] | None, by: str | None
    ) -> None:
        """Completes a pending task, with synthesized labels if none are given."""
        if response is None:
            self.lifecycle.complete_synthesized(task, by=by or "hand")
        else:
            self.lifecycle.complete(task, response, by=by or "hand")

    def _tell_attempt(self, callback: Callback) -> None:
        """Tells whoever is interested by now; a reset keeps them."""
        self.on_attempt(callback)

    def _build(self) -> None:
        settings = self.settings
        self.scheduler = Scheduler(VirtualClock(self.start_at), guard=self.lock)
        self.core = Core(settings=settings, scheduler=self.scheduler, task_types=TASK_TYPES)
        self.rules = RuleBook(self._first_rules)
        for rule in self.rules:
            check_types(rule, TASK_TYPES.names)
        self.core.planner = Planner(seed=settings.seed, rules=self.rules)
        self.projects = Projects(self.core)
        self.batches = Batches(self.core, self.projects)
        self.lifecycle = Lifecycle(self.core, self.batches)
        self.tasks = Tasks(self.core, self.projects, self.batches, self.lifecycle)
        self.audits = Audits(self.core, self.lifecycle)
        self.files = Files(self.core, self.projects)
        self.team = Team(self.core)
        self.studio = Studio(self.core, self.projects, self.batches, self.team)
        self.quality = Quality(self.core, self.projects, self.batches)
        targets = Targets(hosts=settings.callback_hosts, timeout_s=settings.callback_timeout_s)
        self.desk = CallbackDesk(
            self.core,
            targets=targets,
            auth={mode: self.auth_key(mode) for mode in MODES},
            guard=self.lock,
            ticket=lambda: self.tickets.newest,
        )
        self.desk.on_attempt = self._tell_attempt
        self.core.callbacks = self.desk
        self.receiver = Receiver(self.now)
        targets.mount_handler(RECEIVER_URL, self.receiver.take)
        for prefix, app in self._mounts.items():
            targets.mount(prefix, app)
        self.pump = Pump(self.scheduler, self.desk, self.tickets, events_max=settings.events_max)
        self.requests: deque[RequestRecord] = deque(maxlen=settings.requests_max)
        self.broken: deque[BaseException] = deque(maxlen=KEPT)
        self.unknown_routes: deque[str] = deque(maxlen=KEPT)
