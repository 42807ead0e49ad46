"""What a failed assertion says: what was expected, what came, why, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.callbacks.desk import AUTH_HEADER
from scale_mock.selectors.durations import format_duration
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import explain_batch, explain_task, upcoming

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from scale_mock.callbacks.expect import Expectation
    from scale_mock.callbacks.records import Callback
    from scale_mock.world import World

NEAREST = 3
REPLY_CHARS = 200
UPCOMING = 5
JOURNAL_LINES = 10


def missing(
    world: World, expected: Expectation, found: list[Callback], times: int | None, within: timedelta
) -> str:
    """The report on a callback that did not arrive often enough.

    Args:
        world: The world, where the wait ended.
        expected: What was expected.
        found: The acknowledged callbacks that matched.
        times: How many were expected; ``None`` for at least one.
        within: How long was waited at most.
    """
    count = "a callback" if times is None else _exactly(times)
    first = f"Expected {count} {expected} within {format_duration(within)}: {_came(found)}."
    return "\n".join([first, "", *_details(world, expected)])


def too_many(world: World, expected: Expectation, found: list[Callback], times: int) -> str:
    """The report on a callback that arrived, though it should not have, or not so often."""
    wanted = "no callback" if times == 0 else _exactly(times)
    lines = [f"Expected {wanted} {expected}: {_came(found)}.", ""]
    lines += [f"  {_line(callback)}" for callback in found]
    return "\n".join([*lines, "", *_subject(world, expected)])


def wrong_order(world: World, expected: list[Expectation], came: list[Callback]) -> str:
    """The report on callbacks that arrived in another order."""
    lines = ["Expected callbacks in this order:"]
    lines += [f"  {number}. {item}" for number, item in enumerate(expected, start=1)]
    lines += ["They were acknowledged in this order:"]
    lines += [f"  {number}. {_line(callback)}" for number, callback in enumerate(came, start=1)]
    return "\n".join([*lines, "", *_clock(world)])


def _exactly(times: int) -> str:
    return f"exactly {times} callback" + ("s" if times != 1 else "")


def _came(found: list[Callback]) -> str:
    few = {0: "none was", 1: "one was"}
    return few.get(len(found), f"{len(found)} were") + " acknowledged"


def _details(world: World, expected: Expectation) -> Iterable[str]:
    yield from _nearest(world, expected)
    yield from _subject(world, expected)
    yield from _clock(world, world.find_task(expected.task) if expected.task else None)


def _nearest(world: World, expected: Expectation) -> Iterable[str]:
    """The callbacks that were owed, those that differ least first, each difference named."""
    owed = list(world.desk.by_id.values())
    if not owed:
        yield "No callback is or was owed by anything in this world."
        yield ""
        return
    ranked = sorted(owed, key=lambda callback: len(expected.mismatches(callback)))
    yield f"The nearest of {len(owed)} callbacks owed so far:"
    for callback in ranked[:NEAREST]:
        yield f"  {_line(callback)}"
        for name, wanted, came in expected.mismatches(callback):
            yield f"    {name}: wanted {wanted!r}, came {came!r}"
        if not callback.is_acknowledged and expected.matches(callback):
            yield from _attempts(callback)
    yield ""


def _attempts(callback: Callback) -> Iterable[str]:
    """The newest attempts, what was replied, and what a refusal of the auth header means."""
    outcomes = {attempt.outcome for attempt in callback.attempts}
    if len(callback.attempts) > NEAREST and len(outcomes) == 1:
        yield f"    {len(callback.attempts)} attempts, all of them: {outcomes.pop()}"
    else:
        for attempt in callback.attempts[-NEAREST:]:
            yield f"    attempt {attempt.number} at {to_iso(attempt.at)}: {attempt.outcome}"
    if not callback.attempts:
        return
    last = callback.attempts[-1]
    if last.status in {401, 403}:
        yield (
            f"    the handler refused scale-callback-auth: {callback.headers[AUTH_HEADER]}, which "
            f"is mock.callback_auth({callback.mode!r})"
        )
    if last.reply:
        yield f"    it replied: {last.reply[:REPLY_CHARS].decode('utf-8', 'replace')}"
    if last.traceback:
        yield from (f"      {line}" for line in last.traceback.rstrip().splitlines())


def _subject(world: World, expected: Expectation) -> Iterable[str]:
    """Where the expected task or batch stands."""
    if expected.task is not None:
        task = world.find_task(expected.task)
        if task is None:
            known = sum(len(side.tasks) for side in world.core.sides.values())
            yield f"There is no task {expected.task} in this world; it holds {known} tasks."
        else:
            yield str(explain_task(world, task))
        yield ""
    if expected.batch is not None:
        batch = world.find_batch(expected.batch)
        if batch is None:
            names = [name for side in world.core.sides.values() for name in side.batches]
            yield f"There is no batch {expected.batch!r} in this world. Batches: " + (
                ", ".join(names[:20]) or "none"
            )
        else:
            yield str(explain_batch(world, batch))
        yield ""


def _clock(world: World, thing: object = None) -> Iterable[str]:
    yield f"The clock stands at {to_iso(world.now())} ({world.clock_mode})."
    if world.follower.is_on and (advice := world.follower.advice(thing)):
        yield f"It follows datetime.now(UTC), which no wait can move: {advice}."
    coming = upcoming(world, UPCOMING)
    if not coming:
        yield "Nothing is scheduled: without another call, nothing will ever happen."
        return
    yield "It would bring next:"
    yield from (f"  {line}" for line in coming)


def _line(callback: Callback) -> str:
    when = f"at {to_iso(callback.at)}" if callback.at else f"owed at {to_iso(callback.owed_at)}"
    tries = len(callback.attempts)
    word = "attempt" if tries == 1 else "attempts"
    return (
        f"{callback.owner} {callback.subject} {callback.status} ({callback.reason}): "
        f"{callback.state} {when}, {tries} {word}, to {callback.url}"
    )
