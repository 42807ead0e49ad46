"""Owns replies: what `start_response` is told, and the bytes that go out for it."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from scale_mock.serving.realtime import clock as time

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Final

    from scale_mock.serving.head import Request

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"

_STATUS: Final = re.compile(r"[1-9][0-9]{2} [^\x00-\x08\x0a-\x1f\x7f]*|[1-9][0-9]{2}")
_FIELD_TEXT: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_REASONS: Final = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}


class Then(enum.Enum):
    """What happens to the connection once the bytes of a reply are with the kernel."""

    KEEP = "the next request may come"
    CLOSE = "it is closed in order: the client sees the end of the stream"
    CONTINUE = "more bytes of the same reply follow"
    RESET = "it is reset"
    HOLD = "nothing more comes until the client goes"


class Reply:
    """What is to be written, and what comes then.

    Attributes:
        data: Head and body (or a further part of the body), sent in one go.
        then: What follows.
    """

    __slots__ = ("data", "then")

    def __init__(self, data: bytes, then: Then) -> None:
        self.data = data
        self.then = then


class ReplyError(Exception):
    """The application broke the WSGI protocol; the client got a 500 or a cut connection."""


class ReplyStart:
    """Status and headers of one reply: the application's `start_response`.

    Attributes:
        length: Content-Length that the application gave, if any.
        is_sent: The head is out; nothing of it can be changed any more.
        written: What the application gave to the `write` of PEP 3333; goes before the body.
        keep_alive: Whether the connection is to survive the reply.
    """

    __slots__ = ("_date", "_fields", "_has", "_status", "is_sent", "keep_alive", "length",
                 "request", "written")  # fmt: skip

    def __init__(self, request: Request, date: Callable[[], str]) -> None:
        self.request = request
        self.keep_alive = request.keep_alive
        self.length: int | None = None
        self.is_sent = False
        self.written: list[bytes] = []
        self._status: str | None = None
        self._fields = ""
        self._has: set[str] = set()
        self._date = date

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: ExcInfo | None = None,
        /,
    ) -> Callable[[bytes], object]:
        """Take status and headers, as PEP 3333 describes.

        Raises:
            ReplyError: The status or a header is not fit to be sent, or it is called twice.
        """
        if exc_info is not None and exc_info[1] is not None and self.is_sent:
            raise exc_info[1]
        if exc_info is None and self._status is not None:
            raise ReplyError("start_response was called twice without exc_info.")
        if _STATUS.fullmatch(status) is None:
            raise ReplyError(f"Status {status!r} is not three digits, a space and a reason.")
        self._status = None
        self.length = None
        self._has = set()
        text = ""
        for name, value in headers:
            field = name + ": " + value
            if _FIELD_TEXT.fullmatch(field) is None:
                raise ReplyError(f"Header {name!r}: {value!r} holds control characters.")
            text += f"{field}\r\n"
            key = name.lower()
            self._has.add(key)
            if key in {"content-length", "connection", "transfer-encoding"}:
                text = self._take_framing(key, value, text, name)
        self._fields = text
        self._status = status
        return self.written.append

    def _take_framing(self, key: str, value: str, text: str, name: str) -> str:
        """Note a header that is the server's business; return the text that goes out."""
        if key == "transfer-encoding":
            raise ReplyError("Transfer-Encoding is up to the server; leave it out.")
        if key == "content-length":
            if not (value.isascii() and value.isdigit()):
                raise ReplyError(f"Content-Length {value!r} is not a number of bytes.")
            self.length = int(value)
            return text
        if "close" in value.lower():
            self.keep_alive = False
        return text[: -len(f"{name}: {value}\r\n")]

    @property
    def is_begun(self) -> bool:
        """Whether the application has called this."""
        return self._status is not None

    @property
    def is_bodiless(self) -> bool:
        """Whether no body goes out, whatever the application returns (RFC 9112, 6.3)."""
        status = self._status or ""
        return self.request.method == "HEAD" or status[:3] in {"204", "304"} or status[:1] == "1"

    @property
    def is_chunked(self) -> bool:
        """Whether a body of unknown length is delimited by chunks."""
        return self.length is None and self.request.version == "HTTP/1.1"

    def whole(self, body: bytes) -> Reply:
        """Return the reply for a body that is complete.

        Raises:
            ReplyError: There is no status, or Content-Length says otherwise.
        """
        if self.is_bodiless:
            return Reply(self._head(self._bodiless_length(body)), self._then())
        if self.length is None:
            return Reply(self._head(len(body)) + body, self._then())
        if self.length != len(body):
            raise ReplyError(
                f"Content-Length is {self.length}, but the body has {len(body)} bytes."
            )
        return Reply(self._head(None) + body, self._then())

    def first(self, part: bytes) -> Reply:
        """Return the head and the first part of a body whose end is not known yet."""
        if self.length is None and not self.is_chunked:
            self.keep_alive = False  # HTTP/1.0: the end of the stream is the end of the body
        head = self._head(None)
        if self.is_chunked:
            head = head[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
        return Reply(head + self.framed(part), Then.CONTINUE)

    def framed(self, part: bytes) -> bytes:
        """Return a part of a streamed body as it goes over the wire."""
        return b"%x\r\n%b\r\n" % (len(part), part) if part and self.is_chunked else part

    def last(self) -> Reply:
        """Return the end of a streamed body."""
        return Reply(LAST_CHUNK if self.is_chunked else b"", self._then())

    def _then(self) -> Then:
        return Then.KEEP if self.keep_alive else Then.CLOSE

    def _bodiless_length(self, body: bytes) -> int | None:
        """Return the length to announce where no body follows: HEAD's, if it is known."""
        if self.length is not None or not body or self.request.method != "HEAD":
            return None
        return len(body)

    def _head(self, length: int | None) -> bytes:
        if self._status is None:
            raise ReplyError("The application returned without calling start_response.")
        text = f"HTTP/1.1 {self._status}\r\n{self._fields}"
        if length is not None:
            text += f"Content-Length: {length}\r\n"
        if "date" not in self._has:
            text += self._date()
        if not self.keep_alive:
            text += "Connection: close\r\n"
        elif self.request.version == "HTTP/1.0":
            text += "Connection: keep-alive\r\n"
        head = f"{text}\r\n".encode("latin-1")
        self.is_sent = True
        return head


class DateLine:
    """The Date header line, made once a second (RFC 9110, 6.6.1 wants it)."""

    __slots__ = ("_line", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._line = ""

    def __call__(self) -> str:
        """Return the line, with its CR LF."""
        second = int(time.time())
        if second != self._second:
            year, month, day, hour, minute, seconds, weekday, _, _ = time.gmtime(second)
            # strftime would follow the locale.
            self._line = (
                f"Date: {_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year} "
                f"{hour:02d}:{minute:02d}:{seconds:02d} GMT\r\n"
            )
            self._second = second
        return self._line


def refusal(status: int, error: str, *, is_head: bool = False) -> Reply:
    """Return the server's own reply: a small JSON body in Scale's shape, then the end."""
    import json  # only refusals need it, and start-up pays for what is imported above

    body = json.dumps({"status_code": status, "error": error}).encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return Reply(head.encode() + (b"" if is_head else body), Then.CLOSE)
