"""The leak guard: nothing reaches Scale, however it is tried and whoever hides it."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3

from scale_mock import LeakError, ScaleMock, mock_scale
from scale_mock.intercept import take_leaks
from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("leaky")
HERE = re.escape(__file__)


def by_async_httpx(url: str) -> None:
    async def run() -> None:
        async with httpx.AsyncClient() as client:
            await client.get(url)

    anyio.run(run)


def by_trio(url: str) -> None:
    async def run() -> None:
        async with httpx.AsyncClient() as client:
            await client.get(url)

    anyio.run(run, backend="trio")


def by_aiohttp(url: str) -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            await session.get(url)

    anyio.run(run)


def by_streams(url: str) -> None:
    asyncio.run(_open(url))


async def _open(url: str) -> None:
    await asyncio.open_connection(url.split("/")[2], 443)


def through_a_proxy(url: str) -> None:
    requests.get(url, proxies={"https": "http://proxy.invalid:3128"}, timeout=5)


def by_forwarding(url: str) -> None:
    plain = url.replace("https:", "http:")
    urllib3.ProxyManager("http://proxy.invalid:3128").request("GET", plain, retries=False)


def host_of(url: str) -> str:
    return url.split("/")[2]


WAYS: dict[str, Callable[[str], Any]] = {
    "requests": lambda url: requests.get(url, timeout=5),
    "urllib3": lambda url: urllib3.PoolManager().request("GET", url),
    "httpx": httpx.get,
    "async httpx": by_async_httpx,
    "httpx on trio": by_trio,
    "aiohttp": by_aiohttp,
    "http.client": lambda url: http.client.HTTPSConnection(host_of(url)).request("GET", "/"),
    "a socket": lambda url: socket.create_connection((host_of(url), 443)),
    "a lookup": lambda url: socket.gethostbyname(host_of(url)),
    "asyncio streams": by_streams,
    "a tunnel": through_a_proxy,
    "a forwarding proxy": by_forwarding,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["dashboard.scale.com", "api.scaleapi.com", "scale.ai"])
def test_a_connection_to_any_other_host_of_scales_raises_and_names_the_line(
    mock: ScaleMock, way: str, host: str
) -> None:
    with pytest.raises(LeakError) as caught:
        WAYS[way](f"https://{host}/v1/tasks")
    assert re.fullmatch(
        rf"A connection to {re.escape(host)} was stopped at {HERE}:\d+ in \S+ \(thread "
        r"MainThread\): nothing may reach the real service from a process that uses a mock\. "
        rf"{re.escape(host)} is not answered: use https://api\.scale\.com, or "
        rf"hosts=\['https://{re.escape(host)}'\]\. "
        r"End clients and threads before their test ends\.",
        str(caught.value),
    )


@pytest.mark.parametrize("way", WAYS)
def test_outside_of_interception_api_scale_com_is_guarded_as_well(way: str) -> None:
    with ScaleMock():
        with pytest.raises(LeakError, match=r"^A connection to api\.scale\.com was"):
            WAYS[way](URL + "/v1/tasks")
        assert len(take_leaks()) == 1


@pytest.mark.parametrize("host", ["notscale.com", "scale.com.example.test", "myscale.ai"])
def test_other_hosts_are_nobodys_business(mock: ScaleMock, host: str) -> None:
    from scale_mock.intercept.gate import GATE

    GATE.leaks.check(host)
    assert GATE.connect("https", host, 443) is None


def test_a_session_made_earlier_and_used_later_is_stopped() -> None:
    session, client, pools = requests.Session(), httpx.Client(), urllib3.PoolManager()
    connection = http.client.HTTPSConnection("api.scale.com")
    with ScaleMock() as mock, mock.intercept():
        headers = {"Authorization": f"Bearer {mock.live_key}"}
        assert session.get(URL + "/v1/tasks", headers=headers, timeout=5).status_code == 200
        assert client.get(URL + "/v1/tasks", headers=headers).status_code == 200
        assert pools.request("GET", URL + "/v1/tasks", headers=headers).status == 200
        connection.request("GET", "/v1/tasks", headers=headers)
        assert connection.getresponse().read()

    def by_connection() -> None:
        connection.request("GET", "/v1/tasks", headers=headers)
        connection.getresponse()

    for used in (
        lambda: session.get(URL + "/v1/tasks", headers=headers, timeout=5),
        lambda: client.get(URL + "/v1/tasks", headers=headers),
        lambda: pools.request("GET", URL + "/v1/tasks", headers=headers),
        by_connection,
    ):
        with pytest.raises(LeakError, match=r"^A connection to api\.scale\.com was stopped"):
            used()
    client.close()


def test_what_a_thread_hides_is_raised_when_the_interception_ends() -> None:
    def upload() -> None:
        with suppress(Exception):
            requests.get("https://dashboard.scale.com", timeout=5)

    def use() -> None:
        with ScaleMock() as mock, mock.intercept():
            thread = threading.Thread(target=upload, name="uploader")
            thread.start()
            thread.join()

    line = upload.__code__.co_firstlineno + 2
    with pytest.raises(LeakError, match=rf"stopped at {HERE}:{line} in upload \(thread uploader\)"):
        use()


def test_check_lists_what_was_hidden_once(mock: ScaleMock) -> None:
    with suppress(Exception):
        requests.get("https://dashboard.scale.com", timeout=5)
    with pytest.raises(AssertionError) as caught:
        mock.check()
    text = str(caught.value)
    assert text.startswith(
        "scale_mock found 1 problem (leaks):\n"
        "  - A connection to dashboard.scale.com was stopped at "
    )
    mock.check()


def test_a_world_without_interception_raises_for_what_was_hidden_too() -> None:
    def use() -> None:
        with ScaleMock(), suppress(Exception):
            requests.get(URL, timeout=5)

    with pytest.raises(LeakError):
        use()


def test_a_failure_of_the_test_is_not_covered_up() -> None:
    def hidden() -> str:
        with suppress(Exception):
            requests.get("https://dashboard.scale.com", timeout=5)
        return "for another reason"

    with pytest.raises(ZeroDivisionError), mock_scale():
        raise ZeroDivisionError(hidden())


def test_it_is_no_outage_that_a_client_would_try_again(mock: ScaleMock) -> None:
    with pytest.raises(LeakError):
        urllib3.PoolManager(retries=urllib3.Retry(5, backoff_factor=60)).request(
            "GET", "https://scale.com"
        )
    assert not issubclass(LeakError, OSError)


def test_a_host_that_was_intercepted_stays_guarded() -> None:
    with ScaleMock() as mock, mock.intercept(hosts=["https://once.example.test"]):
        pass
    with pytest.raises(LeakError, match=r"^A connection to once\.example\.test was stopped"):
        requests.get("https://once.example.test/v1/tasks", timeout=5)
