"""What a fault is in process: the exception that the real client would raise, and no waiting."""

from __future__ import annotations

import http.client
import json
from time import perf_counter
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3

from scale_mock import ConfigurationError
from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock import ScaleMock

TASKS = URL + "/v1/tasks"
NO_TIMEOUT = (
    "The reply never comes (a fault of kind timeout), and this client has no timeout: with a real "
    "server it would wait for ever. Give the request a timeout."
)


def by_requests(headers: dict[str, str], timeout: float | None) -> bytes:
    return requests.get(TASKS, headers=headers, timeout=timeout).content


def by_urllib3(headers: dict[str, str], timeout: float | None) -> bytes:
    return urllib3.PoolManager().request(
        "GET", TASKS, headers=headers, timeout=timeout, retries=False
    ).data  # fmt: skip


def by_httpx(headers: dict[str, str], timeout: float | None) -> bytes:
    return httpx.get(TASKS, headers=headers, timeout=timeout).content


def by_async_httpx(headers: dict[str, str], timeout: float | None) -> bytes:
    async def run() -> bytes:
        async with httpx.AsyncClient(timeout=timeout) as client:
            return (await client.get(TASKS, headers=headers)).content

    return anyio.run(run)


def by_aiohttp(headers: dict[str, str], timeout: float | None) -> bytes:
    async def run() -> bytes:
        limits = aiohttp.ClientTimeout(total=None, sock_read=timeout)
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            session.get(TASKS, headers=headers) as reply,
        ):
            return await reply.read()

    return anyio.run(run)


def by_http_client(headers: dict[str, str], timeout: float | None) -> bytes:
    connection = http.client.HTTPSConnection("api.scale.com", timeout=timeout)
    connection.request("GET", "/v1/tasks", headers=headers)
    return connection.getresponse().read()


CALLS: dict[str, Callable[[dict[str, str], float | None], bytes]] = {
    "requests": by_requests,
    "urllib3": by_urllib3,
    "httpx": by_httpx,
    "async httpx": by_async_httpx,
    "aiohttp": by_aiohttp,
    "http.client": by_http_client,
}
RAISED: dict[str, dict[str, type[Exception]]] = {
    "reset": {
        "requests": requests.ConnectionError,
        "urllib3": urllib3.exceptions.ProtocolError,
        "httpx": httpx.ReadError,
        "async httpx": httpx.ReadError,
        "aiohttp": aiohttp.ClientOSError,
        "http.client": ConnectionResetError,
    },
    "empty": {
        "requests": requests.ConnectionError,
        "urllib3": urllib3.exceptions.ProtocolError,
        "httpx": httpx.RemoteProtocolError,
        "async httpx": httpx.RemoteProtocolError,
        "aiohttp": aiohttp.ServerDisconnectedError,
        "http.client": http.client.RemoteDisconnected,
    },
    "truncated": {
        "requests": requests.exceptions.ChunkedEncodingError,
        "urllib3": urllib3.exceptions.ProtocolError,
        "httpx": httpx.RemoteProtocolError,
        "async httpx": httpx.RemoteProtocolError,
        "aiohttp": aiohttp.ClientPayloadError,
        "http.client": http.client.IncompleteRead,
    },
    "timeout": {
        "requests": requests.ReadTimeout,
        "urllib3": urllib3.exceptions.ReadTimeoutError,
        "httpx": httpx.ReadTimeout,
        "async httpx": httpx.ReadTimeout,
        "aiohttp": aiohttp.SocketTimeoutError,
        "http.client": TimeoutError,
    },
}
CASES = [(kind, name) for kind, raised in RAISED.items() for name in raised]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_fault_is_the_exception_that_the_real_client_raises(
    mock: ScaleMock, auth: dict[str, str], kind: str, name: str
) -> None:
    # aiohttp tries what it may repeat a second time when a connection breaks.
    tries = 2 if name == "aiohttp" and kind in {"reset", "empty"} else 1
    mock.faults.add(match={"operation": "list_tasks", "first": tries}, kind=kind)
    began = perf_counter()
    if (kind, name) == ("truncated", "requests") and urllib3.__version__.startswith("1."):
        # With this version below it, requests does not count what it reads.
        assert not CALLS[name](auth, 600).endswith(b"}")
    else:
        with pytest.raises(RAISED[kind][name]):
            CALLS[name](auth, 600)
    assert perf_counter() - began < 5
    # The connection is gone, and the next request has another.
    assert json.loads(CALLS[name](auth, 600))["total"] == 0


@pytest.mark.parametrize("name", CALLS)
def test_a_client_without_a_timeout_is_told_that_it_would_wait_for_ever(
    mock: ScaleMock, auth: dict[str, str], name: str
) -> None:
    mock.faults.add(match={"operation": "list_tasks"}, kind="timeout")
    with pytest.raises(ConfigurationError) as caught:
        CALLS[name](auth, None)
    assert str(caught.value) == NO_TIMEOUT


@pytest.mark.parametrize("name", CALLS)
def test_a_late_reply_comes_at_once_or_not_in_time(
    mock: ScaleMock, auth: dict[str, str], name: str
) -> None:
    mock.faults.add(match={"operation": "list_tasks"}, delay="20s")
    began = perf_counter()
    assert json.loads(CALLS[name](auth, 30))["total"] == 0
    assert json.loads(CALLS[name](auth, None))["total"] == 0
    with pytest.raises(RAISED["timeout"][name]):
        CALLS[name](auth, 10)
    assert perf_counter() - began < 5


@pytest.mark.parametrize("name", CALLS)
def test_a_dripping_reply_comes_at_once_or_not_in_time(
    mock: ScaleMock, auth: dict[str, str], name: str
) -> None:
    mock.faults.add(match={"operation": "list_tasks"}, kind="slow")
    assert json.loads(CALLS[name](auth, 5))["total"] == 0
    # In the body, requests and aiohttp have other words for it.
    late: Any = (RAISED["timeout"][name], requests.ConnectionError)
    with pytest.raises(late):
        CALLS[name](auth, 0.001)


def test_the_total_timeout_of_aiohttp_counts_too(mock: ScaleMock, auth: dict[str, str]) -> None:
    mock.faults.add(match={"operation": "list_tasks"}, kind="timeout")

    async def run() -> None:
        limits = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=limits) as session:
            await session.get(TASKS, headers=auth)

    with pytest.raises(TimeoutError):
        anyio.run(run)


def test_a_reset_after_the_headers_breaks_the_body(mock: ScaleMock, auth: dict[str, str]) -> None:
    mock.faults.add(match={"operation": "list_tasks"}, kind="reset", after_headers=True)
    with requests.get(TASKS, headers=auth, timeout=5, stream=True) as reply:
        assert reply.status_code == 200
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            _ = reply.content
    with httpx.stream("GET", TASKS, headers=auth) as streamed:
        assert streamed.status_code == 200
        with pytest.raises(httpx.ReadError):
            streamed.read()


def test_urllib3_retries_and_its_history_are_its_own(mock: ScaleMock, auth: dict[str, str]) -> None:
    mock.faults.add(match={"operation": "list_tasks", "nth": 1}, kind="reset")
    mock.faults.add(match={"operation": "list_tasks", "nth": 2}, status=503)
    retries = urllib3.Retry(total=3, backoff_factor=0, status_forcelist=[503])
    reply = urllib3.PoolManager(retries=retries).request("GET", TASKS, headers=auth)
    assert reply.status == 200
    history = reply.retries.history if reply.retries else ()
    assert [(one.method, one.url, one.status) for one in history] == [
        ("GET", "/v1/tasks", None),
        ("GET", "/v1/tasks", 503),
    ]
    assert isinstance(history[0].error, urllib3.exceptions.ProtocolError)
