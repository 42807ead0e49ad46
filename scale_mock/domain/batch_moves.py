"""Pausing, resuming and cancelling a batch: v2's moves, which touch only unstarted tasks.

==============  ==========  ========  =======  =========
from            finalize    pause     resume   cancel
==============  ==========  ========  =======  =========
staging         in_progress refused   refused  cancelled
in_progress     refused     paused    refused  cancelled
paused          refused     refused   back     cancelled
completed       refused     refused   refused  refused
cancelled       refused     refused   refused  refused
==============  ==========  ========  =======  =========

What is refused, and that a default batch starts in progress, follows the official SDK's own tests
and Scale's pages on the five operations. The moves take effect at once, where the real service
says "initiated".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.refusals import ILLEGAL_MOVE
from scale_mock.domain.task_index import TaskFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.domain.batches import Batches
    from scale_mock.domain.core import Core
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Batch, Task

RUNNING = ("staging", "in_progress", "paused")


class BatchMoves:
    """Moves of batches that v1 does not know."""

    def __init__(self, core: Core, batches: Batches, lifecycle: Lifecycle) -> None:
        self._core = core
        self._batches = batches
        self._lifecycle = lifecycle

    def pause(self, batch: Batch) -> None:
        """Unstarted tasks stop where they are; those that are being worked on go on.

        An empty batch is paused too.

        Raises:
            Refusal: 400 if it is not in progress.
        """
        _require(batch, ("in_progress",), "paused")
        batch.status = "paused"
        self._batches.unsettle(batch)
        for task in self._unstarted(batch):
            parked = self._lifecycle.agenda.park(task)
            if parked is not None:
                batch.parked[task.task_id] = parked
        self._note(batch, "batch.paused", tasks=len(batch.parked))

    def resume(self, batch: Batch) -> None:
        """Everything goes on as it would have; the pause lies between.

        Raises:
            Refusal: 400 if it is not paused.
        """
        _require(batch, ("paused",), "resumed")
        batch.status = "in_progress"
        parked, batch.parked = batch.parked, {}
        tasks = self._core.sides[batch.mode].tasks
        self._note(batch, "batch.resumed", tasks=len(parked))
        for task_id, one in parked.items():
            self._lifecycle.agenda.unpark(tasks[task_id], one)
        for task in self._unstarted(batch):
            # It came in, or back, while the batch was paused.
            if task.decision is None:
                self._lifecycle.begin(task)
        self._batches.settle_if_done(batch)

    def cancel(self, batch: Batch) -> None:
        """Unstarted tasks are canceled for good; those that are being worked on go on.

        Raises:
            Refusal: 400 if it was completed or cancelled.
        """
        _require(batch, RUNNING, "cancelled")
        batch.status = "cancelled"
        batch.parked.clear()
        self._batches.unsettle(batch)
        unstarted = list(self._unstarted(batch))
        self._note(batch, "batch.cancelled", tasks=len(unstarted))
        for task in unstarted:
            self._lifecycle.cancel(task)

    def _unstarted(self, batch: Batch) -> Iterator[Task]:
        """The tasks on which work has not started, oldest first."""
        index = self._core.sides[batch.mode].task_index
        pending = list(index.matching(TaskFilter(batch=(batch.name,), status=("pending",))))
        return (task for task in reversed(pending) if not task.work_started)

    def _note(self, batch: Batch, kind: str, *, tasks: int) -> None:
        batch.touched += 1
        self._core.journal.write(batch.subject, kind, tasks=tasks)


def require_staging(batch: Batch) -> None:
    """Refuses to finalize a batch that is not in staging; v1 does so for some product lines only.

    Raises:
        Refusal: 400.
    """
    _require(batch, ("staging",), "finalized")


def _require(batch: Batch, wanted: tuple[str, ...], done: str) -> None:
    if batch.status not in wanted:
        raise ILLEGAL_MOVE(
            wanted=" or ".join(wanted), done=done, status=batch.status, name=batch.name
        )
