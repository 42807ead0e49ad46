"""How one try to send a callback went, whoever made it: a socket, a handler or a fault."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """How one try to send a callback went.

    Attributes:
        status: The reply's status; ``None`` if there was none.
        error: Why there was no reply.
        reply: The beginning of the reply's body.
        traceback: What a handler raised, as text.
    """

    status: int | None
    error: str | None = None
    reply: bytes = b""
    traceback: str | None = None
