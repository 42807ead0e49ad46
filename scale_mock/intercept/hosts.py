"""Owns which host names are answered in memory, and by which application."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication

PORTS = {"http": 80, "https": 443}
PATHS = ("", "/", "/v1", "/v1/", "/v2", "/v2/")
"""What may follow the host in a base URL; the application knows these paths itself."""
PORT_MAX = 65535
_NO_SLASHES = re.compile(r"https?:/?[^/0-9]|https?:?//[^/]*(?<!:)//|https?/", re.IGNORECASE)
"""A scheme without its two slashes; what looks like a port may be one of a host named so."""
_SOMEWHERE = re.compile(
    r"(?P<scheme>[a-z]*):?/{0,3}(?:[^@/]*@)?(?:\*\.)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|localhost)"
    r"(?P<port>:(?!0|[7-9][0-9]{4})[0-9]{1,5}(?![0-9a-z]))?(?![^:/?#])",
    re.IGNORECASE,
)
"""What is probably meant by something that is no URL: a host behind whatever scheme."""
_ADDRESS = re.compile(r"[0-9a-f:]*:[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
"""An IPv6 address without its brackets."""
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+")


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


def parse_place(text: object) -> Place:
    """Reads a base URL (one scheme, one port) or a bare host name (both schemes, any port).

    Raises:
        ConfigurationError: It is neither; the text says what to write instead.
    """
    shown = f"hosts={text!r}"
    expected = (
        f"{shown}: expected a base URL such as 'https://labels.example.test', or a host name."
    )
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(expected)
    given = text.strip()
    instead = _instead(given)
    try:
        parts = urlsplit(given if "//" in given else f"//{given}")
        host = plain_host(parts.hostname or "")
    except ValueError as error:
        raise ConfigurationError(f"{shown}: this is no URL ({error}).{instead}") from error
    if not host or parts.scheme not in {"", *PORTS} or _NO_SLASHES.match(given):
        raise ConfigurationError(expected + instead)
    port = _port(parts.netloc.rpartition("@")[2], shown, instead)
    if _NAME.fullmatch(host) is None:
        listed = " Several hosts are a list of texts." if "," in host else instead
        raise ConfigurationError(f"{shown}: {host!r} is no name of a host.{listed}")
    if parts.path not in PATHS or parts.query or parts.fragment:
        rest = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
        raise ConfigurationError(
            f"{shown}: a whole host is intercepted, so leave out what follows it "
            f"({rest}); only /v1 and /v2 may stand there.{instead}"
        )
    if not parts.scheme:
        return Place(host, None, port)
    return Place(host, parts.scheme, port or PORTS[parts.scheme])


def _port(place: str, shown: str, instead: str) -> int | None:
    """The port behind a host; ``None`` for none."""
    digits = place.rpartition("]")[2].partition(":")[2]
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= PORT_MAX):
        raise ConfigurationError(
            f"{shown}: {digits!r} is no port, a number from 1 to {PORT_MAX}.{instead}"
        )
    return int(digits)


def _instead(given: str) -> str:
    """What to write instead of something wrong, if the host in it can be made out."""
    if _ADDRESS.fullmatch(given):
        return f" Write '[{given}]'."
    found = _SOMEWHERE.match(given)
    if found is None:
        return ""
    scheme = "http" if found["scheme"].lower() == "http" else "https"
    return f" Write '{scheme}://{plain_host(found['host'])}{found['port'] or ''}'."


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
