"""The files that responses refer to: annotations, events, masks. Their addresses need no key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply
from scale_mock.domain.refusals import RESULT_NOT_FOUND

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def get_result_file(call: Call) -> Reply:
    """``GET /_mock/results/{account}/{mode}/{task_id}/{redo}/{name}``."""
    names = call.names
    world = call.registry.by_name(names["account"])
    if world is None or not re.fullmatch("[0-9]{1,9}", names["redo"]):
        raise RESULT_NOT_FOUND()
    with world.lock:
        task = world.find_task(names["task_id"])
        if task is None or task.mode != names["mode"] or int(names["redo"]) > task.times_redone:
            raise RESULT_NOT_FOUND()
        found = world.lifecycle.answers.result_file(task, int(names["redo"]), names["name"])
    if found is None:
        raise RESULT_NOT_FOUND()
    content, media_type = found
    return Reply(content, content_type=media_type)


OPERATIONS = (
    Operation(
        "get_result_file",
        "GET",
        "/results/<name:account>/<name:mode>/<name:task_id>/<name:redo>/<name:name>",
        get_result_file,
        needs_key=False,
    ),
)
