"""Owns the head of a request: its text to a :class:`Request`, and a teaching refusal otherwise.

Strict on purpose (RFC 9110 and 9112 without their allowances for old senders): a mock that guesses
hides bugs of the client that is being tested.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO, Final, NoReturn

# RFC 9110, 5.6.2.
_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_REQUEST_LINE: Final = re.compile(rf"({_TOKEN}++) ([\x21-\x7e\x80-\xff]++) HTTP/([0-9])\.([0-9])")
# Quantifiers are possessive, so that no crafted line makes the search quadratic.
_FIELD: Final = re.compile(
    rf"\r\n({_TOKEN}++):[ \t]*+([^\x00-\x08\x0a-\x1f\x7f]*+)(?=\r\n)",
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f]")
_FIELD_NAME: Final = re.compile(rf"{_TOKEN}++")
_TOKEN_BYTES: Final = frozenset(b"!#$%&'*+-.^_`|~") | frozenset(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
_TLS_HANDSHAKE: Final = 0x16
_SHOWN_MAX: Final = 80
_USUAL_DIGITS_MAX: Final = 15


class ProtocolError(Exception):
    """A request that is answered by the server itself; the connection ends after it.

    Attributes:
        status: HTTP status code.
        error: One sentence: what was wrong, where, and what would do.
    """

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Request:
    """One complete request.

    Attributes:
        method: As sent (methods are case-sensitive).
        target: Request target as sent, undecoded; octets above ASCII as latin-1.
        version: `HTTP/1.0` or `HTTP/1.1`.
        headers: Lower-case names to values; repeated ones joined as RFC 9110, 5.3 says.
        body: Decoded body, at its start. Whoever takes the request closes it.
        body_bytes: Length of the decoded body, `None` if the request has none.
        keep_alive: Whether the client wants to go on using the connection.
    """

    __slots__ = ("body", "body_bytes", "headers", "keep_alive", "method", "target", "version")

    def __init__(self, method: str, target: str, version: str, headers: dict[str, str]) -> None:
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body: BinaryIO = BytesIO()
        self.body_bytes: int | None = None
        connection = headers.get("connection")
        if connection is None:
            self.keep_alive = version == "HTTP/1.1"
        else:
            options = {option.strip() for option in connection.lower().split(",")}
            self.keep_alive = "close" not in options and (
                version == "HTTP/1.1" or "keep-alive" in options
            )


def parse_head(head: str) -> Request:
    """Parse request line and headers, ended by one CR LF."""
    line_end = head.index("\r\n")
    match = _REQUEST_LINE.fullmatch(head, 0, line_end)
    if match is None:
        _refuse_request_line(head[:line_end])
    method, target, major, minor = match.groups()
    if major != "1":
        raise ProtocolError(505, f"HTTP/{major}.{minor} is not spoken here; use HTTP/1.1.")
    version = "HTTP/1.0" if minor == "0" else "HTTP/1.1"
    headers = parse_fields(head[line_end:])
    if "host" not in headers and version == "HTTP/1.1":
        raise ProtocolError(400, "The Host header is missing; HTTP/1.1 wants it.")
    if target[0] != "/":
        _check_target(method, target)
    return Request(method, target, version, headers)


def parse_fields(text: str) -> dict[str, str]:
    """Parse header lines, each preceded by CR LF and the last one also followed by it."""
    fields = _FIELD.findall(text)
    if len(fields) != text.count("\r\n") - 1:
        _refuse_field(text)
    headers: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        if key in headers:
            _join_field(headers, key, value.rstrip(" \t"))
        else:
            headers[key] = value.rstrip(" \t")
    return headers


def _join_field(headers: dict[str, str], key: str, value: str) -> None:
    if key == "host":
        raise ProtocolError(400, "The Host header is given twice.")
    headers[key] += f"{'; ' if key == 'cookie' else ', '}{value}"


def check_line_ends(buffer: bytearray, start: int, end: int) -> None:
    """Refuse a bare LF between two places, before an end of the head is awaited in vain."""
    if buffer.count(b"\n", start, end) == buffer.count(b"\r\n", max(0, start - 1), end):
        return
    raise ProtocolError(400, "A line of the request's head ends with a bare LF; HTTP wants CR LF.")


def _check_target(method: str, target: str) -> None:
    """Let through the forms of RFC 9112, 3.2 other than a path."""
    if method == "CONNECT":
        raise ProtocolError(
            501, "CONNECT is for proxies; this server is none. Send requests to it."
        )
    if target == "*":
        if method == "OPTIONS":
            return
    elif target[:7].lower() == "http://" or target[:8].lower() == "https://":
        return
    raise ProtocolError(
        400,
        f"Request target {shown(target)} is neither a path that starts with / "
        "nor an absolute http URL.",
    )


def check_transfer_encoding(request: Request, encoding: str, length: str | None) -> None:
    """Refuse any encoding but chunked, and a body that is framed in two ways."""
    if length is not None:
        raise ProtocolError(
            400, "Both Transfer-Encoding and Content-Length are given; send only one of them."
        )
    if request.version == "HTTP/1.0":
        raise ProtocolError(400, "Transfer-Encoding is given in an HTTP/1.0 request; use HTTP/1.1.")
    if encoding.lower() != "chunked":
        raise ProtocolError(
            501,
            f"Transfer-Encoding {shown(encoding)} is not supported; send chunked, "
            "or a Content-Length.",
        )


def parse_content_length(text: str) -> int:
    """Return the length in bytes; the same value given twice counts as given once."""
    if len(text) <= _USUAL_DIGITS_MAX and text.isascii() and text.isdigit():
        return int(text)
    values = {value.strip(" \t") for value in text.split(",")}
    if len(values) > 1:
        raise ProtocolError(400, f"Content-Length is given with different values: {shown(text)}.")
    value = values.pop()
    if not (value.isascii() and value.isdigit()):
        raise ProtocolError(
            400, f"Content-Length {shown(value)} is not a whole number of bytes, 0 or more."
        )
    # int() refuses very long numbers; none of those fits any limit.
    return int(value.lstrip("0")[:19] or "0")


def check_first_byte(byte: int) -> None:
    """Refuse what cannot become a request before its end is awaited in vain."""
    if byte in _TOKEN_BYTES:
        return
    if byte == _TLS_HANDSHAKE:
        raise ProtocolError(
            400, "This looks like TLS, but the server speaks plain HTTP: use http://."
        )
    raise ProtocolError(400, f"A request starts with its method, not with byte 0x{byte:02x}.")


def _refuse_request_line(line: str) -> NoReturn:
    raise ProtocolError(
        400,
        f"Request line {shown(line)} is not METHOD TARGET HTTP/x.y, "
        "with one space between them and no control characters.",
    )


def _refuse_field(text: str) -> NoReturn:
    """Say which of the header lines is wrong, and why."""
    for line in text[2:-2].split("\r\n"):
        name, colon, _ = line.partition(":")
        control = _CONTROL.search(line)
        if control is not None:
            raise ProtocolError(
                400,
                f"Header line {shown(line)} holds the control character 0x{ord(control[0]):02x}.",
            )
        if line[:1] in {" ", "\t"}:
            raise ProtocolError(
                400, f"Header line {shown(line)} continues the line before it; fold no headers."
            )
        if not colon:
            raise ProtocolError(400, f"Header line {shown(line)} has no colon.")
        if _FIELD_NAME.fullmatch(name) is None:
            raise ProtocolError(
                400,
                f"Header name {shown(name)} is not a token: letters, digits and -_.!#$%&'*+^`|~, "
                "no space before the colon.",
            )
    raise ProtocolError(400, "The headers cannot be read.")


def shown(text: str) -> str:
    """Quote what a client sent, cut to a readable length."""
    return repr(text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}...")
