"""Functions in a world: what a snapshot cannot carry, has to name, and needs again.

Three things of a world may be code of its user: what answers the tasks of a type, what answers for
a rule, and what a scheduled call calls. A snapshot names those that its world depends on; a world
takes it in only if it has them all, and keeps its own while everything else in it is replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scale_mock.errors import ConfigurationError
from scale_mock.world.responders import rule_responder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.domain.model import Task
    from scale_mock.world.world import World

RULE = "rule:"
"""How the names of rules' functions begin; those of task types are plain."""


class Functions(NamedTuple):
    """The functions that a world has.

    Attributes:
        responders: What answers tasks, by the name that decisions know it by.
        of_rules: What the rules' authors wrote, by the rule's id.
        names: What snapshots call all of them.
    """

    responders: Mapping[str, Callable[[Task], Mapping[str, object]]]
    of_rules: Mapping[str, object]
    names: frozenset[str]


def left_out(world: World) -> list[str]:
    """The functions that a world depends on: what a snapshot of it leaves out and needs again."""
    ids = {entry.responder for entry in world.rules.entries() if callable(entry.rule.response)}
    ids |= {
        task.decision.responder
        for side in world.core.sides.values()
        for task in side.tasks.values()
        if task.decision is not None and task.decision.responder is not None
    }
    ids |= {name for name in world.core.responders if not name.startswith(RULE)}
    return [*map(_name_of, sorted(ids)), *map(_name_of_call, sorted(world.appointments.names()))]


def functions_of(world: World) -> Functions:
    """The functions that a world has, whether it depends on them or not."""
    return Functions(
        dict(world.core.responders),
        world.rules.functions(),
        frozenset(
            [*map(_name_of, world.core.responders), *map(_name_of_call, world.calls_known())]
        ),
    )


def require(known: Functions, needed: Iterable[str]) -> None:
    """Refuses a snapshot whose functions are not there.

    Raises:
        ConfigurationError: The text names what is missing.
    """
    missing = [str(name) for name in needed if name not in known.names]
    if missing:
        raise ConfigurationError(
            f"This snapshot needs functions, which cannot be written down: {', '.join(missing)}. "
            "Register each in this world as in the one before (mock.tasktypes, a rule's response, "
            "mock.at or mock.every), in the same order, then restore."
        )


def put_in(world: World, known: Functions) -> None:
    """Gives a world that was filled the functions it had."""
    world.core.responders.update(known.responders)
    for entry in world.rules.entries():
        if callable(entry.rule.response):
            world.core.responders[entry.responder] = rule_responder(
                world.core.task_types, world.note_broken, entry.name, entry.rule.response
            )


def _name_of(responder: str) -> str:
    if responder.startswith(RULE):
        return f"the response function of {responder.removeprefix(RULE)}"
    return f"the response for {responder}"


def _name_of_call(appointment: str) -> str:
    return f"the scheduled call {appointment}"
