"""The pump: the one place that runs a world's due events and sends its due callbacks.

One at a time. State changes happen under the world's lock; no lock is held while a callback is out,
and time stands still meanwhile. Whoever asks the clock to move from inside a callback is refused.
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
    from scale_mock.world.tickets import Tickets

T = TypeVar("T")

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
    """

    def __init__(
        self, scheduler: Scheduler, desk: CallbackDesk, tickets: Tickets, *, events_max: int
    ) -> None:
        self._scheduler = scheduler
        self._desk = desk
        self._tickets = tickets
        self._events_max = events_max
        self._turn = threading.Lock()
        self._owner: int | None = None
        scheduler.between = self._send_all

    @property
    def has_work(self) -> bool:
        """True if something is due now or a callback is handed out."""
        event = self._scheduler.next_event()
        due_now = event is not None and event.due <= self._scheduler.clock.now()
        return due_now or self._desk.has_mail_out

    def settle(self) -> None:
        """Runs the state changes that are due now; sends nothing. Any thread may call it."""
        self._scheduler.settle(events_max=self._events_max)

    def turn(self) -> None:
        """Runs what is due now, callbacks included; returns at once if somebody else does."""
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
        with self.standstill():
            progress = self._scheduler.advance_to(instant, events_max=self._events_max)
            self._drain()
            return progress

    def advance(self, by: timedelta) -> Progress:
        """Moves the clock by a length and returns when the world is settled there."""
        with self.standstill():
            progress = self._scheduler.advance(by, events_max=self._events_max)
            self._drain()
            return progress

    def run_next(self) -> Progress:
        """Moves to the next event, runs it, and settles there."""
        with self.standstill():
            progress = self._scheduler.run_next()
            self._drain()
            return progress

    def run_until_idle(self, *, events_max: int | None = None) -> Progress:
        """Runs until nothing but recurring events is scheduled."""
        with self.standstill():
            return self._scheduler.run_until_idle(events_max=events_max or self._events_max)

    def wait(self, found: Callable[[], T | None], *, until: datetime) -> T | None:
        """Moves the clock event by event until something is found, and no further.

        Args:
            found: Looks for it; ``None`` while it is not there.
            until: The last instant to look at.

        Returns:
            What was found, or ``None`` if nothing more is scheduled up to that instant.
        """
        with self.standstill():
            self._drain()
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
            raise PumpBusy(
                "The clock cannot be moved from inside a callback handler: time stands still until "
                "the handler returns. Answer first, and move the clock in the test."
            )
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
        while (now := self._scheduler.settle(events_max=self._events_max)) or (
            self._desk.has_mail_out
        ):
            ran = self._within_limit(ran + now)
            self._send_all()

    def _within_limit(self, ran: int) -> int:
        """The count itself; a handler whose answers cause callbacks for ever is stopped here."""
        if ran > self._events_max:
            raise LimitReached("Events in one run", limit=self._events_max, setting="events_max")
        return ran

    def _send_all(self) -> None:
        sent = 0
        while self._desk.has_mail_out:
            sent = self._within_limit(sent + 1)
            lowest = self._tickets.lowest()
            if not self._desk.send_next(unanswered=lowest) and not self._tickets.wait(REPLY_WAIT_S):
                # The connection that owes the reply is gone or stuck; the callback goes on.
                self._desk.send_next()
