"""How long the team takes: queueing arithmetic, working hours, time zones and their odd days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.functional.studio.team import ANN, BOB, exact_team, launched, more_labelers, seen, shown

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

MINUTE = timedelta(minutes=1)


def people(count: int) -> list[str]:
    return [f"labeler{number}@example.test" for number in range(count)]


def took(door: Door, name: str = "w1") -> timedelta:
    """How long a batch took from its finalization to its completion."""
    door.mock.clock.advance(days=30)
    batch = door.mock._world.find_batch(name)
    assert batch is not None
    assert batch.completed_at is not None
    assert batch.finalized_at is not None
    return batch.completed_at - batch.finalized_at


@pytest.mark.parametrize(("workers", "minutes"), [(1, 60 * 21), (3, 20 * 21), (6, 10 * 21)])
def test_a_batch_takes_as_long_as_arithmetic_says(door: Door, workers: int, minutes: int) -> None:
    exact_team(door, *people(workers), pace="20m")
    launched(door, tasks=60)
    assert took(door) == minutes * MINUTE


def test_a_last_round_that_is_not_full_takes_as_long_as_a_full_one(door: Door) -> None:
    exact_team(door, *people(6), pace="20m")
    launched(door, tasks=61)
    assert took(door) == 11 * 21 * MINUTE


def test_people_of_different_pace_share_the_work(door: Door) -> None:
    exact_team(door, ANN, pace="9m")
    more_labelers(door, BOB, pace="29m")
    launched(door, tasks=40)
    # Ann takes one every 10 minutes, Bob one every 30: three and one in half an hour.
    assert took(door) == 300 * MINUTE
    assert sum(who == "ann" for who, *_ in seen(door)) == 30


def test_a_review_layer_adds_its_own_time(door: Door) -> None:
    exact_team(door, ANN, roles="attempter", pace="20m")
    more_labelers(door, BOB, roles="reviewer", pace="20m", review_pace="5m")
    door.mock.studio.configure("bikes", reviews=1)
    launched(door, tasks=10)
    # The reviewer always waits for the labeler; only the last review counts.
    assert took(door) == 10 * 21 * MINUTE + 6 * MINUTE


def test_spread_stays_in_its_bounds_and_is_the_same_again(open_door: OpenDoor) -> None:
    lengths = []
    for seed in (1, 1, 2):
        door = open_door(seed=seed)
        exact_team(door, *people(3), pace="20m", spread=0.25)
        launched(door, tasks=60)
        total = took(door)
        assert 20 * 16 * MINUTE <= total <= 20 * 26 * MINUTE
        done = door.mock.studio.activity()
        lengths.append([one.finished - one.picked_up for one in done if one.finished])
        assert all(15 * MINUTE <= one <= 25 * MINUTE for one in lengths[-1])
        assert len(set(lengths[-1])) > 50
    assert lengths[0] == lengths[1] != lengths[2]


def test_a_task_takes_its_time_whoever_else_is_there(open_door: OpenDoor) -> None:
    found = []
    for others in (0, 3):
        door = open_door()
        exact_team(door, ANN, *people(others), spread=0.5)
        launched(door, tasks=8)
        took(door)
        own = door.mock.studio.activity(labeler=ANN)
        ids = {task["task_id"]: task["unique_id"] for one in own
               for task in [door.mock.tasks.get(one.task)]}  # fmt: skip
        found.append({ids[o.task]: o.finished - o.picked_up for o in own if o.finished})
    alone, together = found
    assert len(together) < len(alone) == 8
    assert together.items() <= alone.items()


def test_nobody_works_outside_their_hours(open_door: OpenDoor) -> None:
    door = open_door(start_at="2024-01-05T15:30:00Z")  # a Friday
    exact_team(door, ANN, pace="45m", hours="09:00-17:00", weekdays="mon-fri")
    tasks = launched(door, tasks=3)
    door.mock.clock.advance(minutes=50)
    assert "by ann@example.test until 2024-01-08T09:02:00.000Z" in door.mock.explain(
        tasks[1]
    ).waits_for.replace("being labeled ", "")
    door.mock.clock.advance(days=4)
    assert [shown(door, task)["completed_at"] for task in tasks] == [
        "2024-01-05T16:16:00.000Z",
        "2024-01-08T09:02:00.000Z",
        "2024-01-08T09:48:00.000Z",
    ]


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        # Clocks in Berlin go forward on 2024-03-31, back on 2024-10-27.
        ("2024-03-30T20:00:00Z", "2024-03-31T07:00:00.000Z"),
        ("2024-03-29T20:00:00Z", "2024-03-30T08:00:00.000Z"),
        ("2024-10-26T20:00:00Z", "2024-10-27T08:00:00.000Z"),
    ],
)
def test_hours_are_local(open_door: OpenDoor, start: str, opens: str) -> None:
    door = open_door(start_at=start)
    exact_team(door, ANN, hours="09:00-17:00", timezone="Europe/Berlin")
    (task,) = launched(door)
    assert door.mock.explain(task).waits_for == (
        f"an attempt: outside working hours until {opens} (ann@example.test, 09:00-17:00 "
        "Europe/Berlin)"
    )
    assert door.mock.explain(task).move.startswith(f"mock.clock.advance_to('{opens}')")
    door.mock.clock.advance_to(datetime.fromisoformat(opens))
    assert shown(door, task)["workStarted"] is True


@pytest.mark.parametrize(("day", "tasks"), [("2024-03-30", 21), ("2024-10-26", 27)])
def test_a_night_shift_is_as_long_as_the_night(open_door: OpenDoor, day: str, tasks: int) -> None:
    """22:00 to 06:00 local is seven hours in spring, nine in autumn: three tasks an hour."""
    door = open_door(start_at=f"{day}T12:00:00Z", studio_pickup_s=0)
    exact_team(door, ANN, pace="20m", hours="22:00-06:00", timezone="Europe/Berlin")
    launched(door, tasks=40)
    door.mock.clock.advance(hours=20)
    assert len([one for one in seen(door) if one[3] == "submitted"]) == tasks


def test_changed_hours_hold_for_the_next_pick_up(door: Door) -> None:
    exact_team(door, ANN, hours="09:00-17:00")
    (task,) = launched(door)
    assert "until 2024-01-01T09:00:00.000Z" in door.mock.explain(task).waits_for
    door.mock.studio.configure_labeler(ANN, hours="00:00-24:00")
    assert door.mock.explain(task).waits_for == (
        "an attempt: ann@example.test picks up the next task at 2024-01-01T00:01:00.000Z"
    )
    door.mock.clock.advance(minutes=21)
    assert shown(door, task)["status"] == "completed"


def test_how_quickly_people_pick_up_can_be_set(open_door: OpenDoor) -> None:
    door = open_door(studio_pickup_s=600)
    exact_team(door, ANN, pace="20m")
    launched(door, tasks=4)
    assert took(door) == 4 * 30 * MINUTE
