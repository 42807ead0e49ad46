"""Worlds that follow freezegun and time-machine: pulled at every entry, and never backwards."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import requests
import time_machine
from freezegun import freeze_time

from scale_mock import ScaleMock
from scale_mock.errors import ConfigurationError
from scale_mock.mock.serve import serving_host
from tests.functional.helpers import image_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.conftest import OpenDoor

START = datetime(2024, 3, 1, 9, tzinfo=UTC)
AFTER_10_DAYS = [{"name": "slow", "after": "10 days"}]
HOUR = timedelta(hours=1)


class Travel(Protocol):
    """Somebody else's clock, frozen."""

    tool: str

    def by(self, length: timedelta) -> None: ...

    def to(self, instant: datetime) -> None: ...


class Freezegun:
    tool = "tick freezegun by"

    def __init__(self, frozen: Any) -> None:
        self.by = frozen.tick
        self.to = frozen.move_to


class TimeMachine:
    tool = "shift time-machine by"

    def __init__(self, traveller: Any) -> None:
        self.by = traveller.shift
        self._move = traveller.move_to

    def to(self, instant: datetime) -> None:
        self._move(instant, tick=False)


@contextmanager
def freezegun(instant: datetime = START) -> Iterator[Travel]:
    with freeze_time(instant) as frozen:
        yield Freezegun(frozen)


@contextmanager
def timemachine(instant: datetime = START) -> Iterator[Travel]:
    with time_machine.travel(instant, tick=False) as traveller:
        yield TimeMachine(traveller)


@pytest.fixture(params=[freezegun, timemachine])
def freezing(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def frozen(freezing: Callable[[], Any]) -> Iterator[Travel]:
    with freezing() as travel:
        yield travel


def test_a_world_begins_at_the_frozen_time_and_moves_with_it(
    frozen: Travel, open_door: OpenDoor
) -> None:
    door = open_door(clock="follow", rules=AFTER_10_DAYS)
    task = image_task(door)
    assert task.as_dict()["created_at"] == "2024-03-01T09:00:00.000Z"
    frozen.by(timedelta(days=9, hours=23))
    task.refresh()
    assert task.status == "pending"
    frozen.by(HOUR)
    task.refresh()
    assert task.status == "completed"
    assert task.as_dict()["completed_at"] == "2024-03-11T09:00:00.000Z"


def test_callbacks_come_at_their_own_instants_and_in_order(
    frozen: Travel, open_door: OpenDoor
) -> None:
    rules = [{"match": {"unique_id": "late"}, "after": "5h"}, {"after": "2h"}]
    door = open_door(clock="follow", rules=rules)
    hook = {"callback_url": door.mock.callbacks.url}
    late = image_task(door, unique_id="late", **hook)
    early = image_task(door, unique_id="early", **hook)
    frozen.by(timedelta(days=1))
    assert [(cb.subject, cb.at - START) for cb in door.mock.callbacks.received] == [
        (early.id, 2 * HOUR),
        (late.id, 5 * HOUR),
    ]
    door.mock.callbacks.assert_received(late)
    assert door.mock.clock.now() == START + timedelta(days=1)


def test_the_world_never_goes_back_and_says_so_in_its_journal(
    frozen: Travel, open_door: OpenDoor
) -> None:
    door = open_door(clock="follow", rules=AFTER_10_DAYS)
    task = image_task(door)
    frozen.by(timedelta(days=4))
    assert door.mock.clock.now() == START + timedelta(days=4)
    frozen.to(START + timedelta(days=1))
    task.refresh()
    assert door.mock.clock.now() == START + timedelta(days=4)
    frozen.to(START + timedelta(days=10))
    task.refresh()
    assert task.status == "completed"
    went_back = [e for e in door.mock.journal.entries() if e.kind == "clock.went_back"]
    assert [(e.subject, e.at, e.details) for e in went_back] == [
        ("world/clock", START + timedelta(days=4), '{"outer":"2024-03-02T09:00:00.000Z"}')
    ]


def test_time_may_be_frozen_after_the_world_was_made(
    freezing: Callable[[datetime], Any], open_door: OpenDoor
) -> None:
    door = open_door(clock="follow", rules=AFTER_10_DAYS)
    assert door.mock.clock.now() > datetime(2024, 6, 1, tzinfo=UTC)
    with freezing(datetime(2001, 5, 6, tzinfo=UTC)) as travel:
        task = image_task(door)
        assert task.as_dict()["created_at"] == "2001-05-06T00:00:00.000Z"
        travel.by(timedelta(days=10))
        task.refresh()
        assert task.status == "completed"


def test_a_wait_fails_at_once_and_names_the_tick_that_is_needed(frozen: Travel) -> None:
    with ScaleMock(clock="follow", rules=AFTER_10_DAYS) as mock:
        task = mock.client().create_task(
            _type(), attachment="https://x.test/1.jpg", callback_url=mock.callbacks.url, **BOXES
        )
        frozen.by(timedelta(hours=22))
        with pytest.raises(AssertionError) as failed:
            mock.callbacks.assert_received(task)
        assert (
            f"It follows datetime.now(UTC), which no wait can move: {frozen.tool} 9 days, 2:00:00."
        ) in " ".join(str(failed.value).split())
        assert mock.explain(task).move == f"{frozen.tool} 9 days, 2:00:00"
        assert mock.clock.now() == START + 22 * HOUR
        frozen.by(timedelta(days=9, hours=2))
        mock.callbacks.assert_received(task)


def test_the_mock_cannot_move_a_clock_that_it_follows(frozen: Travel) -> None:
    with ScaleMock(clock="follow", rules=AFTER_10_DAYS) as mock:
        text = (
            "The clock follows datetime.now(UTC), which is not the mock's to move: {}, or set "
            "mock.clock.mode = 'manual' first."
        )
        with pytest.raises(ConfigurationError) as refused:
            mock.clock.run_until_idle()
        assert str(refused.value) == text.format("nothing is scheduled")
        mock.client().create_task(_type(), attachment="https://x.test/1.jpg", **BOXES)
        for move, length in (
            (lambda: mock.clock.advance(hours=3), "3:00:00"),
            (lambda: mock.clock.advance_to(START + 5 * HOUR), "5:00:00"),
            (mock.clock.run_next, "0:05:00"),
            (mock.clock.run_until_idle, "0:05:00"),
        ):
            with pytest.raises(ConfigurationError) as refused:
                move()
            assert str(refused.value) == text.format(f"{frozen.tool} {length}")
        mock.clock.advance("0s")
        mock.clock.mode = "manual"
        mock.clock.advance(hours=3)
        assert mock.clock.now() == START + 3 * HOUR


def test_a_world_that_was_made_before_time_was_frozen_names_the_whole_length(
    freezing: Callable[[datetime], Any],
) -> None:
    with ScaleMock(clock="follow") as mock, freezing(datetime(2030, 5, 1, tzinfo=UTC)):
        with pytest.raises(ConfigurationError, match=r" by 1 day, 0:00:00, or set "):
            mock.clock.advance(days=1)
        mock.client().create_task(_type(), attachment="https://x.test/1.jpg", **BOXES)
    with ScaleMock(clock="follow") as mock:
        mock.client().create_task(_type(), attachment="https://x.test/1.jpg", **BOXES)
        with (
            freezing(datetime(2099, 5, 1, tzinfo=UTC)),
            pytest.raises(ConfigurationError, match=r" by 1 day, 0:00:00, or set "),
        ):
            mock.clock.advance(days=1)


def test_a_time_behind_the_worlds_is_named_with_how_far_it_is(frozen: Travel) -> None:
    with ScaleMock(clock="follow", rules=AFTER_10_DAYS) as mock:
        task = mock.client().create_task(
            _type(), attachment="https://x.test/1.jpg", callback_url=mock.callbacks.url, **BOXES
        )
        frozen.to(START - timedelta(days=3))
        behind = (
            "The outer time is behind the world's: datetime.now(UTC) says "
            "2024-02-27T09:00:00.000Z, 3 days, 0:00:00 before 2024-03-01T09:00:00.000Z, which the "
            "world has reached already; it never goes back, and stands still until then. Freeze "
            "time before the first call."
        )
        with pytest.raises(ConfigurationError) as refused:
            mock.clock.advance(days=1)
        assert str(refused.value) == (
            "The clock follows datetime.now(UTC), which is not the mock's to move: "
            f"{frozen.tool} 4 days, 0:00:00, or set mock.clock.mode = 'manual' first. {behind}"
        )
        with pytest.raises(AssertionError) as failed:
            mock.callbacks.assert_received(task)
        assert (
            "It follows datetime.now(UTC), which no wait can move: "
            f"{frozen.tool} 13 days, 0:00:00. {behind}"
        ) in " ".join(str(failed.value).split())


def test_a_clock_that_is_not_frozen_is_followed_too_and_its_advice_names_both_tools() -> None:
    with ScaleMock(clock="follow") as mock:
        before = datetime.now(UTC)
        assert before <= mock.clock.now() <= datetime.now(UTC)
        with pytest.raises(ConfigurationError) as refused:
            mock.clock.advance(days=1)
    assert "freeze time with freezegun or time-machine and move it by" in str(refused.value)


def test_a_ticking_clock_is_followed(open_door: OpenDoor) -> None:
    for travel in (freeze_time(START, tick=True), time_machine.travel(START, tick=True)):
        with travel:
            door = open_door(clock="follow")
            first = door.mock.clock.now()
            image_task(door)
            assert START <= first < door.mock.clock.now() < START + HOUR


def test_following_may_begin_and_end_at_any_moment(frozen: Travel, open_door: OpenDoor) -> None:
    door = open_door(rules=AFTER_10_DAYS, start_at=START)
    task = image_task(door)
    door.mock.clock.advance(days=1)
    door.mock.clock.mode = "follow"
    assert door.mock.clock.now() == START + timedelta(days=1)
    frozen.by(timedelta(days=2))
    assert door.mock.clock.now() == START + timedelta(days=2)
    reply = door.request("PUT", "/_mock/clock", json={"mode": "autojump"})
    assert reply.json()["mode"] == "autojump"
    while task.status == "pending":
        task.refresh()
    reply = door.request("PUT", "/_mock/clock", json={"mode": "follow"})
    assert (reply.json()["mode"], reply.json()["now"]) == ("follow", "2024-03-11T09:00:00.000Z")


def test_a_server_of_its_own_has_nobody_to_follow() -> None:
    text = (
        "clock='follow': a server of its own has no test to follow: its datetime.now(UTC) is the "
        "real time, which clock='realtime' keeps up with. 'follow' is for a ScaleMock in the "
        "process in which freezegun or time-machine runs."
    )
    host = serving_host(address="127.0.0.1", port=0)
    try:
        reply = requests.put(
            f"{host.url}/_mock/clock", json={"mode": "follow"}, auth=("live_x", ""), timeout=10
        )
        assert (reply.status_code, reply.json()["error"]) == (400, text)
    finally:
        host.stop()


def test_a_receiver_may_call_the_api_while_the_world_catches_up(
    frozen: Travel, open_door: OpenDoor
) -> None:
    door = open_door(clock="follow", rules=AFTER_10_DAYS)
    seen: list[str] = []

    def handler(request: Any) -> int:
        task_id = request.get_json()["task_id"]
        seen.append(door.get(f"/task/{task_id}").json()["status"])
        return 200

    door.mock.callbacks.mount("https://app.test/", handler)
    image_task(door, callback_url="https://app.test/done")
    frozen.by(timedelta(days=11))
    assert door.get("/tasks").json()["docs"][0]["status"] == "completed"
    door.mock.clock.advance("0s")
    assert seen == ["completed"]


BOXES = {"geometries": {"box": {"objects_to_annotate": ["bicycle"]}}}


def _type() -> Any:
    from scaleapi.tasks import TaskType

    return TaskType.ImageAnnotation
