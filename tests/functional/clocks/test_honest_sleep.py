"""Sleep that is no wait for the platform: nothing of it is called vain before half a minute.

No test here sleeps: what would be called is put in the place of Python's own function, and noted.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import httpx
import pytest
import requests
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.mock.sleep import stand_ins, watching
from tests.functional.helpers import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOURLY = [{"name": "hourly", "after": "1h"}]
URL = "https://app.test/hook"
PATIENT_S = 20
"""How much longer than ``vain_sleep_s`` these tests sleep; half a minute is the end."""


class Lengths(list[float]):
    """Grows with every sleep, which must not look as if the test got on with something."""

    then: Callable[[], object] | None = None

    def add(self, seconds: float) -> None:
        self.append(seconds)
        assert len(self) < 1000, "This loop would never have ended."
        if sum(self) >= PATIENT_S and self.then is not None:
            then, self.then = self.then, None
            then()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> Lengths:
    """What was slept, in seconds; ``then`` is called once it is enough."""
    # A world that another test never closed is watched still.
    monkeypatch.setattr(watching.WATCH, "_open", WeakKeyDictionary())
    stand_ins.STAND_INS.watch()
    stand_ins.STAND_INS.watch_no_more()
    lengths = Lengths()
    real_nap = asyncio.sleep

    async def note_nap(delay: float, result: Any = None) -> Any:
        if delay:
            lengths.add(delay)
        return await real_nap(0, result)

    monkeypatch.setattr(stand_ins.REAL, "sleep", lengths.add)
    monkeypatch.setattr(stand_ins.REAL, "nap", note_nap)
    return lengths


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock(rules=HOURLY) as mock, mock.intercept():
        yield mock


@pytest.fixture
def pending(mock: ScaleMock) -> Callable[[], bool]:
    """Whether a task is pending whose callback a handler of the test's own gets."""
    mock.callbacks.mount("https://app.test/", lambda _: None)
    client = mock.client()
    task = client.create_task(TaskType.Categorization, callback_url=URL, **CATEGORIES)
    return lambda: bool(client.get_task(task.id).status == "pending")


def test_code_that_gives_up_after_some_rounds_does_so(pending: Callable[[], bool]) -> None:
    def wait() -> None:
        for _ in range(PATIENT_S):
            if not pending():
                return
            time.sleep(1)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        wait()


def test_code_that_counts_seconds_does_so(pending: Callable[[], bool]) -> None:
    waited = 0
    while pending() and waited < PATIENT_S:
        time.sleep(1)
        waited += 1
    assert waited == PATIENT_S


def test_an_object_that_counts_does_so(pending: Callable[[], bool]) -> None:
    class Poller:
        left = PATIENT_S

        def run(self) -> None:
            while pending() and self.left:
                self.left -= 1
                time.sleep(1)

    poller = Poller()
    poller.run()
    assert poller.left == 0


def test_a_timeout_of_an_event_loop_comes(pending: Callable[[], bool], slept: Lengths) -> None:
    async def wait() -> None:
        slept.then = asyncio.current_task().cancel  # type: ignore[union-attr]
        while pending():
            await asyncio.sleep(1)

    async def give_up() -> None:
        await asyncio.wait_for(wait(), 25)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(give_up())
    assert sum(slept) == PATIENT_S


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timers.")
def test_an_alarm_comes(pending: Callable[[], bool], slept: Lengths) -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    slept.then = lambda: signal.raise_signal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 25)
    try:
        while pending() and not rung:
            time.sleep(1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert sum(slept) == PATIENT_S


def test_a_timer_of_the_tests_own_may_move_the_clock(
    mock: ScaleMock, pending: Callable[[], bool], slept: Lengths
) -> None:
    timer = threading.Timer(60, mock.clock.advance)
    timer.start()
    slept.then = lambda: mock.clock.advance(hours=1)
    while pending():
        time.sleep(1)
    timer.cancel()
    timer.join()


def test_so_may_a_thread_that_was_there_before_the_world(slept: Lengths) -> None:
    go = threading.Event()
    worker = threading.Thread(target=go.wait, args=(60,))
    worker.start()
    with ScaleMock(rules=HOURLY) as mock, mock.intercept():
        client = mock.client()
        task = client.create_task(TaskType.Categorization, **CATEGORIES)
        slept.then = lambda: mock.clock.advance(hours=1)
        while client.get_task(task.id).status == "pending":
            time.sleep(1)
    go.set()
    worker.join()


def test_so_may_somebody_who_comes_over_the_network(
    mock: ScaleMock, pending: Callable[[], bool], slept: Lengths
) -> None:
    assert mock.url.startswith("http://127.0.0.1:")
    slept.then = lambda: mock.clock.advance(hours=1)
    while pending():
        time.sleep(1)


def test_reads_of_others_are_no_waiting_of_the_tests_own(
    mock: ScaleMock, pending: Callable[[], bool], slept: Lengths
) -> None:
    key = {"Authorization": f"Bearer {mock.live_key}"}

    def read() -> None:
        assert requests.get(f"{mock.v1_url}/tasks", headers=key, timeout=9).ok

    for _ in range(60):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        time.sleep(5)


def test_reads_of_another_task_of_an_event_loop_are_none_either(
    mock: ScaleMock, pending: Callable[[], bool], slept: Lengths
) -> None:
    async def beat() -> None:
        while True:
            pending()
            await asyncio.sleep(0.1)

    async def sleep_at_leisure() -> None:
        task = asyncio.create_task(beat())
        for _ in range(PATIENT_S):
            await asyncio.sleep(1)
        task.cancel()

    asyncio.run(sleep_at_leisure())


def test_a_file_may_be_waited_for(
    pending: Callable[[], bool], slept: Lengths, tmp_path: Path
) -> None:
    path = tmp_path / "done"
    slept.then = path.touch
    while not path.exists():
        time.sleep(0.5)
    path.unlink()
    slept.clear()
    slept.then = path.touch
    while not os.path.exists(str(path)):  # as others do it
        time.sleep(0.5)


def test_so_may_a_row_of_a_database(
    pending: Callable[[], bool], slept: Lengths, tmp_path: Path
) -> None:
    one, other = (sqlite3.connect(tmp_path / "rows", isolation_level=None) for _ in range(2))
    one.execute("create table done (id)")
    slept.then = lambda: other.execute("insert into done values (1)")
    while not one.execute("select * from done").fetchall():
        time.sleep(0.5)
    one.close()
    other.close()


def test_so_may_a_server_over_a_connection_that_is_kept(
    pending: Callable[[], bool], slept: Lengths
) -> None:
    done: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=len(done))

    slept.then = lambda: done.append(1)
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        while not client.get("http://app.test/").json():
            time.sleep(0.5)


def test_so_may_an_attribute_that_looks_outside(
    pending: Callable[[], bool], slept: Lengths, tmp_path: Path
) -> None:
    class Robot:
        @property
        def is_ready(self) -> bool:
            return (tmp_path / "done").exists()

        def __bool__(self) -> bool:
            return self.is_ready

    robot = Robot()
    slept.then = (tmp_path / "done").touch
    while not robot.is_ready:
        time.sleep(0.5)
    slept.clear()
    (tmp_path / "done").unlink()
    slept.then = (tmp_path / "done").touch
    while not robot:
        time.sleep(0.5)


COUNT = {"left": 40}


def test_functions_that_keep_a_count_elsewhere_get_on_with_it(
    pending: Callable[[], bool],
) -> None:
    def is_done() -> bool:
        COUNT["left"] -= 1
        return not COUNT["left"]

    while not is_done():
        time.sleep(0.5)
    assert COUNT == {"left": 0}


def test_timestamps_are_told_apart_line_by_line(
    pending: Callable[[], bool], slept: Lengths
) -> None:
    def settle() -> None:
        time.sleep(1.1)

    assert pending()
    settle()
    assert pending()
    settle()
    assert pending()
    settle()
    assert pending()
    settle()
    assert slept == [1.1] * 4


def test_each_test_of_a_shared_world_counts_for_itself(
    pending: Callable[[], bool], slept: Lengths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def body() -> None:
        while pending():
            time.sleep(1)
            break

    for number in range(PATIENT_S):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"test_of_a_module.py::test_it[{number}] (call)")
        body()


@pytest.mark.parametrize("seconds", [1, 3600])
def test_a_program_that_is_no_test_may_do_nothing_for_ever(
    pending: Callable[[], bool], slept: Lengths, seconds: int
) -> None:
    enough = threading.Event()
    slept.then = enough.set

    def serve() -> None:
        with ScaleMock(rules=HOURLY) as mock, mock.intercept():
            mock.client().create_task(TaskType.Categorization, callback_url=URL, **CATEGORIES)
            while not enough.is_set():
                time.sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")
        serve()


def test_what_variables_hold_may_be_anything(pending: Callable[[], bool]) -> None:
    class Growing(dict[str, object]):
        __module__ = 7  # type: ignore[assignment]

    ends = (datetime.min, datetime.max)  # noqa: DTZ901 - without a time zone is what is meant
    held = (*ends, float("nan"), float("inf"), 10**400, Growing(a=1))
    for earliest, latest, *others in [held] * 2:
        assert pending()
        time.sleep(1)
        assert earliest < latest
        assert len(others) == 4
