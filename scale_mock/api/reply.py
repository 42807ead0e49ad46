"""Replies: a status and a body, before they become WSGI."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from scale_mock.domain.documents import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON = "application/json; charset=utf-8"
_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(slots=True)
class Reply:
    """What is answered.

    Attributes:
        body: The bytes, or an iterable of them for long answers.
        status: The HTTP status.
        content_type: The media type.
        headers: Further headers.
        as_stored: Leaves the addresses of files as the store spells them, not as the door does: a
            snapshot is sealed, and may be restored behind another door.
    """

    body: bytes | Iterable[bytes]
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    as_stored: bool = False

    @property
    def status_line(self) -> str:
        """Status and phrase, as WSGI wants them."""
        return _LINES.get(self.status) or f"{self.status} Status"


def json_reply(value: object, *, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(encode(value), status)
