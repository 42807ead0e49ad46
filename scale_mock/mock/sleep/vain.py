"""What a test that slept in vain is told: what it waits for, what the clock brings, what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.model import Task
from scale_mock.domain.task_index import TaskFilter
from scale_mock.errors import SleptInVain
from scale_mock.mock.reports.telling import laid_out, next_events
from scale_mock.selectors.durations import format_duration
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import explain_batch, explain_task

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from scale_mock.domain.model import Batch
    from scale_mock.mock.sleep.rounds import Rounds
    from scale_mock.world import World

NEXT = 3
"""How many of the next events are told."""
WAYS_OUT = (
    "Ways out: scale_mock.clock.advance(...) or scale_mock.clock.run_until_idle() before waiting; "
    "or have the clock move by itself: @pytest.mark.scale_mock(clock='autojump'), with every read "
    "and when nobody asks; @pytest.mark.scale_mock(absorb_sleep=True), with every sleep, which "
    "then takes no real time. Without pytest: mock.clock, ScaleMock(clock='autojump'), "
    "ScaleMock(absorb_sleep=True)."
)
OFF = (
    "vain_sleep_s={limit:g} is how many seconds may be slept so, fifteen times as many where "
    "somebody else may be at work; 0 for any number."
)


def error_of(world: World, rounds: Rounds, seconds: float, *, asked: bool) -> SleptInVain:
    """The error for a sleep that would be one too many.

    Args:
        world: The world that something is waited for in.
        rounds: How often its test has slept for it.
        seconds: How long the next sleep would be.
        asked: Whether it reads what it waits for.
    """
    with world.lock:
        waited = _waited_for(world, asked=asked)
        lines = [
            f"{_slept(rounds, seconds)} for {waited[0]}, in vain: {_stood(world)}.",
            *_waits(world, waited[1]),
            *_coming(world),
        ]
        if world.clock_mode == "manual" and not world.scheduler.is_idle:
            lines.append(WAYS_OUT)
        lines.append(OFF.format(limit=world.settings.vain_sleep_s))
    return SleptInVain(laid_out(lines))


def _slept(rounds: Rounds, seconds: float) -> str:
    if not rounds.count:
        return f"The test wants to sleep {_words(seconds)}"
    if len(rounds.lengths) == 1:
        return f"The test slept {rounds.count} x {_words(*rounds.lengths)}"
    return f"The test slept {rounds.count} times, {_words(rounds.slept)} in all,"


def _words(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


def _stood(world: World) -> str:
    now = to_iso(world.now())
    if world.scheduler.is_idle:
        return f"nothing is scheduled, and the world's clock ({world.clock_mode}) stands at {now}"
    if world.clock_mode == "follow":
        return f"datetime.now(UTC), which the world's clock follows, stands still at {now}"
    return (
        f"the world's clock is {world.clock_mode} and stood still at {now}; real sleep does not "
        "move it"
    )


def _waited_for(world: World, *, asked: bool) -> tuple[str, Task | Batch | None]:
    """What is waited for: what was read last, else the oldest thing that is pending."""
    newest = world.polls.newest if asked else None
    if newest is not None:
        key, thing = newest
        return _name(key), thing
    wanted = TaskFilter(status=("pending",))
    pending = [
        task for side in world.core.sides.values() for task in side.task_index.matching(wanted)
    ]
    if not pending:
        return "what comes next", None
    task = min(pending, key=lambda one: (one.created_at, one.seq))
    callback = f" or its callback to {task.callback_url}" if task.callback_url else ""
    return f"{task.subject}{callback}", task


def _name(key: Hashable) -> str:
    if not isinstance(key, tuple):
        return str(key)
    _, path, query = key
    return f"GET {path}{'?' + query if query else ''}"


def _waits(world: World, thing: Task | Batch | None) -> Iterator[str]:
    if thing is None:
        return
    why = explain_task(world, thing) if isinstance(thing, Task) else explain_batch(world, thing)
    yield f"{why.subject} ({why.status}) waits for {why.waits_for}."
    if not isinstance(thing, Task):
        wanted = TaskFilter(batch=(thing.name,), status=("pending",))
        tasks = world.core.sides[thing.mode].task_index.matching(wanted)
        task = next((one for one in tasks if one.event is not None), None)
        if task is not None:
            why = explain_task(world, task)
            yield f"{why.subject} waits for {why.waits_for}."
    yield f"To move it: {why.move.replace('mock.', 'scale_mock.')}."


def _coming(world: World) -> Iterator[str]:
    coming = next_events(world)[:NEXT]
    if coming:
        yield "The clock would bring next:"
        yield from (f"  {line}" for line in coming)
