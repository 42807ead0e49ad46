"""Owns the places that the clients of the matrix are sent to: one platform, three ways in."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

WAYS = ("in process", "http", "https")
REAL = "https://api.scale.com"


@dataclass(frozen=True)
class Place:
    """Where a client finds the platform, and what it has to trust."""

    way: str
    mock: ScaleMock
    url: str
    ca_file: Path | None

    @property
    def key(self) -> str:
        return self.mock.live_key

    @property
    def is_real_name(self) -> bool:
        """Whether the address is Scale's own, so that a client needs nothing to get there."""
        return self.url == REAL

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self.ca_file is None else self.ca_file)


def open_place(way: str, stack: ExitStack) -> Place:
    """A platform and the way to it; both end with the stack."""
    mock = stack.enter_context(ScaleMock(https=way == "https"))
    if way == "in process":
        stack.enter_context(mock.intercept())
        return Place(way, mock, REAL, None)
    return Place(way, mock, mock.url, mock.ca_file)
