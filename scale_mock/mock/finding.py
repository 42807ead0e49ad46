"""Finds what a Python call is about; what is not there is refused as by the API, with the reason.

The platform's words name nothing ("Task with that ID not found."). What was looked for, what there
is, and what helps stand below them as notes of the exception, which pytest shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.refusals import BATCH_NOT_FOUND, PROJECT_NOT_FOUND, TASK_NOT_FOUND

if TYPE_CHECKING:
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.refusals import Refusal
    from scale_mock.domain.side import Side
    from scale_mock.world import World


def found_task(world: World, task: object) -> Task:
    """A task of either mode.

    Args:
        world: The world, locked.
        task: An SDK task, a dict, or an id.

    Raises:
        ConfigurationError: It is none of these.
        Refusal: There is no such task.
    """
    from scale_mock.callbacks.expect import expectation

    wanted = expectation(task=task).task or ""
    found = world.find_task(wanted)
    if found is None:
        from scale_mock.mock.reports.missing import missing_task

        raise _explained(TASK_NOT_FOUND(), *missing_task(world, wanted, "name"))
    return found


def found_batch(world: World, batch: object) -> Batch:
    """A batch of either mode.

    Args:
        world: The world, locked.
        batch: An SDK batch, a dict, or a name.

    Raises:
        ConfigurationError: It is none of these.
        Refusal: There is no such batch.
    """
    from scale_mock.callbacks.expect import expectation

    wanted = expectation(batch=batch).batch or ""
    found = world.find_batch(wanted)
    if found is None:
        from scale_mock.mock.reports.missing import missing_batch

        raise _explained(BATCH_NOT_FOUND(), *missing_batch(world, wanted, "name"))
    return found


def found_project(world: World, name: str) -> tuple[Side, Project]:
    """A project, of live mode first, and the mode's side of the world.

    Args:
        world: The world, locked.
        name: The project's name.

    Raises:
        Refusal: There is no such project.
    """
    for mode in ("live", "test"):
        side = world.core.sides[mode]
        if name in side.projects:
            return side, side.projects[name]
    from scale_mock.mock.reports.missing import missing_project

    raise _explained(PROJECT_NOT_FOUND(), *missing_project(world, name, "name"))


def _explained(refusal: Refusal, why: str, what_helps: str) -> Refusal:
    refusal.add_note(f"{why[0].upper()}{why[1:]}.")
    refusal.add_note(f"To fix it: {what_helps}.")
    return refusal
