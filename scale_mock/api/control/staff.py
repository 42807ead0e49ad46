"""What the platform's staff does: projects' archetypes, deliveries, datasets, reports, deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.control.tasks import task_of
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.domain import fields
from scale_mock.domain.refusals import invalid
from scale_mock.envelopes.tasks import render_task
from scale_mock.world import staff

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def set_up_project(call: Call) -> Reply:
    """``POST /_mock/projects/{name}/set_up {"types":, "models":}``; makes a chat project."""
    body = call.json_object()
    given = {
        key: fields.texts(body, key) if body.get(key) is not None else None
        for key in ("types", "models")
    }
    return json_reply(staff.set_up_project(call.world, call.side, call.names["name"], **given))


def deliver(call: Call) -> Reply:
    """``POST /_mock/deliver {"project":, "tasks":, "name":}``: tasks by id, or all completed."""
    body = call.json_object()
    tasks = fields.texts(body, "tasks") if body.get("tasks") is not None else None
    made = staff.deliver(
        call.world,
        call.side,
        fields.text(body, "project"),
        tasks=tasks,
        name=fields.text_or_none(body, "name"),
    )
    return json_reply(made)


def deliver_dataset(call: Call) -> Reply:
    """``POST /_mock/datasets/{name}/deliver {"tasks":, "name":}``: files as text or base64."""
    body = call.json_object()
    tasks = body.get("tasks")
    if not isinstance(tasks, list):
        raise invalid('"tasks" must be an array', path="tasks")
    made = staff.deliver_dataset(
        call.world,
        call.side,
        call.names["name"],
        tasks=tasks,
        name=fields.text_or_none(body, "name"),
    )
    return json_reply(made)


def report_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/report {"type":, "message":}``: sensitive content."""
    task, body = task_of(call), call.json_object()
    call.world.chats.report(
        task, kind=fields.text_or_none(body, "type"), message=fields.text_or_none(body, "message")
    )
    return Reply(render_task(task))


def delete_task(call: Call) -> Reply:
    """``POST /_mock/tasks/{id}/delete``: v2 calls it deleted, v1 canceled."""
    task = task_of(call)
    call.world.lifecycle.delete(task)
    return Reply(render_task(task))


OPERATIONS = (
    Operation("mock_set_up_project", "POST", "/projects/<name:name>/set_up", set_up_project),
    Operation("mock_deliver", "POST", "/deliver", deliver),
    Operation("mock_deliver_dataset", "POST", "/datasets/<name:name>/deliver", deliver_dataset),
    Operation("mock_report_task", "POST", "/tasks/<name:id>/report", report_task),
    Operation("mock_delete_task", "POST", "/tasks/<name:id>/delete", delete_task),
)
