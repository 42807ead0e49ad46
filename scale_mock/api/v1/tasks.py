"""Tasks on the wire: create, read, list, cancel, and the fields that may change afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.polling import polled_list, polled_task
from scale_mock.api.reply import Reply, json_reply
from scale_mock.domain import fields
from scale_mock.domain.model import REVIEW_STATUSES, TASK_STATUSES
from scale_mock.domain.refusals import BAD_TOKEN, NOT_COMPLETED, TASK_NOT_FOUND
from scale_mock.domain.task_index import ALWAYS, TaskFilter, stored_statuses
from scale_mock.envelopes.tasks import (
    next_token,
    position_of,
    render_limited,
    render_task,
    render_task_page,
)
from scale_mock.sim.ids import uuid_text

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.domain.model import Task
    from scale_mock.domain.task_index import TaskPage

LIMIT_MAX = 100


def create_task(call: Call) -> Reply:
    """``POST /task/{type}``."""
    task = call.world.tasks.create(
        call.side,
        call.names["type"],
        call.json_object(),
        idempotency_key=call.header("Idempotency-Key"),
    )
    return Reply(render_task(task))


def get_task(call: Call) -> Reply:
    """``GET /task/{task_id}``."""
    return Reply(render_task(_task(call)))


def list_tasks(call: Call) -> Reply:
    """``GET /tasks``: newest first, by cursor or by offset."""
    limit, offset = _limit(call), call.integer("offset", default=0, least=0)
    page = _page(call, limit, offset)
    with_urls = bool(call.flag("include_attachment_url"))
    if call.flag("limited_response"):
        docs = [render_limited(task) for task in page.tasks]
    else:
        docs = [render_task(task, attachment_urls=with_urls) for task in page.tasks]
    token = None if page.next_before is None else next_token(page.next_before)
    return Reply(
        render_task_page(docs, total=page.total, limit=limit, offset=offset, next_token=token)
    )


def cancel_task(call: Call) -> Reply:
    """``POST /task/{task_id}/cancel``; whatever the body says is ignored."""
    task = _task(call)
    call.world.lifecycle.cancel(task, clear_unique_id=bool(call.flag("clear_unique_id")))
    return Reply(render_task(task))


def set_unique_id(call: Call) -> Reply:
    """``POST /task/{task_id}/unique_id``."""
    unique_id = fields.text(call.json_object(), "unique_id")
    task = call.world.tasks.set_unique_id(call.side, call.names["task_id"], unique_id)
    return Reply(render_task(task))


def clear_unique_id(call: Call) -> Reply:
    """``DELETE /task/{task_id}/unique_id``."""
    task = call.world.tasks.set_unique_id(call.side, call.names["task_id"], None)
    return Reply(render_task(task))


def set_task_metadata(call: Call) -> Reply:
    """``POST /task/{task_id}/setMetadata``: the body is the metadata."""
    task = call.world.tasks.set_metadata(call.side, call.names["task_id"], call.json_object())
    return Reply(render_task(task))


def set_task_tags(call: Call) -> Reply:
    """``POST /task/{task_id}/tags``: the body is the new list."""
    return Reply(
        render_task(call.world.tasks.set_tags(call.side, call.names["task_id"], call.json_array()))
    )


def add_task_tags(call: Call) -> Reply:
    """``PUT /task/{task_id}/tags``."""
    return Reply(
        render_task(call.world.tasks.add_tags(call.side, call.names["task_id"], call.json_array()))
    )


def delete_task_tags(call: Call) -> Reply:
    """``DELETE /task/{task_id}/tags``: a DELETE with a body."""
    return Reply(
        render_task(
            call.world.tasks.delete_tags(call.side, call.names["task_id"], call.json_array())
        )
    )


def send_callback(call: Call) -> Reply:
    """``POST /task/{task_id}/send_callback``: known from third-party clients only."""
    call.world.desk.resend_task(_task(call))
    return json_reply({"success": True})


def get_task_response(call: Call) -> Reply:
    """``GET /task/{task_id}/response_url/{uuid}``: a response by its secret name."""
    task = _task(call)
    if call.names["uuid"] != response_uuid(call, task):
        raise TASK_NOT_FOUND()
    if task.response is None:
        raise NOT_COMPLETED(status=task.status)
    return Reply(task.response)


def response_uuid(call: Call, task: Task) -> str:
    """The name under which a task's response can be fetched; the control API tells it."""
    return uuid_text(call.world.settings.seed, task.mode, "response", task.task_id)


def _task(call: Call) -> Task:
    return call.world.tasks.get(call.side, call.names["task_id"])


def _limit(call: Call) -> int:
    return call.integer("limit", default=LIMIT_MAX, least=1, most=LIMIT_MAX)


def _page(call: Call, limit: int, offset: int) -> TaskPage:
    token = call.one("next_token")
    before = None
    if token is not None:
        before = position_of(token)
        if before is None:
            raise BAD_TOKEN()
    return call.side.task_index.page(task_filter(call), limit=limit, before=before, offset=offset)


def task_filter(call: Call) -> TaskFilter:
    """The filters of ``GET /tasks``."""
    return TaskFilter(
        status=stored_statuses(_choices(call, "status", TASK_STATUSES)),
        type=_types(call),
        project=call.many("project"),
        batch=call.many("batch"),
        review=_choices(call, "customer_review_status", REVIEW_STATUSES),
        tag=call.many("tags"),
        unique_id=call.many("unique_id"),
        created=(call.instant("start_time"), call.instant("end_time")),
        completed=(call.instant("completed_after"), call.instant("completed_before")),
        updated=(call.instant("updated_after"), call.instant("updated_before")),
    )


def _types(call: Call) -> tuple[str, ...]:
    return tuple(map(call.world.core.task_types.canonical, call.many("type")))


def _choices(call: Call, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Values out of a fixed set, repeated or joined by commas."""
    values = [part for value in call.many(name) for part in value.split(",") if part]
    for value in values:
        fields.one_of(value, name, allowed)
    return tuple(values)


def _awaited_task(call: Call) -> Task | None:
    task = call.side.tasks.get(call.names["task_id"])
    return task if task is not None and call.world.due(task) is not None else None


def _awaited_in_list(call: Call) -> Task | None:
    """The task of the page on which something happens next, or a pending one that may join it."""
    limit = _limit(call)
    page = _page(call, limit, call.integer("offset", default=0, least=0))
    found = _next_of(call, page.tasks)
    if found is None:
        # Whoever polls for completed tasks waits for pending ones.
        wanted = task_filter(call)._replace(
            status=("pending",), review=(), completed=ALWAYS, updated=ALWAYS
        )
        found = _next_of(call, call.side.task_index.page(wanted, limit=limit).tasks)
    return found


def _next_of(call: Call, tasks: list[Task]) -> Task | None:
    dues = [(call.world.due(task), task.seq) for task in tasks]
    scheduled = [(due, seq) for due, seq in dues if due is not None]
    return call.side.task_index.tasks[min(scheduled)[1]] if scheduled else None


OPERATIONS = (
    Operation("create_task", "POST", "/task/<name:type>", create_task),
    Operation(
        "get_task",
        "GET",
        "/task/<name:task_id>",
        get_task,
        awaited=_awaited_task,
        polled=polled_task,
    ),
    Operation(
        "list_tasks", "GET", "/tasks", list_tasks, awaited=_awaited_in_list, polled=polled_list
    ),
    Operation("cancel_task", "POST", "/task/<name:task_id>/cancel", cancel_task),
    Operation("set_unique_id", "POST", "/task/<name:task_id>/unique_id", set_unique_id),
    Operation("clear_unique_id", "DELETE", "/task/<name:task_id>/unique_id", clear_unique_id),
    Operation("set_task_metadata", "POST", "/task/<name:task_id>/setMetadata", set_task_metadata),
    Operation("set_task_tags", "POST", "/task/<name:task_id>/tags", set_task_tags),
    Operation("add_task_tags", "PUT", "/task/<name:task_id>/tags", add_task_tags),
    Operation("delete_task_tags", "DELETE", "/task/<name:task_id>/tags", delete_task_tags),
    Operation("send_callback", "POST", "/task/<name:task_id>/send_callback", send_callback),
    Operation(
        "get_task_response",
        "GET",
        "/task/<name:task_id>/response_url/<name:uuid>",
        get_task_response,
    ),
)
