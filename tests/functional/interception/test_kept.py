"""Connections that clients keep, when an interception begins or ends meanwhile."""

from __future__ import annotations

import http.client
import threading
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from scale_mock import LeakError, ScaleMock
from scale_mock.intercept import take_leaks
from scale_mock.intercept.gate import GATE
from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH = "/v1/tasks"


@pytest.fixture
def no_sockets() -> None:
    """Here some are made: to a server on loopback that stands for the real one."""


class RealServer(BaseHTTPRequestHandler):
    """Answers whatever it is asked, also as a forwarding proxy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"real")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def real() -> Iterator[str]:
    """The address of a server that is none of ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), RealServer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def clients(stack: ExitStack, address: str) -> dict[str, Callable[[], str]]:
    """Reads a page, by clients that keep their connections."""
    session = stack.enter_context(requests.Session())
    client = stack.enter_context(httpx.Client())
    manager = stack.enter_context(urllib3.PoolManager())
    pool = urllib3.connection_from_url(address)
    stack.callback(pool.close)
    connection = http.client.HTTPConnection(address.partition("//")[2])
    stack.callback(connection.close)

    def by_connection() -> str:
        connection.request("GET", PATH)
        return connection.getresponse().read().decode()

    return {
        "requests": lambda: session.get(address + PATH, timeout=5).text,
        "httpx": lambda: client.get(address + PATH).text,
        "urllib3": lambda: str(manager.request("GET", address + PATH).data, "ascii"),
        "a pool": lambda: str(pool.request("GET", PATH).data, "ascii"),
        "http.client": by_connection,
    }


@pytest.mark.parametrize("name", ["requests", "httpx", "urllib3", "a pool", "http.client"])
def test_a_kept_connection_follows_the_interception(real: str, name: str) -> None:
    with ExitStack() as stack:
        ask = clients(stack, real)[name]
        assert ask() == "real"
        with ScaleMock() as mock, mock.intercept(hosts=[real]):
            assert "API key" in ask()
        assert ask() == "real"


def test_a_kept_connection_of_an_async_client_does_so_too(real: str) -> None:
    async def ask() -> list[str]:
        found = []
        async with aiohttp.ClientSession() as session, httpx.AsyncClient() as client:

            async def both() -> None:
                async with session.get(real + PATH) as reply:
                    found.append((await reply.text())[:4])
                found.append((await client.get(real + PATH)).text[:4])

            await both()
            with ScaleMock() as mock, mock.intercept(hosts=[real]):
                await both()
            await both()
        return found

    assert anyio.run(ask) == ["real", "real", '{"st', '{"st', "real", "real"]


@pytest.mark.parametrize("name", ["requests", "httpx", "urllib3", "a pool", "http.client"])
def test_a_connection_made_before_the_first_use_does_not_reach_a_guarded_host(
    real: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        ask = clients(stack, real)[name]
        assert ask() == "real"
        monkeypatch.setattr(GATE.leaks, "_hosts", frozenset({"127.0.0.1"}))
        with pytest.raises(LeakError, match=r"^A connection to 127\.0\.0\.1 was stopped"):
            ask()
        assert len(take_leaks()) == 1


def test_a_forwarding_proxys_connection_serves_both_sides_in_turn(real: str) -> None:
    proxies = {"http": real}
    with ScaleMock() as mock, mock.intercept(), requests.Session() as session:
        session.auth = (mock.live_key, "")
        hosts = [
            "api.scale.com",
            "never.kept.example.test",
            "api.scale.com",
            "never.kept.example.test",
        ]
        told = [session.get(f"http://{host}{PATH}", proxies=proxies, timeout=5) for host in hosts]
        assert [reply.text == "real" for reply in told] == [False, True, False, True]
        with suppress(Exception):
            session.get("http://dashboard.scale.com/", proxies=proxies, timeout=5)
        assert [leak.host for leak in take_leaks()] == ["dashboard.scale.com"]


def test_sessions_whose_pools_block_do_not_wait_for_each_other() -> None:
    def session(stack: ExitStack) -> requests.Session:
        made = stack.enter_context(requests.Session())
        made.mount("https://", HTTPAdapter(pool_maxsize=1, pool_block=True))
        return made

    def ask(done: list[int]) -> None:
        with ExitStack() as stack:
            headers = {"Authorization": f"Bearer {mock.live_key}"}
            for one in (session(stack), session(stack)):
                reply = one.get(URL + PATH, headers=headers, stream=True, timeout=5)
                done.append(reply.status_code)
                stack.callback(reply.close)

    with ScaleMock() as mock, mock.intercept():
        mock.faults.add(match={"operation": "list_tasks"}, delay="1s")
        done: list[int] = []
        thread = threading.Thread(target=ask, args=(done,), daemon=True)
        thread.start()
        thread.join(5)
        assert done == [200, 200]
