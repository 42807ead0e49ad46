"""The assertions on callbacks: how far they move the clock, what they return, what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scale_mock import ConfigurationError
from scale_mock.sim.instants import EPOCH

Bench = Any
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not broken here; how they are is in test_telling.py."""
    monkeypatch.setenv("COLUMNS", "1000")


def first_and_last(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    return lines[0], lines[-1]


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


@pytest.mark.parametrize("times", [-1, 1.5, True, "2"])
def test_what_is_no_count_is_refused_before_the_clock_moves(bench: Bench, times: Any) -> None:
    task = bench.task()
    with pytest.raises(ConfigurationError) as caught:
        bench.mock.callbacks.assert_received(task=task, times=times)
    assert str(caught.value) == f"times={times!r}: a count is an integer, 0 or more."
    assert bench.mock.clock.now() == EPOCH


def test_a_dead_receiver_fails_with_its_attempts(bench: Bench) -> None:
    bench.mock.callbacks.receiver.down()
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, within="61 minutes"))
    task_id = task["task_id"]
    assert text == (
        f"Expected a callback for task {task_id} within 1 h 1 min: none came by 2024-01-01T01:01Z; "
        "it had 2 attempts, all of which got refused; the next is at 2024-01-01T01:01:26.400Z "
        "(in 1 min 16 s)\n"
        "\n"
        "The one callback owed so far:\n"
        f"  task {task_id}, status completed (completed): owed at 2024-01-01T01:00:00.000Z, "
        "2 attempts so far, to http://receiver.scale-mock.test/\n"
        "    task:    as wanted\n"
        "    arrival: wanted a 2xx, came 2 attempts, all of which got refused\n"
        "      attempt 1 at 2024-01-01T01:00:00.000Z: refused\n"
        "      attempt 2 at 2024-01-01T01:00:10.800Z: refused\n"
        "\n"
        f"live/task/{task_id}: completed\n"
        "  decided by: hourly\n"
        "  waits for:  attempt 3 of its callback at 2024-01-01T01:01:26.400Z (in 1 min 16 s); "
        "the last of 2 got refused\n"
        "  to move it: mock.clock.advance_to('2024-01-01T01:01:26.400Z'), or an assertion that "
        "waits for it\n"
        "\n"
        "All 7 journal entries about it:\n"
        "  2024-01-01T00:00:00.000Z task.created type=categorization\n"
        "  2024-01-01T00:00:00.000Z task.planned due=2024-01-01T01:00:00.000Z, outcome=complete, "
        "rule=hourly\n"
        "  2024-01-01T00:05:00.000Z task.started\n"
        "  2024-01-01T01:00:00.000Z task.completed by=hourly\n"
        "  2024-01-01T01:00:00.000Z callback.owed reason=completed, status=completed\n"
        "  2024-01-01T01:00:00.000Z to 2024-01-01T01:00:10.800Z callback.attempted (2 times) "
        "outcome=refused\n"
        "\n"
        "The clock stands at 2024-01-01T01:00:10.800Z (manual). It would bring next:\n"
        f"  2024-01-01T01:01:26.400Z (in 1 min 16 s): callback.attempt 3 of task {task_id} to "
        "http://receiver.scale-mock.test/\n"
        "\n"
        "To fix it: let the built-in receiver answer 2xx: mock.callbacks.receiver.answer() or "
        ".down(), or a scenario, told it not to"
    )


def test_staging_fails_with_the_call_that_would_help(bench: Bench) -> None:
    bench.project(rapid=True)
    bench.batch()
    task = bench.task(batch="b")
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task))
    task_id = task["task_id"]
    assert text == (
        f"Expected a callback for task {task_id} within 30 days: none came by 2024-01-01T00:00Z; "
        "the task is pending and waits for batch 'b', which is still in staging: nobody works on "
        "a rapid batch before it is finalized\n"
        "\n"
        "No callback is or was owed by anything in this world.\n"
        "\n"
        f"live/task/{task_id}: pending\n"
        "  decided by: nobody yet: work cannot begin\n"
        "  waits for:  batch 'b', which is still in staging: nobody works on a rapid batch before "
        "it is finalized\n"
        "  to move it: client.finalize_batch('b') or mock.batches.finalize('b')\n"
        "\n"
        "All 3 journal entries about it:\n"
        "  2024-01-01T00:00:00.000Z live/project/p project.created product_line=rapid, "
        "type=categorization\n"
        "  2024-01-01T00:00:00.000Z live/batch/b batch.created batch_kind=production, project=p\n"
        "  2024-01-01T00:00:00.000Z task.created batch=b, project=p, type=categorization\n"
        "\n"
        "The clock stands at 2024-01-01T00:00:00.000Z (manual). Nothing is scheduled: without "
        "another call, nothing will ever happen.\n"
        "\n"
        "To fix it: client.finalize_batch('b') or mock.batches.finalize('b')"
    )
    assert bench.mock.clock.now() == EPOCH, "a wait with nothing scheduled fails at once"


def test_a_batch_that_nobody_finalized_says_so_at_once(bench: Bench) -> None:
    bench.project(rapid=True)
    bench.batch(callback=bench.mock.callbacks.url)
    bench.task(batch="b")
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="b"))
    assert first_and_last(text) == (
        "Expected a callback for batch 'b' within 30 days: none came by 2024-01-01T00:00Z; "
        "the batch is still in staging",
        "To fix it: client.finalize_batch('b') or mock.batches.finalize('b')",
    )


def test_an_unknown_task_fails_with_what_there_is(bench: Bench) -> None:
    text = failure(lambda: bench.mock.callbacks.assert_received(task="nope", status="error"))
    assert text == (
        "Expected a callback for task nope (status=error) within 30 days: none came by "
        "2024-01-01T00:00Z; there is no task nope in this world, which holds no task at all\n"
        "\n"
        "No callback is or was owed by anything in this world.\n"
        "\n"
        "The journal is empty: nothing has happened in this world.\n"
        "\n"
        "The clock stands at 2024-01-01T00:00:00.000Z (manual). Nothing is scheduled: without "
        "another call, nothing will ever happen.\n"
        "\n"
        "To fix it: let create_task arrive here: through the fixture scale_client, at "
        "mock.v1_url, or while mock.intercept() is on"
    )


def test_a_task_of_another_name_fails_with_those_there_are(bench: Bench) -> None:
    task_id = bench.task()["task_id"]
    text = failure(lambda: bench.mock.callbacks.assert_received(task=f"{task_id[:-1]}x"))
    assert first_and_last(text) == (
        f"Expected a callback for task {task_id[:-1]}x within 30 days: none came by "
        f"2024-01-01T01:00Z; there is no task {task_id[:-1]}x in this world, which holds 1 task",
        f"To fix it: expect one of its tasks: '{task_id}'",
    )
    other = bench.task(unique_id="other")["task_id"]
    text = failure(lambda: bench.mock.callbacks.assert_received(task=f"{task_id[:-1]}x"))
    assert first_and_last(text)[1] == (
        f"To fix it: expect one of its tasks: '{task_id}', '{other}'; the nearest is '{task_id}'"
    )


def test_a_batch_for_a_task_is_noticed(bench: Bench) -> None:
    bench.project()
    bench.batch()
    text = failure(lambda: bench.mock.callbacks.assert_received(task="b"))
    assert first_and_last(text) == (
        "Expected a callback for task b within 30 days: none came by 2024-01-01T00:00Z; "
        "there is no task b in this world; it is the name of a batch",
        "To fix it: pass batch='b' instead of task=",
    )


def test_an_unknown_batch_fails_with_those_there_are(bench: Bench) -> None:
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="c"))
    assert first_and_last(text)[1] == "To fix it: create the batch: this world holds none"
    bench.project()
    bench.batch(name="monday")
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="c"))
    assert first_and_last(text) == (
        "Expected a callback for batch 'c' within 30 days: none came by 2024-01-01T00:00Z; "
        "there is no batch 'c' in this world",
        "To fix it: expect one of its batches: 'monday'",
    )
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="mondays"))
    assert first_and_last(text)[1] == "To fix it: expect one of its batches: 'monday'"
    bench.batch(name="sunday")
    text = failure(lambda: bench.mock.callbacks.assert_received(batch="mondays"))
    assert first_and_last(text)[1] == (
        "To fix it: expect one of its batches: 'monday', 'sunday'; the nearest is 'monday'"
    )


def test_too_few_fail_with_how_many_came(bench: Bench) -> None:
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, times=2, within="2h"))
    task_id = task["task_id"]
    assert text.startswith(
        f"Expected exactly 2 callbacks for task {task_id} within 2 h: 1 came by "
        "2024-01-01T01:00Z; nothing more is to come: it is completed and its callback arrived\n"
        "\n"
        "The one callback owed so far:\n"
        f"  task {task_id}, status completed (completed): acknowledged at "
        "2024-01-01T01:00:00.000Z, to http://receiver.scale-mock.test/\n"
        "    task:    as wanted\n"
        "\n"
        f"live/task/{task_id}: completed\n"
    )
    assert first_and_last(text)[1] == (
        "To fix it: expect a smaller times=, or make it send again: by an audit, a redo or a resend"
    )


def test_too_short_a_wait_names_the_length_that_is_needed(bench: Bench) -> None:
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, within="20m"))
    assert first_and_last(text) == (
        f"Expected a callback for task {task['task_id']} within 20 min: none came by "
        "2024-01-01T00:20Z; the task is pending and waits for its end at "
        "2024-01-01T01:00:00.000Z (in 55 min)",
        "To fix it: wait longer, at least within='1h', or call "
        "mock.clock.advance_to('2024-01-01T01:00:00.000Z') before",
    )
    text = failure(lambda: bench.mock.callbacks.assert_received(within="20m"))
    assert first_and_last(text) == (
        "Expected a callback for anything within 20 min: none came by 2024-01-01T00:25Z; "
        "next is task.finish at 2024-01-01T01:00:00.000Z (in 55 min)",
        "To fix it: wait longer, at least within='55m', or call "
        "mock.clock.advance_to('2024-01-01T01:00:00.000Z') before",
    )


def test_an_expectation_of_nothing_in_an_empty_world(bench: Bench) -> None:
    text = failure(bench.mock.callbacks.assert_received)
    assert first_and_last(text) == (
        "Expected a callback for anything within 30 days: none came by 2024-01-01T00:00Z; "
        "nothing is scheduled",
        "To fix it: create a task with callback_url=mock.callbacks.url (the built-in receiver), "
        "or a batch with callback=, and let it end",
    )


def test_a_near_miss_names_what_differs(bench: Bench) -> None:
    task = bench.task()
    other = bench.task(metadata={"n": 2})
    wrong = {"task": task, "status": "error", "url": "http://x"}
    text = failure(lambda: bench.mock.callbacks.assert_received(**wrong))
    lines = text.splitlines()
    assert lines[0].endswith(
        "none came by 2024-01-01T01:00Z; the one that it sent has status=completed, "
        "url=http://receiver.scale-mock.test/"
    )
    start = lines.index("The nearest of 2 callbacks owed so far:")
    assert lines[start + 1].startswith(f"  task {task['task_id']}, status completed (completed)")
    assert lines[start + 2 : start + 5] == [
        "    task:    as wanted",
        "    status:  wanted error, came completed",
        "    url:     wanted http://x, came http://receiver.scale-mock.test/",
    ]
    assert lines[start + 5].startswith(f"  task {other['task_id']}, status completed (completed)")
    assert lines[start + 6] == (f"    task:    wanted {task['task_id']}, came {other['task_id']}")
    assert lines[-1] == (
        "To fix it: expect url='http://receiver.scale-mock.test/', or create it with another "
        "callback_url"
    )


def test_a_callback_of_another_reason_names_what_would_cause_it(bench: Bench) -> None:
    task = bench.task()
    task_id = task["task_id"]

    def expecting(**wanted: str) -> tuple[str, str]:
        return first_and_last(
            failure(lambda: bench.mock.callbacks.assert_received(task=task, **wanted))
        )

    assert expecting(reason="audited") == (
        f"Expected a callback for task {task_id} (reason=audited) within 30 days: none came by "
        "2024-01-01T01:00Z; the one that it sent has reason=completed",
        f"To fix it: mock.tasks.audit('{task_id}', 'accepted'), or an audit by the code under test",
    )
    assert expecting(reason="recalled")[1] == (
        f"To fix it: mock.tasks.redo('{task_id}'), or a rule with redo="
    )
    assert expecting(reason="resent")[1] == f"To fix it: mock.callbacks.resend('{task_id}')"
    assert expecting(status="error")[1] == (
        "To fix it: a rule with outcome='error' for it, or "
        f"mock.tasks.fail('{task_id}') while it is pending"
    )
    assert expecting(status="pending")[1] == (
        "To fix it: expect status='completed' and reason='completed', if that is meant"
    )
    bench.mock.callbacks.resend(task)
    assert expecting(status="error")[0].endswith("the one that it sent has status=completed")


def test_a_canceled_task_sends_nothing(bench: Bench) -> None:
    task = bench.task()
    bench.call("POST", f"/v1/task/{task['task_id']}/cancel")
    text = failure(lambda: bench.mock.callbacks.assert_received(task))
    assert first_and_last(text) == (
        f"Expected a callback for task {task['task_id']} within 30 days: none came by "
        "2024-01-01T00:00Z; nothing more is to come: it is canceled; canceled tasks send no "
        "callback",
        "To fix it: use assert_not_received: what is canceled sends no callback",
    )


def test_a_fault_in_the_way_is_named(make_bench: Any) -> None:
    bench = make_bench(faults=[{"match": {"callback": True}, "kind": "drop", "name": "lost"}])
    task = bench.task()
    text = failure(lambda: bench.mock.callbacks.assert_received(task))
    assert first_and_last(text) == (
        f"Expected a callback for task {task['task_id']} within 30 days: none came by "
        "2024-01-02T01:00Z; it was given up after 21 attempts, all of which got dropped",
        "To fix it: remove fault 'lost', which keeps it away, or narrow its match",
    )
    assert "\n      fault 'lost' struck it\n" in text


def test_nobody_who_listens_is_named(bench: Bench) -> None:
    bench.mock.callbacks.mount("https://app.test/", lambda request: 503)
    task = bench.task(callback_url="https://app.test/")
    text = failure(lambda: bench.mock.callbacks.assert_received(task))
    callback = bench.mock.callbacks.owed[0]
    assert first_and_last(text)[1] == (
        "To fix it: let https://app.test/ answer 2xx: 503 is an attempt, not a reception. If it "
        "is meant to fail, look at mock.callbacks.attempts instead; once it works, "
        f"mock.callbacks.resend('{callback.id}') sends it again"
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
    assert first_and_last(text)[1] == (
        "To fix it: mend the receiver mounted at https://app.test/, which raised "
        "KeyError: 'order_id'"
    )


def test_more_than_expected_fails(bench: Bench) -> None:
    task = bench.task()
    bench.mock.callbacks.assert_received(task=task)
    bench.mock.tasks.audit(task, "accepted")
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, times=1))
    task_id = task["task_id"]
    assert text.startswith(
        f"Expected exactly 1 callback for task {task_id}: 2 came, the last at 2024-01-01T01:00Z, "
        "because the task was audited\n"
        "\n"
        f"  task {task_id}, status completed (completed): acknowledged at "
        "2024-01-01T01:00:00.000Z, to http://receiver.scale-mock.test/\n"
        f"  task {task_id}, status completed (audited): acknowledged at "
        "2024-01-01T01:00:00.000Z, to http://receiver.scale-mock.test/\n"
        "\n"
        f"live/task/{task_id}: completed\n"
    )
    assert "\nThe last 10 of 11 journal entries about it:\n" in text
    assert "\nThe clock stands at 2024-01-01T01:00:00.000Z (manual). Nothing is sched" in text
    assert first_and_last(text)[1] == (
        "To fix it: count only those with reason='completed', or expect times=2"
    )


def test_duplicates_that_a_fault_made_are_named(make_bench: Any) -> None:
    bench = make_bench(faults=[{"match": {"callback": True}, "kind": "duplicate"}])
    task = bench.task()
    bench.mock.clock.advance(hours=2)
    text = failure(lambda: bench.mock.callbacks.assert_received(task=task, times=1))
    assert first_and_last(text) == (
        f"Expected exactly 1 callback for task {task['task_id']}: 2 came, the last at "
        "2024-01-01T01:00Z, which a fault duplicated",
        "To fix it: expect times=2: a fault of this world duplicates callbacks",
    )


def test_not_received_looks_at_now_or_moves_the_clock(bench: Bench) -> None:
    task = bench.task()
    bench.mock.callbacks.assert_not_received(task=task)
    bench.mock.callbacks.assert_not_received(task=task, within="59m")
    assert bench.mock.clock.now() == EPOCH + timedelta(minutes=59)
    text = failure(lambda: bench.mock.callbacks.assert_not_received(task=task, within="1m"))
    assert text.startswith(
        f"Expected no callback for task {task['task_id']}: 1 came at 2024-01-01T01:00Z, because "
        "the task was completed\n\n"
        f"  task {task['task_id']}, status completed (completed): acknowledged at "
        "2024-01-01T01:00:00.000Z"
    )
    hold = (
        "To fix it: add a rule with outcome='hold' for what shall stay pending, narrow the "
        "expectation (status=, reason=, url=), or "
    )
    assert first_and_last(text)[1] == f"{hold}take a shorter within="
    text = failure(lambda: bench.mock.callbacks.assert_not_received(task=task))
    assert first_and_last(text)[1] == f"{hold}look earlier"
    bench.mock.callbacks.assert_not_received(task=task, status="error")


def test_order_returns_the_callbacks_in_order(bench: Bench) -> None:
    first, second = bench.task(), bench.task(metadata={"n": 2})
    bench.mock.tasks.complete(second)
    found = bench.mock.callbacks.assert_order([second["task_id"], first])
    assert [callback.subject for callback in found] == [second["task_id"], first["task_id"]]
    assert bench.mock.clock.now() == EPOCH + HOUR


@pytest.mark.parametrize(
    ("items", "shown"), [([], "[]"), (iter(()), "[]"), ("t-1", "'t-1'"), ({"task": "t"}, "{")]
)
def test_the_order_of_nothing_is_refused(bench: Bench, items: Any, shown: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bench.mock.callbacks.assert_order(items)
    assert str(caught.value).startswith(f"assert_order({shown}")
    assert "expected " in str(caught.value)


def test_the_wrong_order_fails_with_both(bench: Bench) -> None:
    first, second = bench.task(), bench.task(metadata={"n": 2})
    bench.mock.tasks.complete(second)
    text = failure(lambda: bench.mock.callbacks.assert_order([first, second]))
    one, two = first["task_id"], second["task_id"]
    assert text.startswith(
        f"Expected 2 callbacks in order: number 1 was to be task {one}, which came at "
        f"2024-01-01T01:00Z; it was task {two}, at 2024-01-01T00:00Z\n"
        "\n"
        f"  1. for task {one}: came as number 2, at 2024-01-01T01:00:00.000Z\n"
        f"  2. for task {two}: came as number 1, at 2024-01-01T00:00:00.000Z\n"
        "\n"
        "The last 10 of 13 journal entries about it:\n"
    )
    assert text.endswith(
        "\n\nThe clock stands at 2024-01-01T01:00:00.000Z (manual). Nothing is scheduled: without "
        "another call, nothing will ever happen.\n"
        "\n"
        "To fix it: give them rules whose after= makes this order, or assert the order that "
        "there is"
    )


def test_a_wrong_order_within_one_instant_is_the_seeds(bench: Bench) -> None:
    first, second = bench.task(), bench.task(metadata={"n": 2})
    text = failure(lambda: bench.mock.callbacks.assert_order([second, first]))
    assert first_and_last(text)[1] == (
        "To fix it: both came at one instant, where the schedule seed decides who goes first: "
        "give them rules with different after=, or assert that each is received"
    )


def test_a_missing_item_of_an_order_fails_like_received(bench: Bench) -> None:
    first = bench.task()
    silent = bench.task(metadata={"n": 2}, callback_url=None)
    text = failure(lambda: bench.mock.callbacks.assert_order([first, silent]))
    assert first_and_last(text) == (
        f"Expected a callback for task {silent['task_id']}, number 2 of 2 in order, within 30 "
        "days: none came by 2024-01-01T01:00Z; the task is completed, but has no callback_url: "
        "nobody is told",
        "To fix it: pass callback_url=mock.callbacks.url (the built-in receiver), or your own "
        "receiver's URL, to create_task",
    )


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
