"""Requests that came to no world, or to the wrong one: told where somebody looks who wonders.

The reply stays Scale's. Where worlds were opened by hand, as in a test, the log of each of them
says which key came and which worlds there are; a server that makes a world for every key says it on
its stderr, since its worlds belong to different people.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import TASK_NOT_FOUND, UNAUTHORIZED
from scale_mock.registry.keys import parse_key, redact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from wsgiref.types import WSGIEnvironment

    from scale_mock.api.call import Call
    from scale_mock.api.operations import Operation
    from scale_mock.domain.refusals import Refusal
    from scale_mock.registry import Registry
    from scale_mock.world import World

NAMES = 10
"""How many worlds are named."""
ELSEWHERE = "is in another world"
"""What the log says of a task that was asked for with the key of the wrong world."""
SCHEME_CHARACTERS_MAX = 12
"""Longer words than this in front of a key may be part of it."""


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
    if refusal.status >= 500:
        return
    worlds, error = registry.worlds(), refusal.text
    if refusal.text == UNAUTHORIZED.text:
        error = f"{error} ({_why(environ.get('HTTP_AUTHORIZATION', ''), key, worlds)})"
    if registry.makes_worlds:
        registry.tell_stranger(f"{environ['REQUEST_METHOD']} {path}: {refusal.status} {error}")
        if len(worlds) > 1:
            return
    from scale_mock.api.handling import write_down

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


def whereabouts(call: Call, refusal: Refusal) -> str | None:
    """Which world behind the same door holds a task that is not in this one.

    Args:
        call: The call, which asked a world for the task.
        refusal: What it was refused with.

    Returns:
        The end of a line of the log, in brackets; ``None`` for nothing to tell.
    """
    if refusal.text != TASK_NOT_FOUND.text:
        return None
    wanted = call.names.get("task_id") or call.names.get("id") or _asked_for(call)
    holders = [
        other.name
        for other in call.registry.worlds()
        if other is not call.world
        and not other.is_untouched
        and any(wanted in side.tasks for side in other.core.sides.values())
    ]
    if not holders:
        return None
    return (
        f"(task {wanted} {ELSEWHERE}, {holders[0]!r}, and the key of this call opens "
        f"{call.world.name!r}: live_NAME and test_NAME open the world NAME)"
    )


def _asked_for(call: Call) -> str:
    """The task that a read of v2 asks for, whose query has been read."""
    return (call.one("task_id") or "") if "query" in vars(call) else ""


def _why(header: str, key: str, worlds: Sequence[World]) -> str:
    """Which key came, its secret hidden, and which worlds there are, if it is not one alone."""
    count = len(worlds)
    names = ", ".join(repr(world.name) for world in worlds[:NAMES])
    more = f" and {count - NAMES} more" if count > NAMES else ""
    there_are = f"; there are {count} worlds: {names}{more}" if count > 1 else ""
    if not key:
        return f"{_missing(header)}{there_are}"
    came = f"The key {redact(key)} of {len(key)} characters"
    if parse_key(key) is not None:
        return f"{came} opens no world{there_are}"
    bearer = ", and came as Bearer" if header[:7].lower() == "bearer " else ""
    return f"{came} is neither live_NAME nor test_NAME{bearer}{there_are}"


def _missing(header: str) -> str:
    """Why no key can be read in a header, without a word of the header's secrets."""
    scheme, _, rest = header.strip().partition(" ")
    wanted = "Scale's API wants Basic with the key as user and no password"
    if not scheme:
        return f"No key came, there is no Authorization header: {wanted}"
    if not rest.strip():
        bare = scheme.lower() not in ("basic", "bearer")
        found = "one word" if bare else "a scheme without a key"
        return f"No key that can be read came, the Authorization header has {found}: {wanted}"
    if scheme.lower() == "basic":
        return f"No key that can be read came, {_of_basic(rest.strip())}"
    is_word = scheme.isalpha() and len(scheme) <= SCHEME_CHARACTERS_MAX
    named = f"the scheme {scheme}" if is_word else "another scheme"
    return f"No key that can be read came, the Authorization header has {named}: {wanted}"


def _of_basic(text: str) -> str:
    try:
        b64decode(text, validate=True).decode()
    except ValueError:
        return "what follows Basic is not the base64 of KEY:"
    return "the user of Basic is empty: the key stands there, before the colon"
