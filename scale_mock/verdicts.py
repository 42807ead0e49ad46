"""Verdicts: what should become of a reply on its way out, where no WSGI application can say it.

A fault decides; the serving loop and the interceptor each carry it out in their own way: one on the
socket, the other as the exception that the real client would raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VERDICT = "scale_mock.verdict"
"""The key of the WSGI environ under which an application leaves a :class:`Verdict`."""

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
