"""Answers of the user's own for a task type: given ones, and functions that make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.envelopes.tasks import render_task
from scale_mock.errors import ConfigurationError, ResponderFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Task
    from scale_mock.domain.ports import TaskTypeBook

    Note = Callable[[BaseException], None]


def set_responder(
    core: Core,
    note: Note,
    type_name: str,
    response: Mapping[str, object] | Callable[[dict[str, object]], Mapping[str, object]],
    *,
    validate: bool,
) -> None:
    """Answers every task of a type with a response of the user's.

    Args:
        core: The world's state.
        note: Takes note of a failure of the function.
        type_name: The task type.
        response: The response, or a function that makes it of a task's JSON.
        validate: Whether a response that does not fit the type is refused.

    Raises:
        ConfigurationError: The response does not fit the type.
    """
    types = core.task_types

    def checked(made: Mapping[str, object]) -> Mapping[str, object]:
        problems = types.check_response(type_name, made) if validate else []
        if problems:
            raise ConfigurationError(
                f"The response for {type_name} does not fit its schema: "
                f"{'; '.join(problems[:3])}. Pass validate=False to send it anyway."
            )
        return made

    if callable(response):
        make = response
        core.responders[type_name] = lambda task: _answer(
            note, task, lambda: checked(make(decode_object(render_task(task))))
        )
    else:
        given = checked(response)
        core.responders[type_name] = lambda task: given


def rule_responder(
    types: TaskTypeBook, note: Note, rule: str, make: Callable[..., object]
) -> Callable[[Task], Mapping[str, object]]:
    """What makes the responses of a rule that has a function for them.

    Args:
        types: The task types.
        note: Takes note of a failure of the function.
        rule: The rule's name.
        make: The function, which gets a task's JSON.
    """

    def checked(task: Task, made: object) -> Mapping[str, object]:
        if not isinstance(made, Mapping):
            raise ConfigurationError(f"a response is a table, not {type(made).__name__}")
        problems = types.check_response(task.type, made)
        if problems:
            raise ConfigurationError(f"it does not fit the schema: {'; '.join(problems[:3])}")
        return made

    def respond(task: Task) -> Mapping[str, object]:
        return _answer(
            note,
            task,
            lambda: checked(task, make(decode_object(render_task(task)))),
            name=f'The response function of rule "{rule}"',
        )

    return respond


def _answer(
    note: Note,
    task: Task,
    make: Callable[[], Mapping[str, object]],
    *,
    name: str | None = None,
) -> Mapping[str, object]:
    """What a user's function answers; its failure is named, noted for the check, and raised."""
    try:
        return make()
    except Exception as error:
        failure = ResponderFailed(
            f"{name or f'The response function that is registered for {task.type}'} failed on task "
            f"{task.task_id}: {type(error).__name__}: {error}"
        )
        note(failure)
        raise failure from error
