"""Absorbed sleep: the code under test sleeps, the world's clock moves, and no real time passes.

Only the threads of the test are concerned: the one that enters, and those that are started from
them meanwhile. When a sleeper wakes is fixed when it goes to sleep; the clock moves to the first of
the wake-ups once every one of these threads sleeps, is over, or rests somewhere else (in a lock, a
queue, a socket), which shows by its standing still for a moment.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from scale_mock.errors import ConfigurationError
from scale_mock.mock.aliases import Replacement
from scale_mock.mock.napping import Naps, Sleeper
from scale_mock.serving.realtime import clock as real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scale_mock.world import World

GLANCE_S = 0.001
"""How often a sleeper looks whether it is its turn, in real seconds."""
STILL_S = 0.001
"""How long a thread stands still in a lock, a queue or a selector until it counts as resting."""
BUSY_STILL_S = 0.03
"""The same for a thread that stands anywhere else."""
RESTING_IN = frozenset(
    {"threading", "queue", "selectors", "concurrent", "asyncio", "socket", "ssl"}
)
"""Modules that a thread waits in."""
LEFT_ALONE = frozenset({"subprocess", "multiprocessing", "_pytest", "xdist", "execnet"})
"""Modules that sleep to wait for another process; they go on doing so."""
OWN_THREADS = ("scale-mock", "scale_mock")


class Absorber:
    """Moves one world's clock by what the threads of one test sleep.

    Args:
        world: The world.

    Attributes:
        threads: The threads whose sleep is absorbed.
        busy: Those that start another thread, or are being started: they do not rest.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.threads: WeakSet[threading.Thread] = WeakSet([threading.current_thread()])
        self.busy: WeakSet[threading.Thread] = WeakSet()
        self.changed = threading.Condition()
        self.is_moving = False
        self.naps = Naps(self)
        self._sleepers: list[Sleeper] = []
        self._stood: dict[threading.Thread, tuple[tuple[int, int], float]] = {}
        self._count = 0

    def sleep(self, seconds: float) -> None:
        """What ``time.sleep`` does in the threads of the test."""
        sleeper = self.enter(seconds)
        if sleeper is None:
            return
        try:
            while not self._is_over(sleeper):
                self._take_turn(sleeper)
        finally:
            self.leave(sleeper)

    def enter(
        self, seconds: float, loop: asyncio.AbstractEventLoop | None = None
    ) -> Sleeper | None:
        """Fixes when somebody wakes who goes to sleep now.

        Time stands still while a callback is out or an event runs: who sleeps in there sleeps for
        no time.

        Returns:
            The sleeper, or ``None`` if it need not sleep.
        """
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        length = timedelta(seconds=seconds)
        require_own_clock(self.world, "time.sleep")
        if not length or self.world.pump.is_out or self.world.pump.is_mine:
            return None
        with self.changed:
            self._count += 1
            wake_at = self.world.now() + length
            sleeper = Sleeper(wake_at, self._count, threading.current_thread(), loop)
            self._sleepers.append(sleeper)
            self._stood.clear()
            return sleeper

    def leave(self, sleeper: Sleeper) -> None:
        """Somebody is awake."""
        with self.changed:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
            self.changed.notify_all()

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> list[Sleeper]:
        """The sleepers of an event loop, those that wake first in front."""
        with self.changed:
            return sorted(sleeper for sleeper in self._sleepers if sleeper.loop is loop)

    def try_begin(self, sleeper: Sleeper) -> bool:
        """True if the clock may be moved to this sleeper's wake-up; nobody else moves it then."""
        with self.changed:
            if self.is_moving or self._first() is not sleeper or not self._all_rest(sleeper):
                return False
            self.is_moving = True
            return True

    def end(self) -> None:
        """The clock was moved."""
        with self.changed:
            self.is_moving = False
            self.changed.notify_all()

    def move_to(self, instant: datetime) -> None:
        """Moves the clock, runs what is due until then, and settles there."""
        self.world.pump.advance_to(max(instant, self.world.now()))

    def _is_over(self, sleeper: Sleeper) -> bool:
        return self.world.now() >= sleeper.wake_at

    def _take_turn(self, sleeper: Sleeper) -> None:
        if self.try_begin(sleeper):
            try:
                self.move_to(sleeper.wake_at)
            finally:
                self.end()
            return
        with self.changed:
            if not self._is_over(sleeper):
                self.changed.wait(GLANCE_S)

    def _first(self) -> Sleeper | None:
        """Who wakes first; not one whose event loop is blocked by somebody who sleeps in it."""
        blocked = {one.thread for one in self._sleepers if one.loop is None}
        return min(
            (one for one in self._sleepers if one.loop is None or one.thread not in blocked),
            default=None,
        )

    def _all_rest(self, mover: Sleeper) -> bool:
        """True if no thread of the test is about to do something before the next wake-up."""
        now = self.world.now()
        asleep = {mover.thread}
        for sleeper in self._sleepers:
            if sleeper.wake_at <= now:
                return False
            if sleeper.loop is None:
                asleep.add(sleeper.thread)
        waking = [
            thread
            for thread in self.threads
            if thread not in asleep and not thread.name.startswith(OWN_THREADS)
        ]
        if not waking:
            return True
        frames = sys._current_frames()
        # Every one of them is looked at, so that all stand still at the same time.
        return False not in [self._rests(thread, frames) for thread in waking]

    def _rests(self, thread: threading.Thread, frames: dict[int, Any]) -> bool:
        if thread in self.busy:
            return False
        frame = frames.get(thread.ident or 0)
        if frame is None or not thread.is_alive():
            return not thread.is_alive()
        place, now = (id(frame), frame.f_lasti), real.monotonic()
        stood = self._stood.get(thread)
        if stood is None or stood[0] != place:
            self._stood[thread] = (place, now)
            return False
        module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        return now - stood[1] >= (STILL_S if module in RESTING_IN else BUSY_STILL_S)


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


def require_own_clock(world: World, what: str) -> None:
    """Refuses to sleep on a clock that follows another."""
    if world.follower.is_on:
        raise ConfigurationError(
            f"{what}: the clock follows datetime.now(UTC), which sleeping cannot move. Use another "
            "clock mode with absorb_sleep, or let the test move freezegun or time-machine."
        )


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
    await absorber.naps.sleep(delay)
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
