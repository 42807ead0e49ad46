"""The crowd of a Rapid project: who works, who is trained, who is measured, who falls off."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from scale_mock.sim.instants import from_iso
from tests.functional.helpers import batch, image_task, ok
from tests.functional.rapid.steps import (
    calibrated,
    kittens,
    pictures,
    quality,
    taskers_of,
    workers_of,
)

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def attempts_of(door: Door, **query: Any) -> list[dict[str, Any]]:
    """Every attempt at quality tasks, page by page."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = ok(door.get("/quality/labelers", params={**query, **token, "limit": 7}))
        found += page["docs"]
        if not page["has_more"]:
            return found
        token = {"next_token": page["next_token"]}


def launched(door: Door, name: str, count: int) -> Any:
    """A production batch at work."""
    made = batch(door, name, of="kittens")
    pictures(door, name, count)
    return made.finalize()


def test_every_task_has_its_tasker_in_the_journal(door: Door) -> None:
    kittens(door)
    tasks = calibrated(door, count=30)
    workers = workers_of(door)
    assert set(workers) == {task.id for task in tasks}
    people = taskers_of(door)
    assert len({one["email"] for one in people}) == 20
    assert set(workers.values()) <= {one["email"] for one in people}
    assert all(one["email"].endswith("@example.test") for one in people)
    counted = Counter(workers.values())
    assert {one["email"]: one["tasks"] for one in people if one["tasks"]} == counted
    for entry in door.mock.journal.entries():
        if entry.kind == "task.completed":
            done = entry.as_dict()
            assert done["by"] == workers[entry.subject.rpartition("/")[2]]
            assert done["rule"] == "default: turnaround of rapid calibration"


def test_explain_still_tells_the_rule_that_decided(door: Door) -> None:
    kittens(door)
    (task,) = calibrated(door, count=1)
    explained = door.mock.explain(task)
    assert explained.decided_by == "default: turnaround of rapid calibration"
    assert workers_of(door)[task.id] in str(explained)


def test_nobody_of_the_crowd_works_for_others(door: Door) -> None:
    image_task(door)
    kittens(door)
    batch(door, "own", of="kittens", self_label_batch=True)
    (own,) = pictures(door, "own", 1)
    door.client().finalize_batch("own")
    door.mock.tasks.complete(own, by="me@example.test")
    door.mock.clock.advance(days=20)
    assert not any("@" in by for by in workers_of_all(door))
    assert taskers_of(door) == []


def workers_of_all(door: Door) -> list[str]:
    """Who started anything at all."""
    return [
        str(entry.as_dict().get("by"))
        for entry in door.mock.journal.entries()
        if entry.kind == "task.started"
    ]


def test_the_crowd_is_trained_when_a_batch_is_launched_and_when_training_is_new(
    open_door: OpenDoor,
) -> None:
    door = open_door(crowd_size=4, crowd_accuracy=1.0, crowd_threshold=0.5)
    kittens(door)
    (first,) = quality(door, "training", 1)
    door.mock.clock.advance(hours=1)
    assert attempts_of(door) == []
    calibrated(door, count=1)
    assert Counter(one["quality_task_id"] for one in attempts_of(door)) == {first.id: 4}
    (second,) = quality(door, "training", 1)
    door.settle()
    assert Counter(one["quality_task_id"] for one in attempts_of(door)) == {
        first.id: 4,
        second.id: 4,
    }
    launched(door, "b", 1)
    door.settle()
    assert len(attempts_of(door)) == 8, "nobody is trained twice"
    assert {tuple(sorted(one["trained"])) for one in taskers_of(door)} == {
        tuple(sorted((first.id, second.id)))
    }


def test_who_fails_the_training_three_times_takes_no_tasks(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=10, crowd_accuracy=0.62)
    kittens(door)
    quality(door, "training", 1)
    calibrated(door, count=40)
    people = taskers_of(door)
    by_status = Counter(one["status"] for one in people)
    assert by_status["active"] == 10
    assert by_status["failed_training"] > 0
    tried = Counter(one["labeler_email"] for one in attempts_of(door))
    for one in people:
        if one["status"] == "failed_training":
            assert (tried[one["email"]], one["tasks"], one["trained"]) == (3, 0, [])
            assert one["left_at"] == "2024-01-01T00:00:00.000Z"
        else:
            assert len(one["trained"]) == 1
    assert set(workers_of(door).values()) <= {
        one["email"] for one in people if one["status"] == "active"
    }


def test_evaluation_tasks_are_mixed_into_the_work(open_door: OpenDoor) -> None:
    door = open_door(evaluation_every=4)
    kittens(door)
    calibrated(door, count=5)
    assert attempts_of(door) == []
    made = quality(door, "evaluation", 3)
    launched(door, "b", 200)
    door.mock.clock.advance(hours=2)
    found = attempts_of(door)
    assert 30 < len(found) < 70
    assert {one["kind"] for one in found} == {"evaluation"}
    assert {one["quality_task_id"] for one in found} == {one.id for one in made}
    measured = Counter(one["labeler_email"] for one in found)
    for one in taskers_of(door):
        mine = [at["score"] for at in found if at["labeler_email"] == one["email"]]
        assert one["evaluations"] == measured[one["email"]] == len(mine)
        if mine:
            assert one["evaluation_score"] == pytest.approx(sum(mine) / len(mine), abs=0.001)
    one_id = made[0].id
    assert attempts_of(door, quality_task_ids=one_id) == [
        one for one in found if one["quality_task_id"] == one_id
    ]
    email = found[0]["labeler_email"]
    assert attempts_of(door, labeler_emails=email) == [
        one for one in found if one["labeler_email"] == email
    ]
    assert ok(door.get("/tasks"))["total"] == 205
    assert door.mock.callbacks.owed == []


def test_a_tasker_who_fell_off_takes_no_more_tasks(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=6, crowd_accuracy=0.68, evaluation_every=1)
    kittens(door)
    calibrated(door, count=1)
    quality(door, "evaluation", 2)
    for name in ("monday", "tuesday", "wednesday"):
        launched(door, name, 40)
        door.mock.clock.advance(days=1)
    people = taskers_of(door)
    fallen = {one["email"]: from_iso(one["left_at"]) for one in people if one["left_at"]}
    assert fallen
    for one in people:
        is_low = one["evaluations"] >= 3 and one["evaluation_score"] < 0.7
        assert (one["status"] == "fell_off") == is_low
    assert sum(one["status"] == "active" for one in people) == 6, "newcomers fill the places"
    last: dict[str, Any] = {}
    for entry in door.mock.journal.entries():
        by = str(entry.as_dict().get("by"))
        if entry.kind == "task.started":
            last[by] = entry.at
    for email, left_at in fallen.items():
        assert last[email] < left_at
        assert timedelta(hours=1) <= left_at - last[email]
    joined = {one["email"] for one in people[6:]}
    assert joined & set(last), "and get tasks"


def test_somebody_always_remains(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=1, crowd_accuracy=0.0, evaluation_every=1)
    kittens(door)
    quality(door, "evaluation", 1)
    quality(door, "training", 1)
    tasks = calibrated(door, count=5)
    people = taskers_of(door)
    assert len(people) == 10, "so many may have joined for each place"
    assert [one["status"] for one in people] == ["failed_training"] * 9 + ["active"]
    assert set(workers_of(door).values()) == {people[9]["email"]}
    assert len(tasks) == 5


def test_the_attempts_kept_are_limited(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=10, crowd_accuracy=1.0, quality_attempts_max=6)
    kittens(door)
    quality(door, "training", 1)
    calibrated(door, count=1)
    assert len(attempts_of(door)) == 6


def play(order: random.Random | None = None, **settings: Any) -> tuple[str, Any]:
    """The same batch, its tasks created in some order: digest and crowd."""
    from scaleapi.tasks import TaskType

    with ScaleMock(
        seed=3, crowd_size=5, crowd_accuracy=0.7, evaluation_every=1, **settings
    ) as mock:
        client = mock.client()
        client.create_project("kittens", TaskType.Categorization, rapid=True)
        body = {"attachment_type": "text", "categories": ["a", "b"]}
        for number in range(3):
            more = {"expected_response": {"category": "a"}, "attachment": f"known {number}"}
            client.create_evaluation_task(
                TaskType.Categorization, project="kittens", **body, **more
            )
        made = client.create_batch("kittens", "c", calibration_batch=True)
        numbers = list(range(60))
        if order is not None:
            order.shuffle(numbers)
        for number in numbers:
            client.create_task(
                TaskType.Categorization, batch="c", attachment=f"text {number}", **body
            )
        made.finalize()
        mock.clock.advance(days=2)
        people = mock.projects.taskers("kittens")
        assert any(one["status"] == "fell_off" for one in people)
        return mock.journal.digest(), people


def test_the_order_of_calls_changes_nothing_about_who_does_what() -> None:
    plain = play()
    assert play() == plain
    assert play(random.Random(1)) == plain


def test_the_order_of_events_at_one_instant_changes_nothing_either() -> None:
    assert play(schedule_seed=4)[1] == play()[1]


def test_a_snapshot_keeps_the_crowd_and_what_it_reported(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=5, crowd_accuracy=0.7, evaluation_every=1)
    kittens(door)
    quality(door, "training", 1)
    quality(door, "evaluation", 2)
    made = batch(door, "c", of="kittens", calibration_batch=True)
    tasks = pictures(door, "c", 30)
    made.finalize()
    door.mock.clock.advance(minutes=30)
    taken = door.mock.snapshot()

    def go_on() -> Any:
        door.mock.clock.advance(days=1)
        tasks[0].audit(accepted=True)
        told = door.mock.projects.calibration("kittens")
        return told, taskers_of(door), attempts_of(door), door.mock.journal.digest()

    first = go_on()
    door.mock.restore(taken)
    assert go_on() == first
    assert any(one["status"] == "fell_off" for one in first[1])
