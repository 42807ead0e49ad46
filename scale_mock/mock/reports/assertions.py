"""What a failed assertion says: what was expected, what came, the nearest misses, and what is next.

In this order: one line that stands alone; the callbacks that come nearest, field by field; where
the task or batch stands; the newest lines of its journal; what the clock would have brought; and
the call or switch that most likely helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.model import Batch, Task
from scale_mock.mock.reports.reasons import auth_hint, reason, thing_of, tries, unused_rules
from scale_mock.mock.reports.receivers import refuses_key
from scale_mock.mock.reports.telling import brief, clock_lines, journal_of, laid_out, shortened
from scale_mock.selectors.durations import format_duration
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import explain_batch, explain_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from scale_mock.callbacks.expect import Expectation
    from scale_mock.callbacks.records import Callback
    from scale_mock.world import World

NEAREST = 3
ATTEMPTS = 3
CAME = 5
TRACEBACK_LINES = 20
FIX = "To fix it: "


def missing(
    world: World,
    expected: Expectation,
    found: list[Callback],
    *,
    times: int | None,
    within: timedelta,
    since: datetime,
    place: str = "",
) -> str:
    """The report on a callback that did not arrive often enough.

    Args:
        world: The world, where the wait ended.
        expected: What was expected.
        found: The acknowledged callbacks that matched.
        times: How many were expected; ``None`` for at least one.
        within: How long was waited at most.
        since: When the wait began.
        place: Its place among several, in words, if there are several.
    """
    count = "a callback" if times is None else _exactly(times)
    coming = world.scheduler.next_event()
    waited = coming is not None and not world.follower.is_on
    by = brief(since + within if waited else world.now())
    came = {0: "none", 1: "1"}.get(len(found), str(len(found)))
    why = reason(world, expected, since)
    first = (
        f"Expected {count} {expected}{place} within {format_duration(within)}: {came} came by "
        f"{by}; {shortened(why.clause, 300)}"
    )
    end = [f"{FIX}{why.fix}"]
    thing = thing_of(world, expected)
    if thing is None or _by_default(thing):
        end += [f"Besides: {line}" for line in unused_rules(world)]
    return _report(world, expected, [first, "", *_nearest(world, expected)], end)


def too_many(
    world: World, expected: Expectation, found: list[Callback], times: int, *, moved: bool = True
) -> str:
    """The report on a callback that arrived, though it should not have, or not so often.

    Args:
        world: The world.
        expected: What was expected.
        found: The acknowledged callbacks that matched.
        times: How often it should have arrived.
        moved: Whether the assertion itself moved the clock.
    """
    wanted = "no callback" if times == 0 else _exactly(times)
    last = found[-1]
    when = f"at {_when(world, last)}"
    came = f"1 came {when}" if len(found) == 1 else f"{len(found)} came, the last {when}"
    body = [f"Expected {wanted} {expected}: {came}, {_cause(last)}", ""]
    if len(found) > CAME:
        body.append(f"  ({len(found) - CAME} earlier ones)")
    body += [f"  {_line(callback)}" for callback in found[-CAME:]]
    end = [f"{FIX}{_narrower(found, times, moved=moved)}"]
    return _report(world, expected, [*body, ""], end)


def wrong_order(world: World, expected: list[Expectation], came: list[Callback]) -> str:
    """The report on callbacks that arrived in another order.

    Args:
        world: The world.
        expected: What was expected, in order.
        came: What came for each of them, in the order of expectation.
    """
    arrived = world.desk.acknowledged
    actual = sorted(came, key=arrived.index)
    place = next(n for n, (one, two) in enumerate(zip(came, actual, strict=True)) if one is not two)
    wanted, instead = came[place], actual[place]
    lines = [
        f"Expected {len(expected)} callbacks in order: number {place + 1} was to be "
        f"{_whose(wanted)}, which came at {_when(world, wanted)}; it was {_whose(instead)}, at "
        f"{_when(world, instead)}",
        "",
    ]
    for number, (item, callback) in enumerate(zip(expected, came, strict=True), start=1):
        turn = actual.index(callback) + 1
        said = "as wanted" if turn == number else f"came as number {turn}"
        lines.append(f"  {number}. {item}: {said}, at {to_iso(callback.at or world.now())}")
    same = wanted.at == instead.at
    end = (
        "both came at one instant, where the schedule seed decides who goes first: give them rules "
        "with different after=, or assert that each is received"
        if same
        else "give them rules whose after= makes this order, or assert the order that there is"
    )
    subjects = {f"{callback.mode}/{callback.owner}/{callback.subject}" for callback in came}
    return laid_out(
        [*lines, "", *journal_of(world, subjects.__contains__), "", *clock_lines(world), "",
         f"{FIX}{end}"]
    )  # fmt: skip


def _whose(callback: Callback) -> str:
    return f"{callback.owner} {callback.subject}"


def _when(world: World, callback: Callback) -> str:
    return brief(callback.at or world.now())


def _report(world: World, expected: Expectation, begin: list[str], end: list[str]) -> str:
    """The parts that every report has, between how it begins and how it ends."""
    thing = thing_of(world, expected)
    lines = list(begin)
    own = ""
    if thing is not None:
        own = thing.subject
        lines += [*_state(world, thing), ""]
    lines += [*journal_of(world, _about(world, thing), own=own), ""]
    lines += [*clock_lines(world, thing if isinstance(thing, Task) else None), "", *end]
    return laid_out(lines)


def _exactly(times: int) -> str:
    return f"exactly {times} callback" + ("s" if times != 1 else "")


def _by_default(thing: Task | Batch) -> bool:
    """True if no rule of the user decided it, so that a rule may have missed it."""
    if isinstance(thing, Batch) or thing.decision is None:
        return True
    return thing.decision.rule.startswith("default")


def _nearest(world: World, expected: Expectation) -> Iterator[str]:
    """The callbacks that were owed, those that differ least first, each field compared."""
    owed = list(world.desk.by_id.values())
    if not owed:
        yield "No callback is or was owed by anything in this world."
        yield ""
        return
    ranked = sorted(owed, key=lambda callback: len(expected.mismatches(callback)))
    few = "The one callback" if len(owed) == 1 else f"The nearest of {len(owed)} callbacks"
    yield f"{few} owed so far:"
    for callback in ranked[:NEAREST]:
        yield f"  {_line(callback)}"
        yield from (f"    {line}" for line in _fields(expected, callback))
    yield ""


def _fields(expected: Expectation, callback: Callback) -> Iterator[str]:
    """Every field that was expected: as wanted, or what came instead."""
    wrong = {name: (wanted, came) for name, wanted, came in expected.mismatches(callback)}
    for name in ("task", "batch", "status", "reason", "url"):
        if getattr(expected, name) is None:
            continue
        if name not in wrong:
            yield f"{name + ':':<9}as wanted"
        else:
            wanted, came = wrong[name]
            yield f"{name + ':':<9}wanted {wanted}, came {came.removeprefix(f'{name} ')}"
    if not wrong and not callback.is_acknowledged:
        came = tries(callback) if callback.tries else "nothing, it was not sent yet"
        yield f"{'arrival:':<9}wanted a 2xx, came {came}"
        yield from _attempts(callback)


def _attempts(callback: Callback) -> Iterator[str]:
    """The newest attempts, what was replied, and what a refusal of the auth header means."""
    made = callback.tries
    if not made:
        return
    shown = made[-ATTEMPTS:]
    if len({attempt.outcome for attempt in made}) == 1:
        shown = [*made[:1], *made[1:][-1:]]
    for attempt in shown:
        yield f"  attempt {attempt.number} at {to_iso(attempt.at)}: {attempt.outcome}"
    yield from (f"  {line}" for line in said_of(callback))


def said_of(callback: Callback) -> Iterator[str]:
    """What a receiver said or raised when it did not take a callback."""
    last = callback.attempts[-1]
    if last.fault is not None:
        yield f"fault {last.fault!r} struck it"
    if last.reply and not last.traceback:
        yield f"it replied: {shortened(last.reply.decode('utf-8', 'replace'))}"
    if refuses_key(callback):
        yield auth_hint(callback)
    if last.traceback:
        lines = last.traceback.rstrip().splitlines()
        if len(lines) > TRACEBACK_LINES:
            yield f"... {len(lines) - TRACEBACK_LINES} lines"
        yield from lines[-TRACEBACK_LINES:]


def _state(world: World, thing: Task | Batch) -> Iterator[str]:
    """Where the expected task or batch stands."""
    why = explain_task(world, thing) if isinstance(thing, Task) else explain_batch(world, thing)
    yield f"{why.subject}: {why.status}"
    yield f"  decided by: {why.decided_by}"
    yield f"  waits for:  {why.waits_for}"
    yield f"  to move it: {why.move}"
    if isinstance(thing, Task):
        yield from (f"  {failure}" for failure in world.script.failures_of(thing.task_id))


def _about(world: World, thing: Task | Batch | None) -> Callable[[str], bool] | None:
    """Which subjects of the journal have to do with a task or batch; all where there is none."""
    if thing is None:
        return None
    near = {thing.subject, f"{thing.mode}/refused"}
    batch = thing if isinstance(thing, Batch) else thing.batch
    project = batch.project if batch is not None else thing.project
    near |= {other.subject for other in (batch, project) if other is not None}
    if isinstance(thing, Task):
        return near.__contains__
    start, tasks = f"{thing.mode}/task/", world.core.sides[thing.mode].tasks

    def is_near(subject: str) -> bool:
        if subject in near:
            return True
        task = tasks.get(subject[len(start) :]) if subject.startswith(start) else None
        return task is not None and task.batch is thing

    return is_near


def _cause(callback: Callback) -> str:
    """Why a callback was sent."""
    if callback.copy_of is not None:
        return "which a fault duplicated"
    words = {
        "completed": f"because the {callback.owner} was completed",
        "error": f"because the {callback.owner} ended in an error",
        "audited": "because the task was audited",
        "recalled": "because the task was recalled",
        "resent": "because it was sent again (resend)",
    }
    return words[callback.reason]


def _narrower(found: list[Callback], times: int, *, moved: bool) -> str:
    """What to do about an assertion to which too much came."""
    if any(callback.copy_of is not None for callback in found):
        return f"expect times={len(found)}: a fault of this world duplicates callbacks"
    reasons = list(dict.fromkeys(callback.reason for callback in found))
    if times and len(reasons) > 1:
        return f"count only those with reason={reasons[0]!r}, or expect times={len(found)}"
    if times:
        return f"expect times={len(found)}, if that is meant"
    earlier = "take a shorter within=" if moved else "look earlier"
    return (
        "add a rule with outcome='hold' for what shall stay pending, narrow the expectation "
        f"(status=, reason=, url=), or {earlier}"
    )


def _line(callback: Callback) -> str:
    """A callback in one line: whose, which, how it fared, where to."""
    if callback.state == "pending":
        count = len(callback.tries)
        tried = {0: "not sent yet", 1: "1 attempt so far"}.get(count, f"{count} attempts so far")
        fared = f"owed at {to_iso(callback.owed_at)}, {tried}"
    elif callback.state == "failed":
        ended = callback.attempts[-1].at
        fared = f"given up at {to_iso(ended)} after {len(callback.tries)} attempts"
    else:
        fared = f"{callback.state} at {to_iso(callback.at or callback.owed_at)}"
    what = f"{callback.owner} {callback.subject}, status {callback.status}"
    return f"{what} ({callback.reason}): {fared}, to {callback.url}"
