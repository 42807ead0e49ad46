"""What can become of a task, and why a callback is due: values that several rooms speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

Outcome = Literal["complete", "error", "hold", "cancel"]
CallbackReason = Literal["completed", "error", "audited", "recalled", "resent"]
OUTCOMES: tuple[Outcome, ...] = ("complete", "error", "hold", "cancel")


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
    """

    rule: str
    outcome: Outcome
    after: timedelta | None = None
    error: str | Mapping[str, object] | None = None
    response: Mapping[str, object] | None = None
    noise: float | None = None
    image_size: tuple[int, int] | None = None
