"""Answers of the user's own for a task type: given ones, and functions that make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.envelopes.tasks import render_task
from scale_mock.errors import ConfigurationError, ResponderFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.model import Task
    from scale_mock.world.world import World


def set_responder(
    world: World,
    type_name: str,
    response: Mapping[str, object] | Callable[[dict[str, object]], Mapping[str, object]],
    *,
    validate: bool,
) -> None:
    """Answers every task of a type with a response of the user's.

    Raises:
        ConfigurationError: The response does not fit the type.
    """
    types = world.core.task_types

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
        world.core.responders[type_name] = lambda task: _answer(
            world, task, lambda: checked(make(decode_object(render_task(task))))
        )
    else:
        given = checked(response)
        world.core.responders[type_name] = lambda task: given


def rule_responder(
    world: World, rule: str, make: Callable[..., object]
) -> Callable[[Task], Mapping[str, object]]:
    """What makes the responses of a rule that has a function for them.

    Args:
        world: The world.
        rule: The rule's name.
        make: The function, which gets a task's JSON.
    """

    def checked(task: Task, made: object) -> Mapping[str, object]:
        if not isinstance(made, Mapping):
            raise ConfigurationError(f"a response is a table, not {type(made).__name__}")
        problems = world.core.task_types.check_response(task.type, made)
        if problems:
            raise ConfigurationError(f"it does not fit the schema: {'; '.join(problems[:3])}")
        return made

    def respond(task: Task) -> Mapping[str, object]:
        return _answer(
            world,
            task,
            lambda: checked(task, make(decode_object(render_task(task)))),
            name=f'The response function of rule "{rule}"',
        )

    return respond


def _answer(
    world: World,
    task: Task,
    make: Callable[[], Mapping[str, object]],
    *,
    name: str | None = None,
) -> Mapping[str, object]:
    """What a user's function answers; its failure is named, kept for the check, and raised."""
    try:
        return make()
    except Exception as error:
        failure = ResponderFailed(
            f"{name or f'The response function that is registered for {task.type}'} failed on task "
            f"{task.task_id}: {type(error).__name__}: {error}"
        )
        world.broken.append(failure)
        raise failure from error
