"""Batches: creation, finalization, completion and reopening, in the three product lines' ways.

Enterprise batches start ``in_progress`` and may be reopened by a later task; Rapid and Studio
batches start in ``staging``, wait for finalize and take no task after it (Scale's page "Batch
overview").
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.documents import EMPTY_OBJECT
from scale_mock.domain.gate import check_create, check_finalize
from scale_mock.domain.model import Batch
from scale_mock.domain.refusals import (
    ALREADY_FINALIZED,
    BATCH_EXISTS,
    BATCH_KINDS,
    BATCH_NOT_FOUND,
    RAPID_ONLY,
    READ_WRONG_MODE,
    WRONG_MODE,
    invalid,
)
from scale_mock.domain.task_index import TaskFilter
from scale_mock.sim.ids import object_id
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Api, BatchKind, Project, Task, TaskStatus
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.side import Side
    from scale_mock.sim.scheduler import Event

SETTLE = "batch.settle"
PRIORITY_LEAST, PRIORITY_MOST = 10, 30


class Batches:
    """The batches of a world."""

    def __init__(self, core: Core, projects: Projects) -> None:
        self._core = core
        self._projects = projects
        core.scheduler.on(SETTLE, self._settle)

    def create(
        self,
        side: Side,
        body: Mapping[str, object],
        *,
        api: Api = "v1",
        staging: bool = False,
    ) -> Batch:
        """Creates a batch.

        Args:
            side: The mode's store.
            body: The request in v1's words.
            api: Which API it came through.
            staging: Whether an Enterprise batch waits for finalize too, as v2's
                ``staging_batch`` asks; the other product lines' batches always do.

        Raises:
            Refusal: 400 for a wrong field or mode, 404 for an unknown project, 409 for a name
                that is taken.
        """
        name = fields.text(body, "name")
        project_name = fields.text(body, "project")
        callback = fields.text_or_none(body, "callback") or ""
        if callback:
            fields.callback_target(callback, "callback")
        metadata = body.get("metadata")
        document = EMPTY_OBJECT if metadata is None else fields.metadata_document(metadata)
        project = self._projects.referenced(side, project_name)
        kind = _kind(body, project)
        if name in side.batches:
            raise BATCH_EXISTS(name=name)
        check_create(self._core.settings, side, project, kind)
        self._core.make_room(side.batches, "batches")
        now = self._core.now()
        batch = Batch(
            id=object_id(now, self._core.settings.seed, side.mode, "batch", name),
            mode=side.mode,
            name=name,
            project=project,
            kind=kind,
            status="staging" if staging or project.product_line != "enterprise" else "in_progress",
            created_at=now,
            seq=len(side.batches),
            callback=callback,
            metadata=document,
            api=api,
        )
        side.batches[name] = batch
        self._core.journal.write(
            batch.subject, "batch.created", project=project.name, batch_kind=kind
        )
        return batch

    def get(self, side: Side, name: str) -> Batch:
        """The batch of that name.

        Raises:
            Refusal: 404 if there is none in this mode.
        """
        batch = side.batches.get(name)
        if batch is None:
            there = self._core.other_side(side)
            if name in there.batches:
                raise READ_WRONG_MODE(kind="batch", name=name, there=there.mode, here=side.mode)
            raise BATCH_NOT_FOUND()
        return batch

    def referenced(self, side: Side, name: str) -> Batch:
        """The batch that a task names: 400 if it lives in the other mode, 404 if nowhere."""
        there = self._core.other_side(side)
        if name not in side.batches and name in there.batches:
            raise WRONG_MODE(kind="batch", name=name, there=there.mode, here=side.mode)
        return self.get(side, name)

    def finalize(self, side: Side, name: str) -> tuple[Batch, list[Task]]:
        """Finalizes a batch.

        Returns:
            The batch, and the tasks that work may now begin on, oldest first. Enterprise batches
            are left as they are.

        Raises:
            Refusal: 404 if there is none, 400 if it is a Rapid or Studio batch and was finalized.
        """
        batch = self.get(side, name)
        if batch.project.product_line == "enterprise" and batch.status != "staging":
            return batch, []
        if batch.status != "staging":
            raise ALREADY_FINALIZED(name=name)
        check_finalize(self._core.settings, side, batch)
        batch.status = "in_progress"
        batch.finalized_at = self._core.now()
        batch.touched += 1
        self._core.journal.write(batch.subject, "batch.finalized", tasks=batch.total)
        if batch.kind == "calibration":
            batch.project.is_calibrated = True
        if batch.project.product_line == "rapid" and batch.kind != "self_label":
            self._core.crowd.launch(batch.project)
        waiting = list(side.task_index.matching(TaskFilter(batch=(name,), status=("pending",))))
        waiting.reverse()
        self.settle_if_done(batch)
        return batch, waiting

    def set_metadata(self, side: Side, name: str, metadata: object) -> Batch:
        """Replaces a batch's metadata."""
        batch = self.get(side, name)
        batch.metadata = fields.metadata_document(metadata)
        self._core.journal.write(
            batch.subject, "batch.metadata_set", metadata=digest(batch.metadata).hex()
        )
        return batch

    def prioritize(self, side: Side, name: str, body: Mapping[str, object]) -> int:
        """Sets the priority of the batch's tasks on which work has not started.

        Returns:
            How many tasks it changed.
        """
        batch = self.get(side, name)
        priority = fields.integer_or_none(body, "priority")
        if priority is None:
            raise invalid('"priority" is required', path="priority")
        if not PRIORITY_LEAST <= priority <= PRIORITY_MOST:
            raise invalid(
                f'"priority" must be between {PRIORITY_LEAST} and {PRIORITY_MOST}',
                path="priority",
            )
        batch.priority = priority
        changed = 0
        for task in side.task_index.matching(TaskFilter(batch=(name,), status=("pending",))):
            if not task.work_started:
                task.priority = priority
                self._core.workforce.requeue(task)
                changed += 1
        self._core.journal.write(batch.subject, "batch.prioritized", priority=priority)
        return changed

    def count(self, batch: Batch, old: TaskStatus | None, new: TaskStatus) -> None:
        """Notes that one of a batch's tasks is new (``old`` is ``None``) or changed its status."""
        if old is not None:
            batch.counts[_counted(old)] -= 1
        batch.counts[_counted(new)] = batch.counts.get(_counted(new), 0) + 1
        batch.touched += 1
        if new == "pending":
            self._reopen(batch)
        else:
            self.settle_if_done(batch)

    def settle_if_done(self, batch: Batch) -> None:
        """Schedules the batch's completion if nothing in it is pending.

        In test mode every task is done before the next one is created; there an Enterprise batch
        waits ``batch_settle_s`` for further tasks.
        """
        if batch.counts.get("pending", 0) or not batch.total or batch.status != "in_progress":
            return
        self.unsettle(batch)
        waits = batch.mode == "test" and batch.project.product_line == "enterprise"
        delay = timedelta(seconds=self._core.settings.batch_settle_s if waits else 0)
        batch.settling = self._core.scheduler.after(delay, SETTLE, batch.subject)
        batch.scheduled += 1

    def _settle(self, event: Event) -> None:
        mode, _, name = event.subject.split("/", 2)
        batch = self._core.sides["test" if mode == "test" else "live"].batches[name]
        batch.settling = None
        batch.scheduled -= 1
        batch.status = "completed"
        batch.completed_at = self._core.now()
        batch.cycle += 1
        batch.touched += 1
        self._core.journal.write(batch.subject, "batch.completed", stats=stats(batch))
        self._core.callbacks.owe_batch(batch)

    def _reopen(self, batch: Batch) -> None:
        self.unsettle(batch)
        if batch.status == "completed":
            batch.status = "in_progress"
            batch.completed_at = None
            self._core.journal.write(batch.subject, "batch.reopened")

    def unsettle(self, batch: Batch) -> None:
        """Takes its scheduled completion back, if there is one."""
        if batch.settling is not None:
            self._core.scheduler.cancel(batch.settling)
            batch.settling = None
            batch.scheduled -= 1


def stats(batch: Batch) -> dict[str, int]:
    """The counts of a batch's tasks by status, zeros left out (as documented)."""
    return {status: count for status, count in sorted(batch.counts.items()) if count}


def _counted(status: TaskStatus) -> TaskStatus:
    """What a status counts as in v1's statistics, which know no deleted tasks."""
    return "canceled" if status == "deleted" else status


def _kind(body: Mapping[str, object], project: Project) -> BatchKind:
    calibration = fields.flag(body, "calibration_batch")
    self_label = fields.flag(body, "self_label_batch")
    if calibration and self_label:
        raise BATCH_KINDS()
    line = project.product_line
    if (calibration and line == "enterprise") or (self_label and line != "rapid"):
        field = "calibration_batch" if calibration else "self_label_batch"
        raise RAPID_ONLY(field=field, project=project.name, line=line)
    if calibration:
        return "calibration"
    if self_label:
        return "self_label"
    return "production" if line == "rapid" else "plain"
