"""Owns which host names are answered in memory, and by which application."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication

PORTS = {"http": 80, "https": 443}


class Place(NamedTuple):
    """A host that is answered in memory.

    Attributes:
        host: Its name, in lower case.
        scheme: Only this scheme; ``None`` for both.
        port: Only this port; ``None`` for any.
    """

    host: str
    scheme: str | None = None
    port: int | None = None

    def holds(self, scheme: str, port: int) -> bool:
        """True if a connection with this scheme and port is meant."""
        return self.scheme in {None, scheme} and self.port in {None, port}


class Origin(NamedTuple):
    """Where a client wants to connect to.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The host name, in lower case, without a final dot.
        port: The port.
    """

    scheme: str
    host: str
    port: int


def plain_host(host: str | bytes) -> str:
    """A host name as it is compared: text, in lower case, without brackets and final dot.

    Letters beyond ASCII are written as the resolver would: some clients do it early, some late.
    """
    text = host.decode("latin-1") if isinstance(host, bytes) else host
    if not text.isascii():
        with suppress(UnicodeError):
            text = text.encode("idna").decode("ascii")
    return text.lower().rstrip(".").strip("[]")


class _Entry(NamedTuple):
    place: Place
    app: WSGIApplication
    token: object


class HostTable:
    """The hosts that are answered in memory now. Entries are added and taken back in any order.

    Attributes:
        is_used: Whether there is any.
        version: Grows with every change.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[_Entry, ...]] = {}
        self.is_used = False
        self.version = 0

    def open(self, places: Iterable[Place], app: WSGIApplication) -> object:
        """Answers places by an application from now on.

        Returns:
            A token for :meth:`close`.
        """
        token = object()
        with self._lock:
            for place in places:
                known = self._entries.get(place.host, ())
                self._entries[place.host] = (_Entry(place, app, token), *known)
            self.is_used = True
            self.version += 1
        return token

    def close(self, token: object) -> None:
        """Takes back what one :meth:`open` added; what others added stays."""
        with self._lock:
            for host, entries in list(self._entries.items()):
                left = tuple(entry for entry in entries if entry.token is not token)
                if left:
                    self._entries[host] = left
                else:
                    del self._entries[host]
            self.is_used = bool(self._entries)
            self.version += 1

    def find(self, origin: Origin) -> WSGIApplication | None:
        """The application that answers an origin: of the newest entry that means it."""
        for entry in self._entries.get(origin.host, ()):
            if entry.place.holds(origin.scheme, origin.port):
                return entry.app
        return None

    def hosts(self) -> list[str]:
        """The hosts that are answered now, sorted."""
        return sorted(self._entries)
