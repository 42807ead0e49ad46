"""Sleepers on an event loop: when a loop has nothing else to do, and who wakes its sleepers.

The loop itself looks: once nothing is ready to run, and, where sockets are watched, stays so for a
moment, it rests. The clock is then moved on a thread beside it, because a callback may go to a
server that runs on this very loop; unless nothing is due, which is a matter of microseconds.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scale_mock.mock.sleep.sleepers import Absorber, Sleeper

QUIET_S = 0.003
"""How long a loop that watches sockets has to be idle until it rests, in real seconds."""
GLANCE_S = 0.001
"""How often a loop that rests looks whether the others do."""


class Naps:
    """The event loops of one absorber.

    Args:
        absorber: Knows every sleeper, and whether the test's other threads rest.
    """

    def __init__(self, absorber: Absorber) -> None:
        self._absorber = absorber
        self._watched = absorber.watched

    async def sleep(self, delay: float) -> None:
        """What ``asyncio.sleep`` does on a loop in a thread of the test."""
        loop = asyncio.get_running_loop()
        sleeper = self._absorber.enter(delay, loop)
        if sleeper is None:
            return
        sleeper.woken = loop.create_future()
        if loop not in self._watched:
            self._watched.add(loop)
            loop.call_soon(self._look, loop)
        try:
            await sleeper.woken
        finally:
            self._absorber.leave(sleeper)

    def _look(self, loop: asyncio.AbstractEventLoop, *, was_quiet: bool = False) -> None:
        """Wakes who is due, and moves the clock if this loop's first sleeper comes next."""
        sleepers = self._absorber.of_loop(loop)
        if not sleepers:
            self._watched.discard(loop)
            return
        now = self._absorber.world.now()
        due = [sleeper for sleeper in sleepers if sleeper.wake_at <= now]
        for sleeper in due:
            sleeper.wake()
        ready: Any = getattr(loop, "_ready", None)
        if due or ready:
            loop.call_soon(self._look, loop)
        elif not was_quiet and _watches_sockets(loop):
            loop.call_later(QUIET_S, self._look_again, loop)
        elif self._absorber.try_begin(sleepers[0]):
            self._move(loop, sleepers[0])
        else:
            loop.call_later(GLANCE_S, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._look(loop, was_quiet=True)

    def _move(self, loop: asyncio.AbstractEventLoop, first: Sleeper) -> None:
        world = self._absorber.world
        event = world.scheduler.next_event()
        if not world.pump.has_work and (event is None or event.due > first.wake_at):
            self._run(first, lambda error: self._moved(loop, first, error))
            return

        def tell(error: BaseException | None) -> None:
            try:
                loop.call_soon_threadsafe(self._moved, loop, first, error)
            except RuntimeError:
                # The loop was closed meanwhile, and its sleepers with it.
                self._watched.discard(loop)

        threading.Thread(
            target=self._run, args=(first, tell), name="scale-mock-sleep", daemon=True
        ).start()

    def _run(self, first: Sleeper, tell: Any) -> None:
        error: BaseException | None = None
        try:
            self._absorber.move_to(first.wake_at)
        except Exception as raised:
            error = raised
        finally:
            self._absorber.end()
        tell(error)

    def _moved(
        self, loop: asyncio.AbstractEventLoop, first: Sleeper, error: BaseException | None
    ) -> None:
        if error is not None:
            first.wake(error)
        self._look(loop)


def _watches_sockets(loop: asyncio.AbstractEventLoop) -> bool:
    """True if something from outside may make the loop run; one socket is its own."""
    selector = getattr(loop, "_selector", None)
    if selector is None:
        return True
    watched = selector.get_map()
    return watched is None or len(watched) > 1
