"""The reply to a callback, read from the receiver's socket.

Nearly every reply is a head and a body of a stated length; it is taken apart here. Whatever else
HTTP/1.x allows (chunks, interim replies, an end that is the connection's) is ``http.client``'s
business, which takes three times as long: it reads heads as it reads mail.
"""

from __future__ import annotations

import io
import re
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from scale_mock.serving.realtime import clock as real

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

REPLY_BYTES_MAX = 1024 * 1024
_RECEIVE_BYTES = 65_536
_PATIENT = 0.9
_LINES_MAX = 100
"""More lines of a head than these are left to ``http.client``, whose own limit it is."""
_INTERIM_MAX = 100
"""How many interim replies may come before the one that counts."""
_PLAIN_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [^\r\n]*+)?\r\n(?:[!#-9A-Z^-z|~]++:[^\r\n]*+\r\n)*+\r\n"
)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*+([0-9]{1,15})[ \t]*+\r\n")
_LENGTH_NAME = b"\r\ncontent-length:"
_OTHER_FRAMING = b"\r\ntransfer-encoding:"
_CLOSES = re.compile(rb"\r\nconnection:[^\r]*close")
_BODILESS = frozenset({204, 304})


class CallbackReply(NamedTuple):
    """What a receiver answered.

    Attributes:
        status: The status.
        body: The body, as far as it was read.
        stays: Whether the connection can be used again.
    """

    status: int
    body: bytes
    stays: bool


class Patience:
    """How long a whole reply may still take, however it trickles in.

    Args:
        sock: Whose timeout is the time that is left.
        timeout_s: How long from now, in real seconds; the socket's timeout already.
    """

    __slots__ = ("_sock", "_timeout_s", "_until")

    def __init__(self, sock: socket.socket, timeout_s: float) -> None:
        self._sock = sock
        self._timeout_s = timeout_s
        self._until = real.monotonic() + timeout_s

    def receive(self) -> bytes:
        """More bytes; none at the end.

        Raises:
            TimeoutError: The time is over.
        """
        left_s = self._until - real.monotonic()
        if left_s <= 0:
            raise TimeoutError
        if left_s < _PATIENT * self._timeout_s:
            # Not each time: it is a system call, and the first bytes are mostly there by now.
            self._sock.settimeout(left_s)
        return self._sock.recv(_RECEIVE_BYTES)

    def restore(self) -> None:
        """Gives the socket its usual timeout back."""
        if self._sock.gettimeout() != self._timeout_s:
            self._sock.settimeout(self._timeout_s)


def read_reply(sock: socket.socket, *, timeout_s: float) -> CallbackReply:
    """Reads one reply.

    Args:
        sock: The connection, with this timeout.
        timeout_s: How long the whole of it may take, in real seconds.

    Raises:
        OSError: The connection failed, or the time was over.
        HTTPException: It is no reply, or not a whole one.
    """
    patience = Patience(sock, timeout_s)
    data = patience.receive()
    head = _PLAIN_HEAD.match(data)
    if head is None:
        reply = _read_any(data, patience)
    else:
        status, fields = int(head[1]), head[0].lower()
        length = _LENGTH.search(fields)
        if length is None or status in _BODILESS or _is_framed_oddly(fields):
            reply = _read_any(data, patience)
        else:
            said = int(length[1])
            body = _read_body(data[head.end() :], said, patience)
            stays = len(body) == said and _CLOSES.search(fields) is None
            reply = CallbackReply(status, body[: min(said, REPLY_BYTES_MAX)], stays)
    patience.restore()
    return reply


def _is_framed_oddly(fields: bytes) -> bool:
    return (
        _OTHER_FRAMING in fields
        or fields.count(_LENGTH_NAME) != 1
        or fields.count(b"\r\n") > _LINES_MAX
    )


def _read_body(body: bytes, length: int, patience: Patience) -> bytes:
    """Reads on to a length that is known, up to the limit; perhaps more, where more was sent."""
    wanted = min(length, REPLY_BYTES_MAX)
    while len(body) < wanted:
        more = patience.receive()
        if not more:
            raise IncompleteRead(body, length - len(body))
        body += more
    return body


def _read_any(data: bytes, patience: Patience) -> CallbackReply:
    """Reads a reply that begins with these bytes, whatever its form."""
    source = cast("socket.socket", _Source(data, patience))
    for _ in range(_INTERIM_MAX + 1):
        reply = HTTPResponse(source, method="POST")
        reply.begin()
        if not 100 <= reply.status < 200 or reply.status == 101:
            break
        reply.fp = None  # type: ignore[assignment]  # it would close what the next one reads
    else:
        raise HTTPException("too many interim replies")
    body = reply.read(REPLY_BYTES_MAX)
    if reply.length and len(body) < REPLY_BYTES_MAX:
        raise IncompleteRead(body, reply.length)
    return CallbackReply(reply.status, body, stays=reply.isclosed() and not reply.will_close)


class _Source(io.RawIOBase):
    """A socket whose first bytes have been read already, as far as ``HTTPResponse`` looks at it."""

    def __init__(self, data: bytes, patience: Patience) -> None:
        self._data = data
        self._patience = patience
        self._file = io.BufferedReader(self)

    def makefile(self, mode: str) -> BinaryIO:
        """The one file over it."""
        return self._file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        data = self._data or self._patience.receive()
        with memoryview(buffer) as view:
            count = min(len(data), len(view))
            view[:count] = data[:count]
        self._data = data[count:]
        return count
