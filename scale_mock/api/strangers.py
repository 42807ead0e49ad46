"""Requests whose key opens no world: told where somebody looks who wonders about the 401.

The reply stays Scale's. Where worlds were opened by hand, as in a test, the log of each of them
says which key came and which worlds there are; a server that makes a world for every key says it on
its stderr, since its worlds belong to different people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.handling import write_down
from scale_mock.domain.refusals import UNAUTHORIZED
from scale_mock.registry.keys import parse_key, redact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from wsgiref.types import WSGIEnvironment

    from scale_mock.api.operations import Operation
    from scale_mock.domain.refusals import Refusal
    from scale_mock.registry import Registry
    from scale_mock.world import World

NAMES = 10
"""How many worlds are named."""


def note_stranger(
    registry: Registry,
    environ: WSGIEnvironment,
    operation: Operation,
    key: str,
    path: str,
    refusal: Refusal,
) -> None:
    """Writes a call with a key of no world down in the worlds that it may have been meant for.

    A server that is full refuses a good key: that was meant for a world of its own.
    """
    worlds = registry.worlds()
    if refusal.status >= 500 or not worlds:
        return
    error = refusal.text
    if len(worlds) > 1:
        if refusal.text == UNAUTHORIZED.text:
            error = f"{error} ({_why(key, worlds)})"
        if registry.makes_worlds:
            registry.tell_stranger(f"{environ['REQUEST_METHOD']} {path}: {refusal.status} {error}")
            return
    for world in worlds:
        write_down(
            world,
            "live",
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            status=refusal.status,
            operation=operation.name,
            key=key,
            error=error,
        )


def _why(key: str, worlds: Sequence[World]) -> str:
    """Which key came, its secret hidden, and which worlds there are."""
    count = len(worlds)
    names = ", ".join(repr(world.name) for world in worlds[:NAMES])
    more = f" and {count - NAMES} more" if count > NAMES else ""
    if not key:
        came = "No key that can be read came"
    elif parse_key(key) is None:
        came = f"The key {redact(key)} of {len(key)} characters is neither live_NAME nor test_NAME"
    else:
        came = f"The key {redact(key)} of {len(key)} characters opens no world"
    return f"{came}; there are {count} worlds: {names}{more}"
