"""Why an expected callback is not there, in one clause, and the call or switch that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scale_mock.callbacks.desk import AUTH_HEADER
from scale_mock.domain.model import Batch, Task
from scale_mock.mock.reports.missing import missing_batch, missing_task
from scale_mock.mock.reports.receivers import receiver_fix
from scale_mock.mock.reports.telling import shortened
from scale_mock.selectors.durations import compact_duration
from scale_mock.sim.instants import from_iso, to_iso
from scale_mock.world.explain import explain_batch, explain_task, in_words
from scale_mock.world.explain_plans import why_failed

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.callbacks.expect import Expectation
    from scale_mock.callbacks.records import Callback
    from scale_mock.world import World
    from scale_mock.world.explain import Explanation

SHOWN = 5
"""How many outcomes or rules are listed."""
REPEATS = {
    "audited": "mock.tasks.audit({id!r}, 'accepted'), or an audit by the code under test",
    "recalled": "mock.tasks.redo({id!r}), or a rule with redo=",
    "resent": "mock.callbacks.resend({id!r})",
    "error": "a rule with outcome='error' for it, or mock.tasks.fail({id!r}) while it is pending",
}
"""What makes a callback of a reason due, besides the end of the work."""


class Reason(NamedTuple):
    """Why something did not come.

    Attributes:
        clause: For the end of a sentence.
        fix: The call or switch that most likely helps, as a command.
    """

    clause: str
    fix: str


def reason(world: World, expected: Expectation, since: datetime) -> Reason:
    """Why no further callback came that was expected.

    Args:
        world: The world, where the wait ended.
        expected: What was expected.
        since: When the wait began.
    """
    return (
        _no_such_thing(world, expected)
        or _not_acknowledged(world, expected, since)
        or _another_one(world, expected)
        or _where_it_stands(world, expected, since)
    )


def thing_of(world: World, expected: Expectation) -> Task | Batch | None:
    """The task or batch that an expectation is about, if there is one."""
    if expected.task is not None:
        return world.find_task(expected.task)
    return world.find_batch(expected.batch) if expected.batch is not None else None


def auth_hint(callback: Callback) -> str:
    """What it means that a receiver refused the header of a callback."""
    other = "test" if callback.mode == "live" else "live"
    return (
        f"{AUTH_HEADER} was {callback.headers[AUTH_HEADER]}: the receiver has to compare it with "
        f"mock.callback_auth({callback.mode!r}), which is neither the API key "
        f"(mock.{callback.mode}_key) nor mock.callback_auth({other!r})"
    )


def _no_such_thing(world: World, expected: Expectation) -> Reason | None:
    if thing_of(world, expected) is not None or (expected.task is expected.batch is None):
        return None
    if expected.task is not None:
        return Reason(*missing_task(world, expected.task))
    return Reason(*missing_batch(world, expected.batch or ""))


def _not_acknowledged(world: World, expected: Expectation, since: datetime) -> Reason | None:
    """It is owed, but the receiver did not take it, or has not been asked yet."""
    owed = [
        callback
        for callback in world.desk.by_id.values()
        if expected.matches(callback) and not callback.is_acknowledged
    ]
    if not owed:
        return None
    callback = owed[-1]
    next_try = callback.event.due if callback.event is not None else None
    if not callback.tries:
        if next_try is None:
            return Reason("it is being sent", "let the receiver answer: it is out right now")
        return Reason(f"it is due at {in_words(world, next_try)}", _longer(since, next_try))
    tried = tries(callback)
    if callback.state == "failed":
        return Reason(f"it was given up after {tried}", receiver_fix(world, callback))
    soon = f"; the next is at {in_words(world, next_try)}" if next_try is not None else ""
    return Reason(f"it had {tried}{soon}", receiver_fix(world, callback))


def tries(callback: Callback) -> str:
    """How often a callback was tried, and what came of it."""
    got = list(dict.fromkeys(attempt.outcome for attempt in callback.tries))
    count = len(callback.tries)
    if len(got) == 1:
        return (
            f"1 attempt, which got {got[0]}"
            if count == 1
            else (f"{count} attempts, all of which got {got[0]}")
        )
    last = callback.attempts[-1].outcome
    return f"{count} attempts, which got {', '.join(got[:SHOWN])}, at last {last}"


def _another_one(world: World, expected: Expectation) -> Reason | None:
    """The task or batch did send a callback, but none that is as expected."""
    own = [
        callback
        for callback in world.desk.by_id.values()
        if callback.subject in {expected.task, expected.batch}
        and (callback.owner == "task") == (expected.task is not None)
        and not expected.matches(callback)
    ]
    if not own:
        return None
    wrong = expected.mismatches(own[-1])
    came = ", ".join(f"{name}={value}" for name, _, value in wrong)
    wanted = ", ".join(f"{name}={value}" for name, value, _ in wrong)
    names = {name for name, *_ in wrong}
    clause = f"the one that it sent has {came}"
    if len(own) > 1:
        clause = f"it sent {len(own)}, the last of them with {came}"
    if "url" in names:
        return Reason(clause, f"expect url={own[-1].url!r}, or create it with another callback_url")
    thing = thing_of(world, expected)
    if isinstance(thing, Task):
        return Reason(clause, _other_end(thing, expected, own[-1]))
    return Reason(clause, f"expect {came} instead of {wanted}, if that is meant")


def _other_end(task: Task, expected: Expectation, came: Callback) -> str:
    """What would have made a task send the callback that was expected."""
    if task.status == "error" and expected.status == "completed":
        who = repr(task.decision.rule) if task.decision is not None else "a call"
        return (
            f"expect status='error', if that is meant; else change what decided that it ends in an "
            f"error: {who} ({shortened(why_failed(task))})"
        )
    wanted = expected.reason or expected.status or ""
    if wanted in REPEATS:
        return REPEATS[wanted].format(id=task.task_id)
    return f"expect status={came.status!r} and reason={came.reason!r}, if that is meant"


def _where_it_stands(world: World, expected: Expectation, since: datetime) -> Reason:
    thing = thing_of(world, expected)
    if thing is None:
        coming = world.scheduler.next_event()
        if coming is None:
            return Reason(
                _nobody_is_told(world) or "nothing is scheduled",
                "create a task with callback_url=mock.callbacks.url (the built-in receiver), or a "
                "batch with callback=, and let it end",
            )
        return Reason(f"next is {coming.kind} at {in_words(world, coming.due)}",
                      _longer(since, coming.due))  # fmt: skip
    why = explain_task(world, thing) if isinstance(thing, Task) else explain_batch(world, thing)
    what = "task" if isinstance(thing, Task) else "batch"
    if not _owes_nothing(thing):
        return Reason(_stands(thing, why), _moves(world, thing, expected, why, since))
    field = "callback_url" if what == "task" else "callback"
    call = f"create_{what}"
    return Reason(
        f"the {what} is {thing.status}, but has no {field}: nobody is told",
        f"pass {field}=mock.callbacks.url (the built-in receiver), or your own receiver's URL, to "
        f"{call}",
    )


def _nobody_is_told(world: World) -> str | None:
    """What ended without anybody to tell, where that holds for everything in the world."""
    tasks = [task for side in world.core.sides.values() for task in side.tasks.values()]
    if not tasks or any(task.callback_url or task.status == "pending" for task in tasks):
        return None
    if len(tasks) == 1:
        return f"the only task is {tasks[0].status}, but has no callback_url: nobody is told"
    return f"all {len(tasks)} tasks have ended, none with a callback_url: nobody is told"


def _stands(thing: Task | Batch, why: Explanation) -> str:
    """Where something stands that does send callbacks."""
    what = "task" if isinstance(thing, Task) else "batch"
    if isinstance(thing, Batch) and thing.status == "staging":
        return f"the batch is still in staging{why.waits_for.partition('in staging')[2]}"
    if why.waits_for.startswith("nothing: "):
        return f"nothing more is to come: {why.waits_for.removeprefix('nothing: ')}"
    return f"the {what} is {thing.status} and waits for {why.waits_for}"


def _moves(
    world: World, thing: Task | Batch, expected: Expectation, why: Explanation, since: datetime
) -> str:
    """What would make something send a callback."""
    if why.move == "nothing":
        return _end_of_all(thing, expected)
    if world.follower.is_on or not why.move.startswith("mock.clock.advance_to("):
        return why.move
    # The assertion would have moved the clock by itself, had it been let.
    return _longer(since, from_iso(why.move.split("'")[1]))


def _owes_nothing(thing: Task | Batch) -> bool:
    """True if nobody is told how it ends, however that is."""
    return not (thing.callback_url if isinstance(thing, Task) else thing.callback)


def _end_of_all(thing: Task | Batch, expected: Expectation) -> str:
    if thing.status in {"canceled", "cancelled", "deleted"}:
        return f"use assert_not_received: what is {thing.status} sends no callback"
    wanted = expected.reason or expected.status or ""
    if isinstance(thing, Task) and wanted in REPEATS:
        return REPEATS[wanted].format(id=thing.task_id)
    return "expect a smaller times=, or make it send again: by an audit, a redo or a resend"


def _longer(since: datetime, due: datetime) -> str:
    return (
        f"wait longer, at least within={compact_duration(due - since)!r}, or call "
        f"mock.clock.advance_to({to_iso(due)!r}) before"
    )


def unused_rules(world: World) -> list[str]:
    """Why rules decided nothing, if a task came up: the default decided it in their place."""
    missed = [
        entry.why_unused()
        for entry in world.rules.entries()
        if not entry.fired and (entry.matched or entry.counted or entry.nearest is not None)
    ]
    return missed[:SHOWN]
