"""Bulk export: a customer's tasks with their responses, as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply
from scale_mock.api.v1.tasks import task_filter
from scale_mock.envelopes.tasks import at_door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.api.call import Call
    from scale_mock.domain.task_index import TaskFilter

JSONL = "application/jsonl"


def export(call: Call) -> Reply:
    """``GET /_mock/export``: the filters of ``GET /tasks``, newest first, no pages."""
    # Read before the reply begins: a refusal has to be one.
    return Reply(_lines(call, task_filter(call)), content_type=JSONL)


def _lines(call: Call, wanted: TaskFilter) -> Iterator[bytes]:
    with call.world.lock:
        call.world.pump.settle()
        door = call.world.core.door
    for lines in call.world.export(call.mode, wanted):
        yield at_door(lines, door)


OPERATIONS = (Operation("export", "GET", "/export", export, blocks=True),)
