"""Owns one client's socket: reading, writing, and closing it so that the client sees the reply.

This is the one place that acts on a socket. A reply that no WSGI application can express (a reset,
a truncation, a drip) is a row of parts with an end of their own (:class:`Then`); cutting it up is
the business of :mod:`~scale_mock.serving.sentence`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING

from scale_mock.serving.exchange import Exchange
from scale_mock.serving.head import ProtocolError
from scale_mock.serving.parser import RequestParser
from scale_mock.serving.realtime import clock as time
from scale_mock.serving.reply import CONTINUE, Then, refusal
from scale_mock.serving.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.serving.context import Context
    from scale_mock.serving.reply import Reply
    from scale_mock.serving.tls import TlsSocket
    from scale_mock.verdicts import Verdict

_RECEIVE_BYTES = 65_536
_RECEIVE_BODY_BYTES = 262_144
_READ_AHEAD_BYTES = 65_536
_REQUESTS_PER_TURN = 16
_LAST = frozenset({Then.CLOSE, Then.RESET, Then.HOLD})


class Connection:
    """One client. Loop thread only.

    Args:
        sock: Accepted, non-blocking; under TLS or not.
        address: The client's host and port.
        context: What is shared with the other connections.
        on_closed: Called once with the connection when its socket is closed.
    """

    __slots__ = ("_address", "_context", "_drain_until", "_drained_bytes", "_events", "_exchange",
                 "_is_advancing", "_is_eof", "_is_refused", "_is_sentenced", "_on_closed", "_out",
                 "_parser",
                 "_sock", "_then", "_touched_at", "is_closed")  # fmt: skip

    def __init__(
        self,
        sock: socket.socket | TlsSocket,
        address: tuple[str, int],
        context: Context,
        on_closed: Callable[[Connection], None],
    ) -> None:
        self._sock = sock
        self._address = address
        self._context = context
        self._on_closed = on_closed
        self._parser = RequestParser(context.limits)
        self._exchange: Exchange | None = None
        self._out: memoryview | None = None
        self._then = Then.KEEP
        self._events = 0
        self._touched_at = time.monotonic()
        self._drain_until: float | None = None
        self._drained_bytes = 0
        self._is_advancing = False
        self._is_eof = False
        self._is_refused = False
        self._is_sentenced = False
        self.is_closed = False

    @property
    def is_clear(self) -> bool:
        """Whether it is open and all that was written is with the kernel."""
        return self._out is None and not self.is_closed

    @property
    def idle_since(self) -> float | None:
        """Monotonic seconds since when it waits between requests; `None` if it does not."""
        if self._exchange or self._out or self._parser.is_within_request or self._drain_until:
            return None
        return self._touched_at

    def on_event(self, mask: int) -> None:
        """React to what the selector reports."""
        if mask & EVENT_WRITE and self._out is not None:
            self._flush()
        if mask & EVENT_READ and not self.is_closed:
            self.receive()

    def receive(self) -> None:
        """Read what is there, and act on it."""
        limit = _RECEIVE_BODY_BYTES if self._parser.is_within_body else _RECEIVE_BYTES
        try:
            data = self._sock.recv(limit)
        except (BlockingIOError, InterruptedError):
            self._watch()
            return
        except OSError:
            self.abort()
            return
        except ProtocolError as error:  # plain HTTP where TLS is spoken
            self._refuse(error.status, error.error)
            self._watch()
            return
        self._touched_at = self._context.last_activity = time.monotonic()
        if self._drain_until is not None:
            self._drained_bytes += len(data)
            if not data or self._drained_bytes > self._context.limits.drain_bytes_max:
                self.abort()
            return
        if data:
            self._parser.feed(data)
        elif self._is_sentenced:
            self.abort()  # who goes before a late reply has given up, not sent all there is to send
            return
        else:
            self._is_eof = True
        self.advance()

    def advance(self) -> None:
        """Serve the requests that are there, in order; after some of them, others have a turn."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            for _ in range(_REQUESTS_PER_TURN):
                if not self._serve_next():
                    break
            else:
                self._context.mailbox.post(self.advance)
        finally:
            self._is_advancing = False
        self._watch()

    def write(self, reply: Reply) -> None:
        """Send (part of) a reply; the exchange is ended once its last part is out."""
        self._then = reply.then
        if self.is_closed:
            self._end_exchange()
            return
        if reply.data:
            self._send(reply.data)
        if self._out is None and not self.is_closed:
            self._on_flushed()

    def carry_out(self, verdict: Verdict, reply: Reply) -> None:
        """Let a verdict decide what of a reply goes out, and when; nobody waits for it."""
        self._is_sentenced = True
        Sentence(self, verdict, reply, self._context.timers).begin()

    def abort(self) -> None:
        """Close the socket now, whatever is unsent. The client may see a reset."""
        if self.is_closed:
            return
        self.is_closed = True
        self._out = None
        if self._is_sentenced:
            self._then = Then.CLOSE  # the rest of a late or slow reply never comes
        if self._events:
            self._context.selector.unregister(self._sock)
        self._sock.close()
        self._parser.close()
        self._on_closed(self)
        if self._exchange is not None:
            self._exchange.cancel()
            self._end_exchange()

    def expire(self, now: float) -> None:
        """Close it, if it has been silent for too long."""
        if self._drain_until is not None:
            if now > self._drain_until:
                self.abort()
            return
        if now - self._touched_at <= self._context.limits.idle_s_max:
            return
        if self._out is not None:
            self.abort()
        elif self._exchange is None:
            if self._parser.is_within_request:
                self._refuse(408, "The rest of the request did not come (limit idle_s_max).")
                self._watch()
            else:
                self.abort()

    def _serve_next(self) -> bool:
        if self._exchange or self._out or self.is_closed or self._is_refused:
            return False
        if self._then in _LAST:
            return False
        try:
            request = self._parser.next_request()
        except ProtocolError as error:
            self._refuse(error.status, error.error)
            return False
        if request is not None:
            self._exchange = Exchange(self, request, self._context, self._address)
            self._then = Then.CONTINUE  # until the last part of the reply is written
            self._exchange.run()
            return True
        if self._is_eof:
            self.abort()  # in the middle of a request or after the last one: nobody to answer
        elif self._parser.continue_due:
            self._parser.continue_due = False
            self._send(CONTINUE)
        return False

    def _refuse(self, status: int, error: str) -> None:
        self._is_refused = True
        self.write(refusal(status, error))

    def _send(self, data: bytes) -> None:
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.abort()
            return
        if sent < len(data):
            self._out = memoryview(data)[sent:]
            self._watch()

    def _flush(self) -> None:
        """Send more of what is waiting."""
        assert self._out is not None
        try:
            sent = self._sock.send(self._out)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.abort()
            return
        self._touched_at = self._context.last_activity = time.monotonic()
        self._out = self._out[sent:]
        if len(self._out):
            return
        self._out = None
        if self._then is Then.CONTINUE and self._exchange is not None:
            self._exchange.resume()
        else:
            self._on_flushed()
        self.advance()

    def _on_flushed(self) -> None:
        self._end_exchange()
        if self._then is Then.CLOSE:
            self._finish()
        elif self._then is Then.RESET:
            self._reset()
        elif self._then is Then.HOLD:
            self._hold()

    def _end_exchange(self) -> None:
        exchange = self._exchange
        if exchange is not None and self._then is not Then.CONTINUE:
            self._exchange = None
            self._is_sentenced = False
            exchange.end()

    def _reset(self) -> None:
        """Close it so that the kernel sends a reset: lingering for no time is how to ask for it."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        with contextlib.suppress(OSError):  # the client may have gone already
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.abort()

    def _hold(self) -> None:
        """Say nothing more, and throw away what comes, until the client goes."""
        if self._is_eof:
            self.abort()
            return
        self._drain_until = time.monotonic() + self._context.limits.hold_s_max
        self._parser.close()

    def _finish(self) -> None:
        """Close in order: the kernel resets a connection that is closed with input unread."""
        if self.is_closed:
            return
        if self._is_eof or not (self._is_refused or self._parser.buffered_bytes):
            self.abort()
            return
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()
            return
        self._drain_until = time.monotonic() + self._context.limits.drain_s_max
        self._parser.close()

    def _watch(self) -> None:
        """Tell the selector what to wait for."""
        if self.is_closed:
            return
        events = 0
        if not self._is_eof and self._parser.buffered_bytes <= _READ_AHEAD_BYTES:
            events = EVENT_READ
        if self._out is not None:
            events |= EVENT_WRITE
        if events == self._events:
            return
        selector = self._context.selector
        if not self._events:
            selector.register(self._sock, events, self.on_event)
        elif not events:
            selector.unregister(self._sock)
        else:
            selector.modify(self._sock, events, self.on_event)
        self._events = events
