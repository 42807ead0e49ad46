"""The clock of a mock, as a test sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.durations import parse_duration, parse_instant
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from scale_mock.sim.scheduler import Progress
    from scale_mock.world import World


class Clock:
    """Tells and moves a world's time; nothing here ever sleeps."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """The current instant of the world, aware UTC."""
        self._world.pump.catch_up()
        return self._world.now()

    def advance(
        self,
        by: timedelta | float | str | None = None,
        *,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> Progress:
        """Moves the clock, runs everything due up to and including the end, and settles there.

        Args:
            by: How far: a timedelta, a number of seconds, or text such as ``"1d 6h"``.
            weeks: Weeks to add.
            days: Days to add.
            hours: Hours to add.
            minutes: Minutes to add.
            seconds: Seconds to add.

        Returns:
            What happened: how many events ran, and of which kinds.

        Raises:
            ConfigurationError: Nothing or something negative was asked for.
            PumpBusy: Called from inside a callback handler.
        """
        __tracebackhide__ = True
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        if by is not None:
            length += parse_duration(by, where="advance()", instants="advance_to()")
        elif not length:
            raise ConfigurationError(
                'advance(): say how far, for example advance(hours=3) or advance("1d 6h").'
            )
        if length < timedelta(0):
            raise ConfigurationError(f"advance(): time moves forward only, not by {length}.")
        return self._world.pump.advance(length)

    def advance_to(self, instant: datetime | str) -> Progress:
        """Moves the clock to an instant.

        Args:
            instant: A datetime, or ISO text; without an offset it means UTC.

        Raises:
            ConfigurationError: It is no instant, or lies in the past.
        """
        __tracebackhide__ = True
        target = parse_instant(instant, where="advance_to()", lengths="advance()")
        if target < self.now():
            raise ConfigurationError(
                f"advance_to(): time cannot go backwards; it is {to_iso(self.now())}, asked for "
                f"{to_iso(target)}."
            )
        return self._world.pump.advance_to(target)

    def run_next(self) -> Progress:
        """Moves to the next event and runs it; does nothing where none is scheduled."""
        return self._world.pump.run_next()

    def run_until_idle(self, *, events_max: int | None = None) -> Progress:
        """Runs until nothing is scheduled any more.

        Args:
            events_max: How many events may run; by default what the setting of that name says.

        Raises:
            LimitReached: More than ``events_max`` events ran.
        """
        return self._world.pump.run_until_idle(events_max=events_max)

    @property
    def mode(self) -> str:
        """``manual``, ``autojump``, ``realtime`` or ``follow``; may be set at any moment."""
        return self._world.clock_mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._world.set_clock(mode=mode, rate=None)

    def patch_datetime(self) -> AbstractContextManager[None]:
        """Lets the code under test see the world's time, for as long as the context lasts.

        ``datetime.now``, ``date.today``, ``time.time`` and their like are frozen (by freezegun) at
        the world's instant, in every thread, and move with its clock.

        Raises:
            ConfigurationError: On entering, if the world's clock follows that very time.
        """
        from scale_mock.mock.sleep.patching import patched_datetime

        return patched_datetime(self._world)

    @property
    def rate(self) -> float:
        """Seconds of world time per second of real time, for ``realtime``; may be set."""
        return self._world.rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._world.set_clock(mode=None, rate=rate)

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat()} {self.mode}>"
