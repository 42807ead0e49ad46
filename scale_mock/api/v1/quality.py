"""Quality tasks on the wire: evaluation and training tasks of Rapid projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.envelopes.objects import quality_task_json
from scale_mock.envelopes.rapid import attempt_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply

LIMIT_MAX = 100


def create_evaluation_task(call: Call) -> Reply:
    """``POST /evaluation_tasks/{type}``."""
    task = call.world.quality.create(
        call.side, "evaluation", call.names["type"], call.json_object()
    )
    return json_reply(quality_task_json(task))


def create_training_task(call: Call) -> Reply:
    """``POST /training_tasks/{type}``."""
    task = call.world.quality.create(call.side, "training", call.names["type"], call.json_object())
    return json_reply(quality_task_json(task))


def list_labeler_attempts(call: Call) -> Reply:
    """``GET /quality/labelers``: its shape is known from an unreleased SDK branch only."""
    limit = call.integer("limit", default=LIMIT_MAX, least=1, most=LIMIT_MAX)
    offset = call.integer("next_token", default=0, least=0)
    found = call.world.quality.attempts(
        call.side,
        task_ids=list(call.many("quality_task_ids")),
        emails=list(call.many("labeler_emails")),
    )
    has_more = offset + limit < len(found)
    page = found[offset : offset + limit]
    body: dict[str, object] = {
        "docs": [attempt_json(attempt, call.side) for attempt in page],
        "has_more": has_more,
    }
    if has_more:
        body["next_token"] = str(offset + limit)
    return json_reply(body)


OPERATIONS = (
    Operation(
        "create_evaluation_task", "POST", "/evaluation_tasks/<name:type>", create_evaluation_task
    ),
    Operation("create_training_task", "POST", "/training_tasks/<name:type>", create_training_task),
    Operation("list_labeler_attempts", "GET", "/quality/labelers", list_labeler_attempts),
)
