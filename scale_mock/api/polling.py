"""Polls that lead nowhere: a pending thing that is read again and again while nothing can change.

Code that polls a clock which only moves when told would poll for ever. It is answered with a 400
that says what the thing waits for and which switches there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scale_mock.domain.model import Task
from scale_mock.domain.refusals import STUCK_POLL
from scale_mock.domain.task_index import TaskFilter
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Hashable

    from scale_mock.api.call import Call
    from scale_mock.domain.model import Batch
    from scale_mock.domain.refusals import Refusal
    from scale_mock.world import World
    from scale_mock.world.explain import Explanation

SWITCHES = (
    "Switches: mock.clock.advance() or POST /_mock/clock/advance moves the clock; clock='autojump' "
    "moves it with every poll; absorb_sleep=True moves it with the sleep of the code that polls"
)
NO_SWITCH = (
    "The sleep of the code that polls moves the clock already, but no instant brings anything"
)
PENDING = TaskFilter(status=("pending",))


class Polled(NamedTuple):
    """Something pending that is read.

    Attributes:
        key: What is read.
        state: Whatever changes with it.
        thing: The pending task or batch that is, or may be, waited for.
    """

    key: Hashable
    state: Hashable
    thing: Task | Batch


def polled_task(call: Call) -> Polled | None:
    """A single pending task."""
    return poll_of_task(call.side.tasks.get(call.names["task_id"]))


def poll_of_task(task: Task | None) -> Polled | None:
    """A single task, if it is pending."""
    if task is None or task.status != "pending":
        return None
    state = (task.touched, task.updated_at, task.tags, task.unique_id, task.metadata)
    return Polled(task.subject, state, task)


def polled_batch(call: Call) -> Polled | None:
    """A batch that is not completed."""
    return poll_of_batch(call.side.batches.get(call.names["name"]))


def poll_of_batch(batch: Batch | None) -> Polled | None:
    """A single batch, if something can still become of it."""
    if batch is None or batch.v1_status == "completed":
        return None
    return Polled(batch.subject, (batch.touched, batch.status, *batch.counts.values()), batch)


def polled_list(call: Call) -> Polled | None:
    """A list, in a mode that has pending tasks: any change in the world may change the list."""
    task = next(call.side.task_index.matching(PENDING), None)
    if task is None:
        return None
    name = (call.mode, call.environ["PATH_INFO"], call.environ.get("QUERY_STRING", ""))
    return Polled(name, len(call.world.core.journal), task)


def refuse_stuck(call: Call, polled: Polled | None) -> None:
    """Counts a read of something pending.

    Raises:
        Refusal: It was read unchanged too often while the clock stood still; or, where the sleep of
            the polling code moves the clock, while nothing was scheduled.
    """
    if polled is None:
        return
    world = call.world
    may_change = not world.absorbing or world.scheduler.next_event() is not None
    now = world.now() if may_change else None
    world.polls.newest = (polled.key, polled.thing)
    if world.polls.is_stuck(polled.key, (now, polled.state)):
        raise _stuck(call, world, polled, moves=not may_change)


def _stuck(call: Call, world: World, polled: Polled, *, moves: bool) -> Refusal:
    from scale_mock.world.explain import explain_task

    why = _explained(world, polled.thing)
    what, waits = why.subject, f"It waits for {why.waits_for}"
    if not isinstance(polled.key, str):
        query = call.environ.get("QUERY_STRING", "")
        what = f"GET {call.environ['PATH_INFO']}{'?' + query if query else ''}"
        waits = f"{why.subject} waits for {why.waits_for}"
    move = why.move
    first = _first_scheduled(call, polled.thing)
    if first is not None:
        # That of a batch is no call that moves anything, but a hint at its first task.
        of_task = explain_task(world, first)
        waits = f"{waits}: {of_task.subject} waits for {of_task.waits_for}"
        move = of_task.move
    clock = "with nothing scheduled" if moves else f"while the clock stood at {to_iso(world.now())}"
    return STUCK_POLL(
        what=what, count=world.polls.limit, clock=clock, waits=waits, move=move,
        switches=NO_SWITCH if moves else SWITCHES,
    )  # fmt: skip


def _first_scheduled(call: Call, thing: Task | Batch) -> Task | None:
    """A batch's first pending task, if something is scheduled for it."""
    if isinstance(thing, Task):
        return None
    wanted = TaskFilter(batch=(thing.name,), status=("pending",))
    return next((t for t in call.side.task_index.matching(wanted) if t.event is not None), None)


def _explained(world: World, thing: Task | Batch) -> Explanation:
    from scale_mock.world.explain import explain_batch, explain_task

    if isinstance(thing, Task):
        return explain_task(world, thing)
    return explain_batch(world, thing)
