"""Audits: the customer's verdict, with a fix or without, and what follows from it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from scale_mock.domain.audits import CUSTOMER
from scale_mock.domain.refusals import Refusal
from scale_mock.domain.task_index import TaskFilter
from scale_mock.sim.instants import EPOCH

Platform = Any


@pytest.fixture
def done(platform: Platform) -> Any:
    """A completed task of a batch."""
    platform.project()
    platform.batch()
    task = platform.task(batch="b")
    platform.lifecycle.complete(task, {"label": "cat"}, by="t")
    platform.sink.owed.clear()
    return task


def test_an_audit_is_recorded_newest_first(platform: Platform, done: Any) -> None:
    platform.audits.audit(done, "accepted")
    platform.scheduler.advance(timedelta(hours=1))
    platform.audits.audit(done, "rejected", comments="No.", audited_by="me@x.test")
    newest, oldest = done.history.audits
    assert (newest.audit_result, newest.comments, newest.audited_by) == (
        "rejected",
        "No.",
        "me@x.test",
    )
    assert (oldest.audit_result, oldest.comments, oldest.audited_by) == ("accepted", None, CUSTOMER)
    assert (oldest.audited_at, newest.audited_at) == (EPOCH, EPOCH + timedelta(hours=1))
    assert (newest.audit_source, newest.audit_time_secs) == ("customer", 0)
    assert done.history.review_comments == ["No."]
    assert done.batch.last_audited_at == newest.audited_at == done.updated_at
    owed = [entry for entry in platform.sink.owed if entry[0] == done.task_id]
    assert owed == [(done.task_id, "completed", "audited")] * 2
    index = platform.live.task_index
    assert list(index.matching(TaskFilter(review=("rejected",)))) == [done]
    assert list(index.matching(TaskFilter(review=("accepted",)))) == []


def test_a_fix_replaces_the_response_and_keeps_the_old_one(platform: Platform, done: Any) -> None:
    platform.audits.audit(done, "fixed", response={"label": "dog"})
    assert json.loads(done.response) == {"label": "dog"}
    assert done.history.prior_responses == [b'{"label":"cat"}']
    assert done.history.is_customer_fix


def test_an_audit_without_a_batch_touches_none(platform: Platform) -> None:
    task = platform.task()
    platform.lifecycle.complete(task, {}, by="t")
    platform.audits.audit(task, "accepted")
    assert task.history.review_status == "accepted"


@pytest.mark.parametrize(
    ("result", "response", "text"),
    [
        ("perfect", None, r'"result" must be one of \[accepted, fixed, rejected\]'),
        ("fixed", None, "A fix comes with the corrected response, .* got fixed."),
        ("accepted", {}, "A fix comes with the corrected response, .* got accepted."),
    ],
)
def test_wrong_audits_are_refused(
    platform: Platform, done: Any, result: str, response: Any, text: str
) -> None:
    with pytest.raises(Refusal, match=text):
        platform.audits.audit(done, result, response=response)
    assert done.history is None


def test_only_completed_tasks_are_audited(platform: Platform) -> None:
    with pytest.raises(Refusal, match="can be audited; this one is pending"):
        platform.audits.audit(platform.task(), "accepted")


@pytest.mark.parametrize("auto_redo", [False, True])
def test_a_rejected_task_is_redone_only_if_that_is_set(make_platform: Any, auto_redo: bool) -> None:
    platform = make_platform(auto_redo_rejected=auto_redo)
    task = platform.task()
    platform.lifecycle.complete(task, {}, by="t")
    platform.audits.audit(task, "accepted")
    assert task.status == "completed"
    platform.audits.audit(task, "rejected")
    assert (task.status, task.times_redone) == (("pending", 1) if auto_redo else ("completed", 0))


def test_fixless_audits_keep_every_key(platform: Platform, done: Any) -> None:
    body = {"task_id": done.task_id, "audit_result": "rejected", "feedback": [1], "colour": "red"}
    audit = platform.audits.put_fixless(platform.live, body)
    assert audit.body == body
    assert len(audit.id) == 24
    platform.scheduler.advance(timedelta(hours=1))
    again = platform.audits.put_fixless(platform.live, {"id": audit.id, "colour": "blue"})
    assert again is audit
    assert audit.body == {**body, "colour": "blue", "id": audit.id}
    assert (audit.created_at, audit.updated_at) == (EPOCH, EPOCH + timedelta(hours=1))


def test_fixless_audits_are_listed_newest_first(platform: Platform, done: Any) -> None:
    other = platform.task(n=2)
    platform.lifecycle.complete(other, {}, by="t")
    first, second, third = (
        platform.audits.put_fixless(platform.live, {"task_id": task.task_id})
        for task in (done, other, done)
    )
    found = platform.audits.fixless
    assert found(platform.live, task_id=done.task_id) == [third, first]
    assert found(platform.live) == [third, second, first]
    assert found(platform.live, audit_id=second.id) == [second]


def test_fixless_audits_are_refused_with_the_reason(platform: Platform, done: Any) -> None:
    pending = platform.task(n=2)
    put, find = platform.audits.put_fixless, platform.audits.fixless
    for body, status, text in (
        ({}, 400, '"task_id" is required'),
        ({"task_id": "0" * 24}, 404, "Task with that ID not found."),
        ({"task_id": pending.task_id}, 400, "Only a completed task can be audited"),
        ({"task_id": done.task_id, "audit_result": "meh"}, 400, '"audit_result" must be one of'),
        ({"task_id": done.task_id, "feedback": {}}, 400, '"feedback" must be an array'),
        ({"id": "nope"}, 404, "Audit with that ID not found."),
    ):
        with pytest.raises(Refusal, match=text) as refused:
            put(platform.live, body)
        assert refused.value.status == status
    with pytest.raises(Refusal, match="Audit with that ID not found"):
        find(platform.live, audit_id="nope")
    with pytest.raises(Refusal, match="Task with that ID not found"):
        find(platform.live, task_id="nope")
    assert find(platform.live) == []
