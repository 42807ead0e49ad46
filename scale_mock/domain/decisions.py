"""What can become of a task, and why a callback is due: values that several rooms speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

Outcome = Literal["complete", "error", "hold", "cancel"]
CallbackReason = Literal["completed", "error", "audited", "recalled", "resent"]
OFFER = "offer"
OUTCOMES: tuple[Outcome, ...] = ("complete", "error", "hold", "cancel")


@dataclass(frozen=True, slots=True)
class Review:
    """An audit by the customer that follows a completion.

    Attributes:
        result: ``accepted``, ``rejected`` or ``fixed``.
        after: How long after the completion, or after the audit before.
        comments: What the auditor writes.
        response: The corrected labels of a ``fixed``; ``None`` leaves them as they are.
        by: The auditor's e-mail address; ``None`` for the usual one.
        redo: Whether a rejected task is sent back; ``None`` leaves it to the setting.
    """

    result: str
    after: timedelta
    comments: str | None = None
    response: Mapping[str, object] | None = None
    by: str | None = None
    redo: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a task, and when.

    Attributes:
        rule: The name of the rule that decided, or ``default: ...`` where none matched.
        outcome: What happens.
        after: How long after work may begin; ``None`` leaves it to the default turnaround. Ignored
            by ``hold``.
        error: The text, or the whole error response, of an ``error``.
        response: The given response of a ``complete``; ``None`` asks for a synthesized one.
        noise: Synthesize from the task's hypothesis, changed that much: 0 leaves it as it is.
        image_size: Width and height that synthesized labels fit, in pixels.
        checked: Whether the given response is known to fit the task's type.
        responder: The name of the function that makes the response, if one does.
        partial: The share of the labels that the response keeps, if it keeps only some.
        recalls: After each of the first completions, when the task is sent back.
        reviews: The customer's audits that follow, one after the other.
        confidence: How sure the tasker of a calibration task is, in percent; ``None`` leaves it to
            them.
        feedback: What that tasker writes about the instructions; ``None`` leaves it to them.
    """

    rule: str
    outcome: Outcome
    after: timedelta | None = None
    error: str | Mapping[str, object] | None = None
    response: Mapping[str, object] | None = None
    noise: float | None = None
    image_size: tuple[int, int] | None = None
    checked: bool = True
    responder: str | None = None
    partial: float | None = None
    recalls: tuple[timedelta, ...] = ()
    reviews: tuple[Review, ...] = ()
    confidence: int | None = None
    feedback: str | None = None


@dataclass(slots=True)
class Parked:
    """What a task of a paused batch had scheduled, counted from the moment of the pause.

    Attributes:
        kind: The event's kind, or :data:`OFFER` for work that was offered to a team.
        due_in: How long it was until then.
        ends_in: How long it was until the end of work; ``None`` where the event is that end.
        by: The tasker who works on it, where work was started by hand during the pause.
    """

    kind: str
    due_in: timedelta
    ends_in: timedelta | None = None
    by: str | None = None
