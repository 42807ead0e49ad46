"""What a mock refuses to be told, and how it says so; and what else a mock answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ConfigurationError, LimitReached, Rule, ScaleMock
from scale_mock.domain.refusals import Refusal
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

Bench = Any


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"sed": 1}, r"There is no setting 'sed'\. Did you mean 'seed'\? Settings: seed, clock,"),
        ({"callback_max": 1}, "Did you mean 'callbacks_max'?"),
        ({"xyzzy": 1}, r"There is no setting 'xyzzy'\. Settings:"),
        (
            {"clock": "warp"},
            r"clock='warp': no such clock mode\. Modes: manual, autojump, realtime, follow",
        ),
        ({"seed": "7"}, r"seed='7': a seed is an integer\."),
        ({"seed": True}, "a seed is an integer"),
        ({"rate": 0}, "rate=0: a rate is greater than 0"),
        ({"rate": "fast"}, r"rate='fast': expected a number\."),
        ({"rate": True}, r"rate=True: expected a number\."),
        ({"tasks_max": 0}, r"tasks_max=0: a limit is at least 1\."),
        ({"objects_max": -1}, r"objects_max=-1: a limit is at least 1\."),
        ({"journal_entries_max": "1"}, r"journal_entries_max='1': expected an integer\."),
        ({"stuck_polls_max": -1}, r"stuck_polls_max=-1: a limit is at least 1, or 0 for none\."),
        ({"stuck_polls_max": "a"}, r"stuck_polls_max='a': expected an integer\."),
        ({"batch_settle_s": "1m"}, r"batch_settle_s='1m': expected a number of seconds, 0 or more"),
        ({"callback_timeout_s": None, "rate": []}, r"rate=\[\]: expected a number\."),
        ({"callback_timeout_s": "1"}, "callback_timeout_s='1': expected a number of seconds"),
        ({"callback_timeout_s": 0}, "expected a number of seconds, more than 0"),
        ({"callback_timeout_s": float("inf")}, "expected a number of seconds, at most 86400"),
        ({"rapid_gate": []}, r"rapid_gate=\[\]: expected one of "),
        ({"crowd_accuracy": "good"}, r"crowd_accuracy='good': expected a number\."),
        ({"crowd_size": "20"}, r"crowd_size='20': expected an integer of at least 1\."),
        ({"strict_fields": "no"}, r"strict_fields='no': expected True or False\."),
        ({"v2_expand_nested": 1}, r"v2_expand_nested=1: expected True or False\."),
        ({"v2_not_enabled": 3}, r"v2_not_enabled=3: expected a list of texts\."),
        ({"callback_hosts": [5]}, r"callback_hosts=\(5,\): expected a list of texts\."),
        ({"start_at": "tomorrow"}, "start_at"),
        ({"callback_hosts": 5}, r"callback_hosts=5: expected a list of texts\."),
        ({"https": "yes"}, r"https='yes': expected True or False\."),
        ({"absorb_sleep": "no"}, r"absorb_sleep='no': expected True or False\."),
        ({"scenario": ""}, "scenario='': expected the name of a shipped scenario, or a file"),
        ({"name": "my shop"}, r"name='my shop': an account's name, as it stands in the keys"),
        ({"name": "Straße"}, r"letters \(A to Z\), digits and _ \. @ \+ -"),
        ({"name": ""}, "and a letter or digit first"),
        ({"name": 5}, "name=5: an account's name"),
        ({"rules": [{"outcome": "explode"}]}, "outcome"),
    ],
)
def test_wrong_arguments_are_refused_in_words(arguments: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        ScaleMock(**arguments)


def test_positional_arguments_are_refused() -> None:
    make: Any = ScaleMock
    with pytest.raises(TypeError, match="positional"):
        make(7)


def test_an_unconfigured_mock_repeats_too(make_bench: Callable[..., Bench]) -> None:
    first, second = make_bench(), make_bench()
    assert (first.mock.seed, first.mock.clock.now()) == (0, EPOCH)
    assert first.task()["task_id"] == second.task()["task_id"]
    assert first.mock.live_key != second.mock.live_key
    assert first.mock.callback_auth() != second.mock.callback_auth()
    assert first.mock.callback_auth("test") != first.mock.callback_auth("live")


def test_repr_and_names(make_bench: Callable[..., Bench]) -> None:
    mock = make_bench(name="acme", seed=7).mock
    assert (mock.live_key, mock.test_key) == ("live_acme", "test_acme")
    assert repr(mock) == "<ScaleMock acme seed=7 2024-01-01T00:00:00+00:00>"
    assert repr(mock.clock) == "<Clock 2024-01-01T00:00:00+00:00 manual>"


@pytest.mark.parametrize(
    "start_at", ["2024-03-01", "2024-03-01T00:00:00Z", datetime(2024, 3, 1, tzinfo=UTC)]
)
def test_start_at_takes_text_and_datetimes(
    make_bench: Callable[..., Bench], start_at: object
) -> None:
    assert make_bench(start_at=start_at).mock.clock.now() == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "named", "length"),
    [
        (("1d 6h",), {}, timedelta(hours=30)),
        ((90,), {}, timedelta(seconds=90)),
        ((timedelta(hours=1),), {"minutes": 1}, timedelta(minutes=61)),
        ((), {"days": 1, "hours": 2, "minutes": 3, "seconds": 4.5}, timedelta(1, 7384.5)),
        ((0,), {}, timedelta(0)),
    ],
)
def test_advance_takes_lengths_in_every_form(
    bench: Bench, arguments: Any, named: Any, length: timedelta
) -> None:
    progress = bench.mock.clock.advance(*arguments, **named)
    assert (progress.started_at, progress.ended_at) == (EPOCH, EPOCH + length)


@pytest.mark.parametrize(
    ("arguments", "named", "text"),
    [
        (
            (),
            {},
            r"advance\(\): say how far, for example advance\(hours=3\) or advance\(\"1d 6h\"\)",
        ),
        ((), {"hours": 0}, "say how far"),
        ((), {"hours": -1}, r"time moves forward only, not by -1 day, 23:00:00\."),
        ((60,), {"hours": -1}, "time moves forward only"),
        (("-5m",), {}, "is negative"),
        (("soon",), {}, r"advance\(\)"),
        (([],), {}, "is not a duration"),
    ],
)
def test_advance_refuses_what_is_no_way_forward(
    bench: Bench, arguments: Any, named: Any, text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text):
        bench.mock.clock.advance(*arguments, **named)
    assert bench.mock.clock.now() == EPOCH


def test_advance_to_takes_instants_and_refuses_the_past(bench: Bench) -> None:
    clock = bench.mock.clock
    clock.advance_to("2024-01-01T10:00")
    clock.advance_to(datetime(2024, 1, 1, 11, tzinfo=UTC))
    with pytest.raises(ConfigurationError, match="time cannot go backwards; it is 2024-01-01T11:0"):
        clock.advance_to("2024-01-01")
    with pytest.raises(ConfigurationError, match=r"advance_to\(\)"):
        clock.advance_to("later")


def test_the_clock_runs_to_the_next_event_and_until_idle(bench: Bench) -> None:
    task = bench.task()
    assert bench.mock.clock.run_next().kinds == {"task.start": 1}
    progress = bench.mock.clock.run_until_idle()
    assert progress.kinds == {"task.finish": 1, "callback.attempt": 1}
    assert bench.mock.tasks.get(task)["status"] == "completed"
    assert bench.mock.clock.run_next().events == 0
    bench.task(metadata={"n": 2})
    with pytest.raises(LimitReached, match="the limit is 1"):
        bench.mock.clock.run_until_idle(events_max=1)


def test_mode_and_rate_can_be_set(bench: Bench) -> None:
    clock = bench.mock.clock
    clock.rate = 60
    assert (clock.mode, clock.rate) == ("manual", 60)
    with pytest.raises(ConfigurationError, match="no such clock mode"):
        clock.mode = "warp"
    clock.mode = "manual"


def test_handles_hand_tasks_on(bench: Bench) -> None:
    tasks = bench.mock.tasks
    done, failed = bench.task(metadata={"n": 1}), bench.task(metadata={"n": 2})
    assert tasks.start(done)["workStarted"] is True
    assert tasks.complete(done, {"a": 1}, by="me")["response"] == {"a": 1}
    assert (
        tasks.audit(done, "fixed", response={"a": 2}, by="x@y.z", comments="c")["audits"][0][
            "audited_by"
        ]
        == "x@y.z"
    )
    assert tasks.redo(done)["times_redone"] == 1
    assert tasks.fail(failed, "Too dark.")["response"] == {"error": "Too dark."}
    with pytest.raises(Refusal, match="Cannot fail this task: it is error, not pending"):
        tasks.fail(failed)


def test_handles_refuse_what_is_not_there(bench: Bench) -> None:
    mock = bench.mock
    for call, text in (
        (lambda: mock.tasks.get("x"), "Task with that ID not found"),
        (lambda: mock.explain("x"), "Task with that ID not found"),
        (lambda: mock.batches.get("x"), "Batch with that name not found"),
        (lambda: mock.explain_batch("x"), "Batch with that name not found"),
        (lambda: mock.projects.get("x"), "Project with that name not found"),
        (lambda: mock.projects.archive("x"), "Project with that name not found"),
        (lambda: mock.callbacks.resend("cb_x"), 'There is no callback "cb_x"'),
    ):
        with pytest.raises(Refusal, match=text):
            call()
    with pytest.raises(ConfigurationError, match="expected an SDK object"):
        mock.tasks.get(3)


def notes_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal, match=r"with that .* not found") as refused:
        call()
    assert refused.value.status == 404
    return list(refused.value.__notes__)


def test_below_the_platform_s_words_stands_what_was_not_there_and_what_is(bench: Bench) -> None:
    mock = bench.mock
    assert notes_of(lambda: mock.tasks.get("x")) == [
        "There is no task x in this world, which holds no task at all.",
        "To fix it: let create_task arrive here: through the fixture scale_client, at mock.v1_url, "
        "or while mock.intercept() is on.",
    ]
    assert notes_of(lambda: mock.batches.finalize("x")) == [
        "There is no batch 'x' in this world.",
        "To fix it: create the batch: this world holds none.",
    ]
    assert notes_of(lambda: mock.projects.calibration("x")) == [
        "There is no project 'x' in this world.",
        "To fix it: create the project: this world holds none.",
    ]
    for name in ("kittens", "puppies"):
        bench.project(name=name)
    bench.batch(name="monday", project="kittens")
    task_id = bench.task()["task_id"]
    assert [
        notes_of(lambda: mock.explain("x"))[-1],
        notes_of(lambda: mock.explain_batch("x"))[-1],
        notes_of(lambda: mock.projects.get("kitten"))[-1],
    ] == [
        f"To fix it: name one of its tasks: {task_id!r}.",
        "To fix it: name one of its batches: 'monday'.",
        "To fix it: name one of its projects: 'kittens', 'puppies'; the nearest is 'kittens'.",
    ]


def test_batches_and_projects_by_name(bench: Bench) -> None:
    bench.project(rapid=True)
    bench.batch()
    bench.task(batch="b")
    mock = bench.mock
    assert mock.batches.status("b") == {"status": "staging", "pending": 1}
    assert mock.batches.finalize({"name": "b"})["status"] == "in_progress"
    assert mock.batches.archive("b")["archived"] is True
    assert mock.projects.archive("p")["archived"] is True
    assert mock.projects.get("p")["archived"] is True
    mock.clock.run_until_idle()
    assert mock.batches.get("b")["status"] == "completed"
    assert mock.explain_batch("b").status == "completed (1 completed)"


def test_rules_are_added_listed_and_removed(bench: Bench) -> None:
    rules = bench.mock.rules
    rules.clear()
    first = rules.add(name="a", after="1h")
    rules.add(Rule(name="b", outcome="hold"))
    rules.add({"name": "c"})
    assert [rule.name for rule in rules] == ["a", "b", "c"]
    with pytest.raises(TypeError, match=r"Pass a rule or its fields, not both\."):
        rules.add(Rule(), name="x")
    bench.task()
    assert [rule.name for rule in rules.unused()] == ["b", "c"]
    assert [rule.name for rule in rules.shadowed()] == ["b", "c"]
    rules.remove(first)
    rules.remove("b")
    assert len(rules) == 1


def test_resend_takes_a_callback_its_id_or_a_task(bench: Bench) -> None:
    task = bench.task()
    callbacks = bench.mock.callbacks
    first = callbacks.assert_received(task=task)
    for what in (first, first.id, task, task["task_id"]):
        callbacks.resend(what)
    assert [callback.reason for callback in callbacks.received] == ["completed", *["resent"] * 4]
    assert {callback.id for callback in callbacks.received} == {first.id}
    assert [attempt.number for attempt in callbacks.attempts] == [1, 2, 3, 4, 5]
    assert (len(callbacks.owed), len(callbacks.receiver.requests)) == (1, 5)
    assert callbacks.inbox == []


def test_what_is_due_runs_at_the_next_entry(bench: Bench) -> None:
    """In process nobody else runs the world: looking is enough."""
    task = bench.task(test=True)
    assert task["status"] == "pending"
    assert [callback.subject for callback in bench.mock.callbacks.received] == [task["task_id"]]
    again = bench.task(test=True, metadata={"n": 2})
    assert bench.mock.tasks.get(again)["status"] == "completed"
    third = bench.task(test=True, metadata={"n": 3})
    assert bench.mock.explain(third).status == "completed"


def test_leaving_the_context_runs_what_is_due() -> None:
    with ScaleMock() as mock:
        receiver = mock.callbacks.receiver
        bench = type("B", (), {})()
        bench.mock = mock
        from werkzeug.test import Client

        Client(mock.app).post(
            "/v1/task/categorization",
            json={"attachment": "x", "attachment_type": "text", "categories": ["a", "b"],
                  "callback_url": mock.callbacks.url},
            headers={"Authorization": f"Bearer {mock.test_key}"},
        )  # fmt: skip
        assert receiver.requests == []
    assert len(receiver.requests) == 1
    mock.close()


def test_requests_are_logged_with_the_key_made_unreadable(bench: Bench) -> None:
    bench.task()
    bench.client.get("/v1/nope", headers={"Authorization": f"Bearer {bench.mock.live_key}"})
    created, unknown = bench.mock.requests
    assert (created.operation, created.status, created.mode, created.key) == (
        "create_task",
        200,
        "live",
        "live_***",
    )
    assert (unknown.operation, unknown.status) == (None, 404)
    assert unknown.error.startswith("Not Found: there is no route GET /v1/nope. Nearest:")


def test_reset_goes_back_to_the_beginning(bench: Bench) -> None:
    digest = bench.mock.journal.digest()
    bench.task()
    bench.mock.clock.advance(hours=2)
    bench.mock.reset()
    assert (bench.mock.clock.now(), bench.mock.journal.digest()) == (EPOCH, digest)
