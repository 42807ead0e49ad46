"""Handing tasks on, as the platform's staff or a self-labeling customer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.control.moves import over_http
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.api.v1.tasks import response_uuid
from scale_mock.domain import fields
from scale_mock.domain.audits import CUSTOMER
from scale_mock.domain.refusals import invalid
from scale_mock.envelopes.tasks import render_task
from scale_mock.world.explain import explain_batch, explain_task

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.domain.model import Task
    from scale_mock.world.explain import Explanation


def start_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/start``."""
    task = task_of(call)
    call.world.start_task(task)
    return Reply(render_task(task))


def complete_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/complete {"response":, "by":, "validate":}``; all optional."""
    task, body = task_of(call), call.json_object()
    call.world.complete_task(
        task,
        response=fields.object_or_none(body, "response"),
        by=fields.text_or_none(body, "by"),
        validate=fields.flag(body, "validate") if body.get("validate") is not None else None,
    )
    return Reply(render_task(task))


def fail_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/fail {"error":}``: a text or the whole error response."""
    task, error = task_of(call), call.json_object().get("error")
    if error is not None and not isinstance(error, str | dict):
        raise invalid('"error" must be a string or of type object', path="error")
    call.world.lifecycle.fail(task, error)
    return Reply(render_task(task))


def audit_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/audit {"result":, "comments":, "response":, "by":}``."""
    task, body = task_of(call), call.json_object()
    call.world.audits.audit(
        task,
        fields.text(body, "result"),
        comments=fields.text_or_none(body, "comments"),
        response=fields.object_or_none(body, "response"),
        audited_by=fields.text_or_none(body, "by") or CUSTOMER,
    )
    return Reply(render_task(task))


def redo_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/redo {"by":}``."""
    task = task_of(call)
    by = fields.text_or_none(call.json_object(), "by")
    call.world.lifecycle.redo(task, by=by or "control API")
    return Reply(render_task(task))


def explain(call: Call) -> Reply:
    """``GET /_mock/tasks/{id}/explain``."""
    task = task_of(call)
    url = f"/v1/task/{task.task_id}/response_url/{response_uuid(call, task)}"
    return json_reply({**_told(explain_task(call.world, task)), "response_url": url})


def explain_batch_(call: Call) -> Reply:
    """``GET /_mock/batches/{name}/explain``."""
    batch = call.world.batches.get(call.side, call.names["name"])
    return json_reply(_told(explain_batch(call.world, batch)))


def _told(explanation: Explanation) -> dict[str, object]:
    """An explanation with its advice said twice: as Python calls, and as requests."""
    return {**explanation.as_dict(), "move_http": over_http(explanation.move)}


def task_of(call: Call) -> Task:
    """The task whose id is in the path.

    Raises:
        Refusal: There is none in the key's mode.
    """
    return call.world.tasks.get(call.side, call.names["id"])


OPERATIONS = (
    Operation("mock_start_task", "POST", "/tasks/<name:id>/start", start_task),
    Operation("mock_complete_task", "POST", "/tasks/<name:id>/complete", complete_task),
    Operation("mock_fail_task", "POST", "/tasks/<name:id>/fail", fail_task),
    Operation("mock_audit_task", "POST", "/tasks/<name:id>/audit", audit_task),
    Operation("mock_redo_task", "POST", "/tasks/<name:id>/redo", redo_task),
    Operation("explain_task", "GET", "/tasks/<name:id>/explain", explain),
    Operation("explain_batch", "GET", "/batches/<name:name>/explain", explain_batch_),
)
