"""Batches of the three product lines: where they start, when they complete, what reopens them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.batches import stats
from scale_mock.domain.refusals import Refusal
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
Platform = Any


@contextmanager
def refused(status: int, text: str) -> Iterator[None]:
    with pytest.raises(Refusal, match=text) as found:
        yield
    assert found.value.status == status


def test_an_enterprise_batch_starts_in_progress_and_finalize_leaves_it_alone(
    platform: Platform,
) -> None:
    platform.project()
    batch = platform.batch()
    assert (batch.status, batch.kind, batch.is_open) == ("in_progress", "plain", True)
    assert platform.batches.finalize(platform.live, "b") == (batch, [])
    assert platform.batches.finalize(platform.live, "b") == (batch, [])
    platform.scheduler.run_until_idle()
    assert batch.status == "in_progress", "a batch without tasks never completes"


def test_a_live_enterprise_batch_completes_with_its_last_task(platform: Platform) -> None:
    platform.project()
    batch = platform.batch(callback="http://x.test")
    platform.task(batch="b", n=1)
    platform.planner.tell("error", after=2 * HOUR)
    platform.task(batch="b", n=2)
    platform.scheduler.advance(2 * HOUR - timedelta(milliseconds=1))
    assert (batch.status, stats(batch)) == ("in_progress", {"completed": 1, "pending": 1})
    platform.scheduler.advance(timedelta(milliseconds=1))
    assert (batch.status, batch.completed_at) == ("completed", EPOCH + 2 * HOUR)
    assert stats(batch) == {"completed": 1, "error": 1}
    assert platform.sink.owed[-1] == ("b", "completed", "batch")


def test_a_later_task_reopens_an_enterprise_batch(platform: Platform) -> None:
    platform.project()
    batch = platform.batch()
    platform.task(batch="b", n=1)
    platform.scheduler.run_until_idle()
    assert batch.status == "completed"
    platform.task(batch="b", n=2)
    assert (batch.status, batch.completed_at, batch.cycle) == ("in_progress", None, 1)
    platform.scheduler.run_until_idle()
    assert (batch.status, batch.cycle) == ("completed", 2)
    assert platform.kinds(batch.subject) == [
        "batch.created",
        "batch.completed",
        "batch.reopened",
        "batch.completed",
    ]


def test_a_test_mode_enterprise_batch_waits_for_further_tasks(platform: Platform) -> None:
    platform.planner.tell("complete", after=timedelta(0))
    platform.project(mode="test")
    batch = platform.batch(mode="test")
    for number in range(2):
        platform.task(mode="test", batch="b", n=number)
        platform.scheduler.advance(timedelta(seconds=59))
        assert batch.status == "in_progress"
    platform.scheduler.advance(timedelta(seconds=1))
    assert (batch.status, batch.cycle) == ("completed", 1)


def test_the_settling_time_is_a_setting(make_platform: Any) -> None:
    platform = make_platform(batch_settle_s=5)
    platform.planner.tell("complete", after=timedelta(0))
    platform.project(mode="test")
    batch = platform.batch(mode="test")
    platform.task(mode="test", batch="b")
    platform.scheduler.run_until_idle()
    assert batch.completed_at == EPOCH + timedelta(seconds=5)


def test_a_canceled_last_task_completes_the_batch(platform: Platform) -> None:
    platform.project()
    batch = platform.batch()
    platform.lifecycle.cancel(platform.task(batch="b"))
    assert batch.status == "in_progress", "it completes in an event, not in the call"
    platform.scheduler.settle()
    assert (batch.status, stats(batch)) == ("completed", {"canceled": 1})


def test_a_redo_before_the_completion_takes_it_back(platform: Platform) -> None:
    platform.project()
    batch = platform.batch()
    task = platform.task(batch="b")
    platform.lifecycle.complete(task, {}, by="t")
    assert batch.settling is not None
    platform.lifecycle.redo(task, by="t")
    assert batch.settling is None
    platform.scheduler.settle()
    assert batch.status == "in_progress"
    assert batch.scheduled == 1


@pytest.mark.parametrize("line", ["rapid", "studio"])
def test_rapid_and_studio_batches_wait_for_finalize(platform: Platform, line: str) -> None:
    platform.project(**{line: True})
    batch = platform.batch()
    tasks = [platform.task(batch="b", n=number) for number in range(3)]
    assert (batch.status, batch.is_open, platform.scheduler.is_idle) == ("staging", True, True)
    found, waiting = platform.batches.finalize(platform.live, "b")
    assert (found, waiting) == (batch, tasks)
    assert (batch.status, batch.is_open, batch.finalized_at) == ("in_progress", False, EPOCH)
    with refused(400, 'Batch "b" has already been finalized.'):
        platform.batches.finalize(platform.live, "b")
    with refused(400, "No tasks may be added to it"):
        platform.task(batch="b", n=9)
    for task in waiting:
        platform.lifecycle.begin(task)
    platform.scheduler.run_until_idle()
    assert batch.status == "completed"


def test_tasks_canceled_before_finalize_are_not_begun(platform: Platform) -> None:
    platform.project(rapid=True)
    batch = platform.batch()
    platform.lifecycle.cancel(platform.task(batch="b"))
    platform.scheduler.settle()
    assert batch.status == "staging"
    assert platform.batches.finalize(platform.live, "b")[1] == []
    platform.scheduler.settle()
    assert batch.status == "completed"


def test_an_empty_rapid_batch_can_be_finalized_and_never_completes(platform: Platform) -> None:
    platform.project(rapid=True)
    platform.batch()
    batch = platform.finalize()
    platform.scheduler.run_until_idle()
    assert (batch.status, stats(batch)) == ("in_progress", {})


@pytest.mark.parametrize(
    ("line", "body", "kind"),
    [
        ("rapid", {}, "production"),
        ("rapid", {"calibration_batch": True}, "calibration"),
        ("rapid", {"self_label_batch": "true"}, "self_label"),
        ("studio", {}, "plain"),
        ("studio", {"calibration_batch": True}, "calibration"),
        ("enterprise", {"calibration_batch": False}, "plain"),
    ],
)
def test_kinds(platform: Platform, line: str, body: Any, kind: str) -> None:
    platform.project(**({} if line == "enterprise" else {line: True}))
    assert platform.batch(**body).kind == kind


@pytest.mark.parametrize(
    ("line", "body", "text"),
    [
        ("rapid", {"calibration_batch": True, "self_label_batch": True}, "not both"),
        ("enterprise", {"calibration_batch": True}, '"calibration_batch" needs a Rapid project'),
        ("studio", {"self_label_batch": True}, 'project "p" is an? studio project'),
        ("rapid", {"calibration_batch": 1}, '"calibration_batch" must be a boolean'),
        ("rapid", {"name": " "}, '"name" is not allowed to be empty'),
        ("rapid", {"name": None}, '"name" is required'),
        ("rapid", {"name": "a\0b"}, "must not contain the character NUL"),
        ("rapid", {"callback": "nowhere"}, '"callback" must be a valid uri'),
        ("rapid", {"metadata": []}, '"metadata" must be of type object'),
        ("rapid", {"project": 1}, '"project" must be a string'),
    ],
)
def test_what_a_batch_cannot_be(platform: Platform, line: str, body: Any, text: str) -> None:
    platform.project(**({} if line == "enterprise" else {line: True}))
    with refused(400, text):
        platform.batch(**body)
    assert platform.live.batches == {}


def test_names_are_unique_within_a_mode(platform: Platform) -> None:
    for mode in ("live", "test"):
        platform.project(mode=mode)
        platform.batch(mode=mode)
    with refused(409, 'Batch with name "b" already exists.'):
        platform.batch()


def test_references_across_modes_name_the_mode_where_the_thing_lives(platform: Platform) -> None:
    platform.project(mode="test")
    platform.batch(mode="test")
    with refused(400, 'The project "p" lives in test mode'):
        platform.batch(name="other")
    with refused(404, 'The batch "b" lives in test mode; a live key cannot see it.'):
        platform.batches.get(platform.live, "b")
    with refused(400, 'The batch "b" lives in test mode'):
        platform.task(batch="b")
    with refused(404, "Batch with that name not found."):
        platform.task(batch="nowhere")


def test_prioritize_changes_the_tasks_that_nobody_works_on_yet(platform: Platform) -> None:
    platform.project()
    batch = platform.batch()
    queued, started, done = (platform.task(batch="b", n=number) for number in range(3))
    platform.lifecycle.start(started)
    platform.lifecycle.complete(done, {}, by="t")
    assert platform.batches.prioritize(platform.live, "b", {"priority": "20"}) == 1
    assert (batch.priority, queued.priority, started.priority, done.priority) == (
        20, 20, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("priority", "text"),
    [(None, "is required"), (9, "between 10 and 30"), (31, "between 10 and 30"), (True, "number")],
)
def test_prioritize_refuses_what_is_no_priority(
    platform: Platform, priority: Any, text: str
) -> None:
    platform.project()
    platform.batch()
    with refused(400, text):
        platform.batches.prioritize(platform.live, "b", {"priority": priority})


def test_limits_name_their_setting(make_platform: Any) -> None:
    platform = make_platform(objects_max=1, tasks_max=1)
    platform.project()
    platform.batch()
    with refused(400, r"at most 1 batches \(setting objects_max\)"):
        platform.batch(name="c")
    with refused(400, r"at most 1 projects \(setting objects_max\)"):
        platform.project("q")
    platform.task(n=1)
    with refused(400, r"at most 1 tasks \(setting tasks_max\)"):
        platform.task(n=2)
    platform.task(mode="test", n=2)


def test_metadata_is_replaced(platform: Platform) -> None:
    platform.project()
    platform.batch(metadata={"a": 1})
    batch = platform.batches.set_metadata(platform.live, "b", {"b": 2})
    assert batch.metadata == b'{"b":2}'
