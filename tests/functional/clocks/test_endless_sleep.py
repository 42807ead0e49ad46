"""Code that sleeps until a callback comes, and asks the platform for nothing meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.errors import SleptInVain
from scale_mock.mock.sleep import patience
from tests.functional.helpers import CATEGORIES

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

DAY_S = 86_400
HOLD = {"name": "stuck", "outcome": "hold"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a real second is enough here."""
    monkeypatch.setattr(patience, "AT_LEAST_S", 0.1)


def wait_for_callback(door: Door) -> None:
    while not door.mock.callbacks.received:
        time.sleep(3600)


def held(door: Door) -> str:
    """The id of a task that a callback would tell about."""
    fields = {**CATEGORIES, "callback_url": door.mock.callbacks.url}
    return str(door.client().create_task(TaskType.Categorization, **fields).id)


def test_a_loop_that_waits_for_a_callback_ends_with_it(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True, rules=[{"after": "60 days"}])
    held(door)
    wait_for_callback(door)
    assert door.mock.clock.now().isoformat() < "2024-03-02"


def test_where_none_can_come_the_sleep_says_so(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True, rules=[HOLD])
    task_id = held(door)
    with pytest.raises(SleptInVain) as told:
        wait_for_callback(door)
    text = str(told.value)
    assert text.startswith("The code under test has slept for ")
    assert text.endswith(
        " of the world's time without a request, while nothing is scheduled: whatever it waits for "
        f"does not come from the platform. live/task/{task_id} waits for somebody to hand it on: "
        f"it is held by rule 'stuck'. To move it: mock.tasks.complete('{task_id}'). "
        "(stuck_polls_max=0 lets it sleep on.)"
    )


def test_so_does_the_sleep_on_an_event_loop(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True)

    async def wait() -> None:
        while not door.mock.callbacks.received:
            await asyncio.sleep(DAY_S)

    with pytest.raises(SleptInVain, match=r"No task is pending\."):
        asyncio.run(wait())


def test_whoever_asks_or_has_something_to_wait_for_may_sleep_on() -> None:
    with ScaleMock(absorb_sleep=True) as mock:
        client = mock.client()
        ends = time.monotonic() + 3 * patience.AT_LEAST_S
        while time.monotonic() < ends:
            client.projects()
            time.sleep(20 * DAY_S)
        mock.every("1d", lambda: None)
        ends = time.monotonic() + 3 * patience.AT_LEAST_S
        while time.monotonic() < ends:
            time.sleep(20 * DAY_S)
        assert mock.clock.now() - mock._world.start_at > 2 * patience.SLEPT


def test_a_thread_that_works_may_be_waited_for() -> None:
    done = threading.Event()

    def work() -> None:
        ends = time.monotonic() + 3 * patience.AT_LEAST_S
        while time.monotonic() < ends:
            sum(range(1000))
        done.set()

    with ScaleMock(absorb_sleep=True):
        threading.Thread(target=work).start()
        while not done.is_set():
            time.sleep(60)


def test_the_limit_can_be_taken_away() -> None:
    with ScaleMock(absorb_sleep=True, stuck_polls_max=0) as mock:
        ends = time.monotonic() + 3 * patience.AT_LEAST_S
        while time.monotonic() < ends:
            time.sleep(20 * DAY_S)
        assert mock.clock.now() - mock._world.start_at > 2 * patience.SLEPT
