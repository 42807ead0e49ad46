"""Absorbed sleep: polling loops as people write them end at once, and everything is put back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep as nickname
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from urllib3.util.retry import Retry

from scale_mock import ScaleMock
from scale_mock.errors import ConfigurationError
from scale_mock.mock.sleep import stand_ins, watching
from scale_mock.mock.sleep.absorbing import absorbing
from scale_mock.sim.instants import EPOCH
from tests.functional.helpers import HOOK, image_task
from tests.functional.helpers import batch as new_batch
from tests.functional.helpers import project as new_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functional.conftest import OpenDoor

RULES = [{"name": "slow", "after": "1 day"}]
HELD = [{"name": "nobody", "outcome": "hold"}]
PATIENCE_S = 10
"""Of real time; every test here sleeps for hours, so a sleep that is real fails it."""


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    """A world that absorbs the sleep of the test's threads."""
    with ScaleMock(absorb_sleep=True, rules=RULES) as made:
        yield made


def since_start(mock: ScaleMock) -> float:
    return (mock.clock.now() - EPOCH).total_seconds()


def test_a_polling_loop_ends_at_once(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True, rules=RULES)
    task = image_task(door)
    polls = 0
    while task.status == "pending":
        time.sleep(600)
        task.refresh()
        polls += 1
    assert (task.status, polls) == ("completed", 144)
    assert since_start(door.mock) == 144 * 600


def test_a_loop_over_a_list_ends_at_once(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True, rules=RULES)
    image_task(door)
    while not door.get("/tasks", params={"status": "completed"}).json()["docs"]:
        nickname(3600)
    assert since_start(door.mock) == 24 * 3600


def test_a_loop_over_a_batch_ends_at_once_and_brings_its_callback(open_door: OpenDoor) -> None:
    door = open_door(absorb_sleep=True, rules=RULES)
    new_project(door)
    batch = new_batch(door)
    image_task(door, project="bikes", batch=batch.name, callback_url=HOOK)
    while batch.status != "completed":
        time.sleep(3600)
        batch.get_status()
    assert [callback.state for callback in door.mock.callbacks.owed] == ["captured"]


@pytest.mark.parametrize("clock", ["manual", "autojump"])
def test_a_loop_that_can_never_end_fails_with_an_explanation(
    open_door: OpenDoor, clock: str
) -> None:
    door = open_door(absorb_sleep=True, rules=HELD, clock=clock)
    task = image_task(door)

    def poll() -> None:
        while task.status == "pending":
            time.sleep(60)
            task.refresh()

    with pytest.raises(ScaleInvalidRequest) as failed:
        poll()
    assert failed.value.message == (
        f"live/task/{task.id} was read 100 times with nothing scheduled, unchanged: nothing will "
        "change by reading. It waits for somebody to hand it on: it is held by rule 'nobody'. To "
        f"move it: mock.tasks.complete({task.id!r}). The sleep "
        "of the code that polls moves the clock already, but no instant brings anything (setting "
        "stuck_polls_max of the mock)."
    )


def test_waking_up_is_exact_whatever_happens_meanwhile(mock: ScaleMock) -> None:
    mock.at(EPOCH + timedelta(seconds=30), lambda: None)
    time.sleep(0.25)
    assert since_start(mock) == 0.25
    time.sleep(100)
    assert since_start(mock) == 100.25


def test_two_threads_wake_in_the_order_of_their_wake_ups(mock: ScaleMock) -> None:
    woken: list[tuple[str, float]] = []

    def run(name: str, lengths: list[float]) -> None:
        for length in lengths:
            time.sleep(length)
            woken.append((name, since_start(mock)))

    threads = [
        threading.Thread(target=run, args=("twenty", [20, 20])),
        threading.Thread(target=run, args=("ten", [10, 20, 20])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert woken == [("ten", 10), ("twenty", 20), ("ten", 30), ("twenty", 40), ("ten", 50)]


def test_a_thread_that_works_holds_the_time_until_it_waits(mock: ScaleMock) -> None:
    order: list[str] = []
    started = threading.Event()

    def sleeper() -> None:
        started.set()
        time.sleep(5)
        order.append("sleeper")

    thread = threading.Thread(target=sleeper)
    thread.start()
    assert started.wait(PATIENCE_S)
    total = 0
    for number in range(200_000):
        total += number
    order.append("worker")
    thread.join(PATIENCE_S)
    assert order == ["worker", "sleeper"]


def test_a_pool_of_threads_sleeps_in_parallel(mock: ScaleMock) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(time.sleep, [60, 60, 60, 60]))
    assert since_start(mock) == 60


def test_gathered_sleeps_wake_in_order_and_pass_results_on(mock: ScaleMock) -> None:
    woken: list[float] = []

    async def one(length: float) -> float:
        result = await asyncio.sleep(length, length)
        woken.append(since_start(mock))
        return result

    async def main() -> list[float]:
        return await asyncio.gather(one(20), one(10), one(3600), one(10))

    assert asyncio.run(main()) == [20, 10, 3600, 10]
    assert woken == [10, 10, 20, 3600]


def test_a_cancelled_sleep_holds_nobody_up(mock: ScaleMock) -> None:
    async def main() -> None:
        long = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(10)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        await asyncio.sleep(10)

    asyncio.run(main())
    assert since_start(mock) == 20


def test_an_event_loop_and_its_threads_share_one_time(mock: ScaleMock) -> None:
    woken: list[tuple[str, float]] = []

    def blocking() -> None:
        time.sleep(15)
        woken.append(("thread", since_start(mock)))

    async def soon(length: float) -> None:
        await asyncio.sleep(length)
        woken.append(("task", since_start(mock)))

    async def main() -> None:
        await asyncio.gather(asyncio.to_thread(blocking), soon(10), soon(20))

    asyncio.run(main())
    assert woken == [("task", 10), ("thread", 15), ("task", 20)]


def test_an_async_polling_loop_meets_callbacks_on_the_way(mock: ScaleMock) -> None:
    client = mock.client()
    got: list[Any] = []
    mock.callbacks.mount("https://app.test/", lambda request: got.append(request.get_json()))

    async def main() -> str:
        door: Any = type("", (), {"client": lambda mode: client})
        task = image_task(door, callback_url="https://app.test/done")
        while task.status == "pending":
            await asyncio.sleep(3600)
            await asyncio.to_thread(task.refresh)
        return str(task.id)

    assert asyncio.run(main()) == got[0]["task_id"]


def test_a_handler_that_sleeps_takes_no_time_because_time_stands_still(mock: ScaleMock) -> None:
    slept: list[float] = []

    def handler(request: object) -> int:
        time.sleep(30)
        slept.append(since_start(mock))
        return 200

    mock.callbacks.mount("https://app.test/", handler)
    door: Any = type("", (), {"client": lambda mode: mock.client()})
    image_task(door, callback_url="https://app.test/done")
    time.sleep(2 * 86400)
    assert slept == [86400]
    assert since_start(mock) == 2 * 86400


def test_the_back_off_of_urllib3_takes_no_time(mock: ScaleMock) -> None:
    retry = Retry(total=5, backoff_factor=2)
    for _ in range(4):
        retry = retry.increment("GET", "/")
        retry.sleep()
    assert since_start(mock) == 0 + 4 + 8 + 16


def test_only_the_threads_of_the_test_are_concerned() -> None:
    go, done = threading.Event(), threading.Event()
    took: list[float] = []

    def foreign() -> None:
        go.wait(PATIENCE_S)
        began = time.perf_counter()
        time.sleep(0.05)
        took.append(time.perf_counter() - began)
        done.set()

    thread = threading.Thread(target=foreign)
    thread.start()
    with ScaleMock(absorb_sleep=True) as mock:
        go.set()
        assert done.wait(PATIENCE_S)
        assert since_start(mock) == 0
    thread.join()
    assert took[0] >= 0.05


def test_waiting_for_another_process_goes_on(mock: ScaleMock) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.05)
    process.communicate(b"\n")
    assert since_start(mock) == 0


def test_everything_is_put_back_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    # A world that another test never closed is watched still.
    monkeypatch.setattr(watching.WATCH, "_open", WeakKeyDictionary())
    stand_ins.STAND_INS.watch()
    stand_ins.STAND_INS.watch_no_more()
    before = (time.sleep, asyncio.sleep, asyncio.tasks.sleep, nickname, threading.Thread.start)
    with ScaleMock(vain_sleep_s=0) as mock:
        with absorbing(mock._world):
            inside = (time.sleep, asyncio.sleep, asyncio.tasks.sleep, nickname)
            assert not set(inside) & set(before)
            module = type(sys)("imported_meanwhile")
            exec("from time import sleep", vars(module))
            monkeypatch.setitem(sys.modules, "imported_meanwhile", module)
            with absorbing(mock._world), pytest.raises(ValueError, match="stop"):
                raise ValueError("stop")
            assert (time.sleep, asyncio.sleep) == inside[:2]
        after = (time.sleep, asyncio.sleep, asyncio.tasks.sleep, nickname, threading.Thread.start)
        assert after == before
        assert module.__dict__["sleep"] is time.sleep
        assert mock._world.absorbing == 0


def test_lengths_are_refused_as_time_sleep_refuses_them(mock: ScaleMock) -> None:
    with pytest.raises(ValueError, match="sleep length must be non-negative"):
        time.sleep(-1)
    with pytest.raises(TypeError):
        time.sleep("1")  # type: ignore[arg-type]
    time.sleep(0)
    assert since_start(mock) == 0


def test_the_inner_of_two_worlds_takes_the_sleep() -> None:
    with ScaleMock(absorb_sleep=True) as outer:
        with ScaleMock(absorb_sleep=True) as inner:
            time.sleep(60)
            assert (since_start(outer), since_start(inner)) == (0, 60)
        time.sleep(30)
        assert since_start(outer) == 30


def test_a_clock_that_follows_another_absorbs_nothing() -> None:
    text = (
        "{}: the clock follows datetime.now(UTC), which sleeping cannot move. Use another clock "
        "mode with absorb_sleep, or let the test move freezegun or time-machine."
    )
    with pytest.raises(ConfigurationError) as refused:
        ScaleMock(absorb_sleep=True, clock="follow")
    assert str(refused.value) == text.format("absorb_sleep")
    with ScaleMock(absorb_sleep=True) as mock:
        mock.clock.mode = "follow"
        with pytest.raises(ConfigurationError) as refused:
            time.sleep(1)
    assert str(refused.value) == text.format("time.sleep")
