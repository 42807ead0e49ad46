"""A line to a server: plain HTTP on connections that are kept, past everything that is patched.

What tests do to clients (interception, recorded replies, frozen time) does not reach it: it is
``http.client`` on a socket of its own. It is the only thing that the leak guard lets through, and
only to its own server.
"""

from __future__ import annotations

import http.client
import json
import select
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.intercept import passage
from scale_mock.mock.remote.schemes import is_plain, speaks_plain, speaks_tls, wants_tls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from scale_mock.mock.remote.address import Address

AUTHORITY = (
    "Name the file with its authority too: --ca-file FILE, in tests --scale-mock-ca-file FILE or "
    "ca_file=."
)
"""How a client is told whom to trust."""
TIMEOUT_S = 60.0
"""How long one reply may take: a callback that is out holds a clock up for seconds."""


class Unreachable(ScaleMockError):
    """A server does not answer, or not in HTTP."""


class Answer(NamedTuple):
    """A reply.

    Attributes:
        status: Its code.
        reason: The words behind it.
        headers: The headers in their order.
        body: The bytes.
    """

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of a name; ``None`` for none."""
        found = (value for given, value in self.headers if given.lower() == name.lower())
        return next(found, None)

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        found = self.header("content-type") or ""
        return found.partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body's value; ``None`` for what is no JSON."""
        with suppress(ValueError):
            return json.loads(self.body)
        return None


class Truncated(http.client.HTTPException):
    """A reply that ends before its promised length.

    Args:
        answer: What came, filled up to the length that was promised.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__("the reply ends before its promised length")
        self.answer = answer


class Line:
    """Connections to one server, one for each thread that asks.

    Args:
        address: The server's.
        ca_file: The authority that it is trusted by; those of the system by default.

    Raises:
        ConfigurationError: The authority's file cannot be read.
    """

    def __init__(self, address: Address, ca_file: str | PathLike[str] | None = None) -> None:
        self.address = address
        self._context = _context(ca_file) if address.scheme == "https" else None
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[http.client.HTTPConnection] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Sends one request and reads the whole reply.

        A kept connection that the server has closed meanwhile is replaced. Nothing is ever sent
        twice: what goes wrong on the way is left to the caller, for faults are made of it.

        Args:
            method: The HTTP method.
            path: The path with its query, quoted.
            headers: The headers; those that HTTP needs are added.
            body: The bytes to send.

        Raises:
            OSError: The server cannot be reached, or the connection broke.
            HTTPException: The reply is no reply.
        """
        kept = getattr(self._local, "connection", None)
        if kept is not None and _is_dropped(kept):
            self._drop(kept)
            kept = None
        return self._exchange(kept or self._connected(), method, path, headers or {}, body)

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The same, where a server that cannot be reached is a mistake.

        Raises:
            Unreachable: It cannot; the text says why.
        """
        try:
            answer = self.send(method, path, headers=headers, body=body)
        except (OSError, http.client.HTTPException) as error:
            if is_plain(error):
                raise Unreachable(speaks_plain(self.address)) from None
            raise Unreachable(
                f"{self.address.url} does not answer: {type(error).__name__}: {error}."
                + _hint(error)
            ) from error
        if self._context is None and wants_tls(answer.status, answer.body):
            raise Unreachable(f"{speaks_tls(self.address)} {AUTHORITY}")
        return answer

    def close(self) -> None:
        """Hangs up in every thread."""
        with self._lock:
            connections, self._open = self._open, []
        for connection in connections:
            connection.close()
        self._local = threading.local()

    def _connected(self) -> http.client.HTTPConnection:
        host, port = self.address.host, self.address.port
        connection: http.client.HTTPConnection
        if self._context is not None:
            connection = http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT_S, context=self._context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        connection.set_debuglevel(0)  # whoever turns it on for all would print the key
        self._local.connection = connection
        with self._lock:
            self._open.append(connection)
        return connection

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        try:
            with passage():
                connection.request(method, path, body=body, headers=dict(headers))
            reply = connection.getresponse()
            head = reply.status, reply.reason, reply.getheaders()
            return Answer(*head, reply.read())
        except http.client.IncompleteRead as cut:
            self._drop(connection)
            body = cut.partial + b" " * (cut.expected or 0)
            raise Truncated(Answer(*head, body)) from cut
        except BaseException as error:
            self._drop(connection)
            # Further down every line of a traceback holds the head with the key in it.
            raise error.with_traceback(None) from None

    def _drop(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self._local.connection = None
        with self._lock:
            if connection in self._open:
                self._open.remove(connection)


def _is_dropped(connection: http.client.HTTPConnection) -> bool:
    """True if something can be read between two requests: the end, for nothing else may come."""
    if connection.sock is None:
        return True
    waiting = select.poll() if hasattr(select, "poll") else None
    if waiting is None:  # Windows
        return bool(select.select([connection.sock], [], [], 0)[0])
    waiting.register(connection.sock, select.POLLIN)
    return bool(waiting.poll(0))


def _context(ca_file: str | PathLike[str] | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"ca_file={str(ca_file)!r}: there is no certificate authority in this file: {error}."
        ) from None


def _hint(error: Exception) -> str:
    """What usually is the matter."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return " For a `scale-mock serve --https` name the file with its authority as the ca_file."
    if isinstance(error, ConnectionRefusedError):
        return " Is the server running? Start it with `scale-mock serve`."
    return ""
