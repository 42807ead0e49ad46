"""Labels that are given, by hand or by a rule: whether they fit the task's type and params.

A customer labels the tasks of a self-label batch to learn what responses look like, so those are
checked; labels of other tasks stand in for the platform's own and are checked on demand only.
Those of chat tasks always are, because v2 could not show others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.chat_forms import is_chat
from scale_mock.domain.documents import decode_object
from scale_mock.domain.refusals import CHAT_RESPONSE, RESPONSE_INVALID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Task

PROBLEMS_MAX = 10
"""How many problems a refusal lists."""


def check_labels(
    core: Core, task: Task, response: Mapping[str, object], *, validate: bool | None
) -> None:
    """Refuses labels that do not fit the task's type, or answer what it did not ask.

    Args:
        core: The world's state.
        task: The task.
        response: The labels.
        validate: Whether to look at all; ``None`` for tasks of self-label batches only.

    Raises:
        Refusal: 400 that lists what is wrong, with JSON paths.
    """
    if validate is None:
        validate = task.batch is not None and task.batch.kind == "self_label"
    problems = _problems(core, task, response) if validate else []
    if problems:
        listed = "; ".join(problems[:PROBLEMS_MAX])
        if len(problems) > PROBLEMS_MAX:
            listed += f"; and {len(problems) - PROBLEMS_MAX} more"
        raise RESPONSE_INVALID(type=task.type, problems=listed)


def _problems(core: Core, task: Task, response: Mapping[str, object]) -> list[str]:
    """What is wrong by the type's schema; by the task's own params once that is right."""
    types = core.task_types
    return types.check_response(task.type, response) or types.misfits(
        task.type, decode_object(task.params), response
    )


def check_chat_labels(core: Core, task: Task, response: Mapping[str, object]) -> None:
    """Refuses labels of a chat task that v2 could not show; any other task's pass.

    Raises:
        Refusal: 400 that names the first problem.
    """
    if is_chat(task) and (problems := core.task_types.check_response(task.type, response)):
        raise CHAT_RESPONSE(problem=problems[0])
