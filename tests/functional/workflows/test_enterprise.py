"""Enterprise: batches settle and reopen, tasks have priorities, and work comes by schedule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.functional.helpers import HOOK, batch, image_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

NIGHTLY = {
    "name": "20 tasks every weekday at 18:00 UTC",
    "after": {"deliver": 20, "every": "weekday", "at": "18:00", "timezone": "UTC"},
}


def stats_sent(door: Door) -> list[dict[str, int]]:
    door.settle()
    return [one.json["stats"] for one in list(door.mock.callbacks.received)]


def test_fifty_tasks_come_twenty_every_weekday_evening(open_door: OpenDoor) -> None:
    """The world starts on Friday noon: the weekend lies between."""
    door = open_door(rules=[NIGHTLY], start_at="2024-01-05T12:00:00Z")
    project(door)
    made = batch(door, callback=HOOK)
    tasks = [image_task(door, batch="w1", unique_id=f"{n:02}") for n in range(50)]
    seen: list[tuple[str, int]] = []
    for hours in (5, 1, 48, 24, 24):
        door.mock.clock.advance(hours=hours)
        now = door.mock.clock.now()
        seen.append((f"{now:%a %H:%M}", made.get_status().get("completed", 0)))
    assert seen == [
        ("Fri 17:00", 0),
        ("Fri 18:00", 20),
        ("Sun 18:00", 20),
        ("Mon 18:00", 40),
        ("Tue 18:00", 50),
    ]
    for task in tasks:
        task.refresh()
    days = Counter(task.completed_at for task in tasks)
    assert days == {
        "2024-01-05T18:00:00.000Z": 20,
        "2024-01-08T18:00:00.000Z": 20,
        "2024-01-09T18:00:00.000Z": 10,
    }
    ends = [task.completed_at for task in tasks]
    assert ends == sorted(ends), "those that were sent first come first"
    assert made.get_status() == {"status": "completed", "completed": 50}
    assert stats_sent(door) == [{"completed": 50}]


def test_a_schedule_of_another_country_follows_its_clocks(open_door: OpenDoor) -> None:
    """Berlin changes to summer time on the last Sunday of March."""
    rule = {"after": {"deliver": 1, "every": "day", "at": "18:00", "timezone": "Europe/Berlin"}}
    door = open_door(rules=[rule], start_at="2024-03-30T12:00:00Z")
    tasks = [image_task(door, unique_id=str(number)) for number in range(3)]
    door.mock.clock.advance(days=5)
    for task in tasks:
        task.refresh()
    assert [task.completed_at for task in tasks] == [
        "2024-03-30T17:00:00.000Z",
        "2024-03-31T16:00:00.000Z",
        "2024-04-01T16:00:00.000Z",
    ]


def test_canceled_tasks_leave_their_place_in_a_schedule_empty(open_door: OpenDoor) -> None:
    door = open_door(rules=[NIGHTLY])
    project(door)
    made = batch(door, callback=HOOK)
    tasks = [image_task(door, batch="w1", unique_id=f"{n}") for n in range(21)]
    tasks[0].cancel()
    door.mock.clock.advance(days=1)
    assert made.get_status() == {
        "status": "in_progress", "completed": 19, "canceled": 1, "pending": 1,
    }  # fmt: skip


def test_a_batch_settles_and_reopens_as_often_as_tasks_come(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h"}])
    project(door)
    made = batch(door, callback=HOOK)
    assert made.get_status() == {"status": "in_progress"}
    for number in range(1, 4):
        image_task(door, batch="w1", unique_id=f"{number}")
        assert made.get_status()["status"] == "in_progress"
        door.mock.clock.advance(hours=1)
        assert made.get_status() == {"status": "completed", "completed": number}
    assert stats_sent(door) == [{"completed": 1}, {"completed": 2}, {"completed": 3}]
    entries = door.mock.journal.entries(subject="live/batch/w1")
    kinds = [entry.kind for entry in entries if entry.kind.startswith("batch.")]
    assert kinds == ["batch.created", *["batch.completed", "batch.reopened"] * 2, "batch.completed"]


def test_a_canceled_task_alone_completes_a_batch_too(door: Door) -> None:
    """Nothing is pending, and there is a task: the documented stats list canceled ones."""
    project(door)
    made = batch(door, callback=HOOK)
    image_task(door, batch="w1").cancel()
    door.settle()
    assert made.get_status() == {"status": "completed", "canceled": 1}
    assert stats_sent(door) == [{"canceled": 1}]


def test_in_test_mode_a_batch_settles_a_minute_after_the_last_task(open_door: OpenDoor) -> None:
    door = open_door()
    project(door, mode="test")
    made = batch(door, mode="test", callback=HOOK)
    for number in range(3):
        image_task(door, mode="test", batch="w1", unique_id=f"{number}")
        door.mock.clock.advance(seconds=59)
        assert made.get_status()["status"] == "in_progress"
    door.mock.clock.advance(seconds=1)
    assert made.get_status() == {"status": "completed", "completed": 3}
    assert stats_sent(door) == [{"completed": 3}]


def test_the_settling_time_is_a_setting(open_door: OpenDoor) -> None:
    door = open_door(batch_settle_s=5)
    project(door, mode="test")
    made = batch(door, mode="test")
    image_task(door, mode="test", batch="w1")
    door.mock.clock.advance(seconds=5)
    assert made.get_status()["status"] == "completed"


def test_prioritize_changes_the_tasks_that_nobody_has_started(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h"}])
    project(door)
    batch(door)
    started = image_task(door, batch="w1", priority=20)
    door.mock.clock.advance(minutes=10)
    waiting = image_task(door, batch="w1", unique_id="later")
    canceled = image_task(door, batch="w1", priority=10, unique_id="gone")
    canceled.cancel()
    ok(door.post("/batches/w1/prioritize", json={"priority": 30}))
    found = []
    for task in (started, waiting, canceled):
        task.refresh()
        found.append(task.as_dict().get("priority"))
    assert found == [20, 30, 10]


def test_a_priority_that_makes_no_sense_is_refused(door: Door) -> None:
    project(door)
    batch(door)
    invalid = "Parameter is invalid, reason: "
    given: list[tuple[dict[str, Any], str]] = [
        ({}, '"priority" is required'),
        ({"priority": "high"}, '"priority" must be a number'),
        ({"priority": 9}, '"priority" must be between 10 and 30'),
        ({"priority": 31}, '"priority" must be between 10 and 30'),
    ]
    for body, reason in given:
        reply = door.post("/batches/w1/prioritize", json=body)
        assert refused(reply) == (400, invalid + reason)
    missing = door.post("/batches/other/prioritize", json={"priority": 10})
    assert refused(missing) == (404, "Batch with that name not found.")
