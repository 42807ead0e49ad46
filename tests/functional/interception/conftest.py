"""Worlds that are intercepted, in tests where nobody may open a socket."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from scale_mock.intercept import take_leaks

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://api.scale.com"


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is made, whatever a defect of ours would try."""

    def refuse(sock: Any, address: Any) -> Any:
        raise AssertionError(f"A connection was made to {address}.")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def leaky() -> Iterator[None]:
    """For tests that try to reach Scale on purpose: nobody fails for what they leave unreported."""
    yield
    take_leaks()


@pytest.fixture
def mock(request: pytest.FixtureRequest) -> Iterator[ScaleMock]:
    with ScaleMock() as world, world.intercept():
        yield world
        if "leaky" in request.fixturenames:
            take_leaks()


@pytest.fixture
def auth(mock: ScaleMock) -> dict[str, str]:
    """The header that opens the world."""
    return {"Authorization": f"Bearer {mock.live_key}"}
