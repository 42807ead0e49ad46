"""Owns the client's end of a connection in memory: reading as from a socket, at once."""

from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.intercept.replies_out import Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import WriteableBuffer

    from scale_mock.intercept.wire import Wire

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
NO_TIMEOUT = (
    "The reply never comes (a fault of kind timeout), and this client has no timeout: with a real "
    "server it would wait for ever. Give the request a timeout."
)
UNFINISHED = (
    "The client waits for a reply, but its request is not complete: with a real server it would "
    "wait for ever."
)


def reset_error() -> ConnectionResetError:
    """What a read from a reset connection raises."""
    return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


class Reader:
    """Pulls the replies of a wire.

    Args:
        wire: The server's end.
    """

    __slots__ = ("_left", "_steps", "wire")

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._steps: Iterator[bytes | float | Cut] = iter(())
        self._left = b""

    @property
    def is_ended(self) -> bool:
        """True if the server has closed or reset the connection, and all it sent is read."""
        return self.wire.is_over and not self._left

    def pull(self, most: int, timeout: float | None) -> bytes:
        """The next bytes.

        Args:
            most: At most so many.
            timeout: The client's timeout for one read, in seconds; ``None`` for none.

        Returns:
            The bytes; none at the end of the stream.

        Raises:
            ConnectionResetError: The server reset the connection.
            TimeoutError: A server would take longer than the client waits. Nobody waits here.
            ConfigurationError: The client would wait for ever.
        """
        if not self._left:
            self._left = self._next(timeout)
        data, self._left = self._left[:most], self._left[most:]
        return data

    def whole(self) -> bytes | None:
        """A whole reply at once, if nothing is left of the last one and it is a plain one."""
        if not self.wire.is_complete:
            return None
        reply = self.wire.reply()
        if reply.is_plain:
            return b"".join((reply.head, *reply.body))
        self._steps = reply.steps()
        return None

    def _next(self, timeout: float | None) -> bytes:
        while True:
            step = next(self._steps, None)
            if step is None:
                if not self.wire.is_complete:
                    return self._nothing_asked(timeout)
                self._steps = self.wire.reply().steps()
            elif isinstance(step, bytes):
                if step:
                    return step
            elif isinstance(step, Cut):
                return self._ended(step, timeout)
            elif timeout is not None and step > timeout:
                self.wire.is_over = True
                self._steps = iter(())
                raise TimeoutError("timed out")

    def _nothing_asked(self, timeout: float | None) -> bytes:
        """A read while no whole request is there."""
        if self.wire.awaits_continue:
            return CONTINUE
        if self.wire.is_over:
            return b""
        if timeout is None:
            raise ConfigurationError(UNFINISHED)
        raise TimeoutError("timed out")

    def _ended(self, cut: Cut, timeout: float | None) -> bytes:
        self.wire.is_over = True
        self._steps = iter((cut,))
        if cut is Cut.CLOSED:
            return b""
        if cut is Cut.RESET:
            raise reset_error()
        if timeout is None:
            raise ConfigurationError(NO_TIMEOUT)
        raise TimeoutError("timed out")


class RawReader(io.RawIOBase):
    """A reader as a raw file, for ``socket.makefile``.

    Args:
        reader: What is read.
        timeout: Tells the client's timeout, in seconds.
    """

    def __init__(self, reader: Reader, timeout: Callable[[], float | None]) -> None:
        super().__init__()
        self._reader = reader
        self._timeout = timeout

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills a buffer as far as there are bytes now."""
        view = memoryview(buffer).cast("B")
        data = self._reader.pull(len(view), self._timeout())
        view[: len(data)] = data
        return len(data)
