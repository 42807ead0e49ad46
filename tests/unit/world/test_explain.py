"""What ``explain`` says of every state that a task or batch can be in, word for word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.world.explain import (
    Explanation,
    explain_batch,
    explain_task,
    timeline,
    upcoming,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Desk = Any
HOUR = timedelta(hours=1)


def waits(desk: Desk, task: Any) -> tuple[str, str]:
    found = explain_task(desk.world, task)
    return found.waits_for, found.move


def batch_waits(desk: Desk, batch: Any) -> tuple[str, str]:
    found = explain_batch(desk.world, batch)
    return found.waits_for, found.move


def to(instant: str) -> str:
    return f"mock.clock.advance_to('{instant}'), or an assertion that waits for it"


def test_a_scheduled_task(desk: Desk) -> None:
    task = desk.task()
    assert explain_task(desk.world, task) == Explanation(
        subject=f"live/task/{task.task_id}",
        status="pending",
        decided_by="hourly",
        steps=(
            "2024-01-01T00:00:00.000Z  task.created  type=categorization",
            "2024-01-01T00:00:00.000Z  task.planned  "
            "due=2024-01-01T01:00:00.000Z, outcome=complete, rule=hourly",
        ),
        waits_for="the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
        "2024-01-01T01:00:00.000Z (in 1 h)",
        move=to("2024-01-01T01:00:00.000Z"),
    )


def test_a_started_task(desk: Desk) -> None:
    task = desk.task()
    desk.world.pump.advance(timedelta(minutes=10))
    assert waits(desk, task) == (
        "its end at 2024-01-01T01:00:00.000Z (in 50 min)",
        to("2024-01-01T01:00:00.000Z"),
    )


def test_a_task_whose_end_is_due_now(desk: Desk) -> None:
    task = desk.task(mode="test")
    found = explain_task(desk.world, task)
    assert (found.decided_by, found.waits_for) == (
        "hourly",
        "its end at 2024-01-01T00:00:00.000Z (now)",
    )


def test_a_task_in_staging(desk: Desk) -> None:
    desk.project(rapid=True)
    desk.batch()
    task = desk.task(batch="b")
    found = explain_task(desk.world, task)
    assert found.decided_by == "nobody yet: work cannot begin"
    assert (found.waits_for, found.move) == (
        "batch 'b', which is still in staging: nobody works on a rapid batch before it is "
        "finalized",
        "client.finalize_batch('b') or mock.batches.finalize('b')",
    )


def test_a_self_label_task(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk([])
    desk.project(rapid=True)
    desk.batch(self_label_batch=True)
    task = desk.task(batch="b")
    desk.world.finalize("live", "b")
    found = explain_task(desk.world, task)
    assert found.decided_by == "default: a self-label task waits for the customer"
    assert (found.waits_for, found.move) == (
        "the customer: it is in a self-label batch",
        f"mock.tasks.complete('{task.task_id}')",
    )


def test_a_held_task(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk([{"name": "never", "outcome": "hold"}])
    task = desk.task()
    assert waits(desk, task) == (
        "somebody to hand it on: it is held by rule 'never'",
        f"mock.tasks.complete('{task.task_id}')",
    )


def test_a_canceled_task(desk: Desk) -> None:
    task = desk.task(callback_url=desk.hook)
    desk.world.lifecycle.cancel(task)
    assert waits(desk, task) == (
        "nothing: it is canceled; canceled tasks send no callback",
        "nothing",
    )


def test_a_task_without_a_callback(desk: Desk) -> None:
    task = desk.task()
    desk.world.pump.run_until_idle()
    assert waits(desk, task) == (
        "nothing: it is completed; it has no callback_url, so no callback is owed",
        "nothing",
    )


def test_an_errored_task_whose_callback_arrived(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk([{"outcome": "error", "after": "1h"}])
    desk.world.mount(desk.hook, lambda request: 200)
    task = desk.task(callback_url=desk.hook)
    desk.world.pump.run_until_idle()
    assert waits(desk, task) == (
        "nothing: it ended in an error (One or more attachments could not be downloaded.) and its "
        "callback arrived",
        "nothing: an error is final. Create the task again",
    )


def test_a_task_whose_callback_was_captured(desk: Desk) -> None:
    task = desk.task(callback_url="https://other.example/")
    desk.world.pump.run_until_idle()
    assert waits(desk, task) == (
        "nothing: it is completed and its callback was captured, not sent: other.example is opened "
        "by callback_hosts=['other.example'] (serve --callback-host other.example)",
        "nothing",
    )


def test_a_task_whose_callback_is_tried_again(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: 503)
    task = desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert waits(desk, task) == (
        "attempt 2 of its callback at 2024-01-01T01:00:10.800Z (in 10 s 800 ms); "
        "the last of 1 got 503",
        to("2024-01-01T01:00:10.800Z"),
    )


def test_a_task_whose_callback_is_due(desk: Desk) -> None:
    task = desk.task(callback_url=desk.hook)
    desk.world.lifecycle.complete(task, {}, by="t")
    assert waits(desk, task) == (
        "attempt 1 of its callback at 2024-01-01T00:00:00.000Z (now)",
        to("2024-01-01T00:00:00.000Z"),
    )


def test_a_task_whose_callback_is_out(desk: Desk) -> None:
    """As seen from the receiver, while it holds the callback in its hands."""
    seen = []
    desk.world.mount(desk.hook, lambda request: seen.append(waits(desk, task)) or 200)
    task = desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert seen == [("its callback, which is being sent", "nothing: it is on its way")]


def test_a_task_whose_callback_was_given_up(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: 503)
    task = desk.task(callback_url=desk.hook)
    desk.world.pump.run_until_idle()
    (callback,) = desk.world.desk.by_id.values()
    assert waits(desk, task) == (
        "nothing: its callback was given up after 21 attempts, the last of which got 503",
        f"mock.callbacks.resend('{callback.id}')",
    )


def test_a_batch_in_staging(desk: Desk) -> None:
    desk.project(rapid=True)
    batch = desk.batch()
    desk.task(batch="b")
    found = explain_batch(desk.world, batch)
    assert (found.subject, found.status, found.decided_by) == (
        "live/batch/b",
        "staging (1 pending)",
        "the rapid workflow",
    )
    assert (found.waits_for, found.move) == (
        "being finalized: it is still in staging",
        "client.finalize_batch('b') or mock.batches.finalize('b')",
    )


def test_a_batch_with_pending_tasks(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk([{"match": {"unique_id": "held"}, "outcome": "hold"}, {"after": "1h"}])
    desk.project()
    batch = desk.batch()
    desk.task(batch="b", unique_id="held")
    newest = desk.task(batch="b")
    assert batch_waits(desk, batch) == (
        "2 pending tasks; 1 of them has something scheduled",
        f"mock.explain('{newest.task_id}') tells about the first of them",
    )


def test_a_batch_with_one_pending_task(desk: Desk) -> None:
    desk.project()
    batch = desk.batch()
    task = desk.task(batch="b")
    assert batch_waits(desk, batch) == (
        "1 pending task; it has something scheduled",
        f"mock.explain('{task.task_id}') tells about it",
    )


@pytest.mark.parametrize("count", [1, 2])
def test_a_batch_of_which_nothing_is_scheduled(make_desk: Callable[..., Desk], count: int) -> None:
    desk = make_desk([{"name": "never", "outcome": "hold"}])
    desk.project()
    batch = desk.batch()
    ids = {desk.task(batch="b", unique_id=str(n)).task_id for n in range(count)}
    waits_for, move = batch_waits(desk, batch)
    first = move.removeprefix("mock.tasks.complete('").removesuffix("')")
    assert first in ids
    held = "waits for somebody to hand it on: it is held by rule 'never'"
    assert waits_for == (
        f"1 pending task; it has nothing scheduled: it {held}"
        if count == 1
        else f"2 pending tasks; none of them has anything scheduled: the first, {first}, {held}"
    )


def test_an_empty_batch(desk: Desk) -> None:
    desk.project()
    batch = desk.batch()
    assert explain_batch(desk.world, batch).status == "in_progress (no tasks)"
    assert batch_waits(desk, batch) == (
        "a first task: a batch without tasks never completes",
        "create a task in it",
    )


def test_a_batch_that_settles(desk: Desk) -> None:
    desk.project()
    batch = desk.batch()
    desk.world.lifecycle.complete(desk.task(batch="b"), {}, by="t")
    assert batch_waits(desk, batch) == (
        "its completion at 2024-01-01T00:00:00.000Z (now)",
        to("2024-01-01T00:00:00.000Z"),
    )


def test_a_completed_batch(desk: Desk) -> None:
    desk.project()
    silent = desk.batch()
    told = desk.batch(name="told", callback="https://other.example/")
    for name in ("b", "told"):
        desk.task(batch=name)
    desk.world.pump.run_until_idle()
    assert batch_waits(desk, silent) == (
        "nothing: it is completed; it has no callback, so no callback is owed",
        "nothing",
    )
    assert batch_waits(desk, told) == (
        "nothing: it is completed and its callback was captured, not sent: other.example is opened "
        "by callback_hosts=['other.example'] (serve --callback-host other.example)",
        "nothing",
    )


def test_an_explanation_reads_as_a_few_lines(desk: Desk) -> None:
    task = desk.task(unique_id="u")
    found = explain_task(desk.world, task)
    assert str(found) == (
        f"live/task/{task.task_id}: pending\n"
        "  decided by: hourly\n"
        "  waits for:  the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its "
        "end at 2024-01-01T01:00:00.000Z (in 1 h)\n"
        "  to move it: mock.clock.advance_to('2024-01-01T01:00:00.000Z'), or an assertion that "
        "waits for it\n"
        "  timeline:\n"
        "    2024-01-01T00:00:00.000Z  task.created  type=categorization, unique_id=u\n"
        "    2024-01-01T00:00:00.000Z  task.planned  "
        "due=2024-01-01T01:00:00.000Z, outcome=complete, rule=hourly"
    )
    assert found.as_dict() == {
        "subject": found.subject,
        "status": "pending",
        "decided_by": "hourly",
        "waits_for": found.waits_for,
        "move": found.move,
        "steps": list(found.steps),
    }


def test_a_long_timeline_shows_its_end(desk: Desk) -> None:
    task = desk.task()
    side = desk.world.core.sides["live"]
    for number in range(30):
        desk.world.tasks.set_tags(side, task.task_id, [str(number)])
    lines = timeline(desk.world, task.subject)
    assert lines[0] == "(12 earlier entries)"
    assert len(lines) == 21
    assert lines[-1].endswith("task.tags_set  tags=['29']")


def test_upcoming_lists_what_the_clock_would_bring(desk: Desk) -> None:
    first, second = desk.task(n=1), desk.task(n=2)
    desk.world.pump.advance(timedelta(minutes=5))
    assert upcoming(desk.world, 5) == [
        f"2024-01-01T01:00:00.000Z (in 55 min): task.finish {task.subject}"
        for task in (first, second)
    ]
    assert len(upcoming(desk.world, 1)) == 1
    desk.world.pump.run_until_idle()
    assert upcoming(desk.world, 5) == []
