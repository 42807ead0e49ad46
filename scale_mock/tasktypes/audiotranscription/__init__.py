"""``audiotranscription``: speech to text (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.text import believable

if TYPE_CHECKING:
    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.entry import Order


_TRANSCRIPT = "This is an example transcript using your Scale test key."
_SECONDS = 5
_FILLERS = ("um", "uh", "er", "you know")
_PHRASES_MAX = 20
"""No more of the hinted phrases are heard in one recording."""


def _respond(order: Order) -> dict[str, Any]:
    if is_recorded(order):
        return _recorded()
    words = [word for sentence in _sentences(order) for word in _spoken(sentence, order).split()]
    alignment = []
    at = 0.2 + order.stream.fraction()
    for word in words:
        long = 0.12 + 0.05 * len(word)
        alignment.append(
            {
                "word": word.strip(".,"),
                "start": round(at, 2),
                "end": round(at + long, 2),
                "confidence": round(0.99 - 0.3 * order.stream.fraction() ** 3, 2),
            }
        )
        at += long + 0.05 + (0.6 * order.stream.fraction() if word.endswith(".") else 0)
    return {
        "transcript": " ".join(words),
        "duration": round(at + order.stream.fraction(), 2),
        "alignment": alignment,
    }


def _recorded() -> dict[str, Any]:
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


def _sentences(order: Order) -> list[str]:
    """A few sentences, and one for each phrase that the task hints at."""
    sentences = [
        believable("", order.stream, locale=order.locale) for _ in range(order.stream.between(2, 4))
    ]
    for phrase in order.params.get("phrases", ())[:_PHRASES_MAX]:
        place = order.stream.below(len(sentences) + 1)
        sentences.insert(place, f"It is about {phrase.strip('.,')}.")
    return sentences


def _spoken(sentence: str, order: Order) -> str:
    """Word for word with ``verbatim``, fillers included; without it they are left out."""
    stream: Stream = order.stream
    if order.params.get("verbatim") and stream.fraction() < 0.7:
        return f"{stream.choice(_FILLERS)}, {sentence}"
    return sentence


BEHAVIOUR = Behaviour(
    respond=_respond,
    defaults={"skip_human_transcription": False},
    instruction="Please transcribe the attached audio file.",
)
