"""The Studio team at work: who picks up which task, when, for how long, and how well.

Every labeler assigned to a project takes one task at a time: a minute after being free, or after
work came up while they were idle (setting ``studio_pickup_s``), in their working hours. At one
instant whoever finishes does so before anybody picks up, and people pick up in the order in which
they joined the team. How long a step takes and whether it is done well comes from streams named for
the labeler and the task, so that nothing else changes it.

All state is in ``core.floor``; what is kept here can be made anew from it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.floor import ROLES, Activity, Labeler
from scale_mock.domain.model import Batch
from scale_mock.labeling.hours import hours_of
from scale_mock.labeling.standing import off_duty, stands_off
from scale_mock.sim.instants import to_iso
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.floor import Role, WorkItem
    from scale_mock.domain.model import Task
    from scale_mock.domain.teamwork import Teamwork, Verdict
    from scale_mock.domain.worklist import Place
    from scale_mock.labeling.hours import Hours
    from scale_mock.sim.scheduler import Event
    from scale_mock.sim.streams import Stream

PICK_UP = "studio.pick_up"
DONE = "studio.done"
FINENESS = 1_000_000
"""Parts into which a spread is divided."""


class Workforce:
    """The Studio team of a world; see :class:`scale_mock.domain.ports.Workforce`."""

    def __init__(self, core: Core, teamwork: Teamwork) -> None:
        self._core = core
        self._teamwork = teamwork
        self._assigned: dict[str, list[str]] | None = None
        core.scheduler.on(PICK_UP, self._on_pick_up)
        core.scheduler.on(DONE, self._on_done)

    def offer(self, task: Task) -> None:
        """Work on a task may begin: those who may take it and are idle look for work."""
        self._call(self._teamwork.offer(task))

    def withdraw(self, task: Task) -> None:
        """A task is taken away; whoever has it in hand is free."""
        item = self._teamwork.withdraw(task)
        if item is not None:
            for email in item.holders:
                labeler = self._core.floor.labelers[email]
                self._let_go(labeler, task, "withdrawn")
                self._look(labeler)

    def requeue(self, task: Task) -> None:
        """A task's priority changed: it waits at another place."""
        item = self._core.floor.items.get(task.task_id)
        if item is not None:
            self._teamwork.worklist.put(item)

    def reconsider(self) -> None:
        """Team, assignments, groups, roles, hours or the order of batches changed."""
        self._assigned = None
        self._teamwork.worklist.reorder()
        if self._core.settings.studio_unassigned == "drop":
            for labeler in self._core.floor.labelers.values():
                doing = labeler.doing
                if doing and off_duty(self._core, labeler.email, doing.project):
                    self._drop(labeler)
        for email in self._core.team:
            if email in self._core.sides["live"].assignments:
                self._look(self._core.floor.labeler(email))

    def reschedule(self, labeler: Labeler) -> None:
        """Somebody's hours changed: their next pick-up is found anew, what is in hand stays."""
        if labeler.doing is None and labeler.event is not None:
            self._core.scheduler.cancel(labeler.event)
            labeler.event = None

    def due(self, thing: Task | Batch) -> datetime | None:
        """When something may next come of a task or batch on the floor; ``None`` if never."""
        if isinstance(thing, Batch):
            if not thing.counts.get("pending"):
                return None
            place = (thing.project.name, thing.name)
            people = [
                self._core.floor.peek(email)
                for email in self._emails(thing.project.name)
                if any(stands_off(self._core, email, place, role) is None for role in ROLES)
            ]
        else:
            people = self.concerned(thing)
        return min((one.event.due for one in people if one.event is not None), default=None)

    def concerned(self, task: Task) -> list[Labeler]:
        """Who has a task in hand, and who could take it."""
        item = self._core.floor.items.get(task.task_id)
        if item is None:
            return []
        people = list(item.holders)
        if self._core.floor.is_waiting(item):
            people.extend(self._takers(item))
        return [self._core.floor.peek(email) for email in people]

    def _takers(self, item: WorkItem) -> Iterator[str]:
        """Those who may take an item, in the order of the team."""
        place = _place(item)
        barred = self._core.floor.barred(item)
        for email in self._emails(item.project):
            if email not in barred and not stands_off(self._core, email, place, item.role):
                yield email

    def _emails(self, project: str) -> list[str]:
        """Who is assigned to a project, in the order of the team."""
        if self._assigned is None:
            self._assigned = {}
            assignments = self._core.sides["live"].assignments
            for email in self._core.team:
                for name in assignments.get(email, ()):
                    self._assigned.setdefault(name, []).append(email)
        return self._assigned.get(project, [])

    def _call(self, item: WorkItem) -> None:
        """Tells those who are idle of an item that waits."""
        if self._core.floor.is_waiting(item):
            for email in self._takers(item):
                labeler = self._core.floor.labeler(email)
                if labeler.event is None:
                    self._look_later(labeler)

    def _look(self, labeler: Labeler) -> None:
        """Has somebody who is idle look for work, if there is any for them."""
        if labeler.event is None and self._next_for(labeler) is not None:
            self._look_later(labeler)

    def _look_later(self, labeler: Labeler) -> None:
        core = self._core
        due = core.now() + timedelta(seconds=core.settings.studio_pickup_s)
        hours = _hours(labeler)
        if hours is not None:
            due = hours.opening(due)
        rank = core.team[labeler.email].seq
        labeler.event = core.scheduler.at(
            due, PICK_UP, f"live/labeler/{labeler.email}", priority=1 + rank
        )

    def _next_for(self, labeler: Labeler) -> WorkItem | None:
        core, email = self._core, labeler.email

        def may(place: Place, role: Role) -> bool:
            return stands_off(core, email, place, role) is None

        return self._teamwork.worklist.first(email, may)

    def _on_pick_up(self, event: Event) -> None:
        labeler = self._labeler_of(event)
        labeler.event = None
        item = self._next_for(labeler)
        if item is not None:
            self._pick_up(labeler, item)

    def _pick_up(self, labeler: Labeler, item: WorkItem) -> None:
        core, task, now = self._core, item.task, self._core.now()
        floor = core.floor
        floor.numbered += 1
        labeler.doing = Activity(
            number=floor.numbered,
            labeler=labeler.email,
            task=task.task_id,
            project=item.project,
            batch=task.batch.name if task.batch else None,
            kind="review" if item.stage else "attempt",
            layer=item.stage,
            picked_up=now,
        )
        work = self._length(labeler, item)
        hours = _hours(labeler)
        until = now + work if hours is None else hours.done(now, work)
        core.journal.write(
            task.subject,
            "studio.picked_up",
            by=labeler.email,
            step=labeler.doing.kind,
            layer=item.stage,
            until=to_iso(until),
        )
        labeler.event = core.scheduler.at(
            until, DONE, f"live/labeler/{labeler.email}", task.task_id
        )
        if task.batch is not None:
            task.batch.scheduled += 1
        self._teamwork.pick_up(item, labeler.email)

    def _on_done(self, event: Event) -> None:
        labeler = self._labeler_of(event)
        item = self._core.floor.items[str(event.data)]
        task = item.task
        doing = self._let_go(labeler, task, "failed")
        try:
            doing.result = self._step(labeler, item)
        except Exception as error:
            # Nobody gets further with it: the task says what holds it, and can be handed on.
            self.withdraw(task)
            task.past().stuck = str(error)
            self._core.journal.write(task.subject, "task.stuck", reason=str(error))
            raise
        finally:
            self._look(labeler)
        if task.task_id in self._core.floor.items:
            self._call(item)

    def _step(self, labeler: Labeler, item: WorkItem) -> str:
        chance = self._chance(labeler, item, "accuracy")
        if not item.stage:
            is_faulty = chance.fraction() >= labeler.accuracy
            return self._teamwork.attempt(item, labeler.email, is_faulty=is_faulty)
        return self._teamwork.review(item, labeler.email, self._verdict(labeler, item, chance))

    def _verdict(self, labeler: Labeler, item: WorkItem, chance: Stream) -> Verdict:
        """A reviewer notices a fault as often as they are accurate, and sees none that is not."""
        notices, rejects = chance.fraction() < labeler.accuracy, chance.fraction()
        if item.answer is None or not item.answer.is_faulty or not notices:
            return "accepted"
        pipeline = self._core.floor.pipeline(item.project)
        if item.rejections < pipeline.rejections_max and rejects < pipeline.rejects:
            return "rejected"
        return "fixed"

    def _length(self, labeler: Labeler, item: WorkItem) -> timedelta:
        """How long a step takes: the pace, more or less the spread; to the millisecond."""
        pace = labeler.pace
        if item.stage and labeler.review_pace is not None:
            pace = labeler.review_pace
        part = round(labeler.spread * FINENESS)
        share = self._chance(labeler, item, "pace").between(FINENESS - part, FINENESS + part)
        millisecond = timedelta(milliseconds=1)
        return pace // millisecond * share // FINENESS * millisecond

    def _chance(self, labeler: Labeler, item: WorkItem, use: str) -> Stream:
        task = item.task
        return stream(
            self._core.settings.seed,
            "studio",
            use,
            labeler.email,
            task.identity,
            task.times_redone,
            item.stage,
        )

    def _drop(self, labeler: Labeler) -> None:
        """Somebody who was taken off a project leaves what they have in hand."""
        doing = labeler.doing
        if doing is None:
            return
        item = self._core.floor.items[doing.task]
        self._let_go(labeler, item.task, "dropped")
        self._core.journal.write(item.task.subject, "studio.dropped", by=labeler.email)
        self._teamwork.put_down(item, labeler.email)
        self._call(item)

    def _let_go(self, labeler: Labeler, task: Task, result: str) -> Activity:
        """Ends what somebody has in hand; a run's own result replaces the one given here."""
        doing = labeler.doing
        if doing is None:
            raise AssertionError(f"{labeler.email} has nothing in hand.")
        if labeler.event is not None:
            self._core.scheduler.cancel(labeler.event)
        labeler.event = labeler.doing = None
        if task.batch is not None:
            task.batch.scheduled -= 1
        doing.finished = self._core.now()
        doing.result = result
        floor = self._core.floor
        floor.activity.append(doing)
        if len(floor.activity) > self._core.settings.studio_activity_max:
            floor.activity.popleft()
        return doing

    def _labeler_of(self, event: Event) -> Labeler:
        return self._core.floor.labelers[event.subject.split("/", 2)[2]]


def _place(item: WorkItem) -> Place:
    return (item.project, item.task.batch.name if item.task.batch else None)


def _hours(labeler: Labeler) -> Hours | None:
    return hours_of(labeler.hours, labeler.weekdays, labeler.timezone)
