"""Owns TLS on one client's socket: bytes in the clear towards the connection, records on the wire.

It behaves as the non-blocking socket it wraps, so that a connection need not know which of the two
it has. Standard library only, and loaded only by a server that has a certificate.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

from scale_mock.serving.head import ProtocolError

if TYPE_CHECKING:
    from typing import Final

_RECORD_BYTES: Final = 16_384
_HANDSHAKE: Final = 0x16


class TlsSocket:
    """A client's socket under TLS, server side. Loop thread only.

    Args:
        sock: Accepted, non-blocking.
        context: With certificate and key.
    """

    __slots__ = ("_accepted", "_in", "_is_cut", "_is_eof", "_is_plain", "_is_ready", "_is_shut",
                 "_out", "_sock", "_tls", "_unsent")  # fmt: skip

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self._sock = sock
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._unsent = b""
        self._accepted = 0
        self._is_ready = False
        self._is_plain = False
        self._is_shut = False
        self._is_eof = False
        self._is_cut = False

    def fileno(self) -> int:
        """The descriptor, for the selector."""
        return self._sock.fileno()

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Set an option; one that makes `close` a reset also keeps TLS from taking its leave."""
        if level == socket.SOL_SOCKET and option == socket.SO_LINGER:
            self._is_cut = True
        self._sock.setsockopt(level, option, value)

    def recv(self, limit: int) -> bytes:
        """Return what has arrived, in the clear; nothing at the end of the stream.

        All that one read of the socket brings is returned, so that no byte waits where the
        selector cannot see it.

        Raises:
            BlockingIOError: Nothing is there yet.
            ProtocolError: The client speaks plain HTTP; what is sent from here on is plain too.
            OSError: The connection or its TLS is broken.
        """
        if self._is_eof:
            return b""
        data = self._sock.recv(limit)
        if self._is_plain or self._is_shut:
            return data
        if data and not self._is_ready and not self._in.pending:
            self._check_first_byte(data[0])
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        try:
            return self._decrypted()
        finally:
            self._flush()

    def send(self, data: bytes | memoryview) -> int:
        """Send as much as the kernel takes; return how much that was.

        As OpenSSL wants it, data that was encrypted and not taken must be offered again first.

        Raises:
            BlockingIOError: The kernel takes nothing now.
            OSError: The connection or its TLS is broken.
        """
        if self._is_plain:
            return self._sock.send(data)
        sent = 0
        view = memoryview(data)
        while sent < len(view):
            if not self._accepted:
                self._accepted = self._tls.write(view[sent : sent + _RECORD_BYTES])
            if not self._flush():
                break
            sent += self._accepted
            self._accepted = 0
        if not sent and view:
            raise BlockingIOError
        return sent

    def shutdown(self, how: int) -> None:
        """End the stream towards the client, with TLS's own farewell; the rest is read raw."""
        self._take_leave()
        self._is_shut = True
        self._sock.shutdown(how)

    def close(self) -> None:
        """Close it; the client is told so, unless the connection is being reset."""
        with contextlib.suppress(OSError):
            self._take_leave()
        self._sock.close()

    def _check_first_byte(self, byte: int) -> None:
        """Tell who speaks plain HTTP what to do; anything else is for TLS to refuse."""
        if byte == _HANDSHAKE or not chr(byte).isalpha() or byte > 0x7F:
            return
        self._is_plain = True
        raise ProtocolError(
            400, "This looks like plain HTTP, but the server speaks TLS: use https://."
        )

    def _decrypted(self) -> bytes:
        parts: list[bytes] = []
        try:
            if not self._is_ready:
                self._tls.do_handshake()
                self._is_ready = True
            while part := self._tls.read(_RECORD_BYTES):
                parts.append(part)
            self._is_eof = True
        except ssl.SSLWantReadError:
            if not parts:
                raise BlockingIOError from None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self._is_eof = True
        return b"".join(parts)

    def _flush(self) -> bool:
        """Send records; return whether all of them are with the kernel."""
        self._unsent += self._out.read()
        if self._unsent:
            try:
                sent = self._sock.send(self._unsent)
            except (BlockingIOError, InterruptedError):
                return False
            self._unsent = self._unsent[sent:]
        return not self._unsent

    def _take_leave(self) -> None:
        if self._is_plain or self._is_cut or self._is_shut or not self._is_ready:
            return
        # unwrap() wants the client's farewell too; ours is written before it says so.
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._flush()
