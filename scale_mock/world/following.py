"""Following somebody else's time: a world whose clock is whatever ``datetime.now(UTC)`` says.

Frozen time tells nobody that it moved, so the world *pulls*: whoever comes in (a request, an
assertion, a look at the clock) first runs it up to the outer time. The world's own time never goes
back; where the outer time does, the world stands still until it is reached again. Only a world in
which nothing has happened yet takes an earlier beginning, so that time may be frozen after it was
made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from scale_mock.domain.model import Task
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import from_iso, to_iso

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.sim.scheduler import Scheduler

CLOCK = "world/clock"
SECOND = timedelta(seconds=1)


class OuterTime(Protocol):
    """The time of the process, as the code under test sees it."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""

    def how_to_move(self, length: timedelta) -> str:
        """What somebody has to do to move it by a length, for example ``tick freezegun by ...``."""


class Following(Protocol):
    """A world, as far as its follower has to know it."""

    @property
    def clock_mode(self) -> str:
        """How its clock moves."""

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Held while its state is read or changed."""

    @property
    def core(self) -> Core:
        """Its state."""

    @property
    def scheduler(self) -> Scheduler:
        """Its clock and events."""

    def now(self) -> datetime:
        """Its current instant."""

    def begin_at(self, instant: datetime) -> None:
        """Takes another beginning."""

    def due(self, task: Task) -> datetime | None:
        """When something may next happen to a task; ``None`` if nothing will by itself."""


class Follower:
    """What a world knows about the time that it may follow.

    Args:
        world: The world that follows.
        outer: That time; ``None`` where there is none to follow.
    """

    def __init__(self, world: Following, outer: OuterTime | None) -> None:
        self._world = world
        self._outer = outer
        self._last_told: datetime | None = None
        self.is_leading = False
        """True while the outer time is made from the world's, which then cannot follow it."""

    @property
    def is_on(self) -> bool:
        """True if the world follows."""
        return self._world.clock_mode == "follow" and not self.is_leading

    def require(self) -> OuterTime:
        """The time to follow.

        Raises:
            ConfigurationError: There is none, or it follows this world.
        """
        if self._outer is None:
            raise ConfigurationError(
                "clock='follow': a server of its own has no test to follow: its datetime.now(UTC) "
                "is the real time, which clock='realtime' keeps up with. 'follow' is for a "
                "ScaleMock in the process in which freezegun or time-machine runs."
            )
        if self.is_leading:
            raise ConfigurationError(
                "clock='follow': mock.clock.patch_datetime() makes datetime.now(UTC) follow this "
                "world, so the world cannot follow it too. Leave patch_datetime() first."
            )
        return self._outer

    def target(self) -> datetime | None:
        """The instant that the world ought to be at; ``None`` if it does not follow."""
        if not self.is_on:
            return None
        told = self.require().now()
        with self._world.lock:
            if self._is_untouched():
                if told != self._world.now():
                    self._world.begin_at(told)
            elif self._last_told is not None and told < self._last_told:
                self._world.core.journal.write(CLOCK, "clock.went_back", outer=to_iso(told))
            self._last_told = told
        return told

    def refuse(self, length: timedelta | None) -> None:
        """Refuses to move a clock that follows.

        Args:
            length: How far it should have been moved; ``None`` for the next event.

        Raises:
            ConfigurationError: It follows.
        """
        if not self.is_on or length == timedelta(0):
            return
        if length is None:
            event = self._world.scheduler.next_event()
            length = None if event is None else self._left(event.due)
        else:
            # From where the world would stand if somebody had come in just now.
            told = self.target() or self._world.now()
            length = self._left(max(self._world.now(), told) + length)
        what = "nothing is scheduled" if length is None else self.require().how_to_move(length)
        behind = self._behind()
        raise ConfigurationError(
            f"The clock follows datetime.now(UTC), which is not the mock's to move: {what}, or set "
            f"mock.clock.mode = 'manual' first.{behind and f' {behind}.'}"
        )

    def advice(self, thing: object = None) -> str:
        """The tick that is needed until something happens to a task, or in the world.

        It also says if the outer time is behind the world's; empty if there is nothing to say.

        Args:
            thing: What is waited for: a task that is not done, or anything else for the world.
        """
        due = self._end_of(thing) if isinstance(thing, Task) else None
        if due is None:
            event = self._world.scheduler.next_event()
            due = None if event is None else event.due
        behind = self._behind()
        if due is None:
            return behind
        return f"{self.require().how_to_move(self._left(due))}{behind and f'. {behind}'}"

    def how_to_reach(self, instant: datetime) -> str:
        """What somebody has to do so that the world gets to an instant."""
        return self.require().how_to_move(self._left(instant))

    def _behind(self) -> str:
        """A sentence, without its full stop, if the outer time is behind; empty if it is not."""
        lag = timedelta(0) if self._is_untouched() else self._left(self._world.now())
        if not lag:
            return ""
        return (
            f"The outer time is behind the world's: datetime.now(UTC) says "
            f"{to_iso(self.require().now())}, {lag} before {to_iso(self._world.now())}, which the "
            "world has reached already; it never goes back, and stands still until then. Freeze "
            "time before the first call"
        )

    def _left(self, instant: datetime) -> timedelta:
        """How far the outer time is from an instant, in whole seconds that reach it."""
        left = max(instant - self.require().now(), timedelta(0))
        spare = timedelta(microseconds=left.microseconds)
        return left - spare + SECOND if spare else left

    def _is_untouched(self) -> bool:
        """True while nothing has happened in the world and nothing is to happen."""
        world = self._world
        return not len(world.core.journal) and world.scheduler.next_event() is None

    def _end_of(self, task: Task) -> datetime | None:
        """When a task ends, as far as that is planned."""
        event = task.event
        if event is not None and isinstance(event.data, str):
            return from_iso(event.data)
        return self._world.due(task)
