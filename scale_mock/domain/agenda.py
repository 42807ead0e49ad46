"""The agenda of tasks: when work on each of them starts and ends, as far as that is planned.

A task has one event at the most. That of a batch which is paused is parked: taken back, and
scheduled again that much later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.decisions import OFFER, Parked
from scale_mock.sim.instants import from_iso, to_iso

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Task
    from scale_mock.sim.scheduler import Event

START = "task.start"
FINISH = "task.finish"


class Agenda:
    """What is scheduled for tasks.

    Args:
        core: The world's state.
        touch: Notes that a task changed now.
    """

    def __init__(self, core: Core, touch: Callable[[Task], None]) -> None:
        self._core = core
        self._touch = touch

    def put(self, task: Task, due: datetime, kind: str, finish: str | None = None) -> None:
        """Schedules something for a task that has nothing scheduled.

        Args:
            task: The task.
            due: When.
            kind: :data:`START` or :data:`FINISH`.
            finish: Of a start, when work ends; of an end, who worked on it.
        """
        task.event = self._core.scheduler.at(due, kind, task.subject, finish)
        if task.batch is not None:
            task.batch.scheduled += 1

    def drop(self, task: Task) -> None:
        """Takes back what is scheduled for a task, and takes it out of the team's hands."""
        self._core.workforce.withdraw(task)
        if task.event is not None:
            self._core.scheduler.cancel(task.event)
            self._forget(task)

    def take(self, event: Event) -> Task:
        """The event's task, which no longer has anything scheduled."""
        mode, _, task_id = event.subject.split("/", 2)
        task = self._core.sides["test" if mode == "test" else "live"].tasks[task_id]
        self._forget(task)
        return task

    def park(self, task: Task) -> Parked | None:
        """Takes back what is planned for a task of a batch that is paused; ``None`` if nothing is.

        Returns:
            What was scheduled, for :meth:`unpark`.
        """
        event, decision, now = task.event, task.decision, self._core.now()
        if decision is None or decision.outcome == "hold":
            return None
        if event is None and (task.product_line != "studio" or task.past().stuck):
            return None  # it waits for somebody by hand
        self.drop(task)
        self._touch(task)
        if event is None:
            return Parked(OFFER, timedelta(0))
        if event.kind == START:
            return Parked(START, event.due - now, ends_in=from_iso(str(event.data)) - now)
        return Parked(event.kind, event.due - now)

    def unpark(self, task: Task, parked: Parked) -> None:
        """Schedules again what :meth:`park` took back, that much later; nothing for an ended task.

        Work that somebody started by hand meanwhile ends when it would have.
        """
        if task.status != "pending" or task.event is not None or task.decision is None:
            return
        now = self._core.now()
        self._touch(task)
        if parked.kind == OFFER:
            self._core.workforce.offer(task)
        elif parked.ends_in is None:
            self.put(task, now + parked.due_in, parked.kind, parked.by)
        elif task.work_started:
            self.put(task, now + parked.ends_in, FINISH, parked.by)
        else:
            self.put(task, now + parked.due_in, START, to_iso(now + parked.ends_in))

    def _forget(self, task: Task) -> None:
        task.event = None
        if task.batch is not None:
            task.batch.scheduled -= 1
