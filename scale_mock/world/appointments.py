"""Appointments: calls that somebody wants made at instants of a world's clock.

Here they are data: an id, an instant, a period. What is called stands in a table of whoever made
the appointment, because functions cannot be written into a snapshot. A due appointment is handed
out by its event and made by the pump, outside of the world's lock: it may call the platform.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.sim.scheduler import Event

KIND = "appointment"
MICROSECOND = timedelta(microseconds=1)


class Appointments:
    """The appointments of one world.

    Args:
        core: The world's state.
        make: Makes one, given its id; called outside of the world's lock.
    """

    def __init__(self, core: Core, make: Callable[[str], None]) -> None:
        self._core = core
        self._make = make
        self._due: deque[str] = deque()
        core.scheduler.on(KIND, self._hand_out)

    def add(self, due: datetime, *, every: timedelta | None = None) -> str:
        """Schedules one.

        Args:
            due: When; one that lies in the past is due now.
            every: Its period; recurring appointments do not keep a world from being idle.

        Returns:
            Its id.
        """
        self._core.appointments_made += 1
        name = f"appointment_{self._core.appointments_made}"
        period = None if every is None else every // MICROSECOND
        self._core.scheduler.at(due, KIND, name, period, background=every is not None)
        return name

    def cancel(self, name: str) -> bool:
        """Takes one back; false if there is none, or it was made already."""
        event = self._event_of(name)
        if event is not None:
            self._core.scheduler.cancel(event)
        return event is not None

    def next_of(self, name: str) -> datetime | None:
        """When one is due next; ``None`` if it is not any more."""
        event = self._event_of(name)
        return None if event is None else event.due

    def names(self) -> set[str]:
        """The ids of those that are still to be made."""
        return {event.subject for event in self._core.scheduler.pending() if event.kind == KIND}

    @property
    def has_due(self) -> bool:
        """True if one is handed out and not made yet."""
        return bool(self._due)

    def make_next(self) -> None:
        """Makes the one that was handed out first; called without the world's lock."""
        self._make(self._due.popleft())

    def _event_of(self, name: str) -> Event | None:
        for event in self._core.scheduler.pending():
            if event.kind == KIND and event.subject == name:
                return event
        return None

    def _hand_out(self, event: Event) -> None:
        self._core.journal.write(f"world/{event.subject}", "appointment.due")
        self._due.append(event.subject)
        if event.data is not None:
            period = timedelta(microseconds=int(str(event.data)))
            self._core.scheduler.at(
                event.due + period, KIND, event.subject, event.data, background=True
            )
