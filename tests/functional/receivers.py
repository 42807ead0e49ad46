"""Owns a customer's endpoint for the functional tests: a real server on loopback."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scale_mock.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclass(frozen=True)
class Got:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Keeps every request, and answers 200 or what ``handle`` returns."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.errors: list[BaseException] = []
        self.handle: Callable[[Got], int] = lambda got: 200
        self._port = 0
        self._server: Server | None = None
        self.start()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    def start(self) -> None:
        """Starts it, at the port that it had before."""
        self._server = Server(self._app, port=self._port, on_error=self.errors.append)
        self._server.start()
        self._port = self._server.port

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        got = Got(environ["PATH_INFO"], headers, environ["wsgi.input"].read())
        self.got.append(got)
        status = self.handle(got)
        start_response(f"{status} Status", [("Content-Length", "0")])
        return [b""]


def refused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
