"""Owns real time, whatever a test does to it.

A server's idle connections, a worker's patience and a background clock live in real time. freezegun
replaces the functions of ``time`` and every module's aliases of them, and then tells threads real
or frozen time depending on how deep a call is; the two must not be subtracted from each other. What
an object holds, freezegun leaves alone.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _real(name: str) -> Any:
    """The function of :mod:`time` itself, also where freezegun was there first."""
    return getattr(sys.modules.get("freezegun.api"), f"real_{name}", None) or getattr(time, name)


class RealTime:
    """The functions of :mod:`time` that tell time, out of freezegun's reach.

    Attributes:
        time: Seconds since 1970.
        monotonic: Seconds that only grow.
        gmtime: Seconds since 1970, taken apart.
    """

    def __init__(self) -> None:
        self.time: Callable[[], float] = _real("time")
        self.monotonic: Callable[[], float] = _real("monotonic")
        self.gmtime: Callable[[float], time.struct_time] = _real("gmtime")


clock = RealTime()
"""The one instance."""
