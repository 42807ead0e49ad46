"""Owns the servers that the tests of the command line start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.processes import Serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def serve() -> Iterator[Callable[..., Serve]]:
    """Starts servers with the given arguments, on free ports."""
    running: list[Serve] = []

    def start(*arguments: str) -> Serve:
        running.append(Serve("--port", "0", *arguments))
        return running[-1]

    yield start
    for server in running:
        server.close()
