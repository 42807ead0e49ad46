"""Owns the loop: one thread that accepts, waits for all sockets, and keeps the deadlines."""

from __future__ import annotations

import socket
from selectors import EVENT_READ
from typing import TYPE_CHECKING

from scale_mock.serving.connection import Connection
from scale_mock.serving.realtime import clock as time

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from scale_mock.serving.context import Context
    from scale_mock.serving.tls import TlsSocket

_SWEEP_S_MIN, _SWEEP_S_MAX = 0.01, 1.0


class Loop:
    """Serves one listening socket until it is told to stop.

    Args:
        listener: Bound and listening; the loop closes it.
        context: What the connections share; the loop closes it.
    """

    def __init__(self, listener: socket.socket, context: Context) -> None:
        self._listener = listener
        self._context = context
        self._connections: set[Connection] = set()
        self._is_stopping = False
        self._is_accepting = False
        limits = context.limits
        waits = (limits.idle_s_max, limits.drain_s_max, limits.pool_wait_s_max)
        self._sweep_s = min(max(min(waits) / 4, _SWEEP_S_MIN), _SWEEP_S_MAX)
        self._sweep_at = 0.0
        listener.setblocking(False)
        context.selector.register(context.mailbox.receiver, EVENT_READ, self._on_mail)
        self._accept_again()

    def stop(self) -> None:
        """Let :meth:`run` return soon. Any thread, and signal handlers."""
        self._is_stopping = True
        self._context.mailbox.wake()

    def run(self) -> None:
        """Serve until :meth:`stop` is called, then close every socket."""
        select, timers = self._context.selector.select, self._context.timers
        try:
            while not self._is_stopping:
                has_deadlines = self._connections or not self._is_accepting
                wait_s = self._sweep_s if has_deadlines else None
                if timers:
                    wait_s = timers.wait_s(self._sweep_s)
                for key, mask in select(wait_s):
                    self._guarded(key.data, mask)
                now = time.monotonic()
                if timers:
                    for call in timers.take(now):
                        self._guarded(call)
                if now >= self._sweep_at:
                    self._sweep_at = now + self._sweep_s
                    self._sweep(now)
        finally:
            self._close()

    def _guarded(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            call(*arguments)
        except BaseException as error:  # a bug of ours must cost one connection, not the server
            self._context.report(error)
            owner = getattr(call, "__self__", None)
            if isinstance(owner, Connection):
                owner.abort()

    def _on_mail(self, _mask: int) -> None:
        for call in self._context.mailbox.take():
            self._guarded(call)

    def _on_connect(self, _mask: int) -> None:
        """Accept one connection; if more wait, the selector says so again.

        Trying for another one at once costs 10 % of a request over a new connection (measured),
        because usually there is none.
        """
        limits = self._context.limits
        if len(self._connections) >= limits.connections_max and not self._make_room():
            return
        try:
            sock, address = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:  # out of descriptors: try again at the next sweep
            self._context.report(error)
            self._accept_no_more()
            return
        self._welcome(sock, address)

    def _welcome(self, sock: socket.socket, address: tuple[str, int]) -> None:
        sock.setblocking(False)
        _send_at_once(sock)
        wire = sock if self._context.tls is None else _under_tls(sock, self._context.tls)
        connection = Connection(wire, address, self._context, self._forget)
        self._connections.add(connection)
        # On loopback the request is often there already, which saves a round of the selector.
        self._guarded(connection.receive)

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if not self._is_accepting and not self._is_stopping:
            self._accept_again()

    def _make_room(self) -> bool:
        """Close the connection that has been idle longest, or accept no more for now."""
        idle = [
            (since, connection)
            for connection in self._connections
            if (since := connection.idle_since) is not None
        ]
        if idle:
            min(idle, key=lambda pair: pair[0])[1].abort()
        else:
            self._accept_no_more()
        return bool(idle)

    def _accept_no_more(self) -> None:
        self._is_accepting = False
        self._context.selector.unregister(self._listener)

    def _accept_again(self) -> None:
        self._is_accepting = True
        self._context.selector.register(self._listener, EVENT_READ, self._on_connect)

    def _sweep(self, now: float) -> None:
        for connection in list(self._connections):
            self._guarded(connection.expire, now)
        self._context.pool.expire(now - self._context.limits.pool_wait_s_max)
        if not self._is_accepting:
            self._accept_again()

    def _close(self) -> None:
        """Undo everything, in reverse; requests still at work in a worker lose their client."""
        for connection in list(self._connections):
            self._guarded(connection.abort)
        self._listener.close()
        for call in [*self._context.mailbox.close(), *self._context.timers.close()]:
            self._guarded(call)
        self._context.selector.close()
        self._context.pool.close()


def _under_tls(sock: socket.socket, tls: SSLContext) -> TlsSocket:
    from scale_mock.serving.tls import TlsSocket  # a server without a certificate loads no TLS

    return TlsSocket(sock, tls)


def _send_at_once(sock: socket.socket) -> None:
    """Switch off Nagle's algorithm; with delayed acknowledgements it costs 40 ms a reply."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        return  # the client has gone already
