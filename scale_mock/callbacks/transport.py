"""Sending a callback to a real socket: one POST, one connection kept per receiver.

An errors' word is the same on every machine (``refused``, ``reset``, ``timeout``), without host or
port, so that the journal does not depend on them.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from scale_mock.callbacks.records import REPLY_BYTES_KEPT
from scale_mock.callbacks.replies import read_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.callbacks.meddling import Drip

CONNECTIONS_MAX = 16
BAD_URL = "bad URL"
_PORTS = {"http": 80, "https": 443}
_Place = tuple[str, str, int]
_KEPT = "%/?:@!$&'()*+,;=~[]"
_UNFIT = re.compile(r"[\x00-\x20\x7f]")


class SendError(Exception):
    """No reply came; the text is one or two words for the record."""


class HttpSender:
    """POSTs to http and https URLs. Used by one thread at a time.

    Args:
        timeout_s: How long connecting, sending, and the whole of the reply may each take, in real
            seconds.
    """

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._connections: dict[_Place, HTTPConnection] = {}

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, drip: Drip | None = None
    ) -> tuple[int, bytes]:
        """Sends the body, at once or piece by piece.

        Returns:
            The reply's status and the beginning of its body.

        Raises:
            SendError: There was no whole reply.
        """
        try:
            place, target, host = _taken_apart(url)
            connection = self._connection(place)
            head = _head(target, host, len(body), headers)
        except (ValueError, InvalidURL) as error:
            raise SendError(BAD_URL) from error
        try:
            if drip is None:
                connection.send(head + body)  # in one packet: its reader wakes once
            else:
                connection.send(head)
                for piece in drip.pieces(body):
                    connection.send(piece)
            reply = read_reply(connection.sock, timeout_s=self._timeout_s)
        except (OSError, HTTPException, ValueError) as error:
            self._drop(place)
            raise SendError(_word(error)) from error
        if not reply.stays:
            self._drop(place)
        return reply.status, reply.body[:REPLY_BYTES_KEPT]

    def close(self) -> None:
        """Closes every connection."""
        for place in list(self._connections):
            self._drop(place)

    def _connection(self, place: _Place) -> HTTPConnection:
        kept = self._connections.get(place)
        if kept is not None and not _is_stale(kept):
            return kept
        self._drop(place)
        if len(self._connections) >= CONNECTIONS_MAX:
            self._drop(next(iter(self._connections)))
        scheme, host, port = place
        if scheme == "https":
            made: HTTPConnection = HTTPSConnection(
                host, port, timeout=self._timeout_s, context=_unverified()
            )
        else:
            made = HTTPConnection(host, port, timeout=self._timeout_s)
        self._connections[place] = made
        return made

    def _drop(self, place: _Place) -> None:
        connection = self._connections.pop(place, None)
        if connection is not None:
            with contextlib.suppress(OSError):
                if connection.sock is not None:
                    # Wakes the thread that may be waiting for a reply on it.
                    connection.sock.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()


@lru_cache(maxsize=256)
def _taken_apart(url: str) -> tuple[_Place, str, str]:
    """Where a URL leads, the request target, and the ``Host`` header.

    Taken apart as where the route was chosen: http.client reads netlocs its own way.

    Raises:
        ValueError: It cannot be requested.
    """
    parts = urlsplit(url)
    host, default = parts.hostname, _PORTS.get(parts.scheme)
    if not host or default is None:
        raise ValueError(url)
    port = default if parts.port is None else parts.port
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    if not target.isascii():
        target = quote(target, safe=_KEPT, errors="replace")
    name = f"[{host}]" if ":" in host else host
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if _UNFIT.search(f"{name}{target}"):
        raise ValueError(url)
    return (parts.scheme, host, port), target, name if port == default else f"{name}:{port}"


def _head(target: str, host: str, length: int, headers: Mapping[str, str]) -> bytes:
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return (
        f"POST {target} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        f"Content-Length: {length}\r\n{fields}\r\n"
    ).encode("latin-1")


def _is_stale(connection: HTTPConnection) -> bool:
    """True if the receiver closed a kept connection: it is readable though nothing is owed to us.

    Asked before sending, because a request that failed half-way must not be sent twice in secret.
    """
    if connection.sock is None:
        return True
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return bool(readable)


def _unverified() -> ssl.SSLContext:
    """Receivers on this machine have certificates that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _word(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionError):
        return "reset"
    if isinstance(error, ssl.SSLError):
        return "tls error"
    if isinstance(error, InvalidURL | UnicodeError):
        return BAD_URL
    if isinstance(error, HTTPException):
        return f"bad reply: {type(error).__name__}"
    return type(error).__name__
