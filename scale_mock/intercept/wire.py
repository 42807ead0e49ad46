"""Owns the far end of a connection in memory: bytes of requests in, replies out.

A client's own code writes its requests here and parses the replies as it does with a real server;
between the two, the WSGI application is called in the client's thread. Nobody waits: where a server
would let time pass, the reply says how long, and the client's side compares with its timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.intercept.replies_out import answer
from scale_mock.intercept.requests_in import Head, unchunked

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from scale_mock.intercept.hosts import Origin
    from scale_mock.intercept.replies_out import Reply

LAST_CHUNK = b"0\r\n\r\n"


class Wire:
    """The server's end of one connection.

    Args:
        origin: Where the client wanted to connect to.
        route: Finds the application for an origin, anew for each request: interception may begin
            and end while a client keeps its connection.

    Attributes:
        origin: As above; a forwarding proxy's changes from request to request.
        is_over: No further request is answered.
        prepared: The reply to the next request, if it has been asked for already.
    """

    def __init__(self, origin: Origin, route: Callable[[Origin], WSGIApplication]) -> None:
        self.origin = origin
        self.is_over = False
        self.prepared: Reply | None = None
        self._route = route
        self._buffer = b""
        self._head: Head | None = None
        self._parts: list[bytes] = []
        self._received = 0

    def app(self) -> WSGIApplication:
        """The application that answers now.

        Raises:
            LeakError: None does any more.
        """
        return self._route(self.origin)

    def feed(self, data: bytes) -> None:
        """Takes bytes of a request."""
        if self._head is None:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = Head(self._buffer[:end])
            data, self._buffer = self._buffer[end + 4 :], b""
        if data:
            self._parts.append(data)
            self._received += len(data)

    @property
    def is_complete(self) -> bool:
        """True once a whole request is there."""
        head = self._head
        if head is None:
            return False
        if not head.is_chunked:
            return self._received >= head.length
        # Looked at closely only where it may be the end.
        tail = b"".join(self._parts[-len(LAST_CHUNK) :])
        return tail.endswith(LAST_CHUNK) and unchunked(b"".join(self._parts)) is not None

    @property
    def awaits_continue(self) -> bool:
        """True if the client may wait for a word before it sends the body; said once."""
        head = self._head
        if head is None or not head.expects or self._received:
            return False
        head.expects = False
        return True

    def reply(self) -> Reply:
        """Answers the request that is complete.

        Raises:
            LeakError: Interception has ended since the connection was made.
        """
        head = self._head
        if head is None:
            raise ValueError("There is no request to answer.")
        body, rest = b"".join(self._parts), b""
        if head.is_chunked:
            body = unchunked(body) or b""
        else:
            body, rest = body[: head.length], body[head.length :]
        self._head, self._parts, self._received = None, [], 0
        if rest:
            self.feed(rest)
        reply, self.prepared = self.prepared, None
        if reply is None:
            environ = head.environ(self.origin, body)
            is_old = head.protocol == "HTTP/1.0"
            reply = answer(self.app(), environ, close=head.close, is_old=is_old)
        self.is_over = reply.ends_connection
        return reply
