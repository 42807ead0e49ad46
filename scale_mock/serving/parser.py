"""Owns the reading of HTTP/1.x requests: bytes go in as they come, whole requests come out.

The parser is incremental and touches no socket: however a stream of bytes is cut, the same
requests and the same refusal come out of it. What a head may look like is `head`'s business;
here heads, bodies and chunks are told apart (RFC 9112, 6 and 7), within the limits.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from scale_mock.serving.head import (
    ProtocolError,
    check_first_byte,
    check_line_ends,
    check_transfer_encoding,
    parse_content_length,
    parse_fields,
    parse_head,
    shown,
)

if TYPE_CHECKING:
    from typing import BinaryIO, Final, NoReturn

    from scale_mock.serving.head import Request
    from scale_mock.serving.limits import Limits

_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?")


class RequestParser:
    """Turns the bytes of one connection into requests.

    Attributes:
        continue_due: The client waits for a `100 Continue` before it sends the body
            (RFC 9110, 10.1.1). Whoever sends it sets this back to false.
    """

    __slots__ = (
        "_body",
        "_body_bytes",
        "_buffer",
        "_error",
        "_limits",
        "_ready",
        "_remaining",
        "_request",
        "_scanned",
        "_step",
        "_trailer_bytes",
        "continue_due",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._scanned = 0
        self._step = self._read_head
        self._request: Request | None = None
        self._body: BinaryIO = BytesIO()
        self._body_bytes = 0
        self._ready = False
        self._remaining = 0
        self._trailer_bytes = 0
        self._error: ProtocolError | None = None
        self.continue_due = False

    @property
    def buffered_bytes(self) -> int:
        """Bytes that are held but not yet part of a request."""
        return len(self._buffer)

    @property
    def is_within_request(self) -> bool:
        """Whether the beginning of a request has arrived, but not its end."""
        return self._request is not None or bool(self._buffer)

    @property
    def is_within_body(self) -> bool:
        """Whether a head is complete and its body is not."""
        return self._request is not None

    def feed(self, data: bytes) -> None:
        """Take over bytes from the connection."""
        self._buffer += data

    def next_request(self) -> Request | None:
        """Return the next complete request, or `None` if more bytes are needed.

        Raises:
            ProtocolError: The stream is not a request that can be served; raised again by every
                later call, since nothing after it can be trusted.
        """
        if self._error is not None:
            raise self._error
        try:
            while self._step():
                if self._ready:
                    request = self._request
                    self._request = None
                    self._ready = self.continue_due = False
                    return request
        except ProtocolError as error:
            self._error = error
            self.close()
            raise
        return None

    def close(self) -> None:
        """Drop what has been read of an unfinished request."""
        self._buffer.clear()
        self._body.close()
        self._request = None
        self.continue_due = False

    # Each step returns whether it got further; it sets the next step itself.

    def _read_head(self) -> bool:
        buffer = self._buffer
        while buffer[:2] == b"\r\n":  # RFC 9112, 2.2: empty lines before a request are skipped
            del buffer[:2]
            self._scanned = 0
        if not buffer:
            return False
        if buffer != b"\r":
            check_first_byte(buffer[0])
        end = buffer.find(b"\r\n\r\n", max(0, self._scanned - 3))
        head_bytes_max = self._limits.head_bytes_max
        head_bytes = len(buffer) if end < 0 else end + 4
        check_line_ends(buffer, self._scanned, min(head_bytes, head_bytes_max))
        self._scanned = len(buffer)
        if head_bytes > head_bytes_max:
            raise ProtocolError(
                431,
                f"Request line and headers are longer than {head_bytes_max} bytes, the most that "
                "this server reads. Send fewer or shorter headers or cookies, or a "
                "shorter URL: long values belong in the body.",
            )
        if end < 0:
            return False
        head = buffer[: end + 2].decode("latin-1")
        del buffer[: end + 4]
        self._scanned = 0
        request = parse_head(head)
        self._frame_body(request)
        self._request = request
        return True

    def _frame_body(self, request: Request) -> None:
        """Decide how the body is delimited (RFC 9112, 6.3)."""
        headers = request.headers
        encoding = headers.get("transfer-encoding")
        length = headers.get("content-length")
        if encoding is None and length is None:
            self._ready = True
            return
        self._body_bytes = 0
        if encoding is not None:
            check_transfer_encoding(request, encoding, length)
            self._step = self._read_chunk_size
            self._trailer_bytes = 0
            self._body = BytesIO()
        else:
            assert length is not None
            self._remaining = parse_content_length(length)
            if self._remaining > self._limits.body_bytes_max:
                self._refuse_body(f"of {self._remaining} bytes ")
            self._body = BytesIO()
            self._step = self._read_fixed
        expect = headers.get("expect")
        if expect is not None and request.version == "HTTP/1.1":
            if expect.lower() != "100-continue":
                raise ProtocolError(
                    417, f"Expect: {shown(expect)} is not known; only 100-continue is."
                )
            self.continue_due = not self._buffer

    def _read_fixed(self) -> bool:
        if self._remaining:
            self._take_body()
        if self._remaining:
            return False
        self._end_body()
        return True

    def _read_chunk_size(self) -> bool:
        line = self._read_line("the size line of a chunk")
        if line is None:
            return False
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            raise ProtocolError(
                400,
                f"Chunk size {shown(line.decode('latin-1'))} is not a hexadecimal number "
                "of at most 16 digits.",
            )
        self._remaining = int(match[1], 16)
        if self._body_bytes + self._remaining > self._limits.body_bytes_max:
            self._refuse_body("")
        self._step = self._read_chunk if self._remaining else self._read_trailers
        return True

    def _read_chunk(self) -> bool:
        if self._remaining:
            self._take_body()
        end = bytes(self._buffer[:2])
        if self._remaining or not end or end == b"\r":
            return False
        if end != b"\r\n":
            raise ProtocolError(400, "A chunk of the body is longer than its size line says.")
        del self._buffer[:2]
        self._step = self._read_chunk_size
        return True

    def _read_trailers(self) -> bool:
        """Read past the trailers: nothing here uses them."""
        line = self._read_line("the trailers of a chunked body", self._trailer_bytes)
        if line is None:
            return False
        if line:
            self._trailer_bytes += len(line) + 2
            parse_fields(f"\r\n{line.decode('latin-1')}\r\n")
            return True
        self._end_body()
        return True

    def _read_line(self, what: str, already_bytes: int = 0) -> bytes | None:
        end = self._buffer.find(b"\n", self._scanned)
        line_bytes_max = self._limits.head_bytes_max - already_bytes
        if (len(self._buffer) if end < 0 else end + 1) > line_bytes_max:
            raise ProtocolError(
                400,
                f"In {what}: longer than {self._limits.head_bytes_max} bytes "
                "(limit head_bytes_max).",
            )
        if end < 0:
            self._scanned = len(self._buffer)
            return None
        if not end or self._buffer[end - 1] != 0x0D:
            raise ProtocolError(400, f"In {what}: a line ends with a bare LF; HTTP wants CR LF.")
        line = bytes(self._buffer[: end - 1])
        del self._buffer[: end + 1]
        self._scanned = 0
        return line

    def _take_body(self) -> None:
        """Move what has arrived of the current piece from the buffer to the body."""
        count = min(len(self._buffer), self._remaining)
        if not count:
            return
        if self._body_bytes + count > self._limits.body_spool_bytes and type(self._body) is BytesIO:
            self._body = _spooled(self._body)
        with memoryview(self._buffer) as view, view[:count] as piece:
            self._body.write(piece)
        del self._buffer[:count]
        self._body_bytes += count
        self._remaining -= count

    def _end_body(self) -> None:
        assert self._request is not None
        self._body.seek(0)
        self._request.body = self._body
        self._request.body_bytes = self._body_bytes
        self._body = BytesIO()
        self._step = self._read_head
        self._ready = True

    def _refuse_body(self, size: str) -> NoReturn:
        raise ProtocolError(
            413,
            f"The body {size}is longer than {self._limits.body_bytes_max} bytes "
            "(limit body_bytes_max). Send a shorter one, or raise the limit of the server.",
        )


def _spooled(body: BinaryIO) -> BinaryIO:
    """Move a body that grows too long for memory to a temporary file."""
    import tempfile  # costs milliseconds, and few requests are this long

    spooled = tempfile.TemporaryFile()  # noqa: SIM115 - whoever takes the request closes it
    spooled.write(body.getvalue() if isinstance(body, BytesIO) else body.read())
    body.close()
    return spooled
