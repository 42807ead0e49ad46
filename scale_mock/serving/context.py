"""Owns what all connections of one server share: the application, limits, counters, the mailbox.

Everything here belongs to the loop thread, except where a docstring says otherwise.
"""

from __future__ import annotations

import selectors
import socket
import sys
from collections import deque
from typing import TYPE_CHECKING

from scale_mock.serving.environ import EnvironBuilder
from scale_mock.serving.pool import WorkerPool
from scale_mock.serving.realtime import clock as time
from scale_mock.serving.reply import DateLine
from scale_mock.serving.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext
    from wsgiref.types import WSGIApplication

    from scale_mock.serving.limits import Limits


class Mailbox:
    """Calls that other threads want made on the loop thread.

    Neither :meth:`post` nor :meth:`wake` takes a lock, so a signal handler may call them while
    the code it interrupts is inside one of them.

    Attributes:
        receiver: Becomes readable when there is something to do.
    """

    def __init__(self) -> None:
        self.receiver, self._sender = socket.socketpair()
        self.receiver.setblocking(False)
        self._sender.setblocking(False)
        self._calls: deque[Callable[[], None]] = deque()
        self._is_closed = False

    def post(self, call: Callable[[], None]) -> bool:
        """Have `call` made on the loop thread; false if the loop has ended. Any thread."""
        if self._is_closed:
            return False
        self._calls.append(call)
        self.wake()
        return True

    def wake(self) -> None:
        """Let the loop look at its state. Any thread."""
        try:
            self._sender.send(b"\0")
        except OSError:
            # The buffer is full, so the loop wakes anyway; or the loop has ended.
            return

    def take(self) -> list[Callable[[], None]]:
        """Return the calls to be made now, in the order they were posted."""
        try:
            self.receiver.recv(4096)
        except BlockingIOError:
            return []
        return [self._calls.popleft() for _ in range(len(self._calls))]

    def close(self) -> list[Callable[[], None]]:
        """Take no more calls; return those that are left."""
        self._is_closed = True
        self.receiver.close()
        self._sender.close()
        return [self._calls.popleft() for _ in range(len(self._calls))]


class Context:
    """The shared state of one run of a server.

    Attributes:
        tls: What connections are wrapped with; `None` for plain HTTP.
        requests_in_flight: Requests handed to the application whose reply is not out. Readable
            from any thread.
        last_activity: Monotonic seconds of the last bytes received, or the last reply finished.
            Readable from any thread.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        host: str,
        port: int,
        limits: Limits,
        on_error: Callable[[BaseException], None] | None,
        tls: SSLContext | None = None,
    ) -> None:
        self.app = app
        self.limits = limits
        self.tls = tls
        self.environs = EnvironBuilder(host, port, scheme="http" if tls is None else "https")
        self.date = DateLine()
        self.pool = WorkerPool(limits.pool_threads_max, name=f"scale_mock-serving-{port}")
        self.mailbox = Mailbox()
        self.timers = Timers()
        self.selector = selectors.DefaultSelector()
        self.requests_in_flight = 0
        self.last_activity = time.monotonic()
        self._on_error = on_error

    def report(self, error: BaseException) -> None:
        """Hand an error to whoever wants to know; must not raise. Any thread."""
        try:
            if self._on_error is not None:
                self._on_error(error)
                return
        except BaseException as second:  # a broken reporter must not end the loop
            error = second
        sys.excepthook(type(error), error, error.__traceback__)
