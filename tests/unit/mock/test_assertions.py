"""The assertions on callbacks: how far they move the clock, what they return, what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scale_mock import ConfigurationError
from scale_mock.sim.instants import EPOCH

Bench = Any
HOUR = timedelta(hours=1)


def failure(call: Any) -> str:
    with pytest.raises(AssertionError) as failed:
        call()
    return str(failed.value)


def test_received_returns_the_callback_and_moves_the_clock_just_far_enough(bench: Bench) -> None:
    task = bench.task()
    bench.task(metadata={"n": 2}, callback_url=None)
    callback = bench.mock.callbacks.assert_received(task=task)
    assert callback.json["task_id"] == task["task_id"]
    assert bench.mock.clock.now() == EPOCH + HOUR
    assert bench.mock.callbacks.assert_received(task=task["task_id"]) is callback
    assert bench.mock.clock.now() == EPOCH + HOUR


def test_received_with_times_returns_a_list(bench: Bench) -> None:
    task = bench.task()
    first = bench.mock.callbacks.assert_received(task=task)
    bench.mock.tasks.audit(task, "accepted")
    found = bench.mock.callbacks.assert_received(task=task, times=2)
    assert found[0] is first
    assert [callback.reason for callback in found] == ["completed", "audited"]
    assert bench.mock.callbacks.assert_received(task=task, times=1, reason="audited") == [found[1]]
    assert bench.mock.callbacks.assert_received(task=task, times=0, status="error") == []


def test_a_dead_receiver_fails_with_its_attempts(bench: Bench) -> None:
    bench.mock.callbacks.receiver.down()
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, within="61 minutes"))
    task_id, callback_id = task["task_id"], bench.mock.callbacks.owed[0].id
    head, _, rest = text.partition("  timeline:\n")
    timeline, _, tail = rest.partition("\n\n")
    assert head == (
        f"Expected a callback for task {task_id} within 1 h 1 min: none was acknowledged.\n"
        "\n"
        "The nearest of 1 callbacks owed so far:\n"
        f"  task {task_id} completed (completed): pending owed at 2024-01-01T01:00:00.000Z, "
        "2 attempts, to http://receiver.scale-mock.test/\n"
        "    attempt 1 at 2024-01-01T01:00:00.000Z: refused\n"
        "    attempt 2 at 2024-01-01T01:00:10.800Z: refused\n"
        "\n"
        f"live/task/{task_id}: completed\n"
        "  decided by: hourly\n"
        "  waits for:  attempt 3 of its callback at 2024-01-01T01:01:26.400Z (in 1 min 16 s); "
        "the last of 2 got refused\n"
        "  to move it: mock.clock.advance_to('2024-01-01T01:01:26.400Z'), or an assertion that "
        "waits for it\n"
    )
    assert [line.split()[1] for line in timeline.splitlines()] == [
        "task.created",
        "task.planned",
        "task.started",
        "task.completed",
        "callback.owed",
        "callback.attempted",
        "callback.attempted",
    ]
    assert tail == (
        "The clock stands at 2024-01-01T01:00:10.800Z (manual).\n"
        "It would bring next:\n"
        f"  2024-01-01T01:01:26.400Z (in 1 min 16 s): callback.attempt {callback_id}"
    )


def test_staging_fails_with_the_call_that_would_help(bench: Bench) -> None:
    bench.project(rapid=True)
    bench.batch()
    task = bench.task(batch="b")
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task))
    task_id = task["task_id"]
    assert text == (
        f"Expected a callback for task {task_id} within 30 days: none was acknowledged.\n"
        "\n"
        "No callback is or was owed by anything in this world.\n"
        "\n"
        f"live/task/{task_id}: pending\n"
        "  decided by: nobody yet: work cannot begin\n"
        "  waits for:  batch 'b', which is still in staging: nobody works on a rapid batch before "
        "it is finalized\n"
        "  to move it: client.finalize_batch('b') or mock.batches.finalize('b')\n"
        "  timeline:\n"
        "    2024-01-01T00:00:00.000Z  task.created  batch=b, project=p, type=categorization\n"
        "\n"
        "The clock stands at 2024-01-01T00:00:00.000Z (manual).\n"
        "Nothing is scheduled: without another call, nothing will ever happen."
    )
    assert bench.mock.clock.now() == EPOCH, "a wait with nothing scheduled fails at once"


def test_an_unknown_task_fails_with_what_there_is(bench: Bench) -> None:
    text = failure(lambda: bench.mock.callbacks.assert_received(task="nope", status="error"))
    assert text == (
        "Expected a callback for task nope (status=error) within 30 days: none was acknowledged.\n"
        "\n"
        "No callback is or was owed by anything in this world.\n"
        "\n"
        "There is no task nope in this world; it holds 0 tasks.\n"
        "\n"
        "The clock stands at 2024-01-01T00:00:00.000Z (manual).\n"
        "Nothing is scheduled: without another call, nothing will ever happen."
    )


def test_an_unknown_batch_fails_with_those_there_are(bench: Bench) -> None:
    bench.project()
    bench.batch()
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="c"))
    assert "There is no batch 'c' in this world. Batches: b" in text


def test_too_few_fail_with_how_many_came(bench: Bench) -> None:
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, times=2, within="2h"))
    task_id = task["task_id"]
    assert text.startswith(
        f"Expected exactly 2 callbacks for task {task_id} within 2 h: one was acknowledged.\n"
        "\n"
        "The nearest of 1 callbacks owed so far:\n"
        f"  task {task_id} completed (completed): acknowledged at 2024-01-01T01:00:00.000Z, "
        "1 attempt, to http://receiver.scale-mock.test/\n"
        "\n"
        f"live/task/{task_id}: completed\n"
    )


def test_a_near_miss_names_what_differs(bench: Bench) -> None:
    task = bench.task()
    other = bench.task(metadata={"n": 2})
    wrong = {"task": task, "status": "error", "url": "http://x"}
    text = failure(lambda: bench.mock.callbacks.assert_received(**wrong))
    lines = text.splitlines()
    start = lines.index("The nearest of 2 callbacks owed so far:")
    assert lines[start + 1].startswith(f"  task {task['task_id']} completed (completed)")
    assert lines[start + 2 : start + 4] == [
        "    status: wanted 'error', came 'completed'",
        "    url: wanted 'http://x', came 'http://receiver.scale-mock.test/'",
    ]
    assert lines[start + 4].startswith(f"  task {other['task_id']} completed (completed)")
    assert lines[start + 5] == (
        f"    task: wanted '{task['task_id']}', came 'task {other['task_id']}'"
    )


def test_a_handlers_traceback_is_shown(bench: Bench) -> None:
    def handler(request: object) -> None:
        raise KeyError("order_id")

    bench.mock.callbacks.mount("https://app.test/", handler)
    task = bench.task(callback_url="https://app.test/")
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, within="1h"))
    assert "    attempt 1 at 2024-01-01T01:00:00.000Z: KeyError: 'order_id'\n" in text
    assert "Traceback (most recent call last):" in text
    assert 'raise KeyError("order_id")' in text


def test_more_than_expected_fails(bench: Bench) -> None:
    task = bench.task()
    bench.mock.callbacks.assert_received(task=task)
    bench.mock.tasks.audit(task, "accepted")
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, times=1))
    task_id = task["task_id"]
    assert text.startswith(
        f"Expected exactly 1 callback for task {task_id}: 2 were acknowledged.\n"
        "\n"
        f"  task {task_id} completed (completed): acknowledged at 2024-01-01T01:00:00.000Z, "
        "1 attempt, to http://receiver.scale-mock.test/\n"
        f"  task {task_id} completed (audited): acknowledged at 2024-01-01T01:00:00.000Z, "
        "1 attempt, to http://receiver.scale-mock.test/\n"
    )


def test_not_received_looks_at_now_or_moves_the_clock(bench: Bench) -> None:
    task = bench.task()
    bench.mock.callbacks.assert_not_received(task=task)
    bench.mock.callbacks.assert_not_received(task=task, within="59m")
    assert bench.mock.clock.now() == EPOCH + timedelta(minutes=59)
    text = failure(lambda: bench.mock.callbacks.assert_not_received(task=task, within="1m"))
    assert text.startswith(
        f"Expected no callback for task {task['task_id']}: one was acknowledged.\n\n"
        f"  task {task['task_id']} completed (completed): acknowledged at 2024-01-01T01:00:00.000Z"
    )
    bench.mock.callbacks.assert_not_received(task=task, status="error")


def test_order_returns_the_callbacks_in_order(bench: Bench) -> None:
    first, second = bench.task(), bench.task(metadata={"n": 2})
    bench.mock.tasks.complete(second)
    found = bench.mock.callbacks.assert_order([second["task_id"], first])
    assert [callback.subject for callback in found] == [second["task_id"], first["task_id"]]
    assert bench.mock.clock.now() == EPOCH + HOUR
    bench.mock.callbacks.assert_order([])


def test_the_wrong_order_fails_with_both(bench: Bench) -> None:
    first, second = bench.task(), bench.task(metadata={"n": 2})
    bench.mock.tasks.complete(second)
    text = failure(lambda: bench.mock.callbacks.assert_order([first, second]))
    one, two = first["task_id"], second["task_id"]
    assert text == (
        "Expected callbacks in this order:\n"
        f"  1. for task {one}\n"
        f"  2. for task {two}\n"
        "They were acknowledged in this order:\n"
        f"  1. task {two} completed (completed): acknowledged at 2024-01-01T00:00:00.000Z, "
        "1 attempt, to http://receiver.scale-mock.test/\n"
        f"  2. task {one} completed (completed): acknowledged at 2024-01-01T01:00:00.000Z, "
        "1 attempt, to http://receiver.scale-mock.test/\n"
        "\n"
        "The clock stands at 2024-01-01T01:00:00.000Z (manual).\n"
        "Nothing is scheduled: without another call, nothing will ever happen."
    )


def test_a_missing_item_of_an_order_fails_like_received(bench: Bench) -> None:
    first = bench.task()
    silent = bench.task(metadata={"n": 2}, callback_url=None)
    text = failure(lambda: bench.mock.callbacks.assert_order([first, silent]))
    assert text.startswith(
        f"Expected a callback for task {silent['task_id']} within 30 days: none was acknowledged."
    )
    assert "it has no callback_url, so no callback is owed" in text


def test_an_order_may_name_one_thing_twice(bench: Bench) -> None:
    """The second callback is waited for, too."""
    task = bench.task()
    bench.mock.callbacks.receiver.answer(500, since=EPOCH + HOUR + HOUR / 2, lasting=HOUR)
    first = bench.mock.callbacks.assert_received(task=task)
    bench.mock.clock.advance(HOUR * 0.75)
    bench.mock.tasks.audit(task, "accepted")
    found = bench.mock.callbacks.assert_order([task, task])
    assert found[0] is first
    assert found[1].reason == "audited"
    assert bench.mock.clock.now() > EPOCH + 2 * HOUR


@pytest.mark.parametrize("within", ["soon", -1, None, "2h..3h"])
def test_within_is_a_duration(bench: Bench, within: Any) -> None:
    with pytest.raises(ConfigurationError, match="within"):
        bench.mock.callbacks.assert_received(within=within)
