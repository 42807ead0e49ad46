"""Owns the server: binding, starting and stopping one loop in a thread of its own."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import TYPE_CHECKING

from scale_mock.errors import ScaleMockError
from scale_mock.serving.context import Context
from scale_mock.serving.limits import Limits
from scale_mock.serving.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext
    from types import TracebackType
    from typing import Self
    from wsgiref.types import WSGIApplication

_BACKLOG = 512
_FORBIDDEN = (
    "Something in this process forbids sockets. With pytest-socket, mark the test with "
    "@pytest.mark.enable_socket; or do without the server, since nothing that happens in process "
    "needs a socket."
)


class ServerStartError(ScaleMockError):
    """The server cannot listen, or is asked for its address before it does."""


class Server:
    """Serves a WSGI application over HTTP/1.1 on one daemon thread.

    The application is called on that thread, so it must not block; a request that may block is
    handed to a worker thread by raising :class:`~scale_mock.serving.deferred.Deferred`. Beyond
    PEP 3333 the environ holds `REQUEST_URI` and `RAW_URI` (the target, undecoded),
    `wsgi.input_terminated`, `scale_mock.deferred` (the class to raise) and
    `scale_mock.after_reply`: a list of callables that the loop thread runs once the reply is with
    the kernel, or the client is gone. They must be quick.

    Args:
        app: Any WSGI application.
        host: Name or address to listen on; IPv6 without brackets.
        port: 0 lets the system choose.
        limits: See :class:`~scale_mock.serving.limits.Limits`.
        on_error: Gets whatever the application raised, on the thread where it happened. Without
            it, tracebacks go to stderr.
        tls: Certificate and key, to serve https; plain http without it.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits = Limits(),  # noqa: B008 - immutable
        on_error: Callable[[BaseException], None] | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self.host = host
        self._tls = tls
        self._port = port
        self._app = app
        self._limits = limits
        self._on_error = on_error
        self._address: tuple[str, int] | None = None
        self._context: Context | None = None
        self._loop: Loop | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Port it listens on, or listened on before it was stopped.

        Raises:
            ServerStartError: It has not been started, so the port is not known.
        """
        if self._address is None:
            raise ServerStartError("The server has no address yet; call start() first.")
        return self._address[1]

    @property
    def url(self) -> str:
        """Root URL, without a slash at the end.

        Raises:
            ServerStartError: It has not been started, so the port is not known.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{host}:{self.port}"

    @property
    def requests_in_flight(self) -> int:
        """Requests handed to the application whose reply is not out yet."""
        return 0 if self._context is None else self._context.requests_in_flight

    @property
    def last_activity(self) -> float:
        """Monotonic seconds of the last bytes received, or the last reply finished; else 0."""
        return 0.0 if self._context is None else self._context.last_activity

    def start(self) -> None:
        """Listen and start the loop thread; once this returns, requests are accepted.

        Raises:
            ServerStartError: It cannot listen on host and port, or it runs already.
        """
        __tracebackhide__ = True
        if self._thread is not None and self._thread.is_alive():
            raise ServerStartError(f"The server runs already, at {self.url}.")
        listener = _listener(self.host, self._port)
        try:
            self._run(listener)
        except BaseException:
            listener.close()
            raise

    def _run(self, listener: socket.socket) -> None:
        self._address = self.host, listener.getsockname()[1]
        self._context = Context(
            self._app,
            host=self.host,
            port=self.port,
            limits=self._limits,
            on_error=self._on_error,
            tls=self._tls,
        )
        self._loop = Loop(listener, self._context)
        self._thread = threading.Thread(
            target=self._loop.run, name=f"scale_mock-serving-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, close all connections and wait for the loop thread to end.

        May be called again, from any thread and from a signal handler. On the loop thread itself
        (in an application, say) it returns at once and the loop ends after the call. Deferred
        calls still at work go on to their end, without a client.
        """
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        loop.stop()
        if thread is not threading.current_thread():
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _listener(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ServerStartError: Names host and port, the reason, and what to do.
    """
    __tracebackhide__ = True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (RuntimeError, UserWarning) as error:  # what pytest-socket raises, or warns of before
        raise ServerStartError(
            f"Cannot open a socket for a server on host {host!r}, port {port}: {error} {_FORBIDDEN}"
        ) from None
    try:
        if os.name == "posix":
            # On Windows the same option would let two servers share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServerStartError(
            f"Cannot listen on host {host!r}, port {port}: {error}. {_advice(error, port)}"
        ) from error
    return listener


def _advice(error: OSError | OverflowError, port: int) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Stop whatever listens on port {port}, or choose another; port 0 takes a free one."
    if code in {errno.EACCES, errno.EPERM}:
        return "Ports below 1024 may need privileges; choose a higher one, or 0 for a free one."
    if code is None:
        return "Choose a port from 0 to 65535."
    return "Choose an address of this machine, such as 127.0.0.1."
