"""Where somebody sleeps, and whether anything has moved since they last slept there.

A loop that waits (``while not received: sleep(1)``) comes back to the same lines with the same
values in its variables. One that gets on with something, or counts its rounds, does not.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from scale_mock.intercept.leaks import is_users

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

FRAMES_MAX = 50
"""How many frames of the user's are looked at, the innermost first."""
VALUES_MAX = 50
"""How many variables of a frame, and values in a collection."""
DEPTH_MAX = 2
"""How deep in collections."""
PLAIN = (int, float, complex, str, bytes, bool, type(None))
COLLECTIONS = (list, tuple, set, frozenset, deque)
NUMBERS = (int, float, datetime, timedelta)
OURS = ("scale_mock", "scaleapi")
RUNNERS = ("_pytest.", "unittest.case")
"""Where a test ends, seen from inside."""
PAUSES = frozenset({"sleep", "sleep_until"})
"""How functions of libraries are called that do nothing but sleep: anyio's, for one."""

_is_users = cache(is_users)


def is_by_user(frame: FrameType | None) -> bool:
    """True if a call was written by the user, not by a library."""
    return frame is not None and _is_users(frame.f_code.co_filename)


def sleeps_for(frame: FrameType | None) -> FrameType | None:
    """Who wants to sleep: the caller, or who called a library's own ``sleep``."""
    while frame is not None and frame.f_code.co_name in PAUSES and not is_by_user(frame):
        frame = frame.f_back
    return frame


def users_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """The user's frames that a call comes from, the innermost first."""
    count = 0
    while frame is not None and count < FRAMES_MAX:
        if _is_users(frame.f_code.co_filename):
            count += 1
            yield frame
        elif str(frame.f_globals.get("__name__", "")).startswith(RUNNERS):
            return
        frame = frame.f_back


def place_of(frame: FrameType | None) -> tuple[object, ...]:
    """The user's lines that a call comes from, with what their variables hold."""
    try:
        return tuple(
            (
                one.f_code,
                one.f_lasti,
                *((name, _told(value, DEPTH_MAX)) for name, value in _held(one)),
            )
            for one in users_frames(frame)
        )
    except RuntimeError:  # another thread has changed something meanwhile
        return (object(),)


def line_of(frame: FrameType | None) -> tuple[object, ...]:
    """The user's lines that a call comes from, with the numbers and times that they hold.

    What a loop has read is another object each time; what it counts its rounds with is a number.
    """
    return tuple((one.f_code, one.f_lasti, tuple(_numbers(one))) for one in users_frames(frame))


def _held(frame: FrameType) -> list[tuple[str, object]]:
    """A function's variables; a copy, because those of a module may change meanwhile."""
    return list(frame.f_locals.copy().items())[:VALUES_MAX]


def _numbers(frame: FrameType) -> Iterator[tuple[str, object]]:
    for name, value in _held(frame):
        if type(value) in NUMBERS:
            yield name, value
        elif not str(type(value).__module__).startswith(OURS):
            for inner, one in _attributes(value):
                if type(one) is int or type(one) is float:
                    yield f"{name}.{inner}", one


def _attributes(value: object) -> list[tuple[str, object]]:
    """What an instance keeps, without asking it."""
    kind = type(value)
    if kind in PLAIN or isinstance(value, type) or not hasattr(kind, "__dictoffset__"):
        return []
    if kind.__name__ in {"module", "function"}:
        return []
    try:
        held = object.__getattribute__(value, "__dict__")
    except Exception:
        return []
    # A copy: other threads may write to it.
    return list(held.copy().items())[:VALUES_MAX] if type(held) is dict else []


def _told(value: object, depth: int) -> object:
    """A value as far as it is plain; otherwise which object it is, with the plain ones it keeps."""
    kind = type(value)
    if kind in PLAIN:
        return kind.__name__, value
    if not depth:
        return id(value)
    if kind is dict and isinstance(value, dict):
        pairs = islice(value.copy().items(), VALUES_MAX)
        return len(value), *((_told(key, 0), _told(one, depth - 1)) for key, one in pairs)
    if kind in COLLECTIONS and isinstance(value, COLLECTIONS):
        return len(value), *(_told(one, depth - 1) for one in islice(value, VALUES_MAX))
    if str(kind.__module__).startswith(OURS):
        return id(value)
    return id(value), *((name, _told(one, 0)) for name, one in _attributes(value))
