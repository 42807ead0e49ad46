"""What every part of the platform works on: clock, order, record, stores and ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.absent import Nobody, NoCrowd
from scale_mock.domain.floor import Floor
from scale_mock.domain.journal import Journal
from scale_mock.domain.model import MODES
from scale_mock.domain.refusals import LIMIT_REACHED
from scale_mock.domain.side import Side
from scale_mock.sim.ids import object_id
from scale_mock.sim.streams import digest

RESULTS = "https://results.scale-mock.test"
"""Stands, in a stored response, for the address of whichever door serves its files."""

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sized
    from datetime import datetime

    from scale_mock.config import Settings
    from scale_mock.domain.model import Mode, Task
    from scale_mock.domain.ports import (
        CallbackSink,
        OutcomePlanner,
        TaskerPool,
        TaskTypeBook,
        Workforce,
    )
    from scale_mock.domain.records import Teammate
    from scale_mock.sim.scheduler import Scheduler


class Core:
    """The state of one world.

    Attributes:
        settings: The world's settings.
        scheduler: Clock and events.
        journal: What happened.
        task_types: Params and responses per task type.
        planner: Decides fates; set by the world once the domain stands.
        callbacks: Takes note of what is owed; set by the world once the domain stands.
        sides: The two modes' stores.
        responders: What tasks of a type are answered with instead of synthesized responses.
        door: Where the files of responses are served, as the newest request saw it.
        team: The account's teammates by e-mail, in the order they joined.
        appointments_made: How many calls were ever scheduled; numbers the next one.
        script: What a scenario makes happen here: its steps, and what became of them.
        floor: Where the Studio team works.
        workforce: The Studio team at work; set by the world once the domain stands.
        crowd: Rapid's taskers at work; set by the world once the domain stands.
    """

    planner: OutcomePlanner
    callbacks: CallbackSink

    def __init__(
        self, *, settings: Settings, scheduler: Scheduler, task_types: TaskTypeBook
    ) -> None:
        self.settings = settings
        self.scheduler = scheduler
        self.task_types = task_types
        self.journal = Journal(scheduler.clock, entries_max=settings.journal_entries_max)
        self.sides: dict[Mode, Side] = {mode: Side(mode) for mode in MODES}
        self.door = RESULTS
        self.responders: dict[str, Callable[[Task], Mapping[str, object]]] = {}
        self.team: dict[str, Teammate] = {}
        self.appointments_made = 0
        self.script: dict[str, Any] = {}
        self.floor = Floor()
        self.workforce: Workforce = Nobody()
        self.crowd: TaskerPool = NoCrowd()

    def now(self) -> datetime:
        """The current instant of the world."""
        return self.scheduler.clock.now()

    def other_side(self, side: Side) -> Side:
        """The account's other mode."""
        return self.sides["live" if side.is_test else "test"]

    def new_id(self, side: Side, *identity: object) -> str:
        """An id in Scale's shape; the same identity again is its next occurrence."""
        name = digest(*identity)
        occurrence = side.occurrence(name)
        return object_id(self.now(), self.settings.seed, side.mode, name.hex(), occurrence)

    def make_room(self, kept: Sized, things: str, setting: str = "objects_max") -> None:
        """Refuses one more of something of which there is as much as the settings allow."""
        limit: int = getattr(self.settings, setting)
        if len(kept) >= limit:
            raise LIMIT_REACHED(limit=limit, things=things, setting=setting)
