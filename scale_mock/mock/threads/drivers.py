"""What moves the clocks that move by themselves: ``autojump`` if idle, ``realtime`` at its rate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.errors import PumpBusy
from scale_mock.mock.threads.background import Background
from scale_mock.mock.threads.retries import MOVING
from scale_mock.serving.realtime import clock as real

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.world import World

IDLE_S = 1.0
"""How long nobody must ask for anything before an ``autojump`` clock moves by itself."""
STEP_S = 0.02
"""The pause between two events of an idle ``autojump`` clock."""
TICK_S = 0.05
"""The longest step of a ``realtime`` clock."""


class ClockDriver(Background):
    """One thread for all worlds of a host whose clocks move by themselves.

    Args:
        worlds: The host's worlds.
        last_activity: When the last request came, in seconds of ``monotonic``; the present while
            one is in flight.
    """

    def __init__(
        self, worlds: Callable[[], list[World]], last_activity: Callable[[], float]
    ) -> None:
        super().__init__(name="scale-mock-clock", patience_s=IDLE_S)
        self._worlds = worlds
        self._last_activity = last_activity
        self._anchors: dict[str, tuple[float, datetime, float]] = {}

    def watch(self) -> None:
        """Worlds or their clocks changed: starts the thread if one moves by itself."""
        with self._changed:
            self._anchors.clear()
            moving = any(world.clock_mode in MOVING for world in self._worlds())
            self._start_and_notify(needed=moving)

    def _run(self) -> None:
        while True:
            waits = [self._drive(world) for world in self._worlds() if world.clock_mode in MOVING]
            with self._changed:
                if self._closed:
                    return
                if not waits:
                    self._thread = None
                    return
                self._changed.wait(max(min(waits), 0.001))

    def _drive(self, world: World) -> float:
        """Moves one world if it is time; answers in how many real seconds to look again."""
        try:
            if world.clock_mode == "realtime":
                return self._follow_rate(world)
            return self._jump_when_idle(world)
        except PumpBusy:
            return TICK_S
        except Exception as error:
            world.broken.append(error)
            return IDLE_S

    def _jump_when_idle(self, world: World) -> float:
        idle_for = real.monotonic() - self._last_activity()
        if idle_for < IDLE_S:
            return IDLE_S - idle_for
        event = world.scheduler.next_event()
        if event is None or world.scheduler.is_idle:
            return IDLE_S
        if world.may_run(event):
            world.pump.run_next()
        return STEP_S

    def _follow_rate(self, world: World) -> float:
        anchor = self._anchors.get(world.name)
        if anchor is None or anchor[2] != world.rate or anchor[1] > world.now():
            anchor = self._anchors[world.name] = (real.monotonic(), world.now(), world.rate)
        began, origin, rate = anchor
        target = origin + timedelta(seconds=(real.monotonic() - began) * rate)
        if target > world.now():
            world.pump.advance_to(target)
        else:
            # Somebody advanced the clock by hand: go on from there.
            self._anchors.pop(world.name, None)
        event = world.scheduler.next_event()
        if event is None:
            return TICK_S
        return min((event.due - world.now()).total_seconds() / rate, TICK_S)
