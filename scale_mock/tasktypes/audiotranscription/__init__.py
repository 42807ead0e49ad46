"""``audiotranscription``: speech to text (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


_TRANSCRIPT = "This is an example transcript using your Scale test key."
_SECONDS = 5


def _respond(order: Order) -> dict[str, Any]:
    """The recorded transcript, its words spread evenly over the recorded five seconds."""
    words = _TRANSCRIPT.split()
    each = _SECONDS / len(words)
    alignment = [
        {
            "word": word.rstrip("."),
            "start": round(index * each, 2),
            "end": round((index + 1) * each, 2),
            "confidence": 0.9,
        }
        for index, word in enumerate(words)
    ]
    return {"transcript": _TRANSCRIPT, "duration": _SECONDS, "alignment": alignment}


BEHAVIOUR = Behaviour(
    respond=_respond,
    defaults={"skip_human_transcription": False},
    instruction="Please transcribe the attached audio file.",
)
