"""The domain on its own: real stores and clock, the plainest fakes behind its ports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config import Settings
from scale_mock.domain.audits import Audits
from scale_mock.domain.batches import Batches
from scale_mock.domain.core import Core
from scale_mock.domain.decisions import Decision
from scale_mock.domain.files import Files
from scale_mock.domain.lifecycle import Lifecycle
from scale_mock.domain.projects import Projects
from scale_mock.domain.quality import Quality
from scale_mock.domain.refusals import Refusal
from scale_mock.domain.studio import Studio
from scale_mock.domain.tasks import Tasks
from scale_mock.domain.team import Team
from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.domain.decisions import CallbackReason
    from scale_mock.domain.model import Batch, Task

HOUR = timedelta(hours=1)


class FakeTypes:
    """Every type takes everything but the param ``bad``; labels tell what they were made from."""

    names = ("annotation", "imageannotation", "textcollection")

    def canonical(self, name: str) -> str:
        if name not in self.names:
            raise Refusal(404, f"no type {name}")
        return name

    def check_common(self, body: Mapping[str, object]) -> None:
        pass

    def check(self, type_name: str, params: Mapping[str, object]) -> None:
        if "bad" in params:
            raise Refusal(400, "bad", path="bad")

    def needs(self, type_name: str) -> tuple[tuple[str, ...], ...]:
        return ()

    def defaults(self, type_name: str, params: dict[str, object]) -> dict[str, object]:
        return {**params, "echoed": True}

    def default_instruction(self, type_name: str) -> str | None:
        return "Look closely." if type_name == "imageannotation" else None

    def unknown_keys(
        self, type_name: str, params: Mapping[str, object]
    ) -> list[tuple[str, frozenset[str]]]:
        return []

    def known_params(self, type_name: str) -> frozenset[str]:
        return frozenset({"attachment", "size"} if type_name == "annotation" else ())

    def respond(
        self, type_name: str, params: Mapping[str, object], **about: Any
    ) -> dict[str, object]:
        made = f"{type_name}/{about['seed']}/{about['identity']}"
        return {"made": made, "metadata": about["metadata"]}

    def has_pages(self, type_name: str) -> bool:
        return False

    def result_file(
        self, type_name: str, name: str, params: Mapping[str, object], **about: Any
    ) -> tuple[bytes, str] | None:
        return None


class FakePlanner:
    """Plans what it is told: everything is completed after an hour by default."""

    def __init__(self) -> None:
        self.decision = Decision(rule="test rule", outcome="complete")
        self.after = HOUR
        self.asked: list[Task] = []

    def tell(self, outcome: Any, *, after: timedelta = HOUR, **more: Any) -> None:
        self.decision = Decision(rule="test rule", outcome=outcome, **more)
        self.after = after

    def plan(self, task: Task) -> tuple[Decision, timedelta]:
        self.asked.append(task)
        return self.decision, self.after


class RecordingSink:
    """Notes what is owed, as ``(owner, status, reason)``."""

    def __init__(self) -> None:
        self.owed: list[tuple[str, str, str]] = []

    def owe_task(self, task: Task, *, reason: CallbackReason) -> None:
        self.owed.append((task.task_id, task.status, reason))

    def owe_batch(self, batch: Batch) -> None:
        self.owed.append((batch.name, batch.status, "batch"))


class Platform:
    """The parts of the domain put together, with shorthands for both modes."""

    def __init__(self, **settings: Any) -> None:
        self.scheduler = Scheduler(VirtualClock())
        self.core = Core(
            settings=Settings(**{"rapid_gate": "off", **settings}),
            scheduler=self.scheduler,
            task_types=FakeTypes(),
        )
        self.planner = self.core.planner = FakePlanner()
        self.sink = self.core.callbacks = RecordingSink()
        self.projects = Projects(self.core)
        self.batches = Batches(self.core, self.projects)
        self.lifecycle = Lifecycle(self.core, self.batches)
        self.tasks = Tasks(self.core, self.projects, self.batches, self.lifecycle)
        self.audits = Audits(self.core, self.lifecycle)
        self.files = Files(self.core, self.projects)
        self.team = Team(self.core)
        self.studio = Studio(self.core, self.projects, self.batches, self.team)
        self.quality = Quality(self.core, self.projects, self.batches)
        self.live, self.test = self.core.sides["live"], self.core.sides["test"]

    def project(self, name: str = "p", *, mode: Any = "live", **body: Any) -> str:
        self.projects.create(self.core.sides[mode], {"name": name, "type": "annotation", **body})
        return name

    def batch(self, name: str = "b", *, mode: Any = "live", **body: Any) -> Batch:
        return self.batches.create(self.core.sides[mode], {"name": name, "project": "p", **body})

    def task(self, *, mode: Any = "live", **body: Any) -> Task:
        return self.tasks.create(self.core.sides[mode], body.pop("type", "annotation"), body)

    def finalize(self, name: str = "b") -> Batch:
        batch, waiting = self.batches.finalize(self.live, name)
        for task in waiting:
            self.lifecycle.begin(task)
        return batch

    def kinds(self, subject: str) -> list[str]:
        """What the journal says happened to a subject."""
        return [entry.kind for entry in self.core.journal.entries(subject=subject)]


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def make_platform() -> Callable[..., Platform]:
    return Platform
