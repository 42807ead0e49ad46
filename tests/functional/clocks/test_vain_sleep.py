"""A test that really sleeps while its world's clock stands still: it fails soon, and is told why.

No test here sleeps: what would be called is put in the place of Python's own function, and noted.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import anyio
import httpx
import pytest
import requests
from freezegun import freeze_time
from scaleapi.exceptions import ScaleInternalError
from scaleapi.tasks import TaskType
from urllib3.util import Retry

from scale_mock import ConfigurationError, ScaleMock, SleptInVain
from scale_mock.intercept.gate import GATE
from scale_mock.mock.sleep import others, stand_ins, watching
from tests.functional.helpers import CATEGORIES, image_task
from tests.functional.helpers import batch as new_batch
from tests.functional.helpers import project as new_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

genuine = time.sleep
HOURLY = [{"name": "hourly", "after": "1h"}]
HELD = [{"name": "nobody", "outcome": "hold"}]
URL = "https://app.test/hook"
V2_TASKS = "/v2/tasks?project_name=bikes"
ENDLESS = 1000


class Lengths(list[float]):
    """Grows with every sleep, which must not look as if the test got on with something."""


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, in seconds; real sleep is out of reach."""
    # A world that another test never closed is watched still.
    monkeypatch.setattr(watching.WATCH, "_open", WeakKeyDictionary())
    stand_ins.STAND_INS.watch()
    stand_ins.STAND_INS.watch_no_more()
    lengths = Lengths()
    real_nap = asyncio.sleep

    def note(seconds: float) -> None:
        lengths.append(seconds)
        if len(lengths) > ENDLESS:
            raise AssertionError("This loop would never have ended.")

    async def note_nap(delay: float, result: Any = None) -> Any:
        if delay:  # libraries let others have a turn
            note(delay)
        return await real_nap(0, result)

    monkeypatch.setattr(stand_ins.REAL, "sleep", note)
    monkeypatch.setattr(stand_ins.REAL, "nap", note_nap)
    return lengths


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock(rules=HOURLY) as mock, mock.intercept():
        yield mock


def create(mock: ScaleMock, **fields: Any) -> str:
    more = {**CATEGORIES, **fields}
    return str(mock.client().create_task(TaskType.Categorization, **more).id)


def received(mock: ScaleMock) -> list[object]:
    """What a handler of the test's own gets, and a task that will be told about."""
    got: list[object] = []
    mock.callbacks.mount("https://app.test/", lambda request: got.append(request.get_json()))
    create(mock, callback_url=URL)
    return got


def poll(read: Callable[[], object], seconds: float) -> None:
    while read() != "completed":
        time.sleep(seconds)


def error_of(wait: Callable[[], object]) -> list[str]:
    with pytest.raises(SleptInVain) as told:
        wait()
    return str(told.value).split("\n")


def flat(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


def test_a_loop_that_reads_and_sleeps_is_told_after_two_rounds(
    open_door: OpenDoor, slept: list[float]
) -> None:
    door = open_door(rules=HOURLY)
    task = image_task(door)

    lines = error_of(lambda: poll(lambda: door.get(f"/task/{task.id}").json()["status"], 1))

    assert slept == [1, 1]
    assert lines[0] == (
        f"The test slept 2 x 1 s for live/task/{task.id}, in vain: the world's clock is manual and "
        "stood still at 2024-01-01T00:00:00.000Z; real sleep does not move it."
    )
    assert flat(lines[1:]) == (
        f"live/task/{task.id} (pending) waits for the start of work at 2024-01-01T00:05:00.000Z "
        "(in 5 min), then its end at 2024-01-01T01:00:00.000Z (in 1 h). To move it: "
        "scale_mock.clock.advance_to('2024-01-01T01:00:00.000Z'), or an assertion that waits for "
        "it. The clock would bring next: 2024-01-01T00:05:00.000Z (in 5 min): task.start "
        f"live/task/{task.id} Ways out: scale_mock.clock.advance(...) or "
        "scale_mock.clock.run_until_idle() before waiting; or have the clock move by itself: "
        "@pytest.mark.scale_mock(clock='autojump'), with every read and when nobody asks; "
        "@pytest.mark.scale_mock(absorb_sleep=True), with every sleep, which then takes no real "
        "time. Without pytest: mock.clock, ScaleMock(clock='autojump'), "
        "ScaleMock(absorb_sleep=True). vain_sleep_s=2 is how many seconds may be slept so, "
        "fifteen times as many where somebody else may be at work; 0 for any number."
    )


@pytest.mark.parametrize(
    ("seconds", "times"), [(0.1, 20), (0.5, 4), (0.9, 2), (2, 1), (5, 1), (30, 1), (600, 0)]
)
def test_how_often_one_may_sleep_is_a_matter_of_the_seconds_asked_for(
    mock: ScaleMock, slept: list[float], seconds: float, times: int
) -> None:
    client, task_id = mock.client(), create(mock)

    told = error_of(lambda: poll(lambda: client.get_task(task_id).status, seconds))[0]

    assert slept == [seconds] * times
    if not times:
        assert told.startswith(f"The test wants to sleep 10 min for live/task/{task_id}, in vain: ")


def test_so_is_a_loop_over_whatever_a_platform_has_to_read(
    open_door: OpenDoor, slept: list[float]
) -> None:
    door = open_door(rules=HOURLY)
    new_project(door)
    batch = new_batch(door)
    image_task(door, project="bikes", batch=batch.name)
    key = {"headers": {"Authorization": f"Bearer {door.mock.live_key}"}}
    reads = {
        "live/batch/w1": lambda: batch.get_status()["status"],
        "GET /v1/tasks?status=completed": lambda: door.get("/tasks?status=completed").text,
        "live/batch/w1 ": lambda: requests.get(f"{door.url}/v1/batches/w1", **key, timeout=9).text,  # type: ignore[arg-type]
        "GET /v2/tasks?project_name=bikes": lambda: door.request("GET", V2_TASKS).text,
    }
    for what, read in reads.items():
        slept.clear()
        lines = error_of(lambda read=read: poll(read, 1))  # type: ignore[misc]
        assert len(slept) <= 2
        assert f" for {what.strip()}, in vain: the world's clock is manual" in lines[0]
        assert "then its end at 2024-01-01T01:00:00.000Z (in 1 h)" in flat(lines)


def test_a_loop_that_waits_for_a_callback_only_ends_after_half_a_minute(
    mock: ScaleMock, slept: list[float]
) -> None:
    got = received(mock)

    def wait() -> None:
        while not got:
            time.sleep(0.1)

    lines = error_of(wait)

    (task,) = mock._world.core.sides["live"].tasks
    assert slept == [0.1] * 300
    assert lines[0].startswith(
        f"The test slept 300 x 100 ms for live/task/{task} or its callback to {URL}, in vain: "
    )


def test_a_loop_in_functions_of_its_own_is_recognised(mock: ScaleMock, slept: list[float]) -> None:
    def pause() -> None:
        time.sleep(1)

    def wait() -> None:
        while not mock.callbacks.received:
            pause()

    create(mock, callback_url=mock.callbacks.url)
    error_of(wait)
    assert slept == [1] * 30


def test_what_is_due_at_once_needs_somebody_to_come_in(mock: ScaleMock, slept: list[float]) -> None:
    got: list[object] = []
    mock.callbacks.mount("https://app.test/", got.append)
    mock.client("test").create_task(TaskType.Categorization, callback_url=URL, **CATEGORIES)

    def wait() -> None:
        while not got:
            time.sleep(1)

    assert " or its callback to https://app.test/hook, in vain: " in error_of(wait)[0]
    mock.clock.advance("0s")
    wait()


@pytest.mark.parametrize("clock", ["manual", "autojump"])
def test_where_nothing_is_scheduled_another_clock_is_no_way_out(
    slept: list[float], clock: str
) -> None:
    with ScaleMock(rules=HELD, clock=clock) as mock, mock.intercept():
        got = received(mock)
        (task,) = mock._world.core.sides["live"].tasks

        def wait() -> None:
            while not got:
                time.sleep(1)

        assert flat(error_of(wait)) == (
            f"The test slept 30 x 1 s for live/task/{task} or its callback to {URL}, in vain: "
            f"nothing is scheduled, and the world's clock ({clock}) stands at "
            f"2024-01-01T00:00:00.000Z. live/task/{task} (pending) waits for somebody to hand it "
            "on: it is held by rule 'nobody'. To move it: "
            f"scale_mock.tasks.complete('{task}'). vain_sleep_s=2 is how many seconds may be slept "
            "so, fifteen times as many where somebody else may be at work; 0 for any number."
        )


def test_an_autojump_clock_moves_by_itself(slept: list[float]) -> None:
    with ScaleMock(rules=HOURLY, clock="autojump") as mock, mock.intercept():
        client, task_id = mock.client(), create(mock)
        poll(lambda: client.get_task(task_id).status, 5)
        assert len(slept) <= 2
        create(mock, unique_id="other")
        for _ in range(50):
            time.sleep(1)


def test_a_clock_that_follows_frozen_time_stands_still_too(slept: list[float]) -> None:
    with (
        freeze_time("2024-03-01T09:00Z") as frozen,
        ScaleMock(rules=HOURLY, clock="follow") as mock,
        mock.intercept(),
    ):
        client, task_id = mock.client(), create(mock)
        lines = error_of(lambda: poll(lambda: client.get_task(task_id).status, 1))
        assert lines[0].endswith(
            "in vain: datetime.now(UTC), which the world's clock follows, stands still at "
            "2024-03-01T09:00:00.000Z."
        )
        assert "To move it: tick freezegun by 1:00:00." in flat(lines)
        for _ in range(50):
            frozen.tick(1)
            client.get_task(task_id)
            time.sleep(1)


def test_a_clock_that_follows_real_time_is_not_judged(slept: list[float]) -> None:
    with ScaleMock(rules=HOURLY, clock="follow") as mock, mock.intercept():
        client, task_id = mock.client(), create(mock)
        for _ in range(50):
            client.get_task(task_id)
            time.sleep(1)


def test_a_clock_in_real_time_is_not_judged(slept: list[float]) -> None:
    with ScaleMock(rules=HOURLY, clock="realtime") as mock, mock.intercept():
        client, task_id = mock.client(), create(mock)
        for _ in range(50):
            client.get_task(task_id)
            time.sleep(1)


def test_sleep_on_an_event_loop_is_told_as_well(mock: ScaleMock, slept: list[float]) -> None:
    task_id = create(mock)

    async def wait() -> None:
        async with httpx.AsyncClient(auth=(mock.live_key, "")) as client:
            url = f"https://api.scale.com/v1/task/{task_id}"
            while (await client.get(url)).json()["status"] != "completed":
                await asyncio.sleep(1)

    lines = error_of(lambda: asyncio.run(wait()))
    assert slept == [1, 1]
    assert lines[0].startswith(f"The test slept 2 x 1 s for live/task/{task_id}, in vain: ")


def test_tasks_that_all_sleep_in_vain_do_not_wait_for_each_other(
    mock: ScaleMock, slept: list[float]
) -> None:
    client = mock.client()
    ids = [create(mock, unique_id=str(number)) for number in range(3)]

    async def wait(task_id: str) -> None:
        while client.get_task(task_id).status != "completed":
            await asyncio.sleep(1)

    async def wait_for_all() -> None:
        await asyncio.wait_for(asyncio.gather(*map(wait, ids)), timeout=60)

    error_of(lambda: asyncio.run(wait_for_all()))
    assert len(slept) <= 3 * 3


def test_nor_do_they_in_a_task_group_of_anyio(mock: ScaleMock, slept: list[float]) -> None:
    client, task_id = mock.client(), create(mock)

    async def wait() -> None:
        while client.get_task(task_id).status != "completed":
            await anyio.sleep(1)

    async def wait_in_group() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(wait)

    with pytest.raises(ExceptionGroup) as told:
        anyio.run(wait_in_group)
    assert isinstance(told.value.exceptions[0], SleptInVain)
    assert slept == [1, 1]


def test_a_task_that_is_about_to_move_the_clock_is_waited_for(
    mock: ScaleMock, slept: list[float]
) -> None:
    client, task_id = mock.client(), create(mock)
    rounds = []

    async def wait() -> None:
        while client.get_task(task_id).status != "completed":
            rounds.append(task_id)
            await asyncio.sleep(1)

    async def both() -> None:
        enough = asyncio.get_running_loop().create_future()

        async def move() -> None:
            await enough
            mock.clock.advance(hours=1)

        mover = asyncio.create_task(move())
        waiter = asyncio.create_task(wait())
        while len(rounds) < 10:
            await asyncio.sleep(0)
        enough.set_result(None)
        await asyncio.gather(mover, waiter)

    asyncio.run(both())
    assert len(slept) >= 10


def test_a_worker_may_poll_while_the_test_moves_the_clock(
    mock: ScaleMock, slept: list[float]
) -> None:
    client, task_id = mock.client(), create(mock)
    polled = threading.Event()
    rounds: list[int] = []
    status: list[object] = []

    def work() -> None:
        while (now := client.get_task(task_id).status) != "completed":
            rounds.append(1)
            if len(rounds) == 50:
                polled.set()
                moved.wait(20)
            time.sleep(5)
        status.append(now)

    moved = threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    assert polled.wait(20)
    mock.clock.advance(hours=1)
    moved.set()
    thread.join(20)
    assert status == ["completed"]


def test_a_test_may_wait_for_threads_of_its_own(mock: ScaleMock, slept: list[float]) -> None:
    received(mock)
    done, go = threading.Event(), threading.Event()
    thread = threading.Thread(target=go.wait, args=(20,))
    thread.start()

    def wait(times: int) -> None:
        while not done.is_set():
            time.sleep(0.1)
            if len(slept) == times:
                done.set()

    wait(250)
    done.clear()
    slept.clear()
    error_of(lambda: wait(ENDLESS))
    assert len(slept) == 300
    go.set()
    thread.join(20)


def test_idle_threads_of_a_pool_and_timers_are_nobody_to_wait_for(
    mock: ScaleMock, slept: list[float]
) -> None:
    client, task_id = mock.client(), create(mock)
    timer = threading.Timer(60, pytest.fail)  # as pytest-timeout has one
    timer.start()

    with ThreadPoolExecutor() as pool:
        pool.submit(os.getpid).result()
        while others.other_threads():
            pass  # the thread is about to be idle
        error_of(lambda: poll(lambda: client.get_task(task_id).status, 1))
    timer.cancel()
    timer.join()
    assert slept == [1, 1]


def test_a_child_process_may_be_waited_for(mock: ScaleMock, slept: list[float]) -> None:
    client, task_id = mock.client(), create(mock)

    def read() -> str:
        status = client.get_task(task_id).status
        return "completed" if len(slept) == 20 else str(status)

    assert not others.has_children()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert others.has_children()
    poll(read, 1)
    child.communicate(b"\n")
    slept.clear()
    error_of(lambda: poll(read, 1))


def test_somebody_else_may_be_asked_over_the_network(
    mock: ScaleMock, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    received(mock)
    asked: list[None] = Lengths()  # type: ignore[assignment]
    monkeypatch.setattr(socket.socket, "connect", _connect(asked))
    while len(asked) < 20:
        with socket.socket() as connection:
            connection.connect(("127.0.0.1", 9))
        time.sleep(1)


def _connect(asked: list[None]) -> Callable[..., None]:
    def connect(_: object, address: tuple[str, int]) -> None:
        GATE.check(address[0])
        asked.append(None)

    return connect


def test_sleep_of_a_library_that_asks_for_nothing_is_no_wait(
    mock: ScaleMock, slept: list[float]
) -> None:
    received(mock)
    retries = Retry(total=30, backoff_factor=1)
    while retries.total:
        retries = retries.increment()
        retries.sleep()
    assert sum(slept) > 100


def test_a_test_may_get_on_with_something_else(mock: ScaleMock, slept: list[float]) -> None:
    received(mock)
    for row in range(20):
        assert row >= 0
        time.sleep(1)
    rows = [{"text": str(number)} for number in range(20)]
    while rows:
        rows.pop()
        time.sleep(1)


def test_different_things_may_be_read_at_leisure(mock: ScaleMock, slept: list[float]) -> None:
    client = mock.client()
    ids = [create(mock, unique_id=str(number)) for number in range(10)]
    for task_id in ids:
        client.get_task(task_id)
        time.sleep(1)


def test_what_changes_in_the_world_begins_a_new_count(mock: ScaleMock, slept: list[float]) -> None:
    client, task_id = mock.client(), create(mock)
    for number in range(20):
        client.get_task(task_id)
        time.sleep(1.5)
        client.set_task_tags(task_id, [f"t{number}"])
    for _ in range(20):
        client.get_task(task_id)
        time.sleep(1.5)
        mock.clock.advance(seconds=1)


def test_back_off_of_a_library_is_no_wait(slept: list[float]) -> None:
    fault = {"match": {"operation": "get_task", "first": 2}, "status": 500}
    with ScaleMock(rules=HOURLY, faults=[fault]) as mock, mock.intercept():
        client, task_id = mock.client(), create(mock)
        assert client.get_task(task_id).status == "pending"
        assert sum(slept) >= 4


def test_a_loop_of_the_tests_own_around_refused_requests_is_no_wait(slept: list[float]) -> None:
    fault = {"match": {"operation": "create_task"}, "status": 500}
    with ScaleMock(rules=HOURLY, faults=[fault], absorb_sleep=False) as mock, mock.intercept():
        create_project = mock.client()
        create_project.create_project("cars", TaskType.Categorization)
        for _ in range(3):
            with pytest.raises(ScaleInternalError):
                create(mock)
            time.sleep(20)


def test_a_handler_may_take_its_time(mock: ScaleMock, slept: list[float]) -> None:
    def slow(_: object) -> None:
        for _ in range(10):
            time.sleep(1)

    mock.callbacks.mount("https://app.test/", slow)
    create(mock, callback_url=URL)
    mock.clock.run_until_idle()
    assert len(slept) == 10


def test_a_world_that_nobody_has_looked_at_leaves_sleep_alone(slept: list[float]) -> None:
    with ScaleMock(), ScaleMock():
        assert time.sleep is genuine


def test_a_world_with_nothing_to_wait_for_is_not_what_is_waited_for(slept: list[float]) -> None:
    with ScaleMock(rules=HOURLY) as mock, mock.intercept():
        task_id = create(mock)
        mock.clock.run_until_idle()
        assert mock.client().get_task(task_id).status == "completed"
        waited: list[object] = []
        while not waited:
            time.sleep(1)
            if len(slept) == 50:
                waited.append(1)


def test_another_world_that_moves_is_enough(mock: ScaleMock, slept: list[float]) -> None:
    client, task_id = mock.client(), create(mock)
    with ScaleMock() as other:
        for _ in range(20):
            client.get_task(task_id)
            other.clock.advance(seconds=1)
            time.sleep(1.5)
        error_of(lambda: poll(lambda: client.get_task(task_id).status, 1))


def test_a_setting_makes_it_wait_longer_or_turns_it_off(slept: list[float]) -> None:
    with ScaleMock(rules=HOURLY, vain_sleep_s=7.5) as mock, mock.intercept():
        client, task_id = mock.client(), create(mock)
        lines = error_of(lambda: poll(lambda: client.get_task(task_id).status, 1))
        assert slept == [1] * 7
        assert "vain_sleep_s=7.5 is how many seconds may be slept so, " in flat(lines)
    with ScaleMock(vain_sleep_s=0) as mock:
        mock.clock.now()
        assert time.sleep is genuine
    with pytest.raises(ConfigurationError) as refused:
        ScaleMock(vain_sleep_s=-1)
    assert str(refused.value) == "vain_sleep_s=-1: expected seconds, or 0 for any number."


def test_code_that_hides_the_error_is_not_made_to_spin(mock: ScaleMock, slept: list[float]) -> None:
    client, task_id = mock.client(), create(mock)
    for seconds in (1, 600):
        errors = 0
        slept.clear()
        for _ in range(30):
            client.get_task(task_id)
            try:
                time.sleep(seconds)
            except SleptInVain:
                errors += 1
        assert len(slept) == 30 - errors
        assert errors <= 16


def test_everything_is_put_back_with_the_last_world(monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(os)("of_a_user")
    exec("from time import sleep\nfrom asyncio import sleep as other", vars(module))
    monkeypatch.setitem(__import__("sys").modules, "of_a_user", module)
    before = (time.sleep, asyncio.sleep, asyncio.tasks.sleep, module.__dict__["sleep"])
    with ScaleMock() as one, ScaleMock() as two:
        one.clock.now()
        two.clock.now()
        inside = (time.sleep, asyncio.sleep, asyncio.tasks.sleep, module.__dict__["sleep"])
        assert not set(inside) & set(before)
        two.close()
        assert time.sleep is inside[0]
        assert pickle.loads(pickle.dumps(time.sleep)) is time.sleep
    assert (time.sleep, asyncio.sleep, asyncio.tasks.sleep, module.__dict__["sleep"]) == before


def test_a_sleep_of_the_tests_own_is_not_judged(
    mock: ScaleMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, task_id = mock.client(), create(mock)
    faked: list[float] = []
    monkeypatch.setattr(time, "sleep", faked.append)
    for _ in range(50):
        client.get_task(task_id)
        time.sleep(30)
    mock.close()
    with ScaleMock() as other:
        other.clock.now()
        assert time.sleep == faked.append
    assert len(faked) == 50


def test_a_function_put_back_too_late_is_harmless(slept: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch, ScaleMock() as mock:
        mock.clock.now()
        patch.setattr(time, "sleep", lambda _: None)
    assert time.sleep is not genuine  # what was found is put back: the stand-in
    time.sleep(30)
    assert slept == [30]
    with ScaleMock() as mock:
        mock.clock.now()
    assert time.sleep is genuine


def test_a_process_that_was_forked_off_has_no_world(
    mock: ScaleMock, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, task_id = mock.client(), create(mock)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    for _ in range(50):
        client.get_task(task_id)
        time.sleep(1)


def test_the_journal_says_nothing_of_it(door: Door) -> None:
    task = image_task(door)
    before = door.mock.journal.digest()
    error_of(lambda: poll(lambda: door.get(f"/task/{task.id}").json()["status"], 1))
    assert door.mock.journal.digest() == before
