"""What stands in for ``time.sleep`` and ``asyncio.sleep`` while a world wants to know of sleep.

Two kinds of holders: whoever absorbs the sleep of some threads, for whom every name of the
functions is replaced, and the watch on sleep in vain, which looks for names that are ``sleep``
only, because it begins and ends with most tests. Without a holder everything is put back.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from scale_mock.mock.sleep.aliases import Homes, Replacement

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

LEFT_ALONE = frozenset({"subprocess", "multiprocessing", "_pytest", "xdist", "execnet"})
"""Modules that sleep to wait for another process; they go on doing so."""


class Taker(Protocol):
    """Whoever absorbs the sleep of a thread."""

    def sleep(self, seconds: float) -> None:
        """Sleeps."""

    async def nap(self, delay: float) -> None:
        """Sleeps on an event loop."""


class Watcher(Protocol):
    """Whoever wants to know of sleep that is not absorbed."""

    def before_sleep(self, seconds: float, caller: FrameType) -> None:
        """Somebody is about to sleep; may raise instead."""

    def before_nap(self, delay: float, caller: FrameType) -> Callable[[], None]:
        """Somebody is about to sleep on an event loop; may raise. Answers what to call after it."""


class Real:
    """What the functions were, and are called as.

    Attributes:
        sleep: ``time.sleep``.
        nap: ``asyncio.sleep``; ``None`` as long as nobody has loaded asyncio.
    """

    sleep: Callable[[float], object]
    nap: Callable[..., Any] | None = None


REAL = Real()
"""There is one process."""


def _nobody() -> Taker | None:
    return None


takers: Callable[[], Taker | None] = _nobody
"""Who absorbs the sleep of the calling thread; set by :mod:`scale_mock.mock.sleep.absorbing`."""
watcher: Watcher | None = None
"""Who is told of other sleep; set by :mod:`scale_mock.mock.sleep.watching`."""


class StandIn:
    """Stands in for ``time.sleep``: binds to no instance, and is pickled by name, as that is."""

    def __init__(self) -> None:
        self.__name__ = self.__qualname__ = "sleep"
        self.__module__ = "time"
        self.__doc__ = time.sleep.__doc__

    def __reduce__(self) -> str:
        return "sleep"

    def __call__(self, seconds: float, /) -> None:
        """Sleeps, or has somebody else do so."""
        __tracebackhide__ = True
        caller = sys._getframe(1)
        if str(caller.f_globals.get("__name__", "")).partition(".")[0] in LEFT_ALONE:
            REAL.sleep(seconds)
            return
        taker = takers()
        if taker is not None:
            taker.sleep(seconds)
            return
        if watcher is not None:
            watcher.before_sleep(seconds, caller)
        REAL.sleep(seconds)


sleep = StandIn()


async def nap(delay: float, result: Any = None) -> Any:
    """Stands in for ``asyncio.sleep``."""
    __tracebackhide__ = True
    real = REAL.nap
    assert real is not None, "asyncio.sleep was replaced, so it was there"
    if delay <= 0:
        return await real(delay, result)
    taker = takers()
    if taker is not None:
        await taker.nap(delay)
        return result
    if watcher is None:
        return await real(delay, result)
    after_nap = watcher.before_nap(delay, sys._getframe(1))
    try:
        return await real(delay, result)
    finally:
        after_nap()


nap.__name__ = "sleep"  # by which its names are found, like those of the original


class StandIns:
    """Puts the stand-ins in place, and the functions back."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._absorbing = 0
        self._is_watched = False
        self._homes = Homes()
        self._found: tuple[object, object] = (None, None)
        self._everywhere: Replacement | None = None

    def absorb(self) -> None:
        """One more absorbs: every name of the functions is replaced."""
        import asyncio

        with self._lock:
            self._absorbing += 1
            if self._absorbing == 1:
                if self._is_watched:
                    self._put_back()  # a test may have put another function there since
                self._look(time.sleep, asyncio.sleep)
                self._everywhere = Replacement(self._pairs())
                self._everywhere.install()

    def absorb_no_more(self) -> None:
        """One absorbs less."""
        with self._lock:
            self._absorbing -= 1
            if not self._absorbing and self._everywhere is not None:
                self._everywhere.undo()
                self._everywhere = None
                if self._is_watched:
                    self.watch()

    def watch(self) -> None:
        """Somebody watches: the names ``sleep`` are replaced, also in what was loaded meanwhile.

        Python's own functions only: what a test has put there is not ours to judge.
        """
        loaded = sys.modules.get("asyncio")
        with self._lock:
            self._is_watched = True
            if self._absorbing:
                return
            found = time.sleep
            if found is not sleep and getattr(found, "__self__", None) is not time:
                return
            self._look(found, getattr(loaded, "sleep", None))
            self._homes.swap(self._pairs())

    def watch_no_more(self) -> None:
        """Nobody watches any more."""
        with self._lock:
            self._is_watched = False
            if not self._absorbing:
                self._put_back()

    def _put_back(self) -> None:
        self._homes.swap({instead: found for found, instead in self._pairs().items()})

    def _look(self, found: Callable[[float], object], found_nap: Callable[..., Any] | None) -> None:
        """Remembers what is to be called, unless it is a stand-in that somebody has put back."""
        if found is not sleep and found is not self._found[0]:
            REAL.sleep = found
            self._found = (found, self._found[1])
        if found_nap is not None and found_nap is not nap and found_nap is not self._found[1]:
            REAL.nap = found_nap
            self._found = (self._found[0], found_nap)

    def _pairs(self) -> dict[Any, Any]:
        pairs = zip(self._found, (sleep, nap), strict=True)
        return {found: instead for found, instead in pairs if found is not None}


STAND_INS = StandIns()
"""There is one process."""
