"""Owns replies on their way out: what the application answered, and what becomes of it."""

from __future__ import annotations

import enum
from collections.abc import Generator
from typing import TYPE_CHECKING

from scale_mock.verdicts import VERDICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any
    from wsgiref.types import WSGIApplication, WSGIEnvironment

BODILESS = (204, 304)


class Cut(enum.Enum):
    """How a connection ends, or stops, in the middle of things."""

    CLOSED = "the server closed it in order"
    RESET = "the server reset it"
    SILENCE = "nothing more ever comes"


class Reply:
    """One reply on its way to a client.

    Args:
        status: Code and reason, ``200 OK``.
        headers: The headers; those of the connection included.
        body: The body's parts; what is no list is produced while it is read.
        verdict: What becomes of it.
        close: Whether the connection ends with it.
    """

    __slots__ = ("body", "close", "headers", "status", "verdict")

    def __init__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        body: Iterable[bytes],
        verdict: Verdict | None,
        *,
        close: bool,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.verdict = verdict
        self.close = close

    @property
    def is_plain(self) -> bool:
        """True if all of it is there, and nothing special becomes of it."""
        return self.verdict is None and type(self.body) is list

    @property
    def ends_connection(self) -> bool:
        """True if no request can follow."""
        ending = self.verdict.ending if self.verdict is not None else None
        return self.close or ending in {"reset", "empty", "timeout", "truncated"}

    @property
    def head(self) -> bytes:
        """Status line and headers as bytes, with the empty line."""
        lines = [f"HTTP/1.1 {self.status}\r\n", *[f"{n}: {v}\r\n" for n, v in self.headers], "\r\n"]
        return "".join(lines).encode("latin-1")

    def steps(self) -> Iterator[bytes | float | Cut]:
        """Bytes that come, seconds that a server would let pass, and how it ends."""
        verdict = self.verdict or Verdict()
        if verdict.delay_s:
            yield verdict.delay_s
        match verdict.ending:
            case "timeout":
                yield Cut.SILENCE
            case "empty":
                yield Cut.CLOSED
            case "reset":
                if verdict.after_headers:
                    yield self.head
                yield Cut.RESET
            case "truncated":
                body = b"".join(self.body)
                yield self.head + body[: len(body) // 2]
                yield Cut.CLOSED
            case "slow":
                yield self.head
                yield from _dripping(b"".join(self.body), verdict)
            case _:
                yield self.head
                yield from self.body
        if self.close:
            yield Cut.CLOSED


def answer(
    app: WSGIApplication, environ: WSGIEnvironment, *, close: bool = False, is_old: bool = False
) -> Reply:
    """Calls an application.

    Args:
        app: The application.
        environ: The request.
        close: The client wants the connection closed after the reply.
        is_old: The client speaks HTTP/1.0, and knows no chunks.
    """
    start = _Start()
    produced = app(environ, start)
    verdict: Verdict | None = environ.get(VERDICT)
    body: Iterable[bytes]
    if isinstance(produced, list | tuple):
        body = [*start.written, *produced]
    else:
        body = _streamed(start, iter(produced), getattr(produced, "close", None))
    headers = start.headers
    is_bare = environ["REQUEST_METHOD"] == "HEAD" or int(start.status[:3]) in BODILESS
    if not is_bare and not any(name.lower() == "content-length" for name, _ in headers):
        if isinstance(body, list):
            headers.append(("Content-Length", str(sum(map(len, body)))))
        elif is_old:
            close = True
        else:
            headers.append(("Transfer-Encoding", "chunked"))
            body = _chunked(body)
    if close:
        headers.append(("Connection", "close"))
    if is_bare:
        if isinstance(body, Generator):
            body.close()
        body = []
    return Reply(start.status, headers, body, verdict, close=close)


class _Start:
    """The application's ``start_response``."""

    __slots__ = ("headers", "status", "written")

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.written: list[bytes] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, list(headers)
        return self.written.append


def _streamed(
    start: _Start, produced: Iterator[bytes], close: Callable[[], None] | None
) -> Iterator[bytes]:
    """The parts of a streamed body. The first one is fetched now, so that the head is known."""
    first = next(produced, b"")

    def parts() -> Iterator[bytes]:
        try:
            yield from start.written
            yield first
            yield from produced
        finally:
            if close is not None:
                close()

    return parts()


def _chunked(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        if part:
            yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def _dripping(body: bytes, verdict: Verdict) -> Iterator[bytes | float]:
    for first in range(0, len(body), verdict.chunk_bytes):
        yield verdict.pause_s
        yield body[first : first + verdict.chunk_bytes]
