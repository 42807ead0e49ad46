"""Owns what the functional tests of the serving loop share: a raw client, and a site to serve."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.serving import Deferred, Limits, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE_S = 10
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Client:
    """A raw connection that reads replies one by one."""

    def __init__(self, server: Server) -> None:
        self.sock = socket.create_connection((server.host, server.port), timeout=PATIENCE_S)
        self._file = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def send_until_refused(self) -> None:
        while True:
            self.send(b"more")

    def reply(self, *, is_head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and decoded body of the next reply."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        if is_head or status in {100, 204}:
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._file.readline(), 16):
                body += self._file.read(size)
                assert self._file.readline() == b"\r\n"
            assert self._file.readline() == b"\r\n"
            return status, headers, body
        if "content-length" not in headers:
            return status, headers, self._file.read()
        return status, headers, self._file.read(int(headers["content-length"]))

    def refusal(self) -> tuple[int, str]:
        status, _, body = self.reply()
        content = json.loads(body)
        assert content["status_code"] == status
        return status, content["error"]

    def is_at_end(self) -> bool:
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self.sock.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Site:
    """A server whose application is a table of functions by path; errors come home."""

    def __init__(self) -> None:
        self.routes: dict[str, WSGIApplication] = {"/": echo}
        self.errors: list[BaseException] = []
        self.calls: list[str] = []
        self._servers: list[Server] = []

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.calls.append(environ["PATH_INFO"])
        return self.routes[environ["PATH_INFO"]](environ, start_response)

    def serve(self, **limits: Any) -> Server:
        server = Server(self.app, limits=Limits(**limits), on_error=self.errors.append)
        server.start()
        self._servers.append(server)
        return server

    def route(self, path: str) -> Callable[[WSGIApplication], WSGIApplication]:
        def add(app: WSGIApplication) -> WSGIApplication:
            self.routes[path] = app
            return app

        return add

    def close(self) -> None:
        for server in self._servers:
            server.stop()


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["QUERY_STRING"].encode(), b" ", body]


def say(text: bytes, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [text]


class Waiting:
    """A route `/wait` whose deferred call waits until the test lets it go on."""

    def __init__(self, site: Site) -> None:
        self.begun, self.go_on, self.after = (threading.Event() for _ in range(3))
        site.routes["/wait"] = self.app

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["scale_mock.after_reply"].append(self.after.set)

        def call() -> Iterable[bytes]:
            self.begun.set()
            self.go_on.wait(PATIENCE_S)
            return say(b"served", start_response)

        raise Deferred(call)


def in_flight_besides(site: Site, server: Server, client: Client) -> int:
    """Ask on the loop thread, where the count cannot be in the middle of a change."""
    site.routes["/count"] = lambda _, start_response: say(
        b"%d" % (server.requests_in_flight - 1), start_response
    )
    client.send(GET.replace(b"/ ", b"/count "))
    return int(client.reply()[2])


def serving_threads(server: Server) -> list[threading.Thread]:
    prefix = f"scale_mock-serving-{server.port}"
    return [thread for thread in threading.enumerate() if thread.name.startswith(prefix)]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()
    assert site.errors == []
