"""Owns the two ways in that the functional tests share: over a socket, and without one.

Both doors run the same official SDK and the same ``requests``. The door without a socket replaces
``HTTPAdapter.send``, the lowest layer of ``requests``, by a call of the WSGI application, and makes
every connection attempt an error.
"""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from scale_mock.mock.client import sdk_client

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    import scaleapi
    from requests import PreparedRequest, Response

    from scale_mock import ScaleMock

TIMEOUT_S = 20


class Door:
    """A way into one mock.

    Args:
        mock: The mock behind it.
        url: Where the API is, without ``/v1``.
    """

    def __init__(self, mock: ScaleMock, url: str) -> None:
        self.mock = mock
        self.url = url

    def client(self, mode: str = "live") -> scaleapi.ScaleClient:
        return sdk_client(self.key(mode), self.url)

    def key(self, mode: str = "live") -> str:
        return self.mock.live_key if mode == "live" else self.mock.test_key

    def request(
        self, method: str, path: str, *, mode: str = "live", key: str | None = None, **more: Any
    ) -> Response:
        """One plain request to an absolute path; never a 5xx."""
        more.setdefault("auth", (self.key(mode) if key is None else key, ""))
        more.setdefault("timeout", TIMEOUT_S)
        response = requests.request(method, self.url + path, **more)
        assert response.status_code < 500, response.text
        return response

    def get(self, path: str, **more: Any) -> Response:
        return self.request("GET", f"/v1{path}", **more)

    def post(self, path: str, **more: Any) -> Response:
        return self.request("POST", f"/v1{path}", **more)

    def put(self, path: str, **more: Any) -> Response:
        return self.request("PUT", f"/v1{path}", **more)

    def delete(self, path: str, **more: Any) -> Response:
        return self.request("DELETE", f"/v1{path}", **more)

    def settle(self) -> None:
        """Waits until nothing that is due now is left, callbacks included."""
        self.mock.clock.advance("0s")

    def close(self) -> None:
        """Ends the mock, after a look at what must never happen."""
        self.settle()
        broken = list(self.mock._world.broken)
        failed = [request for request in self.mock.requests if request.status >= 500]
        self.mock.close()
        assert broken == []
        assert failed == []


class WireTap:
    """Stands in for every socket of ``requests``: routes by host to WSGI applications."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.apps: dict[str, Any] = {}
        self.receiver_ports: set[int] = set()
        connect = socket.socket.connect

        def guarded_connect(sock: socket.socket, address: Any) -> None:
            if address[1] not in self.receiver_ports:
                raise AssertionError(f"A socket was opened to {address} without one.")
            connect(sock, address)

        def send(adapter: HTTPAdapter, request: PreparedRequest, **_: Any) -> Response:
            return self._send(adapter, request)

        monkeypatch.setattr(socket.socket, "connect", guarded_connect)
        monkeypatch.setattr(HTTPAdapter, "send", send)

    def _send(self, adapter: HTTPAdapter, request: PreparedRequest) -> Response:
        environ = environ_of(request)
        status, headers, body = run_wsgi(self.apps[environ["HTTP_HOST"]], environ)
        raw = HTTPResponse(
            body=io.BytesIO(b"" if request.method == "HEAD" else body),
            headers=headers,
            status=int(status.split()[0]),
            reason=status.partition(" ")[2],
            preload_content=False,
            request_method=request.method,
        )
        return adapter.build_response(request, raw)


def environ_of(request: PreparedRequest) -> dict[str, Any]:
    """The WSGI environ of a prepared request; the path keeps its quoting in ``REQUEST_URI``."""
    body = request.body or b""
    raw = body.encode() if isinstance(body, str) else body
    if not isinstance(raw, bytes):
        raw = b"".join(raw)
    target = request.path_url
    parts = urlsplit(request.url or "")
    environ = make_environ(request.method or "GET", target, raw)
    environ["HTTP_HOST"] = environ["SERVER_NAME"] = str(parts.netloc)
    for name, value in request.headers.items():
        variable = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        is_own = variable in {"CONTENT_TYPE", "CONTENT_LENGTH"}
        environ[variable if is_own else f"HTTP_{variable}"] = text
    return environ


def make_environ(method: str, target: str, body: bytes = b"") -> dict[str, Any]:
    """A WSGI environ as a server without extras would build it."""
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "scale-mock.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def run_wsgi(app: Any, environ: dict[str, Any]) -> tuple[str, Iterable[tuple[str, str]], bytes]:
    """Calls a WSGI application; status line, headers, body."""
    started: list[tuple[str, Iterable[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started.append((status, headers))
        return written.append

    produced = app(environ, start_response)
    try:
        written.extend(produced)
    finally:
        if hasattr(produced, "close"):
            produced.close()
    status, headers = started[-1]
    return status, headers, b"".join(written)


def in_process_door(mock: ScaleMock, tap: WireTap) -> Door:
    host = f"{mock.name.lower()}.scale-mock.test"
    tap.apps[host] = mock.app
    return Door(mock, f"http://{host}")


def socket_door(mock: ScaleMock) -> Door:
    return Door(mock, mock.url)
