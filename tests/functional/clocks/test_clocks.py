"""The clocks that move by themselves, over a socket, with the official SDK as the one who waits."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.config import Settings
from scale_mock.mock.client import sdk_client
from scale_mock.mock.host import Host
from scale_mock.mock.threads import drivers, retries
from scale_mock.serving import Server
from scale_mock.sim.instants import EPOCH
from scale_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

FIELDS = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}
PATIENCE_S = 20.0


class Endpoint:
    """A customer's endpoint on a real socket that answers what it is told and signals arrivals."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.got = 0
        self._arrived = threading.Condition()
        self._server = Server(self._take)
        self._server.start()
        self.url = f"{self._server.url}/hook"

    def _take(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with self._arrived:
            self.got += 1
            self._arrived.notify_all()
        start_response(self.status, [])
        return [b""]

    def wait_for(self, count: int) -> bool:
        """True once so many requests have come."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self.got >= count, timeout=PATIENCE_S)

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle second takes a twentieth of one, for tests that have to live through it."""
    monkeypatch.setattr(drivers, "IDLE_S", 0.05)
    monkeypatch.setattr(drivers, "STEP_S", 0.002)


@pytest.fixture
def serve() -> Iterator[Host]:
    """What ``scale-mock serve`` runs: a world for every key, on ``autojump``."""
    host = Host(factory=lambda name: World(name=name, settings=Settings(clock="autojump")))
    yield host
    host.stop()


def test_polling_a_task_runs_the_world_to_its_next_event(serve: Host) -> None:
    client = sdk_client("live_poller", serve.url)
    task = client.create_task(TaskType.Categorization, **FIELDS)
    other = client.create_task(TaskType.Categorization, **{**FIELDS, "attachment": "bus"})
    seen = []
    while task.status == "pending":
        task.refresh()
        seen.append((task.status, task.as_dict()["workStarted"]))
    assert seen == [("pending", True), ("completed", True)]
    # Only what had to happen until then has happened.
    clock = _control(serve, "live_poller", "/clock")
    assert clock["now"] == task.as_dict()["completed_at"]
    assert client.get_task(other.id).as_dict()["task_id"] == other.id


def test_polling_a_batch_runs_to_its_completion(serve: Host) -> None:
    client = sdk_client("live_batches", serve.url)
    client.create_project("p", TaskType.Categorization)
    batch = client.create_batch("p", "b")
    for number in range(5):
        client.create_task(TaskType.Categorization, batch="b", unique_id=f"{number}", **FIELDS)
    polls = 0
    while batch.status != "completed":
        batch.get_status()
        polls += 1
        assert polls < 30
    assert batch.tasks_completed == 5


def test_polling_a_list_runs_to_the_next_event_of_the_page(serve: Host) -> None:
    client = sdk_client("live_lists", serve.url)
    client.create_project("p", TaskType.Categorization)
    client.create_task(TaskType.Categorization, project="p", **FIELDS)
    polls = 0
    while client.tasks(project="p", status="completed").total == 0:
        client.tasks(project="p")
        polls += 1
        assert polls < 10


def test_a_task_that_nothing_will_happen_to_moves_no_clock(serve: Host) -> None:
    client = sdk_client("live_stuck", serve.url)
    client.create_project("p", TaskType.Categorization, studio=True)
    client.create_batch("p", "b")
    task = client.create_task(TaskType.Categorization, batch="b", **FIELDS)
    before = _control(serve, "live_stuck", "/clock")["now"]
    task.refresh()
    assert task.status == "pending"
    assert _control(serve, "live_stuck", "/clock")["now"] == before


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_an_idle_autojump_clock_brings_callbacks_without_polling(
    serve: Host, endpoint: Endpoint
) -> None:
    client = sdk_client("live_idle", serve.url)
    for number in range(3):
        client.create_task(
            TaskType.Categorization, unique_id=f"{number}", callback_url=endpoint.url, **FIELDS
        )
    assert endpoint.wait_for(3)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_retries_are_kept_apart_so_that_a_restarting_service_is_met(
    serve: Host, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "RETRY_S", 0.2)
    endpoint.status = "503 Service Unavailable"
    client = sdk_client("live_retry", serve.url)
    client.create_task(TaskType.Categorization, callback_url=endpoint.url, **FIELDS)
    assert endpoint.wait_for(2)
    endpoint.status = "200 OK"
    assert endpoint.wait_for(3)
    callback = _acknowledged(serve, "live_retry")
    assert [attempt["status"] for attempt in callback["attempts"]] == [503, 503, 200]


@pytest.mark.slow
def test_a_realtime_clock_brings_everything_at_its_rate(endpoint: Endpoint) -> None:
    rules = [{"match": {}, "after": "1h"}]
    with ScaleMock(clock="realtime", rate=36_000, rules=rules) as mock:
        task = mock.client().create_task(
            TaskType.Categorization, callback_url=endpoint.url, **FIELDS
        )
        assert endpoint.wait_for(1)
        assert mock.tasks.get(task.id)["status"] == "completed"
        assert mock.clock.now() - EPOCH >= timedelta(hours=1)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_the_mode_can_be_switched_at_any_moment(serve: Host, endpoint: Endpoint) -> None:
    client = sdk_client("live_switch", serve.url)
    _control(serve, "live_switch", "/clock", {"mode": "manual"})
    task = client.create_task(TaskType.Categorization, callback_url=endpoint.url, **FIELDS)
    task.refresh()
    assert task.as_dict()["workStarted"] is False
    answer = _control(serve, "live_switch", "/clock", {"mode": "autojump"})
    assert answer["mode"] == "autojump"
    assert endpoint.wait_for(1)


def test_a_wrong_mode_or_rate_is_refused(serve: Host) -> None:
    for body, text in (
        ({"mode": "turbo"}, '"mode" must be one of [manual, autojump, realtime, follow]'),
        ({"rate": 0}, '"rate" must be a positive number'),
        ({"rate": "fast"}, '"rate" must be a positive number'),
    ):
        reply = requests.put(f"{serve.url}/_mock/clock", json=body, auth=("live_x", ""), timeout=10)
        assert (reply.status_code, reply.json()["error"]) == (
            400,
            f"Parameter is invalid, reason: {text}",
        )


def _acknowledged(host: Host, key: str) -> dict[str, Any]:
    """The world's one callback, once the platform has taken the receiver's answer in."""
    for _ in range(1000):
        callback = _control(host, key, "/callbacks")[0]
        if callback["state"] == "acknowledged":
            return callback  # type: ignore[no-any-return]
    raise AssertionError(callback)


def _control(host: Host, key: str, path: str, body: object = None) -> Any:
    method = "GET" if body is None else "PUT"
    reply = requests.request(
        method, f"{host.url}/_mock{path}", json=body, auth=(key, ""), timeout=PATIENCE_S
    )
    assert reply.status_code == 200, reply.text
    return reply.json()
