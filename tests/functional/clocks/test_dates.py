"""``Date`` headers, and what ``patch_datetime`` shows the code under test: the world's time."""

from __future__ import annotations

import datetime as dt
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from freezegun import freeze_time

from scale_mock import ScaleMock
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import EPOCH
from tests.functional.helpers import image_task

if TYPE_CHECKING:
    from tests.functional.doors import Door

HOUR = timedelta(hours=1)


def test_the_date_of_replies_is_the_worlds(door: Door) -> None:
    assert door.get("/tasks").headers["Date"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    door.mock.clock.advance(days=59, hours=9, seconds=5.9)
    for path in ("/v1/tasks", "/v1/task/none", "/_mock/clock"):
        reply = door.request("GET", path)
        assert reply.headers["Date"] == "Thu, 29 Feb 2024 09:00:05 GMT"


def test_the_date_of_callbacks_is_that_of_the_attempt(door: Door) -> None:
    door.mock.rules.add(name="day", after="1d")
    dates: list[str] = []

    def handler(request: Any) -> int:
        dates.append(request.headers["Date"])
        return 200 if len(dates) == 2 else 503

    door.mock.callbacks.mount("https://app.test/", handler)
    image_task(door, callback_url="https://app.test/done")
    door.mock.clock.advance(days=2)
    assert dates == ["Tue, 02 Jan 2024 00:00:00 GMT", "Tue, 02 Jan 2024 00:00:10 GMT"]


def test_the_code_under_test_sees_the_worlds_time(door: Door) -> None:
    clock = door.mock.clock
    real = datetime.now(UTC)
    with clock.patch_datetime():
        assert datetime.now(UTC) == clock.now() == EPOCH
        clock.advance(days=1, hours=2)
        assert datetime.now(UTC) == dt.datetime.now(UTC) == EPOCH + 26 * HOUR
        assert date.today() == date(2024, 1, 2)  # noqa: DTZ011 - what people write
        assert time.time() == EPOCH.timestamp() + 26 * 3600
        clock.run_until_idle()
    assert datetime.now(UTC) - real < HOUR


def test_handlers_and_scheduled_calls_see_the_instant_that_they_run_at(door: Door) -> None:
    mock = door.mock
    mock.rules.add(name="day", after="1d")
    seen: list[timedelta] = []
    mock.callbacks.mount("https://app.test/", lambda request: seen.append(since_start()))
    image_task(door, callback_url="https://app.test/done")
    mock.at(EPOCH + HOUR, lambda: seen.append(since_start()))
    with mock.clock.patch_datetime():
        mock.clock.advance(days=3)
    assert seen == [HOUR, 24 * HOUR]


def since_start() -> timedelta:
    return datetime.now(UTC) - EPOCH


def test_every_thread_sees_the_worlds_time() -> None:
    seen: list[datetime] = []
    with ScaleMock() as mock, mock.clock.patch_datetime():
        mock.clock.advance(hours=1)
        thread = threading.Thread(target=lambda: seen.append(datetime.now(UTC)))
        thread.start()
        thread.join()
    assert seen == [EPOCH + HOUR]


def test_a_loop_with_a_deadline_of_its_own_meets_it() -> None:
    with ScaleMock(absorb_sleep=True) as mock, mock.clock.patch_datetime():
        deadline = datetime.now(UTC) + timedelta(hours=5)
        while datetime.now(UTC) < deadline:
            time.sleep(60)
        assert mock.clock.now() == EPOCH + 5 * HOUR


def test_a_reset_moves_the_patched_time_back() -> None:
    with ScaleMock() as mock, mock.clock.patch_datetime():
        mock.clock.advance(days=1)
        mock.reset()
        assert datetime.now(UTC) == EPOCH
        mock.clock.advance(hours=1)
        assert datetime.now(UTC) == EPOCH + HOUR


def test_pytest_measures_real_time_all_the_while(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def nights(scale_clock):
            with scale_clock.patch_datetime():
                yield

        def test_nights(nights, scale_clock):
            scale_clock.advance(days=3)
        """
    )
    others = [word for name in ("asyncio", "randomly") for word in ("-p", f"no:{name}")]
    run = pytester.inline_run(*others)
    durations = [report.duration for report in run.getreports("pytest_runtest_logreport")]
    run.assertoutcome(passed=1)
    assert len(durations) == 3
    assert all(0 <= duration < 3600 for duration in durations)


def test_leading_and_following_exclude_each_other() -> None:
    with ScaleMock() as mock:
        with mock.clock.patch_datetime():
            with pytest.raises(ConfigurationError) as refused:
                mock.clock.mode = "follow"
            assert str(refused.value) == (
                "clock='follow': mock.clock.patch_datetime() makes datetime.now(UTC) follow this "
                "world, so the world cannot follow it too. Leave patch_datetime() first."
            )
            with pytest.raises(ConfigurationError) as refused, mock.clock.patch_datetime():
                pass
            assert str(refused.value) == "patch_datetime(): datetime follows this world already."
        mock.clock.mode = "follow"
        with pytest.raises(ConfigurationError) as refused, mock.clock.patch_datetime():
            pass
        assert str(refused.value) == (
            "patch_datetime(): this world's clock follows datetime.now(UTC), so it cannot lead it "
            "too: set mock.clock.mode = 'manual' first."
        )


def test_a_kept_connection_survives_frozen_time() -> None:
    with ScaleMock() as mock, requests.Session() as session:
        session.auth = (mock.live_key, "")
        url = f"{mock.v1_url}/tasks"
        ports = set()

        def get() -> None:
            reply = session.get(url, timeout=10, stream=True)
            ports.add(reply.raw.connection.sock.getsockname())
            assert reply.json()["total"] == 0

        get()
        with freeze_time("2031-01-01") as frozen:
            get()
            frozen.tick(timedelta(days=365))
            get()
        get()
    assert len(ports) == 1
