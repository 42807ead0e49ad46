"""Tasks and their annotations on v2's wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.polling import poll_of_task, polled_list
from scale_mock.api.reply import json_reply
from scale_mock.api.v2.batches import new_metadata, project_of_body
from scale_mock.api.v2.reading import (
    Paging,
    batch_named,
    choice,
    from_body,
    operation,
    project_named,
    required,
    view,
    window,
)
from scale_mock.domain import fields
from scale_mock.domain.chat_forms import CHATS
from scale_mock.domain.documents import encode
from scale_mock.domain.model import V2_TASK_STATUSES
from scale_mock.domain.refusals import (
    IDENTIFIER_MISSING,
    NOTHING_FOUND,
    PROJECT_MISMATCH,
    READ_WRONG_MODE,
    TASK_WITHOUT_PROJECT,
    Refusal,
)
from scale_mock.domain.task_index import TaskFilter
from scale_mock.envelopes.v2 import annotations_of, labels, task_json
from scale_mock.envelopes.v2_threads import annotation_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.api.call import Call
    from scale_mock.api.polling import Polled
    from scale_mock.api.reply import Reply
    from scale_mock.domain.model import Task
    from scale_mock.domain.side import Side

EXPANDABLE = ("project", "batch")
ANNOTATION = "an_"
IDENTITY = 16
"""How many digits of an annotation's id are its task's."""


def get_task(call: Call) -> Reply:
    """``GET /v2/task``."""
    looks = view(call, EXPANDABLE)
    return json_reply(task_json(_task(call, required(call, "task_id")), looks))


def get_tasks(call: Call) -> Reply:
    """``GET /v2/tasks``: of a project or a batch, oldest first."""
    wanted, paging, looks = _wanted(call), Paging(call), view(call, EXPANDABLE)
    page, token = paging.tasks(call, wanted)
    return json_reply({"tasks": [task_json(task, looks) for task in page], **token})


def create_chat_task(call: Call) -> Reply:
    """``POST /v2/task/chat``; older pages say ``POST /v2/task``."""
    body = call.json_object()
    batch = batch_named(call, from_body(body))
    if batch is not None and not any(
        body.get(name) for name in ("project_id", "project_name", "project")
    ):
        project = batch.project
    else:
        project = project_of_body(call, body)
    if batch is not None and batch.project is not project:
        raise PROJECT_MISMATCH(batch=batch.name, wanted=batch.project.name, found=project.name)
    task = call.world.chats.create(
        call.side, project, batch, body, idempotency_key=call.header("Idempotency-Key")
    )
    return json_reply(task_json(task, view(call, EXPANDABLE)))


def set_task_metadata(call: Call) -> Reply:
    """``POST /v2/task/metadata``: replaces, or merges with ``merge``."""
    body = call.json_object()
    task = _task(call, fields.text(body, "task_id"))
    metadata = new_metadata(body, task.metadata)
    call.world.tasks.set_metadata(call.side, task.task_id, metadata)
    return json_reply(task_json(task, view(call, EXPANDABLE)))


def get_annotation(call: Call) -> Reply:
    """``GET /v2/annotation``: with its details, as the page's sample shows it."""
    wanted = required(call, "annotation_id")
    found = _annotation(call.side, wanted)
    if found is not None:
        return json_reply(annotation_json(found))
    there = call.world.core.other_side(call.side)
    if _annotation(there, wanted) is not None:
        raise READ_WRONG_MODE(kind="annotation", name=wanted, there=there.mode, here=call.mode)
    known = "GET /v2/tasks shows completed tasks with their annotations."
    raise NOTHING_FOUND(kind="Annotation", field="annotation_id", value=wanted, known=known)


def _annotation(side: Side, wanted: str) -> dict[str, object] | None:
    for task in _where_it_may_be(side, wanted):
        for annotation in annotations_of(labels(task)):
            if annotation.get("id") == wanted:
                return annotation
    return None


def _where_it_may_be(side: Side, annotation_id: str) -> Iterator[Task]:
    """The completed chat tasks whose response may name an annotation, the likeliest first.

    A synthesized annotation's id begins with its task's identity; ids that somebody gave are looked
    for in the stored responses.
    """
    if annotation_id.startswith(ANNOTATION):
        owner = side.task_index.chat(annotation_id.removeprefix(ANNOTATION)[:IDENTITY])
        if owner is not None:
            yield owner
    wanted = TaskFilter(type=CHATS, status=("completed",))
    quoted = encode(annotation_id)
    for task in side.task_index.matching(wanted):
        if task.response is not None and quoted in task.response:
            yield task


def _task(call: Call, task_id: str) -> Task:
    task = call.world.tasks.get(call.side, task_id)
    if task.project is None:
        raise TASK_WITHOUT_PROJECT(task_id=task_id)
    return task


def _wanted(call: Call) -> TaskFilter:
    """The filters of ``GET /v2/tasks``: a project or a batch at least."""
    project, batch = project_named(call, call.one), batch_named(call, call.one)
    if project is None and batch is None:
        raise IDENTIFIER_MISSING(names="project_id, project_name, batch_id or batch_name")
    status = choice(call, "status", V2_TASK_STATUSES)
    return TaskFilter(
        project=() if project is None else (project.name,),
        batch=() if batch is None else (batch.name,),
        status=() if status is None else (status,),
        completed=window(call, "completed"),
    )


def _awaited_task(call: Call) -> Task | None:
    task = call.side.tasks.get(call.one("task_id") or "")
    return task if task is not None and call.world.due(task) is not None else None


def _polled_task(call: Call) -> Polled | None:
    return poll_of_task(call.side.tasks.get(call.one("task_id") or ""))


def _awaited_in_list(call: Call) -> Task | None:
    """The task of the page on which something happens next."""
    try:
        page, _ = Paging(call).tasks(call, _wanted(call))
    except Refusal:
        return None
    dues = [(call.world.due(task), task.seq) for task in page]
    scheduled = [(due, seq) for due, seq in dues if due is not None]
    return call.side.task_index.tasks[min(scheduled)[1]] if scheduled else None


OPERATIONS = (
    operation("v2_get_task", "GET", "/task", get_task, awaited=_awaited_task, polled=_polled_task),
    operation(
        "v2_get_tasks", "GET", "/tasks", get_tasks, awaited=_awaited_in_list, polled=polled_list
    ),
    operation("v2_create_chat_task", "POST", "/task/chat", create_chat_task),
    operation("v2_create_task", "POST", "/task", create_chat_task),
    operation("v2_set_task_metadata", "POST", "/task/metadata", set_task_metadata),
    operation("v2_get_annotation", "GET", "/annotation", get_annotation),
)
