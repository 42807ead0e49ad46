"""pytest-socket: in process nothing opens a socket; whoever wants a server is told what forbids it.

Its other half, that the leak guard outlasts its patches, is in ``test_interception.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

FORBIDDEN = (
    "Cannot open a socket for a server on host '127.0.0.1', port 0: A test tried to use "
    "socket.socket. Something in this process forbids sockets. With pytest-socket, mark the test "
    "with @pytest.mark.enable_socket; or do without the server, since nothing that happens in "
    "process needs a socket."
)


def test_not_one_socket_is_opened_in_process(beside: Beside) -> None:
    """Counted below pytest-socket, by the interpreter's own audit."""
    result = beside(
        """
import sys
import httpx, pytest, requests, scaleapi
from scaleapi.tasks import TaskType

opened = []
sys.addaudithook(lambda event, args: event == "socket.__new__" and opened.append(args))

def receiver(request):
    return 200

async def coroutine(request):
    return 200

@pytest.mark.parametrize("app", [receiver, coroutine], ids=["plain", "coroutine"])
def test_a_day(scale_mock, scale_client, app):
    scale_mock.callbacks.mount("https://app.test/", app)
    task = scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url="https://app.test/hook",
    )
    scale_mock.clock.advance(days=30)
    scale_mock.callbacks.assert_received(task=task)
    auth = (scale_mock.live_key, "")
    for get in (requests.get, httpx.get):
        assert get("https://api.scale.com/v1/tasks", auth=auth).json()["total"] == 1
    assert scale_client.v2.get_projects().projects == []

def test_none_was_opened():
    assert opened == []
""",
        "--disable-socket",
        plugins="pytest_socket",
    )
    result.assert_outcomes(passed=3)


def test_a_server_says_what_forbids_it_and_what_to_do(beside: Beside) -> None:
    result = beside(
        """
import pytest

def test_server(scale_server):
    assert scale_server.v1_url

def test_url(scale_mock):
    assert scale_mock.url

def test_loopback(scale_mock):
    assert scale_mock.callbacks.loopback_url

@pytest.mark.enable_socket
def test_allowed(scale_server, scale_mock):
    assert scale_server.url == scale_mock.url
""",
        "--disable-socket",
        plugins="pytest_socket",
    )
    result.assert_outcomes(passed=1, failed=3)
    for test in ("test_server", "test_url", "test_loopback"):
        result.stdout.fnmatch_lines(
            [f"*_ {test} _*", f"E * scale_mock.serving.server.ServerStartError: {FORBIDDEN}"]
        )
    for line in result.stdout.lines:
        assert "server.py:" not in line
        assert "session.py:" not in line


def test_a_test_that_may_open_sockets_looks_names_up_after_others_that_may_not(
    beside: Beside,
) -> None:
    result = beside(
        """
import socket
import pytest, pytest_socket

@pytest.mark.parametrize("time", [1, 2])
def test_mock(scale_mock, time):
    with pytest.raises(pytest_socket.SocketBlockedError):
        socket.getaddrinfo("127.0.0.1", 80)

@pytest.mark.enable_socket
def test_allowed():
    assert socket.getaddrinfo("127.0.0.1", 80)
    assert socket.gethostbyname("127.0.0.1") == "127.0.0.1"

def test_forbidden_again(scale_mock):
    with pytest.raises(pytest_socket.SocketBlockedError):
        socket.gethostbyname("127.0.0.1")

@pytest.mark.enable_socket
def test_guarded_again():
    with pytest.raises(Exception, match="api.scale.com"):
        socket.gethostbyname("api.scale.com")
""",
        "--disable-socket",
        *("-W", "ignore:A test tried to use:UserWarning"),
        plugins="pytest_socket",
    )
    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_guarded_again*"])


def test_where_only_loopback_is_allowed_the_server_works(beside: Beside) -> None:
    result = beside(
        """
import requests
from scaleapi.tasks import TaskType

def test_loopback(scale_mock, scale_client, scale_server):
    task = scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock.callbacks.loopback_url,
    )
    scale_mock.callbacks.assert_received(task=task)
    url = f"{scale_server.v1_url}/tasks"
    assert requests.get(url, auth=(scale_mock.live_key, ""), timeout=9).json()["total"] == 1
""",
        "--allow-hosts=127.0.0.1",
        plugins="pytest_socket",
    )
    result.assert_outcomes(passed=1)
