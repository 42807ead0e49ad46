"""Callbacks to a real receiver on loopback: what is sent, when, how often, and in which order."""

from __future__ import annotations

import json
import select
import socket
import threading
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from scale_mock.errors import PumpBusy
from scale_mock.world import pump
from tests.functional.helpers import HOOK, IMAGE, batch, completed_task, image_task, ok, project
from tests.functional.receivers import refused_port

if TYPE_CHECKING:
    from tests.functional.doors import Door, WireTap
    from tests.functional.receivers import Got, Receiver

PATIENCE_S = 10
DAY = timedelta(days=1)
RETRIES = [DAY * retry**3 / 20**3 for retry in range(1, 21)]


@pytest.fixture
def dead_url(tap: WireTap | None) -> str:
    """A URL of this machine behind which nobody listens."""
    port = refused_port()
    if tap is not None:
        tap.receiver_ports.add(port)
    return f"http://127.0.0.1:{port}/hook"


@pytest.mark.parametrize("mode", ["live", "test"])
def test_body_and_header_are_as_documented(door: Door, receiver: Receiver, mode: str) -> None:
    task = image_task(door, mode=mode, callback_url=receiver.url + "?a=1&b", metadata={"n": 1})
    door.mock.callbacks.assert_received(task=task)
    (got,) = receiver.got
    assert (got.path, got.headers["content-type"]) == ("/hook", "application/json")
    assert got.headers["scale-callback-auth"] == door.mock.callback_auth(mode)
    assert list(got.json) == ["task_id", "status", "response", "task"]
    task.refresh()
    body = task.as_dict()
    known = {key: body.pop(key) for key in ("callback_succeeded", "callback_completed")}
    assert known == {"callback_succeeded": True, "callback_completed": True}
    assert got.json["task"] == body
    assert (got.json["task_id"], got.json["status"]) == (task.id, "completed")
    assert got.json["response"] == body["response"]


def test_auth_keys_differ_from_each_other_and_from_api_keys(door: Door) -> None:
    mock = door.mock
    keys = {mock.callback_auth("live"), mock.callback_auth("test"), mock.live_key, mock.test_key}
    assert len(keys) == 4
    assert mock.callback_auth("live").startswith("live_auth_")


def test_batch_callback_is_the_documented_example(door: Door, receiver: Receiver) -> None:
    name = "kitten_labeling_2021-07"
    project(door)
    batch(door, name, callback=receiver.url)
    tasks = [image_task(door, batch=name) for _ in range(28)]
    for task in tasks[:3]:
        task.cancel()
    for task in tasks[3:8]:
        door.mock.tasks.fail(task)
    for task in tasks[8:]:
        door.mock.tasks.complete(task)
    door.mock.callbacks.assert_received(batch=name)
    (got,) = receiver.got
    assert got.json == {
        "batch": name,
        "status": "completed",
        "stats": {"completed": 20, "canceled": 3, "error": 5},
    }
    assert got.headers["scale-callback-auth"] == door.mock.callback_auth("live")


def test_every_event_of_a_task_is_called_back(door: Door, receiver: Receiver) -> None:
    task = completed_task(door, callback_url=receiver.url)
    task.audit(accepted=True)
    door.mock.tasks.audit(task, "fixed", response={"annotations": []})
    door.mock.tasks.redo(task)
    door.mock.tasks.fail(task, "gone")
    ok(door.post(f"/task/{task.id}/send_callback"))
    door.settle()
    assert [got.json["status"] for got in receiver.got] == [
        "completed", "completed", "completed", "pending", "error", "error",
    ]  # fmt: skip
    assert [got.json["task"].get("customer_review_status") for got in receiver.got[:3]] == [
        None, "accepted", "fixed",
    ]  # fmt: skip
    assert receiver.got[3].json["response"] is None
    assert receiver.got[4].json["response"] == {"error": "gone"}


def test_cancel_calls_nobody(door: Door, receiver: Receiver) -> None:
    image_task(door, callback_url=receiver.url).cancel()
    door.mock.clock.advance(days=30)
    assert (receiver.got, door.mock.callbacks.owed) == ([], [])


def test_no_callback_without_an_address(door: Door) -> None:
    completed_task(door)
    assert door.mock.callbacks.owed == []


def test_dead_receiver_is_tried_21_times_in_24_hours(door: Door, dead_url: str) -> None:
    task = completed_task(door, callback_url=dead_url)
    door.mock.clock.advance(hours=23, minutes=59)
    task.refresh()
    assert not hasattr(task, "callback_succeeded")
    assert len(door.mock.callbacks.attempts) == 20
    door.mock.clock.advance(minutes=1)
    door.mock.clock.advance(days=7)
    attempts = door.mock.callbacks.attempts
    first = attempts[0].at
    assert [attempt.at - first for attempt in attempts] == [timedelta(0), *RETRIES]
    assert {(attempt.status, attempt.error) for attempt in attempts} == {(None, "refused")}
    task.refresh()
    assert task.callback_succeeded is task.callback_completed is False
    with pytest.raises(AssertionError, match=r"never acknowledged|given up"):
        door.mock.check()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 500, 503])
def test_anything_but_2xx_is_tried_again(door: Door, receiver: Receiver, status: int) -> None:
    receiver.handle = lambda got: status if len(receiver.got) < 3 else 299
    task = completed_task(door, callback_url=receiver.url)
    sent = door.mock.callbacks.assert_received(task=task)
    assert [attempt.status for attempt in sent.attempts] == [status, status, 299]
    assert len({got.body for got in receiver.got}) == 1
    door.mock.clock.advance(days=2)
    assert len(receiver.got) == 3
    task.refresh()
    assert task.callback_succeeded is True


def test_receiver_that_was_away_for_six_hours_gets_it_once(door: Door, receiver: Receiver) -> None:
    receiver.stop()
    task = completed_task(door, callback_url=receiver.url)
    door.mock.clock.advance(hours=6)
    away = len(door.mock.callbacks.attempts)
    receiver.start()
    sent = door.mock.callbacks.assert_received(task=task)
    due = next(delay for delay in RETRIES if delay > timedelta(hours=6))
    assert sent.at - sent.owed_at == due
    assert [attempt.error for attempt in sent.attempts] == [*["refused"] * away, None]
    door.mock.clock.advance(days=2)
    assert len(receiver.got) == 1


def test_foreign_host_is_captured_and_never_called(door: Door) -> None:
    task = completed_task(door, callback_url=HOOK)
    sent = door.mock.callbacks.assert_received(task=task)
    assert (sent.state, sent.url) == ("captured", HOOK)
    assert sent.headers["scale-callback-auth"] == door.mock.callback_auth("live")
    task.refresh()
    assert task.callback_succeeded is True


def test_mail_goes_to_the_inbox(door: Door) -> None:
    project(door)
    batch(door, callback="boss@example.test")
    task = completed_task(door, batch="w1", callback_url="qa@example.test")
    door.settle()
    of_task, of_batch = door.mock.callbacks.inbox
    assert (of_task.to, of_task.sender) == ("qa@example.test", "hello@scale.ai")
    assert json.loads(of_task.text)["task"]["task_id"] == task.id
    assert (of_batch.to, json.loads(of_batch.text)["batch"]) == ("boss@example.test", "w1")


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:99999/", "http://localhost:port/", "http://[::1", "http://[x]/",
        "http://localhost:/", "http://127.0.0.1:0/", "http://127.0.0.1:1/\ufffd\u0e01", "http://%/",
        "http://localhost:1/%zz", "http://user:pass@localhost:1/",
        "http://" + "a" * 300 + ".localhost",
    ],
)  # fmt: skip
def test_strange_address_is_a_failed_attempt_at_most(
    door: Door, tap: WireTap | None, address: str
) -> None:
    if tap is not None:
        tap.receiver_ports |= {0, 1, 80, 99999}
    reply = door.post("/task/imageannotation", json={**IMAGE, "callback_url": address})
    if reply.status_code == 400:
        assert '"callback_url" must be a valid uri' in reply.text
        return
    task_id = reply.json()["task_id"]
    door.mock.tasks.complete(task_id)
    door.mock.clock.advance(days=2)
    assert door.mock.tasks.get(task_id)["callback_succeeded"] in {True, False}


def test_receiver_may_call_the_api_back(door: Door, receiver: Receiver) -> None:
    seen: list[Any] = []

    def handle(got: Got) -> int:
        seen.append(ok(door.get(f"/task/{got.json['task_id']}")))
        if len(seen) == 1:
            seen.append(image_task(door, unique_id="follow-up").as_dict())
            ok(door.post(f"/task/{got.json['task_id']}/tags", json=["seen"]))
        return 200

    receiver.handle = handle
    task = completed_task(door, callback_url=receiver.url)
    door.mock.callbacks.assert_received(task=task)
    assert (seen[0]["status"], seen[1]["unique_id"]) == ("completed", "follow-up")
    assert [one.unique_id for one in door.client().tasks(status="pending")] == ["follow-up"]
    task.refresh()
    assert task.tags == ["seen"]


def test_mounted_receiver_may_call_the_api_back(door: Door) -> None:
    seen: list[str] = []

    def handle(request: Any) -> int:
        seen.append(ok(door.get(f"/task/{request.json['task_id']}"))["status"])
        return 204

    door.mock.callbacks.mount("https://app.test/", handle)
    task = completed_task(door, callback_url="https://app.test/hook")
    door.mock.callbacks.assert_received(task=task, times=1)
    assert seen == ["completed"]


@pytest.mark.parametrize("call", ["advance", "run_next", "run_until_idle"])
def test_the_clock_stands_still_inside_a_mounted_handler(door: Door, call: str) -> None:
    refusals: list[str] = []

    def handle(request: Any) -> None:
        with pytest.raises(PumpBusy) as caught:
            getattr(door.mock.clock, call)(*(["1h"] if call == "advance" else []))
        refusals.append(str(caught.value))

    door.mock.callbacks.mount("https://app.test/", handle)
    task = image_task(door, mode="test", callback_url="https://app.test/")
    before = door.mock.clock.now()
    door.mock.callbacks.assert_received(task=task)
    assert (len(refusals), "Answer first" in refusals[0]) == (1, True)
    assert door.mock.clock.now() == before


def test_the_clock_stands_still_while_a_receiver_works(
    door: Door, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    is_over = threading.Event()

    def handle(got: Got) -> int:
        reply = door.request("POST", "/_mock/clock/advance", json={"seconds": 60})
        texts.append(f"{reply.status_code} {reply.json()['error']}")
        is_over.set()
        return 200

    receiver.handle = handle
    with monkeypatch.context() as patch:
        patch.setattr(pump, "TURN_WAIT_S", 0.01)
        task = image_task(door, mode="test", callback_url=receiver.url)
        door.mock.tasks.get(task)
        assert is_over.wait(PATIENCE_S)
    door.mock.callbacks.assert_received(task=task)
    assert texts[0].startswith("400 The clock cannot be moved now: a callback has been out")
    assert door.mock.clock.now().isoformat() == "2024-01-01T00:00:00+00:00"


def test_captured_url_is_said_once(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        completed_task(door, callback_url=HOOK)
    door.settle()
    (line,) = [one for one in caplog.messages if "hooks.example.test" in one]
    assert "callback_hosts=['hooks.example.test']" in line


def test_resend_sends_the_same_bytes(door: Door, receiver: Receiver) -> None:
    task = completed_task(door, callback_url=receiver.url)
    sent = door.mock.callbacks.assert_received(task=task)
    ok(door.request("POST", f"/_mock/callbacks/{sent.id}/resend"))
    door.settle()
    assert receiver.got[0].body == receiver.got[1].body


def test_no_callback_before_the_reply(receiver: Receiver, open_door: Any, tap: Any) -> None:
    """When the receiver is called, the reply already lies at the client's socket.

    Without a socket the handler runs at the next entry, which is after the reply by nature.
    """
    door = open_door()
    body = json.dumps({**IMAGE, "callback_url": receiver.url}).encode()
    if tap is not None:
        requests.post(f"{door.url}/v1/task/imageannotation", body, auth=(door.key("test"), ""))
        assert receiver.got == []
        door.settle()
        assert len(receiver.got) == 1
        return
    host, port = door.url.removeprefix("http://").split(":")
    head = (
        "POST /v1/task/imageannotation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {b64encode(door.key('test').encode() + b':').decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    readable: list[bool] = []
    for _ in range(10):
        with socket.create_connection((host, int(port))) as sock:
            receiver.handle = lambda got, sock=sock: (  # type: ignore[misc]
                readable.append(bool(select.select([sock], [], [], 0)[0])) or 200
            )
            sock.sendall(head.encode() + body)
            assert sock.recv(12) == b"HTTP/1.1 200"
            door.settle()
    assert readable == [True] * 10
