"""Absorbed sleep: the code under test sleeps, the world's clock moves, and no real time passes.

Only the threads of the test are concerned: the one that enters, and those that are started from
them meanwhile. When the clock moves is told in :mod:`scale_mock.mock.sleep.sleepers`.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scale_mock.mock.sleep import stand_ins
from scale_mock.mock.sleep.napping import Naps
from scale_mock.mock.sleep.sleepers import Absorber, require_own_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.world import World


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
    """What the replaced method was."""

    start: Callable[[threading.Thread], None]


def absorber_of(thread: threading.Thread) -> Absorber | None:
    """Who absorbs the sleep of a thread; the innermost context."""
    return next((one for one in reversed(_active) if thread in one.threads), None)


class _Taker:
    """An absorber, as the stand-ins know it."""

    def __init__(self, absorber: Absorber) -> None:
        self.sleep = absorber.sleep
        self.nap = Naps(absorber).sleep


def _taker() -> _Taker | None:
    absorber = absorber_of(threading.current_thread())
    return None if absorber is None else _Taker(absorber)


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
    stand_ins.takers = _taker
    stand_ins.STAND_INS.absorb()
    _Originals.start = threading.Thread.start
    threading.Thread.start = _start  # type: ignore[assignment,method-assign]


def _uninstall() -> None:
    stand_ins.STAND_INS.absorb_no_more()
    if threading.Thread.start is _start:
        threading.Thread.start = _Originals.start  # type: ignore[assignment,method-assign]
