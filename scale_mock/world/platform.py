"""The rooms of the platform and who works in them, furnished around one world's state.

What concerns several rooms is done here; how time passes in them is the world's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.audits import Audits
from scale_mock.domain.batch_moves import BatchMoves
from scale_mock.domain.batches import Batches
from scale_mock.domain.chats import Chats
from scale_mock.domain.datasets import Datasets
from scale_mock.domain.deliveries import Deliveries
from scale_mock.domain.files import Files
from scale_mock.domain.followups import Followups
from scale_mock.domain.handwork import check_chat_labels, check_labels
from scale_mock.domain.lifecycle import Lifecycle
from scale_mock.domain.model import MODES
from scale_mock.domain.projects import Projects
from scale_mock.domain.quality import Quality
from scale_mock.domain.studio import Studio
from scale_mock.domain.tasks import Tasks
from scale_mock.domain.team import Team
from scale_mock.domain.teamwork import Teamwork
from scale_mock.envelopes.v2 import delivered_payload
from scale_mock.labeling import Crowds, Staffing, Workforce

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Batch, Mode, Task


class Platform:
    """What the platform does with projects, batches, tasks, people and files.

    Hands the core its ports to whoever works: the Studio team and Rapid's crowds.
    """

    core: Core

    def _furnish(self, core: Core) -> None:
        self.projects = Projects(core)
        self.batches = Batches(core, self.projects)
        self.lifecycle = Lifecycle(core, self.batches)
        self.tasks = Tasks(core, self.projects, self.batches, self.lifecycle)
        self.batch_moves = BatchMoves(core, self.batches, self.lifecycle)
        self.chats = Chats(core, self.tasks, self.lifecycle)
        self.deliveries = Deliveries(core, delivered_payload)
        self.datasets = Datasets(core)
        self.audits = Audits(core, self.lifecycle)
        self.followups = Followups(core, self.lifecycle, self.audits)
        self.files = Files(core, self.projects)
        self.team = Team(core)
        self.studio = Studio(core, self.projects, self.batches, self.team)
        teamwork = Teamwork(core, self.lifecycle)
        core.workforce = self.workforce = Workforce(core, teamwork)
        self.staffing = Staffing(core, self.workforce, teamwork.worklist)
        core.crowd = Crowds(core)
        self.quality = Quality(core, self.projects, self.batches)

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

    def due(self, task: Task) -> datetime | None:
        """When something may next happen to a task; ``None`` if nothing will by itself."""
        return task.event.due if task.event is not None else self.workforce.due(task)

    def start_task(self, task: Task) -> None:
        """Work on a task starts now; its end stays where it was planned."""
        self.lifecycle.start_early(task)

    def complete_task(
        self,
        task: Task,
        *,
        response: Mapping[str, object] | None,
        by: str | None,
        validate: bool | None = None,
    ) -> None:
        """Completes a pending task, with synthesized labels if none are given.

        Args:
            task: The task.
            response: The labels.
            by: Who labeled it.
            validate: Whether the labels must fit the task's type; ``None`` for those of self-label
                batches only.

        Raises:
            Refusal: 400 that lists what is wrong with the labels, or if it is not pending.
        """
        if response is not None:
            check_labels(self.core, task, response, validate=validate)
        if response is None:
            self.lifecycle.complete_synthesized(task, by=by or "hand")
        else:
            check_chat_labels(self.core, task, response)
            self.lifecycle.complete(task, response, by=by or "hand")
