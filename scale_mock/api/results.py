"""The files that responses refer to: annotations, events, masks. Their addresses need no key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply
from scale_mock.domain.model import MODES
from scale_mock.domain.refusals import RESULT_NOT_FOUND
from scale_mock.domain.teamwork import FAULTY_FROM

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.domain.model import Task


def get_result_file(call: Call) -> Reply:
    """``GET /_mock/results/{account}/{mode}/{task_id}/{redo}/{name}``."""
    names = call.names
    world = call.registry.by_name(names["account"])
    if world is None or not re.fullmatch("[0-9]{1,9}", names["redo"]):
        raise RESULT_NOT_FOUND()
    with world.lock:
        task = world.find_task(names["task_id"])
        if task is None or task.mode != names["mode"] or not _was_given(task, int(names["redo"])):
            raise RESULT_NOT_FOUND()
        found = world.lifecycle.answers.result_file(task, int(names["redo"]), names["name"])
    if found is None:
        raise RESULT_NOT_FOUND()
    content, media_type = found
    return Reply(content, content_type=media_type)


def _was_given(task: Task, number: int) -> bool:
    """True for the numbers of answers that the task has, had, or may have had on the way."""
    redone, of_fault = number, number // FAULTY_FROM - 1
    return (redone if of_fault < 0 else of_fault) <= task.times_redone


def get_dataset_file(call: Call) -> Reply:
    """``GET /_mock/results/{account}/{mode}/datasets/{task_id}/{attachment_id}``."""
    names = call.names
    world = call.registry.by_name(names["account"])
    mode = names["mode"]
    if world is None or mode not in MODES:
        raise RESULT_NOT_FOUND()
    with world.lock:
        task = world.core.sides[mode].dataset_tasks.get(names["task_id"])
        file = task.files.get(names["attachment_id"]) if task is not None else None
    if file is None or file.content is None:
        raise RESULT_NOT_FOUND()
    return Reply(file.content, content_type=file.media_type)


OPERATIONS = (
    Operation(
        "get_dataset_file",
        "GET",
        "/results/<name:account>/<name:mode>/datasets/<name:task_id>/<name:attachment_id>",
        get_dataset_file,
        needs_key=False,
    ),
    Operation(
        "get_result_file",
        "GET",
        "/results/<name:account>/<name:mode>/<name:task_id>/<name:redo>/<name:name>",
        get_result_file,
        needs_key=False,
    ),
)
