"""Owns the reading of the README's table of control routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.api import control, receiver, results
from scale_mock.config.routes import CA_ROUTE
from tests.manual.coverage import HOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = re.compile(r"((?:GET|POST|PUT|DELETE)(?:, (?:GET|POST|PUT|DELETE))*) (/_mock\S+)")
ANYWHERE = {"receive_callback_at"}
"""Operations that are told with another: the receiver takes callbacks at any path below its own."""


def served() -> set[str]:
    """Method and path of every operation of the mock's own."""
    return {f"GET {CA_ROUTE}"} | {
        f"{one.method} {control.PREFIX}{HOLE.sub('{', one.path).replace('>', '}')}"
        for one in (*control.OPERATIONS, *receiver.OPERATIONS, *results.OPERATIONS)
        if one.name not in ANYWHERE
    }


def told(section: str) -> set[str]:
    """Method and path of every route in the first column of the section's table.

    A route is told in backticks: methods, path, and perhaps a query or a body. A path alone stands
    beside the one before it: ``/run_next`` after ``POST /_mock/clock/advance``.
    """
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return {route for row in rows for route in _routes(row)}


def _routes(row: str) -> Iterator[str]:
    methods: list[str] = []
    path = ""
    for span in re.findall(r"`([^`]+)`", row):
        if match := METHODS.match(span):
            methods, path = match[1].split(", "), match[2].partition("?")[0]
        elif span.startswith("/"):
            path = f"{path.rpartition('/')[0]}{re.split(r'[ ?]', span)[0]}"
        else:
            continue
        yield from (f"{method} {path}" for method in methods)
