"""What a fault does to one try of a callback, as the desk carries it out.

The desk knows nothing of faults: it asks a :class:`Meddler` before each try, and gets a plain
description of what is to happen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scale_mock.callbacks.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.callbacks.records import Callback

MET = "met"
"""The data of a try that faults have seen already: they look at each try once."""
HELD_FOR = timedelta(minutes=1)
"""How long a try is held back at most, if no other callback comes that it could follow."""
DROPPED = "dropped"


class Drip(NamedTuple):
    """How a slow body is sent.

    Attributes:
        chunk_bytes: How many bytes come at a time.
        pause_s: Real seconds between two of these.
    """

    chunk_bytes: int
    pause_s: float

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """The body, piece by piece, with the pauses in between."""
        from threading import Event

        pause = Event()
        for first in range(0, len(body), self.chunk_bytes):
            if first:
                pause.wait(self.pause_s)
            yield body[first : first + self.chunk_bytes]


class Meddling(NamedTuple):
    """What happens to one try.

    Attributes:
        fault: The name of the fault.
        kind: A kind of fault for callbacks; ``None`` where a status is answered.
        reaches: The receiver gets it all the same; only its answer is lost.
        status: What is answered in the receiver's place.
        text: The body of that answer.
        delay: How late it comes.
        copies: How many duplicates follow.
        has_auth: The auth header is there, though wrong.
        drip: How a slow body is sent.
    """

    fault: str
    kind: str | None
    reaches: bool
    status: int | None
    text: str
    delay: timedelta
    copies: int
    has_auth: bool
    drip: Drip

    @property
    def loses_answer(self) -> bool:
        """Whether the receiver's own answer never arrives."""
        return self.kind in {None, "drop", "redirect"}

    def answer(self) -> Answer:
        """What the platform sees instead of the receiver's answer."""
        if self.kind == "drop":
            return Answer(None, DROPPED)
        return Answer(302 if self.kind == "redirect" else self.status, reply=self.text.encode())

    def body(self, body: bytes) -> bytes:
        """The body as it is sent."""
        return body[: len(body) // 2] if self.kind == "truncated" else body

    def headers(self, headers: dict[str, str], auth_header: str) -> dict[str, str]:
        """The headers as they are sent."""
        if self.kind != "bad_auth":
            return headers
        changed = {name: value for name, value in headers.items() if name != auth_header}
        if self.has_auth:
            mode = headers[auth_header].partition("_")[0]
            changed[auth_header] = f"{mode}_auth_{'0' * 32}"
        return changed


class Meddler(Protocol):
    """Whoever decides what happens to tries."""

    def meet(self, callback: Callback, number: int) -> Meddling | None:
        """What happens to a try of a callback; ``None`` for nothing.

        Args:
            callback: The callback; a duplicate is never asked about.
            number: Which try it is, from 1.
        """
