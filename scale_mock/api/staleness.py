"""Stale reads: a task or a batch as it was created."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from scale_mock.domain.documents import encode
from scale_mock.envelopes.objects import batch_json, batch_status_json
from scale_mock.envelopes.tasks import render_task

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.domain.model import Batch, Task


def as_created(operation: str, call: Call) -> bytes | None:
    """What a single read would have answered right after the creation of what it names.

    Status, response, counts and instants go back; what the customer changed since then stays.

    Returns:
        The body; ``None`` for a read of something else than one task or batch.
    """
    if operation == "get_task":
        task = call.side.tasks.get(call.names["task_id"])
        return None if task is None else render_task(_fresh_task(task))
    if operation in {"get_batch", "get_batch_status"}:
        batch = call.side.batches.get(call.names["name"])
        if batch is None:
            return None
        fresh = _fresh_batch(batch)
        is_status = operation == "get_batch_status"
        return encode(batch_status_json(fresh) if is_status else batch_json(fresh))
    return None


def _fresh_task(task: Task) -> Task:
    fresh = copy(task)
    fresh.status = "pending"
    fresh.response = fresh.completed_at = fresh.callback_succeeded = fresh.history = None
    fresh.updated_at = task.created_at
    fresh.work_started = False
    return fresh


def _fresh_batch(batch: Batch) -> Batch:
    fresh = copy(batch)
    fresh.status = "in_progress" if batch.project.product_line == "enterprise" else "staging"
    fresh.completed_at = fresh.last_audited_at = None
    fresh.counts = {}
    return fresh
