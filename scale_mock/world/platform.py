"""The rooms of the platform and who works in them; :mod:`scale_mock.world.building` furnishes them.

What concerns several rooms is done here; how time passes in them is the world's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scale_mock.domain.audits import Audits
    from scale_mock.domain.batch_moves import BatchMoves
    from scale_mock.domain.batches import Batches
    from scale_mock.domain.chats import Chats
    from scale_mock.domain.core import Core
    from scale_mock.domain.datasets import Datasets
    from scale_mock.domain.deliveries import Deliveries
    from scale_mock.domain.files import Files
    from scale_mock.domain.followups import Followups
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Batch, Mode, Task
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.quality import Quality
    from scale_mock.domain.studio import Studio
    from scale_mock.domain.tasks import Tasks
    from scale_mock.domain.team import Team
    from scale_mock.labeling import Staffing, Workforce


RECEIVER_URL = "http://receiver.scale-mock.test/"
"""The built-in receiver: a name that no resolver knows, answered in process."""


class Platform:
    """What the platform does with projects, batches, tasks, people and files.

    Hands the core its ports to whoever works: the Studio team and Rapid's crowds.
    """

    core: Core
    projects: Projects
    batches: Batches
    lifecycle: Lifecycle
    tasks: Tasks
    batch_moves: BatchMoves
    chats: Chats
    deliveries: Deliveries
    datasets: Datasets
    audits: Audits
    followups: Followups
    files: Files
    team: Team
    studio: Studio
    workforce: Workforce
    staffing: Staffing
    quality: Quality

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
        for side in reversed(self.core.sides.values()):
            if name in side.batches:
                return side.batches[name]
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
        from scale_mock.domain.handwork import check_chat_labels, check_labels

        if response is not None:
            check_labels(self.core, task, response, validate=validate)
        if response is None:
            self.lifecycle.complete_synthesized(task, by=by or "hand")
        else:
            check_chat_labels(self.core, task, response)
            self.lifecycle.complete(task, response, by=by or "hand")
