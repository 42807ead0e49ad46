"""Sending a callback to a real socket: one POST, one connection kept per receiver.

An errors' word is the same on every machine (``refused``, ``reset``, ``timeout``), without host or
port, so that the journal does not depend on them.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from scale_mock.callbacks.records import REPLY_BYTES_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.callbacks.meddling import Drip

CONNECTIONS_MAX = 16
REPLY_BYTES_MAX = 1024 * 1024
BAD_URL = "bad URL"
_PORTS = {"http": 80, "https": 443}
_Place = tuple[str, str, int]
_KEPT = "%/?:@!$&'()*+,;=~[]"


class SendError(Exception):
    """No reply came; the text is one or two words for the record."""


class HttpSender:
    """POSTs to http and https URLs. Used by one thread at a time.

    Args:
        timeout_s: How long a connection, and each read of the reply, may take in real seconds.
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
            parts = urlsplit(url)
            host, default = parts.hostname, _PORTS.get(parts.scheme)
            if not host or default is None:
                raise SendError(BAD_URL)
            # Taken apart as where the route was chosen: http.client reads netlocs its own way.
            key = (parts.scheme, host, default if parts.port is None else parts.port)
            connection = self._connection(key)
        except (ValueError, InvalidURL) as error:
            raise SendError(BAD_URL) from error
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        if not target.isascii():
            target = quote(target, safe=_KEPT, errors="replace")
        try:
            if drip is None:
                connection.request("POST", target, body, dict(headers))
            else:
                length = {"Content-Length": str(len(body))}
                connection.request("POST", target, drip.pieces(body), {**headers, **length})
            reply = connection.getresponse()
            text = reply.read(REPLY_BYTES_MAX)
        except (OSError, HTTPException, ValueError) as error:
            self._drop(key)
            raise SendError(_word(error)) from error
        if reply.will_close or not reply.isclosed():
            self._drop(key)
        return reply.status, text[:REPLY_BYTES_KEPT]

    def close(self) -> None:
        """Closes every connection."""
        for key in list(self._connections):
            self._drop(key)

    def _connection(self, key: _Place) -> HTTPConnection:
        kept = self._connections.get(key)
        if kept is not None and not _is_stale(kept):
            return kept
        self._drop(key)
        if len(self._connections) >= CONNECTIONS_MAX:
            self._drop(next(iter(self._connections)))
        scheme, host, port = key
        if scheme == "https":
            made: HTTPConnection = HTTPSConnection(
                host, port, timeout=self._timeout_s, context=_unverified()
            )
        else:
            made = HTTPConnection(host, port, timeout=self._timeout_s)
        self._connections[key] = made
        return made

    def _drop(self, key: _Place) -> None:
        connection = self._connections.pop(key, None)
        if connection is not None:
            with contextlib.suppress(OSError):
                if connection.sock is not None:
                    # Wakes the thread that may be waiting for a reply on it.
                    connection.sock.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()


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
