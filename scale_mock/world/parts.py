"""The parts of a world by name, and what they ask of it; building them is somebody else's.

They are named here, below :mod:`scale_mock.world.building`, so that it can put them into a world
without knowing how the world runs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scale_mock.sim.streams import digest
from scale_mock.world.owners import Owned
from scale_mock.world.platform import Platform

if TYPE_CHECKING:
    import threading
    from collections import deque
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scale_mock.callbacks.desk import CallbackDesk
    from scale_mock.callbacks.receiver import Receiver
    from scale_mock.callbacks.records import Callback
    from scale_mock.config import Settings
    from scale_mock.domain.model import Mode
    from scale_mock.faults.book import FaultBook
    from scale_mock.faults.fault import Fault
    from scale_mock.rules.book import RuleBook
    from scale_mock.rules.rule import Rule
    from scale_mock.sim.scheduler import Scheduler
    from scale_mock.world.appointments import Appointments
    from scale_mock.world.following import Follower
    from scale_mock.world.polls import Polls
    from scale_mock.world.pump import Pump
    from scale_mock.world.requests import RequestRecord
    from scale_mock.world.script import Receivers, Script
    from scale_mock.world.tickets import Tickets
    from scale_mock.world.unread import UnreadFields


class Parts(Owned, Platform):
    """What a world is put together of, and from.

    Attributes:
        broken: Exceptions inside the mock, kept for whoever checks.
        unknown_routes: Requests that no route answered, as ``METHOD path``.
        unread_fields: What requests said that nobody read.
    """

    name: str
    settings: Settings
    start_at: datetime
    lock: threading.RLock
    file_rules: list[Rule]
    file_faults: list[Fault]
    _first_rules: list[Rule | Mapping[str, object]]
    _first_faults: list[Fault | Mapping[str, object]]
    _mounts: dict[str, Callable[..., object]]

    tickets: Tickets
    follower: Follower
    scheduler: Scheduler
    rules: RuleBook
    faults: FaultBook
    file_fault_ids: list[str]
    desk: CallbackDesk
    receiver: Receiver
    receivers: Receivers
    script: Script
    appointments: Appointments
    pump: Pump
    polls: Polls
    requests: deque[RequestRecord]
    broken: deque[BaseException]
    unknown_routes: deque[str]
    unread_fields: UnreadFields

    def auth_key(self, mode: Mode) -> str:
        """The callback auth key of a mode, which is not its API key."""
        return _auth_key(self.name, mode)

    def now(self) -> datetime:
        """The current instant of the world."""
        return self.scheduler.clock.now()

    def note_broken(self, error: BaseException) -> None:
        """Keeps an exception for whoever checks."""
        self.broken.append(error)

    def _tell_attempt(self, callback: Callback) -> None:
        """Tells whoever is interested by now; a reset keeps them."""
        self.on_attempt(callback)

    def _make_step(self, index: int, number: int, tries: int) -> None:
        """Makes a call of the script, likewise."""
        self.make_step(index, number, tries)

    def _make_appointment(self, name: str) -> None:
        """Asks whoever makes scheduled calls by now; a reset keeps them."""
        self.make_appointment(name)


@lru_cache(maxsize=4096)
def _auth_key(name: str, mode: Mode) -> str:
    return f"{mode}_auth_{digest('callback auth', name, mode).hex()}"
