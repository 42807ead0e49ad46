"""A task's life: queued, started, ended, sent back; and what may not happen when."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.answers import ATTACHMENT_ERROR
from scale_mock.domain.lifecycle import START_DELAY_MAX
from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from scale_mock.domain.model import Task

HOUR = timedelta(hours=1)
Platform = Any


def refused(text: str) -> Any:
    return pytest.raises(Refusal, match=text)


def test_work_starts_a_little_after_it_may_and_ends_when_planned(platform: Platform) -> None:
    task: Task = platform.task()
    assert (task.status, task.work_started) == ("pending", False)
    platform.scheduler.advance(START_DELAY_MAX - timedelta(milliseconds=1))
    assert not task.work_started
    platform.scheduler.advance(timedelta(milliseconds=1))
    assert (task.status, task.work_started) == ("pending", True)
    platform.scheduler.run_until_idle()
    assert (task.status, task.completed_at, task.updated_at) == (
        "completed",
        EPOCH + HOUR,
        EPOCH + HOUR,
    )
    assert platform.sink.owed == [(task.task_id, "completed", "completed")]
    assert platform.kinds(task.subject) == [
        "task.created",
        "task.planned",
        "task.started",
        "task.completed",
    ]


def test_quick_work_starts_half_way(platform: Platform) -> None:
    platform.planner.tell("complete", after=timedelta(seconds=2))
    task = platform.task()
    assert platform.scheduler.next_event().due == EPOCH + timedelta(seconds=1)
    platform.scheduler.run_until_idle()
    assert task.completed_at == EPOCH + timedelta(seconds=2)


def test_work_due_at_once_needs_one_event_and_waits_for_it(platform: Platform) -> None:
    platform.planner.tell("complete", after=timedelta(0))
    task = platform.task()
    assert task.status == "pending", "a status changes in an event, never in a call"
    assert platform.scheduler.settle() == 1
    assert task.status == "completed"


def test_labels_are_the_rules_or_synthesized_from_seed_identity_and_redos(
    platform: Platform,
) -> None:
    platform.planner.tell("complete", response={"given": "ü"})
    given = platform.task(unique_id="1")
    platform.planner.tell("complete")
    made = platform.task(unique_id="2", metadata={"row": 1})
    platform.scheduler.run_until_idle()
    assert json.loads(given.response) == {"given": "ü"}
    first = {"made": f"annotation/0/{made.task_id[8:]}", "metadata": {"row": 1}}
    assert json.loads(made.response) == first
    platform.lifecycle.redo(made, by="test")
    platform.scheduler.run_until_idle()
    assert json.loads(made.response)["made"] == f"annotation/0/{made.task_id[8:]}/1"
    assert [json.loads(old) for old in made.history.prior_responses] == [first]


def test_error_outcome_carries_the_documented_response(platform: Platform) -> None:
    platform.planner.tell("error")
    task = platform.task(attachment="http://x.test/1", attachments=[{"content": "http://x.test/2"}])
    platform.scheduler.run_until_idle()
    assert task.status == "error"
    assert task.completed_at is None
    assert json.loads(task.response) == {
        "error": ATTACHMENT_ERROR,
        "attachments": [
            {"statusCode": 403, "url": "http://x.test/1"},
            {"statusCode": 403, "url": "http://x.test/2"},
        ],
    }
    assert platform.sink.owed == [(task.task_id, "error", "error")]


@pytest.mark.parametrize(
    ("error", "response"),
    [("Too dark.", {"error": "Too dark."}), ({"code": 7}, {"code": 7})],
)
def test_error_outcome_takes_a_text_or_the_whole_response(
    platform: Platform, error: Any, response: Any
) -> None:
    platform.planner.tell("error", error=error)
    task = platform.task(attachment="http://x.test/1")
    platform.scheduler.run_until_idle()
    assert json.loads(task.response) == response


def test_a_failed_task_gives_its_unique_id_back_if_it_said_so(platform: Platform) -> None:
    platform.planner.tell("error")
    keeps = platform.task(unique_id="kept")
    clears = platform.task(unique_id="cleared", clear_unique_id_on_error=True)
    platform.scheduler.run_until_idle()
    assert (keeps.unique_id, clears.unique_id) == ("kept", None)
    with refused(r'The unique_id \("kept"\) is already used for a different task'):
        platform.task(unique_id="kept")
    platform.task(unique_id="cleared")


def test_hold_schedules_nothing_until_somebody_completes_the_task(platform: Platform) -> None:
    platform.planner.tell("hold")
    task = platform.task()
    assert platform.scheduler.is_idle
    assert platform.kinds(task.subject) == ["task.created", "task.held"]
    platform.lifecycle.complete(task, {"by": "hand"}, by="hand")
    assert (task.status, task.work_started) == ("completed", True)


def test_planned_cancel_has_no_start_of_work(platform: Platform) -> None:
    platform.planner.tell("cancel")
    task = platform.task()
    platform.scheduler.run_until_idle()
    assert (task.status, task.work_started, task.updated_at) == ("canceled", False, EPOCH + HOUR)
    assert platform.sink.owed == []


def test_cancel_is_for_queued_tasks_and_takes_what_was_scheduled_back(platform: Platform) -> None:
    task = platform.task(unique_id="u")
    platform.lifecycle.cancel(task)
    assert task.status == "canceled"
    assert platform.scheduler.is_idle
    touched = task.touched
    platform.lifecycle.cancel(task)
    assert task.touched == touched, "canceling a canceled task changes nothing"
    assert task.unique_id == "u"
    platform.lifecycle.cancel(task, clear_unique_id=True)
    assert task.unique_id is None
    platform.task(unique_id="u")


def test_cancel_is_refused_once_work_started_or_ended(platform: Platform) -> None:
    started, done, failed = platform.task(n=1), platform.task(n=2), platform.task(n=3)
    platform.lifecycle.start(started)
    platform.lifecycle.complete(done, {}, by="t")
    platform.lifecycle.fail(failed, None)
    with refused("The task has already been started and cannot be canceled."):
        platform.lifecycle.cancel(started)
    with refused("The task was already completed and cannot be canceled."):
        platform.lifecycle.cancel(done)
    with refused("The task ended in an error and cannot be canceled."):
        platform.lifecycle.cancel(failed)


def test_early_start_keeps_the_planned_end(platform: Platform) -> None:
    task = platform.task()
    platform.lifecycle.start_early(task)
    platform.lifecycle.start_early(task)
    assert platform.kinds(task.subject).count("task.started") == 1
    platform.scheduler.run_until_idle()
    assert task.completed_at == EPOCH + HOUR


def test_early_start_of_a_held_task_schedules_nothing(platform: Platform) -> None:
    platform.planner.tell("hold")
    task = platform.task()
    platform.lifecycle.start_early(task)
    assert task.work_started
    assert platform.scheduler.is_idle


@pytest.mark.parametrize("verb", ["start", "complete", "fail"])
def test_only_pending_tasks_are_handed_on(platform: Platform, verb: str) -> None:
    task = platform.task()
    platform.lifecycle.cancel(task)
    with refused(f"Cannot {verb} this task: it is canceled, not pending."):
        if verb == "start":
            platform.lifecycle.start(task)
        elif verb == "complete":
            platform.lifecycle.complete(task, {}, by="t")
        else:
            platform.lifecycle.fail(task, None)


@pytest.mark.parametrize("verb", ["complete", "fail", "audit"])
def test_labels_that_json_cannot_say_change_nothing(platform: Platform, verb: str) -> None:
    """A refused call must leave the task as it was, what is scheduled for it included."""
    task = platform.task(callback_url="http://x.test")
    wrong = {"score": float("nan")}
    if verb == "audit":
        platform.lifecycle.complete(task, {}, by="t")
    before = len(platform.core.journal)
    with refused("a number is out of range"):
        if verb == "complete":
            platform.lifecycle.complete(task, wrong, by="t")
        elif verb == "fail":
            platform.lifecycle.fail(task, wrong)
        else:
            platform.audits.audit(task, "fixed", response=wrong)
    assert len(platform.core.journal) == before
    if verb == "audit":
        assert task.history is None
        assert json.loads(task.response) == {}
    else:
        platform.scheduler.run_until_idle()
        assert task.status == "completed"


def test_redo_sends_back_and_begins_anew(platform: Platform) -> None:
    task = platform.task()
    with refused("Only a completed task can be sent back; this one is pending."):
        platform.lifecycle.redo(task, by="t")
    platform.scheduler.run_until_idle()
    platform.sink.owed.clear()
    platform.lifecycle.redo(task, by="t")
    assert (task.status, task.response, task.completed_at, task.work_started) == (
        "pending",
        None,
        None,
        False,
    )
    assert (task.times_redone, platform.planner.asked) == (1, [task, task])
    assert platform.sink.owed == [(task.task_id, "pending", "recalled")]
    platform.scheduler.run_until_idle()
    assert task.completed_at == EPOCH + 2 * HOUR


def test_redo_before_the_batch_is_finalized_waits_for_that(platform: Platform) -> None:
    """Otherwise finalize would begin the work a second time, and end it twice."""
    platform.project(rapid=True)
    batch = platform.batch()
    task = platform.task(batch="b")
    platform.lifecycle.complete(task, {}, by="hand")
    platform.lifecycle.redo(task, by="t")
    assert platform.scheduler.is_idle
    assert task.decision is None
    platform.finalize()
    assert batch.scheduled == 1
    platform.scheduler.run_until_idle()
    assert (task.status, batch.status, batch.scheduled) == ("completed", "completed", 0)
    assert platform.kinds(task.subject).count("task.planned") == 1


def test_replan_takes_back_what_was_scheduled(platform: Platform) -> None:
    task = platform.task()
    platform.planner.tell("error", after=2 * HOUR)
    platform.lifecycle.replan(task)
    platform.scheduler.run_until_idle()
    assert (task.status, task.updated_at) == ("error", EPOCH + 2 * HOUR)


def test_an_end_before_the_fate_was_decided_is_a_defect_and_says_so(platform: Platform) -> None:
    task = platform.task()
    task.decision = None
    with pytest.raises(ConfigurationError, match=r"<Task \w{24} live annotation pending>"):
        platform.scheduler.run_until_idle()


def test_touched_grows_with_every_change(platform: Platform) -> None:
    platform.project()
    batch = platform.batch()
    task = platform.task(batch="b")
    seen = []
    for _ in range(3):
        seen.append((task.touched, batch.touched))
        platform.scheduler.run_next()
    assert sorted(set(seen)) == seen
    assert all(a[1] < b[1] for a, b in itertools.pairwise(seen))
