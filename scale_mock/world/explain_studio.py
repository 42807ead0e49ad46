"""Plain words about a Studio task that the team has before it: who has it, or why nobody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.labeling.hours import hours_of
from scale_mock.labeling.standing import off_duty, stands_off
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scale_mock.domain.floor import Labeler, WorkItem
    from scale_mock.domain.model import Task
    from scale_mock.world.world import World

SHOWN = 5
"""How many people are named before the rest is counted."""


def studio_waits(world: World, task: Task) -> tuple[str, str] | None:
    """What a task on the floor waits for, and the call that would move it; ``None`` elsewhere."""
    item = world.core.floor.items.get(task.task_id)
    if item is None:
        return None
    in_hand = [_in_hand(world, email) for email in item.holders]
    if not world.core.floor.is_waiting(item):
        due = world.due(task)
        return (", and ".join(in_hand), _advance(due) if due else _complete(task))
    waits, move = _in_line(world, item)
    return (", and ".join([*in_hand, waits]), move)


def _in_hand(world: World, email: str) -> str:
    labeler = world.core.floor.labelers[email]
    doing, event = labeler.doing, labeler.event
    if doing is None or event is None:
        raise AssertionError(f"{email} holds a task without doing it.")
    step = f"being reviewed (layer {doing.layer})" if doing.layer else "being labeled"
    return f"{step} by {email} until {to_iso(event.due)}"


def _in_line(world: World, item: WorkItem) -> tuple[str, str]:
    """What somebody waits for who could take it, or what keeps everybody from it."""
    step = f"review layer {item.stage}" if item.stage else "an attempt"
    if not item.stage and world.core.floor.attempts_needed(item.task) > 1:
        needed = world.core.floor.attempts_needed(item.task)
        step = f"attempt {len(item.attempts) + len(item.holders) + 1} of {needed}"
    if item.rejections and not item.stage:
        times = "once" if item.rejections == 1 else f"{item.rejections} times"
        step = f"{step} again, rejected {times} and back in the queue"
    takers = [
        labeler
        for labeler in world.workforce.concerned(item.task)
        if labeler.email not in item.holders
    ]
    if takers:
        why, move = _coming(world, item, takers)
    else:
        why, move = _nobody(world, item)
    return (f"{step}: {why}", move)


def _coming(world: World, item: WorkItem, takers: list[Labeler]) -> tuple[str, str]:
    """When the first of those who may take it is free."""
    coming = [(taker.event.due, taker.email, taker) for taker in takers if taker.event is not None]
    if not coming:
        return (
            f"{_names(taker.email for taker in takers)} may take it, and nobody has looked yet",
            _complete(item.task),
        )
    due, email, first = min(coming, key=lambda one: one[:2])
    if all(taker.doing is not None for _, _, taker in coming):
        many = (
            "the labeler who may take it is"
            if len(takers) == 1
            else (f"all {len(takers)} labelers who may take it are")
        )
        return (f"{many} busy until {to_iso(due)} ({email})", _advance(due))
    hours = hours_of(first.hours, first.weekdays, first.timezone)
    if first.doing is None and hours is not None and hours.opening(world.now()) > world.now():
        return (
            f"outside working hours until {to_iso(due)} ({email}, {first.hours or 'whole days'} "
            f"{first.timezone})",
            _advance(due),
        )
    return (f"{email} picks up the next task at {to_iso(due)}", _advance(due))


def _nobody(world: World, item: WorkItem) -> tuple[str, str]:
    """Why none of those who are assigned takes it."""
    core, project = world.core, item.project
    batch = item.task.batch
    place = (project, None if batch is None else batch.name)
    assigned = [
        email for email, projects in core.sides["live"].assignments.items() if project in projects
    ]
    on_duty = [email for email in assigned if off_duty(core, email, project) is None]
    if not assigned:
        return (f"no labeler is assigned to project {project!r}", _one_more(world, project))
    if not on_duty:
        reasons = ", ".join(f"{one} {off_duty(core, one, project)}" for one in assigned[:SHOWN])
        return (
            f"nobody who is assigned to project {project!r} can work: {reasons}",
            _back_on_duty(world, assigned, project),
        )
    able = [email for email in on_duty if stands_off(core, email, place, item.role) is None]
    if able:
        instead = "review_own=True" if item.stage else f"attempts={len(able)}"
        return (
            f"nobody may take it but {_names(able)}, who worked on it already",
            f"mock.studio.configure({project!r}, {instead}), or with one more labeler: "
            + _one_more(world, project),
        )
    return _kept_away(world, item, on_duty)


def _one_more(world: World, project: str) -> str:
    """The call that gives a project one more labeler."""
    assignments = world.core.sides["live"].assignments
    for mate in world.core.team.values():
        is_free = project not in assignments.get(mate.email, ())
        if mate.role == "labeler" and mate.expiry is None and is_free:
            return f"client.add_studio_assignments([{mate.email!r}], [{project!r}])"
    return (
        "client.invite_teammates([EMAIL], TeammateRole.Labeler), then "
        f"client.add_studio_assignments([EMAIL], [{project!r}])"
    )


def _back_on_duty(world: World, assigned: list[str], project: str) -> str:
    """The call that lets one of those who are assigned work."""
    mates = [world.core.team[email] for email in assigned]
    for mate in mates:
        if mate.expiry is not None and mate.expiry > world.now():
            return f"mock.studio.accept({mate.email!r})"
    for mate in mates:
        if mate.expiry is not None:
            invite = f"client.invite_teammates([{mate.email!r}], TeammateRole.Labeler)"
            return f"{invite}, then mock.studio.accept({mate.email!r})"
    for mate in mates:
        if mate.role != "admin":
            return f"client.update_teammates_role([{mate.email!r}], TeammateRole.Labeler)"
    return _one_more(world, project)


def _kept_away(world: World, item: WorkItem, on_duty: list[str]) -> tuple[str, str]:
    """What keeps everybody who is on duty from the batch or from the role."""
    core, project, batch = world.core, item.project, item.task.batch
    fit = [one for one in on_duty if item.role in core.floor.peek(one).roles_in(project)]
    if not fit:
        roles = f"roles={{{project!r}: 'both'}}"
        return (
            f"nobody who is assigned to project {project!r} is {item.role} there",
            f"mock.studio.configure_labeler({on_duty[0]!r}, {roles})",
        )
    name = "" if batch is None else batch.name
    groups = () if batch is None else batch.groups
    listed = ", ".join(groups)
    return (
        f"batch {name!r} is limited to groups ({listed}), and nobody in them can take it",
        f"client.assign_studio_batches({name!r}, [{fit[0]!r}])",
    )


def _names(emails: Iterable[str]) -> str:
    listed = list(emails)
    rest = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + rest


def _advance(due: datetime) -> str:
    return f"mock.clock.advance_to({to_iso(due)!r}), or an assertion that waits for it"


def _complete(task: Task) -> str:
    return f"mock.tasks.complete({task.task_id!r})"
