"""Every HTTP client of Python, unmodified, at https://api.scale.com and without a socket."""

from __future__ import annotations

import http.client
import io
import json
import socket
import urllib.error
import urllib.request
import warnings
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3

from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock import ScaleMock

PROJECT = {"name": "kittens", "type": "categorization"}
Call = tuple[int, Any]


def by_requests(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    reply = requests.request(method, URL + path, headers=headers, json=body, timeout=5)
    return reply.status_code, reply.json()


def by_urllib3(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    # Spelled out: version 1.26 has no json= yet.
    data = None if body is None else json.dumps(body)
    typed = headers if body is None else {**headers, "Content-Type": "application/json"}
    reply = urllib3.PoolManager().request(method, URL + path, headers=typed, body=data)
    return reply.status, json.loads(reply.data)


def by_httpx(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    reply = httpx.request(method, URL + path, headers=headers, json=body)
    return reply.status_code, reply.json()


def by_http_client(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    connection = http.client.HTTPSConnection("api.scale.com", timeout=5)
    more = {} if body is None else {"Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {**headers, **more})
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def by_urllib(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(URL + path, data, headers, method=method)
    if data:
        asked.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(asked, timeout=5) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def by_async_httpx(backend: str) -> Callable[..., Call]:
    def call(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
        async def run() -> Call:
            async with httpx.AsyncClient() as client:
                reply = await client.request(method, URL + path, headers=headers, json=body)
                return reply.status_code, reply.json()

        return anyio.run(run, backend=backend)

    return call


def by_aiohttp(method: str, path: str, headers: dict[str, str], body: Any = None) -> Call:
    async def run() -> Call:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, URL + path, headers=headers, json=body) as reply,
        ):
            return reply.status, await reply.json()

    return anyio.run(run)


CLIENTS: dict[str, Callable[..., Call]] = {
    "requests": by_requests,
    "urllib3": by_urllib3,
    "httpx": by_httpx,
    "httpx on asyncio": by_async_httpx("asyncio"),
    "httpx on trio": by_async_httpx("trio"),
    "aiohttp": by_aiohttp,
    "http.client": by_http_client,
    "urllib": by_urllib,
}


@pytest.fixture(params=CLIENTS)
def call(request: pytest.FixtureRequest) -> Callable[..., Call]:
    return CLIENTS[request.param]


def test_a_client_creates_reads_and_is_told_of_its_mistakes(
    mock: ScaleMock, auth: dict[str, str], call: Callable[..., Call]
) -> None:
    assert call("POST", "/v1/projects", auth, PROJECT)[0] == 200
    status, found = call("GET", "/v1/projects", auth)
    assert (status, [project["name"] for project in found]) == (200, ["kittens"])
    status, error = call("GET", "/v1/task/65920080cf50224816b88f10", auth)
    assert (status, error["status_code"]) == (404, 404)
    assert call("GET", "/v1/projects", {})[0] == 401
    assert [(one.method, one.status) for one in mock.requests] == [
        ("POST", 200),
        ("GET", 200),
        ("GET", 404),
        ("GET", 401),
    ]


def test_the_application_sees_https_and_the_name_that_was_called(
    mock: ScaleMock, auth: dict[str, str], call: Callable[..., Call]
) -> None:
    seen: list[dict[str, Any]] = []
    app = type(mock.app)
    original = app.__call__

    def spy(self: Any, environ: Any, start: Any) -> Any:
        seen.append(dict(environ))
        return original(self, environ, start)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "__call__", spy)
        assert call("GET", "/v1/tasks?limit=1&project=a", auth)[0] == 200
    environ = seen[0]
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTP_HOST"] == environ["SERVER_NAME"] == "api.scale.com"
    assert environ["SERVER_PORT"] == "443"
    assert environ["REQUEST_URI"] == "/v1/tasks?limit=1&project=a"
    assert environ["QUERY_STRING"] == "limit=1&project=a"
    assert environ["PATH_INFO"] == "/v1/tasks"
    assert environ["HTTP_AUTHORIZATION"] == auth["Authorization"]


def test_a_session_keeps_its_connection(mock: ScaleMock, auth: dict[str, str]) -> None:
    pool = urllib3.HTTPSConnectionPool("api.scale.com")
    for _ in range(3):
        assert pool.request("GET", "/v1/tasks", headers=auth).status == 200
    assert (pool.num_connections, pool.num_requests) == (1, 3)
    connection = http.client.HTTPSConnection("api.scale.com")
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/v1/tasks", headers=auth)
        assert connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1


def test_a_client_that_asks_for_it_has_its_connection_closed(
    mock: ScaleMock, auth: dict[str, str]
) -> None:
    reply = requests.get(URL + "/v1/tasks", headers={**auth, "Connection": "close"}, timeout=5)
    assert reply.headers["Connection"] == "close"
    connection = http.client.HTTPSConnection("api.scale.com")
    connection.request("GET", "/v1/tasks", headers={**auth, "Connection": "close"})
    assert connection.getresponse().will_close


def test_head_has_headers_and_no_body(mock: ScaleMock, auth: dict[str, str]) -> None:
    full = requests.get(URL + "/v1/tasks", headers=auth, timeout=5)
    for head in (
        requests.head(URL + "/v1/tasks", headers=auth, timeout=5),
        httpx.head(URL + "/v1/tasks", headers=auth),
    ):
        assert head.headers["Content-Length"] == full.headers["Content-Length"]
        assert head.content == b""


def test_bodies_in_parts_and_large_ones_arrive_whole(mock: ScaleMock, auth: dict[str, str]) -> None:
    text = json.dumps({**PROJECT, "params": {"instruction": "x" * 1_000_000}}).encode()

    def parts() -> Iterator[bytes]:
        for first in range(0, len(text), 100_000):
            yield text[first : first + 100_000]

    typed = {**auth, "Content-Type": "application/json"}
    made = [
        requests.post(URL + "/v1/projects", data=parts(), headers=typed, timeout=5).status_code,
        urllib3.PoolManager()
        .request("POST", URL + "/v1/projects", body=io.BytesIO(text), headers=typed)
        .status,
        httpx.post(URL + "/v1/projects", content=parts(), headers=typed).status_code,
    ]
    # The first one makes the project, and the others are told that it is there.
    assert made == [200, 409, 409]
    found = requests.get(URL + "/v1/projects/kittens", headers=auth, timeout=5)
    assert "x" * 1000 in found.text


def test_multipart_uploads_arrive(mock: ScaleMock, auth: dict[str, str]) -> None:
    content = bytes(range(256)) * 400
    mock_file = {"file": ("a.png", content, "image/png")}
    requests.post(URL + "/v1/projects", json=PROJECT, headers=auth, timeout=5)
    one = requests.post(
        URL + "/v1/files/upload",
        files=mock_file,
        data={"project_name": "kittens"},
        headers=auth,
        timeout=5,
    )
    two = httpx.post(
        URL + "/v1/files/upload", files=mock_file, data={"project_name": "kittens"}, headers=auth
    )
    assert [one.json()["size"], two.json()["size"]] == [len(content), len(content)]


def test_streamed_replies_come_in_parts(mock: ScaleMock, auth: dict[str, str]) -> None:
    for number in range(3):
        body = {"attachment": f"{number}", "attachment_type": "text", "categories": ["a", "b"]}
        made = requests.post(URL + "/v1/task/categorization", json=body, headers=auth, timeout=5)
        assert made.status_code == 200, made.text
    whole = requests.get(URL + "/_mock/export", headers=auth, timeout=5).content
    assert whole.count(b"\n") == 3
    with requests.get(URL + "/_mock/export", headers=auth, timeout=5, stream=True) as reply:
        assert b"".join(reply.iter_content(100)) == whole
    with httpx.stream("GET", URL + "/_mock/export", headers=auth) as streamed:
        assert b"".join(streamed.iter_bytes()) == whole

    async def by_aiohttp() -> bytes:
        async with (
            aiohttp.ClientSession() as session,
            session.get(URL + "/_mock/export", headers=auth) as reply,
        ):
            return b"".join([part async for part in reply.content.iter_chunked(100)])

    assert anyio.run(by_aiohttp) == whole


def test_a_client_that_waits_for_leave_to_send_gets_it(
    mock: ScaleMock, auth: dict[str, str]
) -> None:
    connection = http.client.HTTPSConnection("api.scale.com", timeout=5)
    body = json.dumps(PROJECT).encode()
    connection.putrequest("POST", "/v1/projects")
    for name, value in {**auth, "Content-Type": "application/json"}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    assert connection.sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(body)
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_through_a_proxy_the_host_behind_it_counts(
    mock: ScaleMock, auth: dict[str, str], monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    url = f"{scheme}://api.scale.com/v1/tasks"
    with requests.Session() as session:
        assert [session.get(url, headers=auth, timeout=5).status_code for _ in "ab"] == [200, 200]
    assert httpx.get(url, headers=auth).status_code == 200
    asked = urllib.request.Request(url, headers=auth)
    with urllib.request.urlopen(asked, timeout=5) as reply:
        assert reply.status == 200

    async def by_aiohttp() -> int:
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.get(url, headers=auth) as reply,
        ):
            return reply.status

    assert anyio.run(by_aiohttp) == 200
    with urllib3.ProxyManager("http://proxy.invalid:3128") as manager:
        assert manager.request("GET", url, headers=auth).status == 200


def test_no_warning_appears_that_a_verified_connection_would_not_give(
    mock: ScaleMock, auth: dict[str, str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        url = URL + "/v1/tasks"
        assert requests.get(url, headers=auth, timeout=5, verify=False).status_code == 200
        with urllib3.PoolManager(cert_reqs="CERT_NONE") as manager:
            assert manager.request("GET", url, headers=auth).status == 200


def test_a_base_url_of_ones_own_is_answered_too(
    mock: ScaleMock, auth: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ["https://labels.example.test/v1", "http://127.0.0.1:1", "any.example.test"]
    urls = [
        "https://labels.example.test/v1/tasks",
        "http://127.0.0.1:1/v1/tasks",
        "http://any.example.test:8080/v1/tasks",
        "https://any.example.test/v1/tasks",
        URL + "/v1/tasks",
    ]
    with mock.intercept(hosts=places):
        for url in urls:
            assert requests.get(url, headers=auth, timeout=5).status_code == 200
            assert httpx.get(url, headers=auth).status_code == 200
    # One port of this machine was answered; the others, and the same one later, are as ever.
    called = []

    def refuse(sock: object, address: object) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:1/v1/tasks", headers=auth, timeout=5)
    assert called == [("127.0.0.1", 1)]


def test_the_debug_log_of_urllib3_is_its_own(
    mock: ScaleMock, auth: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="urllib3"):
        requests.get(URL + "/v1/tasks", headers=auth, timeout=5)
    assert 'https://api.scale.com:443 "GET /v1/tasks HTTP/1.1" 200 61' in caplog.messages


def test_illegal_headers_are_refused_by_the_client_as_ever(
    mock: ScaleMock, auth: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="Invalid header value"):
        urllib3.PoolManager().request(
            "GET", URL + "/v1/tasks", headers={**auth, "X-A": "a\r\nX-B: b"}
        )
    with pytest.raises(http.client.InvalidURL):
        http.client.HTTPSConnection("api.scale.com").request("GET", "/v1/ta sks")
    assert list(mock.requests) == []
