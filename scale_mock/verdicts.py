"""Verdicts: what should become of a reply on its way out, where no WSGI application can say it.

A fault decides; the serving loop and the interceptor each carry it out in their own way: one on the
socket, the other as the exception that the real client would raise.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

VERDICT = "scale_mock.verdict"
"""The key of the WSGI environ under which an application leaves a :class:`Verdict`."""

TOLD = "Scale-Mock-Verdict"
"""The header of a request that wants to be told the verdict, and of the reply that tells it."""
_WANTS = "HTTP_SCALE_MOCK_VERDICT"

Ending = Literal["reset", "empty", "timeout", "truncated", "slow"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one reply.

    Attributes:
        ending: ``reset``: the connection is reset; ``empty``: it is closed without a byte;
            ``timeout``: nothing comes until the client gives up; ``truncated``: the headers
            promise the whole body and half of it comes; ``slow``: the body drips. ``None`` for a
            reply that is only late.
        after_headers: A reset comes after the reply's headers instead of before them.
        delay_s: Real seconds before the first byte. In process nobody waits: a client whose
            timeout is shorter sees its timeout, any other its reply.
        chunk_bytes: How many bytes of a ``slow`` body come at a time.
        pause_s: Real seconds between two of these.
    """

    ending: Ending | None = None
    after_headers: bool = False
    delay_s: float = 0.0
    chunk_bytes: int = 16
    pause_s: float = 0.05


def wants_to_be_told(environ: Mapping[str, object]) -> bool:
    """True if whoever asks carries a verdict out itself: nobody has to wait on a socket for it."""
    return _WANTS in environ


def to_header(verdict: Verdict) -> str:
    """A verdict as the value of a header."""
    return json.dumps(asdict(verdict))


def from_header(text: str) -> Verdict:
    """The same back."""
    return Verdict(**json.loads(text))
