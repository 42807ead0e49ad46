"""Absorbed sleep: the code under test sleeps, the world's clock moves, and no real time passes.

Only the threads of the test are concerned: the one that enters, and those that are started from
them meanwhile. When the clock moves is told in :mod:`scale_mock.mock.sleep.sleepers`.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scale_mock.mock.sleep.aliases import Replacement
from scale_mock.mock.sleep.napping import Naps
from scale_mock.mock.sleep.sleepers import Absorber, require_own_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.world import World

LEFT_ALONE = frozenset({"subprocess", "multiprocessing", "_pytest", "xdist", "execnet"})
"""Modules that sleep to wait for another process; they go on doing so."""


@contextmanager
def absorbing(world: World) -> Iterator[None]:
    """Lets ``time.sleep`` and ``asyncio.sleep`` of the test's threads move a world's clock.

    Args:
        world: The world.

    Raises:
        ConfigurationError: The world's clock follows another, which sleeping cannot move.
    """
    require_own_clock(world, "absorb_sleep")
    absorber = Absorber(world)
    with _lock:
        if not _active:
            _install()
        _active.append(absorber)
        world.absorbing += 1
    try:
        yield
    finally:
        with _lock:
            world.absorbing -= 1
            _active.remove(absorber)
            if not _active:
                _uninstall()


_lock = threading.RLock()
_active: list[Absorber] = []


class _Originals:
    """What the replaced functions were."""

    sleep: Callable[[float], None]
    nap: Callable[..., Any]
    start: Callable[[threading.Thread], None]
    replacement: Replacement


def absorber_of(thread: threading.Thread) -> Absorber | None:
    """Who absorbs the sleep of a thread; the innermost context."""
    return next((one for one in reversed(_active) if thread in one.threads), None)


def sleep(seconds: float, /) -> None:
    """Stands in for ``time.sleep``."""
    caller = str(sys._getframe(1).f_globals.get("__name__", "")).partition(".")[0]
    absorber = None if caller in LEFT_ALONE else absorber_of(threading.current_thread())
    if absorber is None:
        _Originals.sleep(seconds)
    else:
        absorber.sleep(seconds)


async def nap(delay: float, result: Any = None) -> Any:
    """Stands in for ``asyncio.sleep``."""
    absorber = absorber_of(threading.current_thread())
    if absorber is None or delay <= 0:
        return await _Originals.nap(delay, result)
    await Naps(absorber).sleep(delay)
    return result


nap.__name__ = "sleep"  # by which its names are found, like those of the original


def _start(thread: threading.Thread) -> None:
    """Stands in for ``Thread.start``: what a thread of the test starts is a thread of the test."""
    starter = threading.current_thread()
    absorbers = [one for one in list(_active) if starter in one.threads]
    for one in absorbers:
        one.threads.add(thread)
        one.busy.update((starter, thread))
    try:
        _Originals.start(thread)
    finally:
        for one in absorbers:
            one.busy.discard(starter)
            one.busy.discard(thread)


def _install() -> None:
    _Originals.sleep, _Originals.nap = time.sleep, asyncio.sleep
    _Originals.start = threading.Thread.start
    _Originals.replacement = Replacement({time.sleep: sleep, asyncio.sleep: nap})
    _Originals.replacement.install()
    threading.Thread.start = _start  # type: ignore[assignment,method-assign]


def _uninstall() -> None:
    _Originals.replacement.undo()
    if threading.Thread.start is _start:
        threading.Thread.start = _Originals.start  # type: ignore[assignment,method-assign]
