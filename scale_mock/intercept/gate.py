"""Owns the decision at every connection: answered in memory, refused as a leak, or let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.intercept.hosts import PORTS, HostTable, Origin, plain_host
from scale_mock.intercept.leaks import Leaks
from scale_mock.intercept.passages import may_pass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication

    from scale_mock.intercept.hosts import Place
    from scale_mock.intercept.wire import Wire


class Gate:
    """What the patched clients ask. There is one for a process.

    Attributes:
        table: The hosts that are answered now.
        leaks: The guarded hosts, and who tried to reach one.
        passed: How many connections and lookups were let through.
    """

    def __init__(self) -> None:
        self.table = HostTable()
        self.leaks = Leaks()
        self.passed = 0

    def open(self, places: Iterable[Place], app: WSGIApplication) -> object:
        """Answers places by an application, and guards their hosts from now on, even after it.

        Loopback is left unguarded: other servers of a test live there.

        Returns:
            A token for ``table.close``.
        """
        wanted = list(places)
        self.leaks.guard(hosts=[place.host for place in wanted if not _is_loopback(place.host)])
        return self.table.open(wanted, app)

    def connect(self, scheme: str, host: str | bytes | None, port: int | str | None) -> Wire | None:
        """A connection in memory; ``None`` for a host that is none of ours.

        Raises:
            LeakError: The host is guarded, and nothing answers for it now.
        """
        if not host or may_pass():
            return None
        origin = Origin(scheme, plain_host(host), int(port or PORTS.get(scheme, 0)))
        if self.table.find(origin) is not None:
            from scale_mock.intercept.wire import Wire

            return Wire(origin, self.route)
        self.check(origin.host)
        return None

    def check(self, host: object) -> None:
        """Lets hosts pass that are not guarded.

        Raises:
            LeakError: The host is guarded; the text names one that is answered, if any is.
        """
        if not may_pass():
            self.leaks.check(host, self.table.hosts() if self.table.is_used else ())
            self.passed += 1

    def may_keep(self, origin: Origin, *, in_memory: bool) -> bool:
        """True if a kept connection to an origin still ends where a new one would.

        An interception may have begun or ended since it was made; a real connection to a guarded
        host is not used again in any case.

        Args:
            origin: Where it leads to.
            in_memory: Whether it is one of ours.
        """
        if in_memory:
            return self.table.find(origin) is not None
        return self.table.find(origin) is None and not self.leaks.covers(origin.host)

    def route(self, origin: Origin) -> WSGIApplication:
        """The application for a request on a connection that was made in memory.

        Raises:
            LeakError: Interception has ended since.
        """
        app = self.table.find(origin)
        if app is None:
            raise self.leaks.note(origin.host, self.table.hosts())
        return app


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")


GATE = Gate()
"""The process's gate: patches are made once and ask it ever after."""
