"""Owns the fixtures of the functional tests: every test that takes ``door`` runs in both doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from scale_mock import ScaleMock
from tests.functional.doors import Door, WireTap, in_process_door, socket_door
from tests.functional.receivers import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator


class OpenDoor(Protocol):
    """Opens one more door, with settings of its own."""

    def __call__(self, **settings: Any) -> Door: ...


@pytest.fixture(params=["in_process", "socket"])
def tap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WireTap | None:
    """The stand-in for sockets; ``None`` where real ones are used."""
    return WireTap(monkeypatch) if request.param == "in_process" else None


@pytest.fixture
def open_door(tap: WireTap | None) -> Iterator[OpenDoor]:
    """Opens doors; closing them checks that nothing broke and nothing answered a 5xx."""
    opened: list[Door] = []

    def opener(**settings: Any) -> Door:
        mock = ScaleMock(**settings)
        opened.append(socket_door(mock) if tap is None else in_process_door(mock, tap))
        return opened[-1]

    yield opener
    for door in reversed(opened):
        is_serving = door.mock._host.is_serving
        try:
            door.close()
        finally:
            door.mock._host.stop()
        assert is_serving == (tap is None)


@pytest.fixture
def door(open_door: OpenDoor) -> Door:
    """A way into a fresh mock with default settings."""
    return open_door()


@pytest.fixture
def receiver(tap: WireTap | None) -> Iterator[Receiver]:
    """A customer's endpoint on a real socket, which callbacks may reach from either door."""
    endpoint = Receiver()
    if tap is not None:
        tap.receiver_ports.add(endpoint.port)
    yield endpoint
    endpoint.stop()
    assert endpoint.errors == []
