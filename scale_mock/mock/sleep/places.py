"""Where somebody sleeps, and whether anything has moved since they last slept there.

A loop that waits (``while not received: sleep(1)``) comes back to the same lines with the same
values in its variables. One that gets on with something does not.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from scale_mock.intercept.leaks import is_users

if TYPE_CHECKING:
    from types import FrameType

FRAMES_MAX = 50
"""How many frames of the user's are looked at, the innermost first."""
VALUES_MAX = 50
"""How many variables of a frame, and values in a collection."""
DEPTH_MAX = 2
"""How deep in collections."""
PLAIN = (int, float, complex, str, bytes, bool, type(None))
COLLECTIONS = (list, tuple, set, frozenset, deque)

_is_users = cache(is_users)


def is_by_user(frame: FrameType | None) -> bool:
    """True if a call was written by the user, not by a library."""
    return frame is not None and _is_users(frame.f_code.co_filename)


def place_of(frame: FrameType | None) -> tuple[object, ...]:
    """The user's lines that a call comes from, with what their variables hold."""
    told: list[object] = []
    while frame is not None and len(told) < FRAMES_MAX:
        if _is_users(frame.f_code.co_filename):
            values = islice(frame.f_locals.items(), VALUES_MAX)
            held = tuple((name, _told(value, DEPTH_MAX)) for name, value in values)
            told.append((id(frame), frame.f_lasti, held))
        frame = frame.f_back
    return tuple(told)


def _told(value: object, depth: int) -> object:
    """A value as far as it is plain; otherwise which object it is, not what it is like."""
    kind = type(value)
    if kind in PLAIN:
        return kind.__name__, value
    if not depth:
        return id(value)
    if kind is dict and isinstance(value, dict):
        pairs = islice(value.items(), VALUES_MAX)
        return len(value), *((_told(key, 0), _told(one, depth - 1)) for key, one in pairs)
    if kind in COLLECTIONS and isinstance(value, COLLECTIONS):
        return len(value), *(_told(one, depth - 1) for one in islice(value, VALUES_MAX))
    return id(value)
