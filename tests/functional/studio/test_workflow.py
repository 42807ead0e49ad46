"""The Studio workflow of Scale's page "Batch overview", sentence by sentence, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest

from tests.functional.helpers import HOOK, batch, image_task, ok, project, refused
from tests.functional.studio.team import ANN, BOB, CAT, exact_team, launched, seen, shown

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def test_a_batch_goes_the_documented_way(door: Door) -> None:
    exact_team(door, ANN, BOB)
    made = batch(door, "kitten_labeling_2021-07", callback=HOOK)
    assert made.status == "staging"
    tasks = [image_task(door, batch=made.name, unique_id=f"k{n}") for n in range(4)]
    door.mock.clock.advance(days=3)
    assert made.get_status() == {"status": "staging", "pending": 4}
    assert seen(door) == []
    made.finalize()
    assert made.get_status() == {"status": "in_progress", "pending": 4}
    with pytest.raises(ScaleInvalidRequest, match="No tasks may be added to it"):
        image_task(door, batch=made.name)
    with pytest.raises(ScaleInvalidRequest, match="has already been finalized"):
        made.finalize()
    tasks[3].cancel()
    door.mock.clock.advance(minutes=1)
    started = [shown(door, task)["workStarted"] for task in tasks]
    assert started == [True, True, False, False]
    with pytest.raises(ScaleInvalidRequest, match="already been started"):
        tasks[0].cancel()
    door.mock.tasks.fail(tasks[2])
    door.mock.clock.advance(minutes=19, seconds=59)
    assert made.get_status()["status"] == "in_progress"
    assert list(door.mock.callbacks.received) == []
    door.mock.clock.advance(seconds=1)
    assert made.get_status() == {"status": "completed", "completed": 2, "canceled": 1, "error": 1}
    (callback,) = door.mock.callbacks.received
    assert callback.json == {
        "batch": "kitten_labeling_2021-07",
        "status": "completed",
        "stats": {"completed": 2, "canceled": 1, "error": 1},
    }


def test_the_two_modes_never_mix(door: Door) -> None:
    exact_team(door, ANN)
    reply = door.post("/batches", mode="test", json={"project": "bikes", "name": "t"})
    assert refused(reply) == (
        400,
        'The project "bikes" lives in live mode, and this call was made with a test key. '
        "Projects, batches and tasks of the two modes never mix.",
    )


def test_a_test_key_needs_no_team(door: Door) -> None:
    project(door, mode="test", studio=True)
    made = batch(door, mode="test")
    image_task(door, mode="test", batch="w1")
    made.finalize()
    assert made.get_status() == {"status": "completed", "completed": 1}
    assert door.mock.studio.activity() == []


def test_with_nobody_assigned_nothing_moves(door: Door) -> None:
    project(door, studio=True)
    (task,) = launched(door)
    door.mock.clock.advance(days=365)
    assert shown(door, task)["status"] == "pending"
    assert door.mock.clock.run_until_idle().events == 0
    explained = ok(door.request("GET", f"/_mock/tasks/{task.id}/explain"))
    assert explained["waits_for"] == "an attempt: no labeler is assigned to project 'bikes'"
    assert explained["move"] == (
        "client.invite_teammates([EMAIL], TeammateRole.Labeler), then "
        "client.add_studio_assignments([EMAIL], ['bikes'])"
    )


def test_a_task_without_a_batch_is_labeled_after_those_of_batches(door: Door) -> None:
    exact_team(door, ANN)
    lone = image_task(door, project="bikes")
    (task,) = launched(door)
    door.mock.clock.advance(hours=1)
    assert [one.task for one in door.mock.studio.activity()] == [task.id, lone.id]


def test_the_labeler_is_named_in_the_journal(door: Door) -> None:
    exact_team(door, ANN)
    (task,) = launched(door)
    door.mock.clock.advance(hours=1)
    entries = [
        (entry.kind, entry.as_dict().get("by"), entry.as_dict().get("rule"))
        for entry in door.mock.journal.entries(subject=f"live/task/{task.id}")
    ]
    rule = "default: the Studio team labels it"
    assert entries[1:] == [
        ("task.offered", None, rule),
        ("studio.picked_up", ANN, None),
        ("task.started", ANN, None),
        ("studio.attempted", ANN, None),
        ("task.completed", ANN, rule),
    ]
    assert door.mock.explain(task).decided_by == rule


def test_rules_decide_what_and_the_team_when(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {"match": {"unique_id": "w1-0"}, "outcome": "error", "error": "Blurred."},
            {"match": {"unique_id": "w1-1"}, "outcome": "cancel"},
            {"match": {"unique_id": "w1-2"}, "outcome": "hold"},
            {"match": {"unique_id": "w1-3"}, "after": "9h"},
            {"match": {"unique_id": "w1-4"}, "response": {"value": {"annotations": []}}},
        ]
    )
    exact_team(door, ANN)
    tasks = launched(door, tasks=5)
    door.mock.clock.advance(hours=8)
    assert seen(door) == [
        ("ann", "attempt", "0:01:00", "error"),
        ("ann", "attempt", "0:22:00", "canceled"),
        ("ann", "attempt", "0:43:00", "submitted"),
    ]
    found = [shown(door, task) for task in tasks]
    statuses = [one["status"] for one in found]
    assert statuses == ["error", "canceled", "pending", "pending", "completed"]
    assert found[0]["response"]["error"] == "Blurred."
    assert found[4]["response"] == {"annotations": []}
    door.mock.clock.advance(hours=1)
    assert shown(door, tasks[3])["status"] == "completed"
    assert "held by rule" in door.mock.explain(tasks[2]).waits_for


def test_a_task_that_is_handed_on_frees_its_labeler(door: Door) -> None:
    exact_team(door, ANN)
    first, second = launched(door, tasks=2)
    door.mock.clock.advance(minutes=5)
    door.mock.tasks.complete(first, by="the boss")
    door.mock.clock.advance(hours=1)
    assert seen(door) == [
        ("ann", "attempt", "0:01:00", "withdrawn"),
        ("ann", "attempt", "0:06:00", "submitted"),
    ]
    assert {shown(door, task)["status"] for task in (first, second)} == {"completed"}


def test_a_recalled_task_goes_back_to_the_team(door: Door) -> None:
    exact_team(door, ANN)
    (task,) = launched(door)
    door.mock.clock.advance(hours=1)
    door.mock.tasks.redo(task)
    assert door.client().get_batch("w1").get_status() == {"status": "in_progress", "pending": 1}
    door.mock.clock.advance(hours=1)
    assert [one[2:] for one in seen(door, task=task)] == [
        ("0:01:00", "submitted"),
        ("1:01:00", "submitted"),
    ]
    found = shown(door, task)
    assert (found["times_redone"], len(found["prior_responses"])) == (1, 1)


def test_an_autojump_clock_runs_to_the_teams_next_step(open_door: OpenDoor) -> None:
    door = open_door(clock="autojump")
    exact_team(door, ANN)
    (task,) = launched(door)
    found = shown(door, task)
    while found["status"] == "pending":
        found = shown(door, task)
    assert found["completed_at"] == "2024-01-01T00:21:00.000Z"
    assert door.client().get_batch("w1").status == "completed"


def test_a_function_that_fails_leaves_the_task_and_frees_the_labeler(door: Door) -> None:
    exact_team(door, ANN, CAT)
    tasks = launched(door, tasks=3)
    world = door.mock._world

    def answer(task: object) -> dict[str, object]:
        if getattr(task, "task_id", "") == tasks[0].id:
            raise ValueError("No idea.")
        return {"annotations": []}

    world.core.responders["imageannotation"] = answer  # type: ignore[assignment]
    door.mock.clock.advance(minutes=5)
    with pytest.raises(ValueError, match="No idea"):
        door.mock.clock.advance(minutes=16)
    world.broken.clear()
    door.mock.clock.advance(hours=1)
    assert [one[3] for one in seen(door)] == ["failed", "submitted", "submitted"]
    assert "finishing it failed: No idea." in door.mock.explain(tasks[0]).waits_for
