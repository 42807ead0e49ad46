"""Faults that only a socket can express, met by the clients that people use."""

from __future__ import annotations

import http.client
import socket
import struct
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import urllib3
from scaleapi.exceptions import ScaleException

from scale_mock import ScaleMock
from scale_mock.mock.client import sdk_client
from tests.functional.faults.conftest import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 0.15
WAIT_S = 20.0


@pytest.fixture
def shop() -> Iterator[Shop]:
    with ScaleMock() as mock:
        yield Shop(mock, mock.url)
        assert list(mock._world.broken) == []


def by_requests(shop: Shop, path: str, *, patience_s: float = WAIT_S) -> tuple[int, bytes]:
    reply = requests.get(f"{shop.url}/v1{path}", auth=(shop.mock.live_key, ""), timeout=patience_s)
    return reply.status_code, reply.content


def by_httpx(shop: Shop, path: str, *, patience_s: float = WAIT_S) -> tuple[int, bytes]:
    # Making a TLS context takes httpx a while, and there is no TLS here.
    with httpx.Client(verify=False, timeout=patience_s) as client:
        reply = client.get(f"{shop.url}/v1{path}", auth=(shop.mock.live_key, ""))
    return reply.status_code, reply.content


def by_urllib3(shop: Shop, path: str, *, patience_s: float = WAIT_S) -> tuple[int, bytes]:
    headers = urllib3.make_headers(basic_auth=f"{shop.mock.live_key}:")
    with urllib3.PoolManager(retries=False, timeout=patience_s) as pool:
        reply = pool.request("GET", f"{shop.url}/v1{path}", headers=headers)
        return reply.status, reply.data


CLIENTS = {"requests": by_requests, "httpx": by_httpx, "urllib3": by_urllib3}

BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "reset": (
        {"kind": "reset"},
        {
            "requests": requests.ConnectionError,
            "httpx": httpx.ReadError,
            "urllib3": urllib3.exceptions.ProtocolError,
        },
    ),
    "reset after the headers": (
        {"kind": "reset", "after_headers": True},
        {
            "requests": requests.exceptions.ChunkedEncodingError,
            "httpx": httpx.ReadError,
            "urllib3": urllib3.exceptions.ProtocolError,
        },
    ),
    "empty": (
        {"kind": "empty"},
        {
            "requests": requests.ConnectionError,
            "httpx": httpx.RemoteProtocolError,
            "urllib3": urllib3.exceptions.ProtocolError,
        },
    ),
    "truncated": (
        {"kind": "truncated"},
        {
            "requests": requests.exceptions.ChunkedEncodingError,
            "httpx": httpx.RemoteProtocolError,
            "urllib3": urllib3.exceptions.ProtocolError,
        },
    ),
    "timeout": (
        {"kind": "timeout"},
        {
            "requests": requests.exceptions.ReadTimeout,
            "httpx": httpx.ReadTimeout,
            "urllib3": urllib3.exceptions.ReadTimeoutError,
        },
    ),
    "late": (
        {"delay": "5s"},
        {
            "requests": requests.exceptions.ReadTimeout,
            "httpx": httpx.ReadTimeout,
            "urllib3": urllib3.exceptions.ReadTimeoutError,
        },
    ),
    "slow": (
        {"kind": "slow", "pause": "5s"},
        {
            "requests": requests.ConnectionError,
            "httpx": httpx.ReadTimeout,
            "urllib3": urllib3.exceptions.ReadTimeoutError,
        },
    ),
}
IMPATIENT = {"timeout", "late", "slow"}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reply_is_the_client_s_own_exception(shop: Shop, client: str, name: str) -> None:
    fault, errors = BROKEN[name]
    shop.mock.faults.add(match={"first": 1}, **fault)
    ask = CLIENTS[client]
    with pytest.raises(errors[client]):
        ask(shop, "/tasks", patience_s=PATIENCE_S if name in IMPATIENT else WAIT_S)
    assert ask(shop, "/tasks")[0] == 200


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "fault", [{"kind": "slow", "pause": "1ms", "chunk_bytes": 20}, {"delay": "5ms"}]
)
def test_a_late_or_slow_reply_is_whole_in_the_end(
    shop: Shop, client: str, fault: dict[str, Any]
) -> None:
    before = CLIENTS[client](shop, "/tasks")
    shop.mock.faults.add(**fault)
    assert CLIENTS[client](shop, "/tasks") == before


def test_a_connection_goes_on_after_a_late_and_a_slow_reply(shop: Shop) -> None:
    shop.mock.faults.add(match={"nth": 1}, delay="5ms")
    shop.mock.faults.add(match={"nth": 2}, kind="slow", pause="1ms", chunk_bytes=30)
    where = urlsplit(shop.url)
    headers = urllib3.make_headers(basic_auth=f"{shop.mock.live_key}:")
    with urllib3.HTTPConnectionPool(where.hostname or "", where.port, timeout=WAIT_S) as pool:
        bodies = [pool.request("GET", "/v1/tasks", headers=headers).data for _ in range(3)]
        assert pool.num_connections == 1
    assert bodies[0] == bodies[1] == bodies[2]


def test_nobody_waits_for_somebody_else_s_late_or_slow_reply(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "list_files"}, delay="300s")
    shop.mock.faults.add(match={"operation": "list_projects"}, kind="slow", pause="300s")
    shop.mock.faults.add(match={"operation": "list_batches"}, kind="timeout")
    waiting = [asked(shop, f"/v1/{path}") for path in ("files", "projects", "batches")]
    began = time.monotonic()
    assert by_requests(shop, "/tasks")[0] == 200
    assert time.monotonic() - began < WAIT_S
    assert [sock.gettimeout() for sock in waiting] == [WAIT_S] * 3
    for sock in waiting:
        sock.close()


def test_the_end_of_a_server_does_not_wait_for_late_replies(shop: Shop) -> None:
    shop.mock.faults.add(delay="300s")
    with asked(shop, "/v1/tasks") as sock:
        wait_for_request(shop)
        shop.mock.close()
        assert sock.recv(100) == b""
    assert shop.mock._world.tickets.lowest() is None


def asked(shop: Shop, path: str) -> socket.socket:
    """A connection on which a request has been sent."""
    where = urlsplit(shop.url)
    sock = socket.create_connection((where.hostname, where.port), timeout=WAIT_S)
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.mock.live_key}\r\n\r\n"
    sock.sendall(head.encode())
    return sock


def wait_for_request(shop: Shop) -> None:
    """Returns once the mock has seen a request; a request of another connection sees to that."""
    deadline = time.monotonic() + WAIT_S
    while not shop.mock.requests:
        requests.get(f"{shop.url}/_mock/health", timeout=WAIT_S)
        assert time.monotonic() < deadline


def test_what_goes_over_the_wire_is_what_was_said(shop: Shop) -> None:
    with asked(shop, "/v1/tasks") as sock:
        whole = read_reply(sock)
    head, _, body = whole.partition(b"\r\n\r\n")
    shop.mock.faults.add(match={"nth": 1}, kind="truncated")
    shop.mock.faults.add(match={"nth": 2}, kind="reset", after_headers=True)
    shop.mock.faults.add(match={"nth": 3}, kind="empty")
    with asked(shop, "/v1/tasks") as sock:
        assert read_all(sock) == (head + b"\r\n\r\n" + body[: len(body) // 2], False)
    with asked(shop, "/v1/tasks") as sock:
        assert read_all(sock) == (head + b"\r\n\r\n", True)
    with asked(shop, "/v1/tasks") as sock:
        assert read_all(sock) == (b"", False)
    assert f"Content-Length: {len(body)}".encode() in head


def read_reply(sock: socket.socket) -> bytes:
    """One whole reply."""
    reply = http.client.HTTPResponse(sock)
    reply.begin()
    body = reply.read()
    lines = [f"{name}: {value}" for name, value in reply.getheaders()]
    return "\r\n".join([f"HTTP/1.1 {reply.status} {reply.reason}", *lines, "", ""]).encode() + body


def read_all(sock: socket.socket) -> tuple[bytes, bool]:
    """Everything that comes, and whether a reset ended it."""
    data = b""
    while True:
        try:
            more = sock.recv(65_536)
        except ConnectionResetError:
            return data, True
        if not more:
            return data, False
        data += more


@pytest.mark.parametrize("kind", ["reset", "empty", "timeout", "truncated"])
def test_the_callbacks_of_a_request_whose_reply_never_comes_still_go(shop: Shop, kind: str) -> None:
    shop.mock.faults.add(
        match={"operation": "create_task"},
        kind=kind,
        **({} if kind == "truncated" else {"apply": "after"}),
    )
    with pytest.raises(requests.RequestException):
        shop.create(mode="test", callback_url=shop.mock.callbacks.url, timeout=PATIENCE_S)
    began = time.monotonic()
    shop.mock.callbacks.assert_received(status="completed", times=1)
    assert time.monotonic() - began < 2
    [seen] = shop.mock.requests[:1]
    assert (seen.operation, seen.status, seen.fault) == ("create_task", 200, "fault-1")


def test_a_client_that_goes_before_a_late_reply_holds_up_no_callback(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "create_task"}, delay="300s")
    with pytest.raises(requests.exceptions.ReadTimeout):
        shop.create(mode="test", callback_url=shop.mock.callbacks.url, timeout=PATIENCE_S)
    began = time.monotonic()
    shop.mock.callbacks.assert_received(status="completed", times=1)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("apply", ["before", "after"])
def test_a_reset_before_or_after_the_effect(shop: Shop, apply: Any) -> None:
    shop.mock.faults.add(match={"operation": "create_task"}, kind="reset", apply=apply)
    with pytest.raises(requests.ConnectionError):
        shop.create()
    assert shop.call("GET", "/tasks").json()["total"] == (apply == "after")


def test_a_plain_wsgi_client_is_told_what_it_cannot_see(shop: Shop) -> None:
    from werkzeug.test import Client

    shop.mock.faults.add(name="cut", match={"nth": 1}, kind="reset")
    shop.mock.faults.add(match={"nth": 2}, kind="reset", apply="after")
    client = Client(shop.mock.app)
    headers = {"Authorization": f"Bearer {shop.mock.live_key}"}
    first, second = (client.get("/v1/tasks", headers=headers) for _ in range(2))
    assert (first.status_code, first.json) == (
        500,
        {
            "status_code": 500,
            "error": 'The fault "cut" lets no reply through here, which a plain WSGI call cannot '
            "show: use the server (mock.url) or mock.intercept().",
        },
    )
    assert second.status_code == 200


def test_the_sdk_meets_a_reset(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "list_projects", "first": 1}, kind="reset")
    client = sdk_client(shop.mock.live_key, shop.url)
    # The SDK turns what requests raises into an exception of its own.
    with pytest.raises(ScaleException, match="Connection reset by peer"):
        client.projects()
    assert client.projects() == []


def test_a_head_request_has_nothing_to_drip_or_truncate(shop: Shop) -> None:
    for kind in ("slow", "truncated"):
        shop.mock.faults.clear()
        shop.mock.faults.add(kind=kind, match={"path": "/v1/tasks"})
        reply = shop.call("HEAD", "/tasks")
        assert (reply.status_code, reply.content) == (200, b"")


def test_a_client_that_resets_a_held_connection_leaves_no_trace(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "list_tasks"}, kind="timeout")
    sock = asked(shop, "/v1/tasks")
    wait_for_request(shop)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    assert shop.call("GET", "/projects").status_code == 200
