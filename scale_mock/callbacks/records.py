"""A callback and its attempts, as records."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.decisions import CallbackReason
    from scale_mock.domain.model import Mode
    from scale_mock.sim.scheduler import Event

Owner = Literal["task", "batch"]
State = Literal["pending", "acknowledged", "captured", "mailed", "failed"]
REPLY_BYTES_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a callback.

    Attributes:
        callback_id: Whose try it is.
        number: 1 to 21 for one sending; it goes on where a callback is sent again.
        at: The world's instant.
        url: Where to.
        status: The receiver's HTTP status; ``None`` if there was no reply.
        error: Why there was no reply: ``refused``, ``timeout``, ``reset`` or more words.
        reply: The beginning of the reply's body.
        traceback: A mounted handler's exception, as text.
        fault: The name of the fault that struck it.
    """

    callback_id: str
    number: int
    at: datetime
    url: str
    status: int | None = None
    error: str | None = None
    reply: bytes = b""
    traceback: str | None = None
    fault: str | None = None

    @property
    def succeeded(self) -> bool:
        """True for any 2xx (documented)."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def outcome(self) -> str:
        """The status or the error, in a word or two."""
        return str(self.status) if self.status is not None else (self.error or "no reply")

    def as_dict(self) -> dict[str, object]:
        """The attempt as the control API shows it."""
        return {
            "number": self.number,
            "at": to_iso(self.at),
            "url": self.url,
            "status": self.status,
            "error": self.error,
            "reply": self.reply.decode("utf-8", "replace"),
            "traceback": self.traceback,
            "fault": self.fault,
        }


@dataclass(slots=True, eq=False)
class Callback:
    """A callback that the platform owes.

    Its body is fixed when it is owed: every attempt sends the same bytes. Sent again it has a new
    record with the same id, which shares the attempts; the old one stays as it was otherwise.

    Attributes:
        id: Its id.
        owner: Whether a task or a batch sends it.
        subject: The task's id or the batch's name.
        mode: The mode that the owner lives in.
        status: The status that the body reports.
        reason: What made it due.
        url: Where to: a URL or an e-mail address.
        body: The bytes that are sent.
        headers: The headers that are sent.
        owed_at: When it became due, or was last asked for again.
        state: How it fared so far.
        attempts: Every try, whichever sending it was for.
        at: When it was acknowledged; ``None`` before.
        event: The scheduled next try.
        copy_of: The callback that it duplicates by a fault; ``None`` for a real one.
        begun: How many attempts earlier sendings took.
        asked: How often it is to be sent again once what is under way is over.
    """

    id: str
    owner: Owner
    subject: str
    mode: Mode
    status: str
    reason: CallbackReason
    url: str
    body: bytes
    headers: dict[str, str]
    owed_at: datetime
    state: State = "pending"
    attempts: list[Attempt] = field(default_factory=list)
    at: datetime | None = None
    event: Event | None = None
    copy_of: str | None = None
    begun: int = 0
    asked: int = 0

    @property
    def json(self) -> dict[str, object]:
        """The body, parsed anew at each call."""
        body: dict[str, object] = json.loads(self.body)
        return body

    @property
    def tries(self) -> list[Attempt]:
        """The attempts of the present sending: all of them, unless it was sent again."""
        return self.attempts[self.begun :]

    @property
    def is_acknowledged(self) -> bool:
        """True if it arrived: a 2xx, a captured URL, or a mail."""
        return self.state in {"acknowledged", "captured", "mailed"}

    def as_dict(self) -> dict[str, object]:
        """The callback as the control API shows it."""
        return {
            "id": self.id,
            "owner": self.owner,
            self.owner: self.subject,
            "mode": self.mode,
            "status": self.status,
            "reason": self.reason,
            "copy_of": self.copy_of,
            "url": self.url,
            "state": self.state,
            "owed_at": to_iso(self.owed_at),
            "acknowledged_at": to_iso(self.at) if self.at else None,
            "next_attempt_at": to_iso(self.event.due) if self.event else None,
            "attempts": [attempt.as_dict() for attempt in self.attempts],
            "body": self.json,
        }

    def __repr__(self) -> str:
        return f"<Callback {self.owner} {self.subject} {self.status} ({self.reason}): {self.state}>"


@dataclass(frozen=True, slots=True)
class Mail:
    """A callback that went to an e-mail address (Scale mails from hello@scale.ai).

    Attributes:
        to: The address.
        sender: The address it comes from.
        at: The world's instant.
        callback_id: The callback it is.
        text: The body: the callback's JSON.
    """

    to: str
    at: datetime
    callback_id: str
    text: str
    sender: str = "hello@scale.ai"
