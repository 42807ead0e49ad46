"""Owns the socket that is none: what ``http.client`` and urllib3 write to and read from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from scale_mock.intercept.reading import RawReader, Reader

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from scale_mock.intercept.wire import Wire


class MemorySocket:
    """A connected (and, for https, verified) socket as far as HTTP clients look at one.

    Args:
        wire: The far end.
        timeout: The first timeout, in seconds; ``None``, or what is no number, for none.

    Attributes:
        wire: As above.
    """

    def __init__(self, wire: Wire, timeout: object = None) -> None:
        self.wire = wire
        self._reader = Reader(wire)
        self._timeout: float | None = None
        self.settimeout(timeout)
        self._is_closed = False

    @property
    def is_readable(self) -> bool:
        """True once the server has closed: between two requests nothing else can be read."""
        return self._reader.is_ended

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Takes all of it."""
        view = bytes(data)
        self.sendall(view)
        return len(view)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Takes all of it."""
        if self._is_closed:
            raise OSError(9, "Bad file descriptor")
        if self._reader.is_ended:
            raise BrokenPipeError(32, "Broken pipe")
        self.wire.feed(data if isinstance(data, bytes) else bytes(data))

    def makefile(self, mode: str = "r", buffering: int | None = None, **_: object) -> io.IOBase:
        """A file to read one reply from; of a plain reply all bytes are there at once."""
        try:
            whole = self._reader.whole()
        except Exception as error:
            # Raised where a socket would raise it, when the file is read: a response of http.client
            # that got no file cannot even be thrown away without a warning.
            return io.BufferedReader(RawReader(_Failing(self.wire, error), self.gettimeout))
        if whole is not None:
            return io.BytesIO(whole)
        return io.BufferedReader(RawReader(self._reader, self.gettimeout))

    def recv(self, size: int, flags: int = 0) -> bytes:
        """The next bytes of a reply."""
        return self._reader.pull(size, self._timeout)

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        """The next bytes of a reply, into a buffer."""
        view = memoryview(buffer).cast("B")
        data = self._reader.pull(size or len(view), self._timeout)
        view[: len(data)] = data
        return len(data)

    def settimeout(self, timeout: object) -> None:
        """Sets how long one read may take."""
        self._timeout = float(timeout) if isinstance(timeout, int | float) else None

    def gettimeout(self) -> float | None:
        """How long one read may take."""
        return self._timeout

    def setblocking(self, flag: bool) -> None:
        """Blocking means without a timeout."""
        self.settimeout(None if flag else 0.0)

    def setsockopt(self, *arguments: object) -> None:
        """There is nothing to set."""

    def shutdown(self, how: int = 2) -> None:
        """Ends the connection."""
        self.wire.is_over = True

    def close(self) -> None:
        """Ends the connection; a file that was made goes on."""
        self._is_closed = True

    def fileno(self) -> int:
        """No descriptor: what a closed socket says."""
        return -1

    def getpeername(self) -> tuple[str, int]:
        """The far end's host name and port."""
        return self.wire.origin.host, self.wire.origin.port

    def getsockname(self) -> tuple[str, int]:
        """An address of this machine."""
        return "127.0.0.1", 0

    def getpeercert(self, binary_form: bool = False) -> object:
        """A certificate was seen and is fine, but there is nothing in it."""
        return b"" if binary_form else {}

    def selected_alpn_protocol(self) -> str | None:
        """HTTP/1.1, without a word about it."""
        return None

    def version(self) -> str | None:
        """The version of TLS."""
        return "TLSv1.3" if self.wire.origin.scheme == "https" else None


class _Failing(Reader):
    """A reader whose first read raises."""

    __slots__ = ("_error",)

    def __init__(self, wire: Wire, error: Exception) -> None:
        super().__init__(wire)
        self._error = error

    def pull(self, most: int, timeout: float | None) -> bytes:
        raise self._error
