"""Owns how a verdict is carried out on a connection: what of a reply goes out, when, and the end.

A :class:`~scale_mock.verdicts.Verdict` becomes a row of replies, written one after the other with
pauses that block nobody: the loop's timers measure them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scale_mock.serving.reply import Reply, Then

if TYPE_CHECKING:
    from scale_mock.serving.timers import Timers
    from scale_mock.verdicts import Verdict

_END_OF_HEAD = b"\r\n\r\n"


class Convict(Protocol):
    """The connection, as a sentence sees it. Loop thread only."""

    is_closed: bool

    @property
    def is_clear(self) -> bool:
        """Whether it is open and all that was written is with the kernel."""

    def write(self, reply: Reply) -> None:
        """Send (part of) a reply."""

    def advance(self) -> None:
        """Go on with the next request, if this one is over."""


class Sentence:
    """One verdict on its way. Loop thread only.

    Args:
        convict: The connection.
        verdict: What becomes of the reply.
        reply: The whole reply.
        timers: The loop's.
    """

    __slots__ = ("_convict", "_parts", "_pause_s", "_timers", "_verdict")

    def __init__(self, convict: Convict, verdict: Verdict, reply: Reply, timers: Timers) -> None:
        self._convict = convict
        self._verdict = verdict
        self._timers = timers
        self._pause_s = verdict.pause_s
        self._parts = parts_of(verdict, reply)

    def begin(self) -> None:
        """Write the first part, now or after the delay."""
        if self._verdict.delay_s > 0:
            self._timers.after(self._verdict.delay_s, self._write_next)
        else:
            self._write_next()

    def _write_next(self) -> None:
        if self._convict.is_closed:
            return
        if not self._convict.is_clear:  # the client is slower still
            self._timers.after(self._pause_s, self._write_next)
            return
        self._convict.write(self._parts.pop(0))
        if self._parts and not self._convict.is_closed:
            self._timers.after(self._pause_s, self._write_next)
        else:
            self._convict.advance()


def parts_of(verdict: Verdict, reply: Reply) -> list[Reply]:
    """Return what is written instead of a reply, in order; the last part says how it ends."""
    head, separator, body = reply.data.partition(_END_OF_HEAD)
    head += separator
    match verdict.ending:
        case "reset":
            return [Reply(head if verdict.after_headers else b"", Then.RESET)]
        case "empty":
            return [Reply(b"", Then.CLOSE)]
        case "timeout":
            return [Reply(b"", Then.HOLD)]
        case "truncated":
            return [Reply(head + body[: len(body) // 2], Then.CLOSE)]
        case "slow" if body:
            return _drip(head, body, verdict.chunk_bytes, reply.then)
        case _:
            return [reply]


def _drip(head: bytes, body: bytes, size: int, then: Then) -> list[Reply]:
    pieces = [body[first : first + size] for first in range(0, len(body), size)]
    parts = [Reply(piece, Then.CONTINUE) for piece in (head, *pieces)]
    parts[-1].then = then
    return parts
