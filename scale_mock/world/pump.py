"""The pump: the one place that runs a world's due events and sends its due callbacks.

One at a time. State changes happen under the world's lock; no lock is held while a callback is out
or a scheduled call is made, and time stands still meanwhile. Whoever asks the clock to move from
inside of one is refused.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from scale_mock.errors import LimitReached, PumpBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from scale_mock.callbacks.desk import CallbackDesk
    from scale_mock.sim.scheduler import Event, Progress, Scheduler
    from scale_mock.world.appointments import Appointments
    from scale_mock.world.following import Follower
    from scale_mock.world.tickets import Tickets

T = TypeVar("T")

INSIDE_HANDLER = (
    "The clock cannot be moved from inside a callback handler: time stands still until the handler "
    "returns. Answer first, and move the clock in the test."
)
INSIDE_CALL = (
    "The clock cannot be moved from inside a scheduled call (mock.at, mock.every): time stands "
    "still until it returns. What should happen later is a further appointment."
)

REPLY_WAIT_S = 5.0
"""How long a callback waits for the reply that it must not overtake."""
REST_WAIT_S = 0.5
"""How long a look at the world waits for a callback that is out, in real seconds."""
TURN_WAIT_S = 5.0
"""How long a call that moves the clock waits for a callback that is out, in real seconds."""


class Pump:
    """Runs a world.

    Args:
        scheduler: The world's events.
        desk: The world's callbacks.
        tickets: Requests that have no reply yet.
        events_max: How many events one run may take.
        appointments: Calls that are to be made.
        follower: The time that the world follows.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        desk: CallbackDesk,
        tickets: Tickets,
        *,
        events_max: int,
        appointments: Appointments | None = None,
        follower: Follower | None = None,
    ) -> None:
        self._scheduler = scheduler
        self._desk = desk
        self._tickets = tickets
        self._events_max = events_max
        self._appointments = appointments
        self._follower = follower
        self._turn = threading.Lock()
        self._owner: int | None = None
        self._out: str | None = None
        scheduler.between = self._send_all

    @property
    def has_work(self) -> bool:
        """True if something is due now, or a callback or a scheduled call is handed out."""
        event = self._scheduler.next_event()
        due_now = event is not None and event.due <= self._scheduler.clock.now()
        return due_now or self._has_errands

    @property
    def _has_errands(self) -> bool:
        return self._desk.has_mail_out or (
            self._appointments is not None and self._appointments.has_due
        )

    @property
    def is_out(self) -> bool:
        """True while a callback is out or a scheduled call is made: time stands still."""
        return self._out is not None

    @property
    def is_mine(self) -> bool:
        """True if this very thread runs the world."""
        return self._owner == threading.get_ident()

    @property
    def is_behind(self) -> bool:
        """True if the time that the world follows is ahead, and the world free to catch up."""
        target = self._follower.target() if self._follower is not None else None
        return target is not None and target > self._scheduler.clock.now() and not self.is_out

    def catch_up(self) -> None:
        """Moves the clock to the time that it follows; returns at once if somebody else runs."""
        target = self._follower.target() if self._follower is not None else None
        if target is None or target <= self._scheduler.clock.now():
            return
        if not self._turn.acquire(blocking=False):
            return
        self._owner = threading.get_ident()
        try:
            self._scheduler.advance_to(
                max(target, self._scheduler.clock.now()), events_max=self._events_max
            )
            self._drain()
        finally:
            self._owner = None
            self._turn.release()

    def settle(self) -> None:
        """Runs the state changes that are due now; sends nothing. Any thread may call it."""
        self._scheduler.settle(events_max=self._events_max)

    def turn(self) -> None:
        """Runs what is due now, callbacks included; returns at once if somebody else does."""
        if self._follower is not None:
            self.catch_up()
        while self.has_work and self._turn.acquire(blocking=False):
            self._owner = threading.get_ident()
            try:
                self._drain()
            finally:
                self._owner = None
                self._turn.release()

    def rest(self) -> None:
        """Like :meth:`turn`, but first lets whoever runs the world come to an end, for a moment.

        So somebody who asks from outside sees what a callback that is just out brings about;
        somebody who asks from inside a callback is not kept waiting for ever.
        """
        if self._owner not in {None, threading.get_ident()} and self._turn.acquire(
            timeout=REST_WAIT_S
        ):
            self._turn.release()
        self.turn()

    def advance_to(self, instant: datetime) -> Progress:
        """Moves the clock to an instant and returns when the world is settled there."""
        self._require_own_time(instant - self._scheduler.clock.now())
        with self.standstill():
            progress = self._scheduler.advance_to(instant, events_max=self._events_max)
            self._drain()
            return progress

    def advance(self, by: timedelta) -> Progress:
        """Moves the clock by a length and returns when the world is settled there."""
        self._require_own_time(by)
        with self.standstill():
            progress = self._scheduler.advance(by, events_max=self._events_max)
            self._drain()
            return progress

    def run_next(self) -> Progress:
        """Moves to the next event, runs it, and settles there."""
        self._require_own_time(None)
        with self.standstill():
            progress = self._scheduler.run_next()
            self._drain()
            return progress

    def run_until_idle(self, *, events_max: int | None = None) -> Progress:
        """Runs until nothing but recurring events is scheduled."""
        self._require_own_time(None)
        with self.standstill():
            return self._scheduler.run_until_idle(events_max=events_max or self._events_max)

    def wait(self, found: Callable[[], T | None], *, until: datetime) -> T | None:
        """Moves the clock event by event until something is found, and no further.

        Args:
            found: Looks for it; ``None`` while it is not there.
            until: The last instant to look at.

        Returns:
            What was found, or ``None`` if nothing more is scheduled up to that instant. A clock
            that follows another does not move: what is not there now is not found.
        """
        if self._follower is not None:
            self.catch_up()
        with self.standstill():
            self._drain()
            if self._follower is not None and self._follower.is_on:
                return found()
            ran = 0
            while (thing := found()) is None:
                if self._scheduler.step(until) is None:
                    return None
                ran = self._within_limit(ran + 1)
                self._send_all()
            return thing

    def run_while(self, wanted: Callable[[Event], bool]) -> None:
        """Runs event by event as long as the next one is wanted, then settles there."""
        with self.standstill():
            self._drain()
            ran = 0
            while (event := self._scheduler.next_event()) is not None and wanted(event):
                self._scheduler.step()
                ran = self._within_limit(ran + 1)
                self._send_all()

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Nothing runs and no callback is out while this is held.

        Raises:
            PumpBusy: Asked for from inside a callback, or one is out for too long.
        """
        if self._owner == threading.get_ident():
            raise PumpBusy(INSIDE_CALL if self._out == "call" else INSIDE_HANDLER)
        if not self._turn.acquire(timeout=TURN_WAIT_S):
            raise PumpBusy(
                f"The clock cannot be moved now: a callback has been out for {TURN_WAIT_S:g} s of "
                "real time. If this call comes from inside that callback's receiver, answer the "
                "callback first; otherwise the receiver is slow: see mock.callbacks.attempts."
            )
        self._owner = threading.get_ident()
        try:
            yield
        finally:
            self._owner = None
            self._turn.release()
        self.turn()

    def _drain(self) -> None:
        """Runs and sends until nothing is due now."""
        self._send_all()
        ran = 0
        while (now := self._scheduler.settle(events_max=self._events_max)) or self._has_errands:
            ran = self._within_limit(ran + now)
            self._send_all()

    def _within_limit(self, ran: int) -> int:
        """The count itself; a handler whose answers cause callbacks for ever is stopped here."""
        if ran > self._events_max:
            raise LimitReached("Events in one run", limit=self._events_max, setting="events_max")
        return ran

    def _require_own_time(self, length: timedelta | None) -> None:
        """Refuses to move a clock that follows another."""
        if self._follower is not None:
            self._follower.refuse(length)
            self.catch_up()

    def _send_all(self) -> None:
        sent = 0
        while self._has_errands:
            sent = self._within_limit(sent + 1)
            try:
                self._send_one()
            finally:
                self._out = None

    def _send_one(self) -> None:
        if self._desk.has_mail_out:
            self._out = "callback"
            lowest = self._tickets.lowest()
            if not self._desk.send_next(unanswered=lowest) and not self._tickets.wait(REPLY_WAIT_S):
                # The connection that owes the reply is gone or stuck; the callback goes on.
                self._desk.send_next()
        elif self._appointments is not None:
            self._out = "call"
            self._appointments.make_next()
