"""Scheduled calls: functions of a test that run at instants of its world's clock."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from scale_mock.errors import CallFailed, ConfigurationError
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from scale_mock.world import World


class Appointment:
    """A call that is scheduled, as ``mock.at`` and ``mock.every`` return it."""

    def __init__(self, book: AppointmentBook, name: str) -> None:
        self._book = book
        self.name = name

    @property
    def due(self) -> datetime | None:
        """When it is made next; ``None`` once it was made for the last time, or cancelled."""
        return self._book.next_of(self.name)

    def cancel(self) -> bool:
        """Takes it back; false if it was made already, or cancelled before."""
        return self._book.cancel(self.name)

    def __repr__(self) -> str:
        due = self.due
        return f"<Appointment {self.name} {'over' if due is None else to_iso(due)}>"


class AppointmentBook:
    """What is called by the appointments of a world.

    Args:
        world: The world; it keeps when, this keeps what.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls: dict[str, Callable[[], object]] = {}
        world.make_appointment = self._make
        world.calls_known = lambda: list(self._calls)

    def at(self, instant: datetime | str, function: Callable[[], object]) -> Appointment:
        """Has a function called once, at an instant.

        Raises:
            ConfigurationError: The instant lies in the past, or this is no function without
                arguments.
        """
        from scale_mock.selectors.durations import parse_instant

        due = parse_instant(instant, where="at()", lengths="every()")
        if due < self._world.now():
            raise ConfigurationError(
                f"at({to_iso(due)}): that is in the past; the clock stands at "
                f"{to_iso(self._world.now())}."
            )
        return self._add(due, None, function, where="at()")

    def every(self, period: timedelta | float | str, function: Callable[[], object]) -> Appointment:
        """Has a function called again and again; the first time after one period.

        Raises:
            ConfigurationError: The period is not longer than nothing, or this is no function
                without arguments.
        """
        from scale_mock.selectors.durations import parse_duration

        length = parse_duration(period, where="every()", instants="at()")
        if not length:
            raise ConfigurationError("every(): a period is longer than nothing.")
        return self._add(self._world.now() + length, length, function, where="every()")

    def cancel(self, name: str) -> bool:
        """Takes an appointment back; false if there is none any more."""
        with self._world.lock:
            return self._world.appointments.cancel(name)

    def next_of(self, name: str) -> datetime | None:
        """When an appointment is due next."""
        with self._world.lock:
            return self._world.appointments.next_of(name)

    def forget(self) -> None:
        """Drops every function; for a world that begins again."""
        self._calls.clear()

    def _add(
        self,
        due: datetime,
        every: timedelta | None,
        function: Callable[[], object],
        *,
        where: str,
    ) -> Appointment:
        _check(function, where)
        with self._world.lock:
            self._make_room()
            name = self._world.appointments.add(due, every=every)
            self._calls[name] = function
        return Appointment(self, name)

    def _make_room(self) -> None:
        """Forgets the functions that are over, where there are as many as there may be.

        Until then they are kept: restoring a snapshot may bring their instant back.
        """
        if len(self._calls) >= self._world.settings.objects_max:
            live = self._world.appointments.names()
            self._calls = {name: call for name, call in self._calls.items() if name in live}
        self._world.core.make_room(self._calls, "scheduled calls")

    def _make(self, name: str) -> None:
        """Makes one call; what it raises is kept for ``mock.check()``, and the clock goes on."""
        call = self._calls.get(name)
        now = to_iso(self._world.now())
        if call is None:
            self._world.broken.append(
                CallFailed(
                    f"The scheduled call {name} was due at {now} and could not be made: its "
                    "function is not here. A snapshot keeps when something is called, but no "
                    "function; schedule it again after restoring."
                )
            )
            return
        try:
            call()
        except Exception as error:
            failed = CallFailed(
                f"The scheduled call {_name_of(call)} raised at {now}: "
                f"{type(error).__name__}: {error}"
            )
            failed.__cause__ = error
            self._world.broken.append(failed)


def _check(function: object, where: str) -> None:
    """Refuses what cannot be called without arguments, or does nothing when it is called."""
    if not callable(function):
        raise ConfigurationError(f"{where}: expected a function, got {function!r}.")
    if inspect.iscoroutinefunction(function):
        raise ConfigurationError(
            f"{where}: {_name_of(function)} is async, and nobody would await it: pass a function "
            "that runs it, for example lambda: asyncio.run(...)."
        )
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise ConfigurationError(
            f"{where}: {_name_of(function)} is called without arguments: {error}."
        ) from None
    except ValueError:
        return  # a builtin that does not say what it takes


def _name_of(function: object) -> str:
    return getattr(function, "__qualname__", None) or repr(function)
