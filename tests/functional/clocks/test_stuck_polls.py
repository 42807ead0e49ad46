"""Polls that lead nowhere: the hundredth read of an unchanged pending thing is a 400."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskStatus

from tests.functional.helpers import batch as new_batch
from tests.functional.helpers import image_task
from tests.functional.helpers import project as new_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Response

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

SWITCHES = (
    " Switches: mock.clock.advance() or POST /_mock/clock/advance moves the clock; "
    "clock='autojump' moves it with every poll; absorb_sleep=True moves it with the sleep of the "
    "code that polls (setting stuck_polls_max of the mock)."
)
HOURLY = [{"name": "hourly", "after": "1h"}]
HELD = [{"name": "nobody", "outcome": "hold"}]


def polled(get: Callable[[], Response]) -> tuple[int, str]:
    """How often something could be read, and what was answered then."""
    for count in range(300):
        reply = get()
        if reply.status_code != 200:
            assert reply.status_code == 400
            return count, reply.json()["error"]
    return 300, ""


def test_a_loop_without_sleep_fails_on_a_manual_clock(open_door: OpenDoor) -> None:
    door = open_door(rules=HOURLY)
    task = image_task(door)

    def poll() -> None:
        while task.status == TaskStatus.Pending.value:
            task.refresh()

    with pytest.raises(ScaleInvalidRequest) as failed:
        poll()
    assert failed.value.message == (
        f"live/task/{task.id} was read 100 times while the clock stood at "
        "2024-01-01T00:00:00.000Z, unchanged: nothing will change by reading. It waits for the "
        "start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
        "2024-01-01T01:00:00.000Z (in 1 h). To move it: "
        "mock.clock.advance_to('2024-01-01T01:00:00.000Z'), or an assertion that waits for it."
        + SWITCHES
    )


def test_lists_and_batches_count_like_single_reads(open_door: OpenDoor) -> None:
    door = open_door(rules=HOURLY)
    new_project(door)
    batch = new_batch(door)
    task = image_task(door, project="bikes", batch=batch.name)
    waits = (
        f"live/task/{task.id} waits for the start of work at 2024-01-01T00:05:00.000Z (in 5 min), "
        "then its end at 2024-01-01T01:00:00.000Z (in 1 h). To move it: "
        "mock.clock.advance_to('2024-01-01T01:00:00.000Z'), or an assertion that waits for it."
    )
    still = (
        "was read 100 times while the clock stood at 2024-01-01T00:00:00.000Z, unchanged: nothing "
        "will change by reading."
    )
    for path in ("/tasks?status=completed", "/tasks", "/batches"):
        assert polled(lambda path=path: door.get(path)) == (  # type: ignore[misc]
            99,
            f"GET /v1{path} {still} {waits}{SWITCHES}",
        )
    count, text = polled(lambda: door.get("/batches/w1/status"))
    assert (count, text.partition(" was read")[0]) == (99, "live/batch/w1")
    assert f"It waits for 1 pending task; it has something scheduled: {waits}" in text


def test_the_count_begins_anew_when_the_clock_moves(door: Door) -> None:
    task = image_task(door)
    for _ in range(4):
        for _ in range(99):
            assert door.get(f"/task/{task.id}").status_code == 200
        door.mock.clock.advance(seconds=1)


def test_the_count_begins_anew_when_the_thing_changes(door: Door) -> None:
    task = image_task(door)
    for number in range(150):
        task.set_tags([f"t{number}"])
        task.refresh()


def test_another_thing_does_not_reset_the_count(door: Door) -> None:
    task = image_task(door)

    def get() -> Response:
        image_task(door, unique_id=None)
        return door.get(f"/task/{task.id}")

    assert polled(get)[0] == 99


def test_what_is_done_may_be_read_for_ever(door: Door) -> None:
    task = image_task(door)
    door.mock.tasks.complete(task)
    for path in (f"/task/{task.id}", "/tasks", "/batches"):
        assert polled(lambda path=path: door.get(path))[0] == 300  # type: ignore[misc]


@pytest.mark.parametrize("limit", [1, 5, 0])
def test_the_limit_is_a_setting(open_door: OpenDoor, limit: int) -> None:
    door = open_door(stuck_polls_max=limit)
    task = image_task(door)
    assert polled(lambda: door.get(f"/task/{task.id}"))[0] == (limit - 1 if limit else 300)


def test_a_held_task_is_explained_on_an_autojump_clock(open_door: OpenDoor) -> None:
    door = open_door(clock="autojump", rules=HELD)
    task = image_task(door)
    count, text = polled(lambda: door.get(f"/task/{task.id}"))
    assert count == 99
    assert text.startswith(
        f"live/task/{task.id} was read 100 times while the clock stood at "
        "2024-01-01T00:00:00.000Z, unchanged: nothing will change by reading. It waits for "
        "somebody to hand it on: it is held by rule 'nobody'."
    )


def test_autojump_ends_the_loops_that_people_write(open_door: OpenDoor) -> None:
    door = open_door(clock="autojump")
    for number in range(5):
        image_task(door, unique_id=f"{number}")
    client = door.client()
    polls = 0
    while client.tasks(status="completed").total < 5:
        polls += 1
    assert polls < 20


def test_autojump_ends_a_loop_over_the_list_of_batches(open_door: OpenDoor) -> None:
    door = open_door(clock="autojump")
    new_project(door)
    batch = new_batch(door)
    image_task(door, project="bikes", batch=batch.name)
    polls = 0
    while not door.get("/batches", params={"status": "completed"}).json()["docs"]:
        polls += 1
    assert polls < 5


def test_a_clock_that_follows_names_the_tick_that_is_needed(open_door: OpenDoor) -> None:
    with freeze_time("2024-03-01"):
        door = open_door(clock="follow", rules=HOURLY)
        task = image_task(door)
        count, text = polled(lambda: door.get(f"/task/{task.id}"))
    assert count == 99
    assert "To move it: tick freezegun by 1:00:00. Switches: " in text


def test_a_reset_forgets_the_count(open_door: OpenDoor) -> None:
    door = open_door(stuck_polls_max=2)
    task = image_task(door)
    path = f"/task/{task.id}"
    assert [door.get(path).status_code for _ in range(2)] == [200, 400]
    door.mock.reset()
    assert image_task(door).id == task.id
    assert door.get(path).status_code == 200
