"""Owns the way past the gate: a thread that holds a passage connects as if nothing were patched.

It is for the mock's own connections to a server that the user has named, which would otherwise be
answered in memory or stopped as leaks.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Held(threading.local):
    """How many passages a thread holds."""

    count = 0


_held = _Held()


@contextmanager
def passage() -> Iterator[None]:
    """Lets this thread's connections pass while the context lasts."""
    _held.count += 1
    try:
        yield
    finally:
        _held.count -= 1


def may_pass() -> bool:
    """True while the calling thread holds a passage."""
    return _held.count > 0
