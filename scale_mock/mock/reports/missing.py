"""Why a task, batch or project that a call is about is not in the world at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.mock.alive import holders_of
from scale_mock.selectors.where import nearest

if TYPE_CHECKING:
    from scale_mock.domain.model import Task
    from scale_mock.world import World

SHOWN = 5
"""How many names are listed."""
NAMES_COMPARED = 100
"""How many of the newest names are compared with one that is not there."""


def by_unique_id(world: World, name: str) -> Task | None:
    """The newest task with a unique_id, in either mode."""
    found = [
        task
        for side in world.core.sides.values()
        for task in side.tasks.values()
        if task.unique_id == name
    ]
    return max(found, key=lambda task: (task.created_at, task.seq), default=None)


def missing_task(world: World, wanted: str, verb: str = "expect") -> tuple[str, str]:
    """Why there is no task of an id, for the end of a sentence, and what helps.

    Args:
        world: The world that was asked.
        wanted: What was taken for a task's id.
        verb: What to do with one that there is.
    """
    clause = f"there is no task {wanted} in this world"
    if world.find_batch(wanted) is not None:
        return f"{clause}; it is the name of a batch", f"pass batch={wanted!r} instead of task="
    task = by_unique_id(world, wanted)
    if task is not None:
        return (
            f"{clause}; it is the unique_id of task {task.task_id}",
            f"pass the task, or its id: {task.task_id!r}",
        )
    known = [task_id for side in world.core.sides.values() for task_id in side.tasks]
    holds = f"which holds {_tasks(len(known))}"
    if world.was_reset:
        return (
            f"{clause}, {holds} since mock.reset()",
            "create it after mock.reset(), which takes everything away that was there",
        )
    others = holders_of(wanted, but=world)
    if others:
        return (
            f"{clause}, {holds}; it is in another open world: {_some(others)}",
            f"ask the mock whose client created it, or create it in this one ({world.name}): a "
            "test needs one mock, the fixture scale_mock or a ScaleMock of its own",
        )
    if not known:
        return (
            f"{clause}, {holds}",
            "let create_task arrive here: through the fixture scale_client, at mock.v1_url, or "
            "while mock.intercept() is on",
        )
    return f"{clause}, {holds}", f"{verb} {_one_of('tasks', wanted, known)}"


def missing_batch(world: World, wanted: str, verb: str = "expect") -> tuple[str, str]:
    """Why there is no batch of a name, for the end of a sentence, and what helps."""
    names = [name for side in world.core.sides.values() for name in side.batches]
    one = f"{verb} {_one_of('batches', wanted, names)}"
    return (
        f"there is no batch {wanted!r} in this world",
        one if names else "create the batch: this world holds none",
    )


def missing_project(world: World, wanted: str, verb: str = "expect") -> tuple[str, str]:
    """Why there is no project of a name, for the end of a sentence, and what helps."""
    names = [name for side in world.core.sides.values() for name in side.projects]
    one = f"{verb} {_one_of('projects', wanted, names)}"
    return (
        f"there is no project {wanted!r} in this world",
        one if names else "create the project: this world holds none",
    )


def _tasks(count: int) -> str:
    return "no task at all" if not count else "1 task" if count == 1 else f"{count} tasks"


def _one_of(things: str, wanted: str, names: list[str]) -> str:
    close = nearest(wanted, names[-NAMES_COMPARED:])
    meant = f"; the nearest is {close!r}" if close and len(names) > 1 else ""
    return f"one of its {things}: {_some(names)}{meant}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(repr(name) for name in names[:SHOWN]) + more
