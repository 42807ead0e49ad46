"""Review layers, rejections, fixes and consensus: what a task goes through before it is done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from tests.functional.helpers import HOOK, TEXTS, batch, image_task, ok
from tests.functional.studio.team import (
    ANN,
    BOB,
    CAT,
    exact_team,
    launched,
    more_labelers,
    seen,
    shown,
)

if TYPE_CHECKING:
    from tests.functional.doors import Door

DAN = "dan@example.test"


def line(door: Door, *, accuracy: float = 1, **pipeline: object) -> None:
    """Ann attempts, Bob and Cat review."""
    exact_team(door, ANN, roles="attempter", accuracy=accuracy)
    more_labelers(door, BOB, CAT, roles="reviewer")
    door.mock.studio.configure("bikes", **pipeline)  # type: ignore[arg-type]


def test_a_task_is_pending_until_the_last_layer(door: Door) -> None:
    line(door, reviews=2)
    (task,) = launched(door)
    states = []
    for _ in range(3):
        door.mock.clock.advance(minutes=21)
        found = shown(door, task)
        states.append((found["status"], "response" in found))
    assert states == [("pending", False), ("pending", False), ("completed", True)]
    assert seen(door) == [
        ("ann", "attempt", "0:01:00", "submitted"),
        ("bob", "review 1", "0:22:00", "accepted"),
        ("cat", "review 2", "0:43:00", "accepted"),
    ]
    assert door.client().get_batch("w1").status == "completed"


def test_a_rejected_task_goes_back_and_keeps_what_was_answered(door: Door) -> None:
    line(door, reviews=1, rejects=1, rejections_max=1, accuracy=0)
    made = batch(door)
    task = image_task(door, batch="w1", callback_url=HOOK)
    made.finalize()
    door.mock.clock.advance(minutes=42)
    found = shown(door, task)
    assert (found["status"], found["times_redone"], found["workStarted"]) == ("pending", 1, True)
    assert "response" not in found
    (first,) = found["prior_responses"]
    assert made.get_status() == {"status": "in_progress", "pending": 1}
    assert door.mock.explain(task).waits_for == (
        "an attempt again, rejected once and back in the queue: ann@example.test picks up the next "
        "task at 2024-01-01T00:43:00.000Z"
    )
    door.mock.clock.advance(minutes=42)
    assert [one[0:4:3] for one in seen(door)] == [
        ("ann", "submitted"), ("bob", "rejected"), ("ann", "submitted"), ("bob", "fixed"),
    ]  # fmt: skip
    found = shown(door, task)
    assert (found["status"], found["times_redone"]) == ("completed", 1)
    answers = [*found["prior_responses"], found["response"]]
    assert answers[0] == first
    assert len({str(answer) for answer in answers}) == 3
    (callback,) = door.mock.callbacks.received
    assert callback.json["response"] == found["response"]


def test_a_fix_replaces_the_answer_with_the_right_one(door: Door) -> None:
    line(door, reviews=1, rejects=0, accuracy=0)
    (task,) = launched(door)
    door.mock.clock.advance(hours=1)
    found = shown(door, task)
    assert [one[3] for one in seen(door)] == ["submitted", "fixed"]
    assert "times_redone" not in found
    assert len(found["prior_responses"]) == 1
    assert found["response"] != found["prior_responses"][0]
    assert "is_customer_fix" not in found
    right = door.mock._world.lifecycle.answers.synthesize(
        door.mock._world.core.sides["live"].tasks[task.id]
    )
    assert found["response"] == right


def test_without_reviewers_a_bad_answer_is_delivered(door: Door) -> None:
    exact_team(door, ANN, accuracy=0)
    (task,) = launched(door)
    door.mock.clock.advance(hours=1)
    world = door.mock._world
    record = world.core.sides["live"].tasks[task.id]
    found = shown(door, task)
    assert found["status"] == "completed"
    assert found["response"] != world.lifecycle.answers.synthesize(record)
    assert found["response"] == world.lifecycle.answers.synthesize(record, record.answer_no)


def test_accuracy_decides_how_much_reviewers_find(door: Door) -> None:
    line(door, reviews=1, rejects=0, accuracy=0.8)
    door.mock.studio.configure_labeler(BOB, accuracy=0.5)
    door.mock.studio.configure_labeler(CAT, accuracy=0.5)
    launched(door, tasks=200)
    door.mock.clock.advance(days=10)
    results = Counter(one[3] for one in seen(door) if one[1] == "review 1")
    # One in five is bad, and half of those are noticed.
    assert results.total() == 200
    assert 10 <= results["fixed"] <= 32
    assert results["rejected"] == 0


def test_a_reviewer_without_an_eye_accepts_everything(door: Door) -> None:
    line(door, reviews=1, accuracy=0)
    for reviewer in (BOB, CAT):
        door.mock.studio.configure_labeler(reviewer, accuracy=0)
    launched(door, tasks=5)
    door.mock.clock.advance(days=1)
    assert Counter(one[3] for one in seen(door)) == {"submitted": 5, "accepted": 5}


def test_nobody_reviews_their_own_work_unless_told_so(door: Door) -> None:
    exact_team(door, ANN)
    door.mock.studio.configure("bikes", reviews=1)
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    explained = door.mock.explain(task)
    assert explained.waits_for == (
        "review layer 1: nobody may take it but ann@example.test, who worked on it already"
    )
    assert explained.move == (
        "mock.studio.configure('bikes', review_own=True), or with one more labeler: "
        "client.invite_teammates([EMAIL], TeammateRole.Labeler), then "
        "client.add_studio_assignments([EMAIL], ['bikes'])"
    )
    door.mock.studio.configure("bikes", review_own=True)
    door.mock.clock.advance(minutes=21)
    assert shown(door, task)["status"] == "completed"


def test_those_who_do_both_review_before_they_take_new_tasks(door: Door) -> None:
    exact_team(door, ANN, roles="attempter", pace="10m")
    more_labelers(door, BOB, roles="both", pace="25m")
    door.mock.studio.configure("bikes", reviews=1)
    launched(door, tasks=20)
    door.mock.clock.advance(hours=2)
    own = [one[1] for one in seen(door, labeler=BOB)]
    assert own[0] == "attempt"
    assert set(own[1:]) == {"review 1"}


def consensus(door: Door, *emails: str, attempts: int | None = None) -> None:
    """A consensus project for texts, with a team of so many."""
    client = door.client()
    # The SDK's create_project takes neither a pipeline nor a number of attempts.
    body = {"name": "texts", "type": "textcollection", "studio": True, "pipeline": "consensus_task"}
    if attempts:
        body["consensus_attempts"] = attempts
    made = ok(door.post("/projects", json=body))
    assert made["pipelineName"] == "consensus_task"
    client.invite_teammates(list(emails), TeammateRole.Labeler)
    for email in emails:
        door.mock.studio.configure_labeler(email, spread=0, accuracy=1)
    client.add_studio_assignments(list(emails), ["texts"])


def asked(door: Door) -> str:
    client = door.client()
    made = client.create_batch("texts", "c1", "")
    task = client.create_task(TaskType.TextCollection, batch="c1", **TEXTS)
    made.finalize()
    return str(task.id)


def test_consensus_collects_several_attempts(door: Door) -> None:
    consensus(door, ANN, BOB, CAT, DAN, attempts=3)
    door.mock.studio.configure_labeler(BOB, accuracy=0)
    task = asked(door)
    door.mock.clock.advance(minutes=1)
    holders = [one["email"] for one in door.mock.studio.workforce()["labelers"] if one["doing"]]  # type: ignore[attr-defined]
    assert holders == [ANN, BOB, CAT]
    assert door.mock.explain(task).waits_for == (
        "being labeled by ann@example.test until 2024-01-01T00:21:00.000Z, and being labeled by "
        "bob@example.test until 2024-01-01T00:21:00.000Z, and being labeled by cat@example.test "
        "until 2024-01-01T00:21:00.000Z"
    )
    door.mock.clock.advance(minutes=20)
    found = shown(door, task)
    assert found["status"] == "completed"
    answers = [one["response"] for one in found["attempts"]]
    assert len(answers) == 3
    assert answers[0] == answers[2] == found["response"]
    assert [one[3] for one in seen(door)] == ["submitted"] * 3


def test_a_consensus_of_one_team_member_too_few_waits(door: Door) -> None:
    consensus(door, ANN, BOB)
    task = asked(door)
    door.mock.clock.advance(days=1)
    explained = door.mock.explain(task)
    assert explained.waits_for == (
        "attempt 3 of 3: nobody may take it but ann@example.test, bob@example.test, who worked on "
        "it already"
    )
    assert explained.move.startswith("mock.studio.configure('texts', attempts=2), or with one more")
    assert shown(door, task)["status"] == "pending"
    more_labelers(door, CAT, of="texts")
    door.mock.clock.advance(minutes=21)
    assert shown(door, task)["status"] == "completed"


def test_fewer_attempts_are_enough_for_tasks_that_come_later(door: Door) -> None:
    consensus(door, ANN, BOB, attempts=2)
    assert door.mock.studio.configure("texts", attempts=1)["attempts"] == 1
    task = asked(door)
    door.mock.clock.advance(minutes=21)
    found = shown(door, task)
    assert (found["status"], "attempts" in found) == ("completed", False)


def test_a_rejected_consensus_is_asked_for_anew(door: Door) -> None:
    consensus(door, ANN, BOB, CAT, attempts=2)
    for email in (ANN, BOB):
        door.mock.studio.configure_labeler(email, accuracy=0, roles="attempter")
    door.mock.studio.configure_labeler(CAT, roles="reviewer")
    door.mock.studio.configure("texts", reviews=1, rejects=1, rejections_max=1)
    task = asked(door)
    door.mock.clock.advance(hours=2)
    assert [(one[0], one[3]) for one in seen(door)] == [
        ("ann", "submitted"), ("bob", "submitted"), ("cat", "rejected"),
        ("ann", "submitted"), ("bob", "submitted"), ("cat", "fixed"),
    ]  # fmt: skip
    found = shown(door, task)
    assert (found["status"], found["times_redone"]) == ("completed", 1)
    assert len(found["attempts"]) == len(found["prior_responses"]) == 2


@pytest.mark.parametrize("reviews", [0, 1, 3])
def test_reviews_can_be_added_and_removed_while_work_is_going_on(door: Door, reviews: int) -> None:
    line(door, reviews=2)
    more_labelers(door, DAN, roles="reviewer")
    launched(door)
    door.mock.clock.advance(minutes=10)
    door.mock.studio.configure("bikes", reviews=reviews)
    door.mock.clock.advance(days=1)
    assert len(seen(door)) == 1 + reviews
    assert door.client().get_batch("w1").status == "completed"
