"""Owns the ways into v2: the official SDK over a socket, and without one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from urllib3 import HTTPHeaderDict

from tests.functional.doors import make_environ, run_wsgi
from tests.functional.v2.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    import scaleapi

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door, WireTap


class Raw:
    """What the SDK wants to see of a urllib3 response."""

    def __init__(self, status: int, headers: Any, data: bytes, url: str = "") -> None:
        self.status = status
        self.reason = {200: "OK", 302: "Found", 404: "Not Found"}.get(status, "Refused")
        self.headers = HTTPHeaderDict(headers)
        self.data = data
        self._url = url

    def geturl(self) -> str:
        return self._url


class AppPool:
    """Stands in for urllib3's pool manager: calls a WSGI application, follows redirects to it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def request(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Raw:  # fmt: skip
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        environ = make_environ(method, target, (body or "").encode())
        environ["HTTP_HOST"] = environ["SERVER_NAME"] = parts.netloc
        for name, value in (headers or {}).items():
            variable = name.upper().replace("-", "_")
            own = variable in {"CONTENT_TYPE", "CONTENT_LENGTH"}
            environ[variable if own else f"HTTP_{variable}"] = value
        status, found, data = run_wsgi(self._app, environ)
        raw = Raw(int(status.split()[0]), found, data, url)
        if raw.status == 302:
            return self.request("GET", raw.headers["Location"], headers=headers)
        return raw


class StubPool:
    """Answers everything with one body."""

    def __init__(self, status: int, body: Any) -> None:
        self._status = status
        self._data = json.dumps(body).encode()

    def request(self, *_: Any, **__: Any) -> Raw:
        return Raw(self._status, {"Content-Type": "application/json"}, self._data)


def v2_of(door: Door, tap: WireTap | None, mode: str = "live") -> Any:
    """The SDK's v2 half behind a door."""
    client = door.client(mode)
    return through(client, tap, door).v2


def through(client: scaleapi.ScaleClient, tap: WireTap | None, door: Door) -> scaleapi.ScaleClient:
    if tap is not None:
        client.v2.api_client.rest_client.pool_manager = AppPool(door.mock.app)
    return client


@pytest.fixture
def scene(door: Door, tap: WireTap | None) -> Scene:
    """A small world of v2, and the SDK's way into it."""
    return Scene(door, v2_of(door, tap), v2_of(door, tap, "test"))


@pytest.fixture
def open_scene(open_door: OpenDoor, tap: WireTap | None) -> Any:
    """Opens scenes with settings of their own."""

    def opener(**settings: Any) -> Scene:
        door = open_door(**settings)
        return Scene(door, v2_of(door, tap), v2_of(door, tap, "test"))

    return opener
