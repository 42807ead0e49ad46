"""Who sleeps in one test, until when, and whether all others rest, so that the clock may move.

When a sleeper wakes is fixed when it goes to sleep; the clock moves to the first of the wake-ups
once every thread of the test sleeps, is over, or rests somewhere else (in a lock, a queue, a
socket), which shows by its standing still for a moment.
"""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from scale_mock.errors import ConfigurationError
from scale_mock.mock.sleep.patience import Patience
from scale_mock.serving.realtime import clock as real

if TYPE_CHECKING:
    import asyncio
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
OWN_THREADS = ("scale-mock", "scale_mock")


class Sleeper:
    """Somebody who sleeps.

    Args:
        wake_at: The world's instant at which it wakes, fixed when it goes to sleep.
        number: Breaks ties: the order of going to sleep.
        thread: The thread that it sleeps in.
        loop: The event loop that it sleeps on; ``None`` if the thread itself sleeps.
    """

    __slots__ = ("loop", "number", "thread", "wake_at", "woken")

    def __init__(
        self,
        wake_at: datetime,
        number: int,
        thread: threading.Thread,
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.wake_at = wake_at
        self.number = number
        self.thread = thread
        self.loop = loop
        self.woken: asyncio.Future[None] | None = None

    def __lt__(self, other: Sleeper) -> bool:
        return (self.wake_at, self.number) < (other.wake_at, other.number)

    def wake(self, error: BaseException | None = None) -> None:
        """Ends its sleep; called on its loop."""
        if self.woken is None or self.woken.done():
            return
        if error is None:
            self.woken.set_result(None)
        else:
            self.woken.set_exception(error)


class Absorber:
    """Moves one world's clock by what the threads of one test sleep.

    Args:
        world: The world.

    Attributes:
        threads: The threads whose sleep is absorbed.
        busy: Those that start another thread, or are being started: they do not rest.
        watched: The event loops with sleepers on them, each of which looks after its own.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.threads: WeakSet[threading.Thread] = WeakSet([threading.current_thread()])
        self.busy: WeakSet[threading.Thread] = WeakSet()
        self.watched: set[Any] = set()
        self.changed = threading.Condition()
        self.is_moving = False
        self._sleepers: list[Sleeper] = []
        self._stood: dict[threading.Thread, tuple[tuple[int, int], float]] = {}
        self._count = 0
        self._patience = Patience(world)

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
        self._patience.spend(length)
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


def require_own_clock(world: World, what: str) -> None:
    """Refuses to sleep on a clock that follows another."""
    if world.follower.is_on:
        raise ConfigurationError(
            f"{what}: the clock follows datetime.now(UTC), which sleeping cannot move. Use another "
            "clock mode with absorb_sleep, or let the test move freezegun or time-machine."
        )
