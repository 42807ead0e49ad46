"""Owns the door of the fault tests: replies of any status may come through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from scale_mock import ScaleMock
from tests.functional.doors import Door, WireTap, in_process_door, socket_door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from requests import Response

BODY = {"attachment": "car", "attachment_type": "text", "categories": ["big", "small"]}


class Shop(Door):
    """A door that expects the worst."""

    def call(self, method: str, path: str, *, mode: str = "live", **more: Any) -> Response:
        """One request to a path below ``/v1``, whatever comes of it."""
        more.setdefault("timeout", 20)
        return requests.request(method, f"{self.url}/v1{path}", auth=(self.key(mode), ""), **more)

    def create(self, *, mode: str = "live", timeout: float = 20, **more: Any) -> Response:
        """Creates a categorization task."""
        return self.call(
            "POST", "/task/categorization", mode=mode, timeout=timeout, json={**BODY, **more}
        )

    def fired(self) -> list[dict[str, Any]]:
        """What the journal says about faults, without the instants."""
        return [
            {name: value for name, value in entry.as_dict().items() if name not in {"seq", "at"}}
            for entry in self.mock.journal.entries()
            if entry.kind == "fault.fired"
        ]


@pytest.fixture
def open_shop(tap: WireTap | None) -> Iterator[Callable[..., Shop]]:
    opened: list[ScaleMock] = []

    def opener(**settings: Any) -> Shop:
        mock = ScaleMock(**settings)
        opened.append(mock)
        door = socket_door(mock) if tap is None else in_process_door(mock, tap)
        return Shop(mock, door.url)

    yield opener
    for mock in opened:
        broken = list(mock._world.broken)
        mock.close()
        mock._host.stop()
        assert broken == []


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()
