"""The task types of a mock: answers of one's own instead of synthesized ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.world.responders import set_responder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.world import World


class TaskTypesHandle:
    """What tasks of a type are answered with, where no rule gives a response."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def names(self) -> tuple[str, ...]:
        """Every task type."""
        return self._world.core.task_types.names

    def respond(
        self,
        type_name: str,
        response: Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]] | None,
        *,
        validate: bool = True,
    ) -> None:
        """Answers every task of a type from now on.

        Args:
            type_name: The task type.
            response: The response, or a function that takes the task (as the API shows it) and
                returns one; ``None`` goes back to synthesized responses.
            validate: Whether a response that does not fit the type's schema is refused.

        Raises:
            ConfigurationError: There is no such type, or the response does not fit. A function's
                answer is looked at when a task is finished, and refused there.
        """
        types = self._world.core.task_types
        if type_name not in types.names:
            raise ConfigurationError(
                f"There is no task type {type_name!r}. Types: {', '.join(types.names)}."
            )
        with self._world.lock:
            if response is None:
                self._world.core.responders.pop(type_name, None)
                return
            world = self._world
            set_responder(world.core, world.note_broken, type_name, response, validate=validate)
