"""Deliveries: completed tasks of a project, handed over by the platform's staff.

No operation of the API makes one (Scale's page on deliveries); ``mock.deliver`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.refusals import DELIVERY_EXISTS, NOT_DELIVERABLE, NOTHING_TO_DELIVER
from scale_mock.domain.task_index import TaskFilter
from scale_mock.sim.ids import object_id

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from scale_mock.domain.core import Core
    from scale_mock.domain.handovers import Delivery
    from scale_mock.domain.model import Project, Task
    from scale_mock.domain.side import Side


class Deliveries:
    """The deliveries of a world.

    Args:
        core: The world's state.
        payload: Writes down what is delivered of a task, as JSON.
    """

    def __init__(self, core: Core, payload: Callable[[Task], bytes]) -> None:
        self._core = core
        self._payload = payload

    def make(
        self, project: Project, tasks: Sequence[Task] | None = None, name: str | None = None
    ) -> Delivery:
        """Delivers completed tasks.

        Args:
            project: Their project.
            tasks: The tasks; by default all completed ones that were not delivered yet.
            name: The delivery's name; by default one with the date.

        Raises:
            Refusal: 400 for a task of another project or one that is not completed, or where there
                is none; 409 for a name that the project's deliveries have already.
        """
        side = self._core.sides[project.mode]
        from scale_mock.domain.handovers import Delivery

        taken = {one.name for one in side.deliveries.values() if one.project is project}
        now = self._core.now()
        if name is None:
            name = free_name(f"delivery-{now:%Y-%m-%d}", taken)
        elif name in taken:
            raise DELIVERY_EXISTS(owner="Project", of=project.name, name=name)
        chosen = self._undelivered(side, project) if tasks is None else list(tasks)
        if not chosen:
            raise NOTHING_TO_DELIVER(project=project.name)
        for task in chosen:
            _require_deliverable(task, project)
        self._core.make_room(side.deliveries, "deliveries")
        delivery = Delivery(
            id=object_id(now, self._core.settings.seed, side.mode, "delivery", project.name, name),
            mode=side.mode,
            name=name,
            project=project,
            delivered_at=now,
        )
        for task in chosen:
            if task.task_id not in delivery.payloads:
                delivery.task_ids.append(task.task_id)
                delivery.payloads[task.task_id] = self._payload(task)
                side.delivered[task.task_id] = delivery.id
        side.deliveries[delivery.id] = delivery
        self._core.journal.write(
            f"{side.mode}/delivery/{delivery.id}",
            "delivery.made",
            project=project.name,
            name=name,
            tasks=len(delivery.task_ids),
        )
        return delivery

    def _undelivered(self, side: Side, project: Project) -> list[Task]:
        """The completed tasks of a project that were not delivered yet, oldest first."""
        wanted = TaskFilter(project=(project.name,), status=("completed",))
        found = [t for t in side.task_index.matching(wanted) if t.task_id not in side.delivered]
        found.reverse()
        return found


def free_name(name: str, taken: Container[str]) -> str:
    """A name that is not taken: itself, or with a number behind it."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _require_deliverable(task: Task, project: Project) -> None:
    if task.project is not project:
        where = f"belongs to project {task.project.name!r}" if task.project else "has no project"
        raise NOT_DELIVERABLE(project=project.name, task_id=task.task_id, why=where)
    if task.status != "completed":
        raise NOT_DELIVERABLE(project=project.name, task_id=task.task_id, why=f"is {task.status}")
