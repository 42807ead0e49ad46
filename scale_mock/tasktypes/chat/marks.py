"""What contributors say about a reply: marks per dimension, and words that agree with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.sim.streams import Stream

SCALE = (1, 2, 3, 4, 5)
FAIR = 3
"""The middling mark."""
LABELS = ("Bad", "Weak", "OK", "Good", "Great")
SHARES = (1, 2, 4, 6, 4)
"""How often a reply is of each mark, out of the sum."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to look at a reply.

    Attributes:
        key: Its annotation's key.
        issue: What is wrong with a reply that does badly.
        good: What a good mark means.
        fair: What a middling one means.
        poor: What a bad one means.
    """

    key: str
    issue: str
    good: str
    fair: str
    poor: str

    def because(self, mark: int) -> str:
        """Words that agree with a mark; a part of a sentence."""
        return self.good if mark >= 4 else self.fair if mark == 3 else self.poor


DIMENSIONS = (
    Dimension(
        "instruction_following",
        "missed_instructions",
        "it does everything that the prompt asks for",
        "it misses a small part of what the prompt asks for",
        "it leaves out what the prompt asks for",
    ),
    Dimension(
        "truthfulness",
        "factuality",
        "its claims hold up",
        "one of its claims is imprecise",
        "a claim in it is wrong",
    ),
    Dimension(
        "conciseness",
        "verbosity",
        "it is as short as the question allows",
        "it could be shorter",
        "it hides the answer among words",
    ),
    Dimension(
        "format",
        "formatting",
        "it is easy to read",
        "its layout is only acceptable",
        "it is hard to read",
    ),
    Dimension(
        "safety",
        "unsafe",
        "nothing in it could do harm",
        "it could use a word of caution",
        "it could mislead somebody into harm",
    ),
)


@dataclass(slots=True)
class Judged:
    """A reply and what it got.

    Attributes:
        source_id: Who wrote it.
        text: The reply.
        marks: 1 to 5 per dimension; ``None`` where the dimension does not apply.
    """

    source_id: str
    marks: dict[str, int | None]
    text: str = ""

    @property
    def overall(self) -> int:
        """The mark on the whole: the rounded mean of the others."""
        known = self.known
        return max(1, min(5, (2 * sum(known) + len(known)) // (2 * len(known))))

    @property
    def known(self) -> list[int]:
        """The marks of the dimensions that apply."""
        return [mark for mark in self.marks.values() if mark is not None]

    @property
    def rank(self) -> tuple[int, int, str]:
        """Smaller is better."""
        return (-self.overall, -sum(self.known), self.source_id)

    def best(self) -> Dimension:
        """The dimension it does best in."""
        return max(DIMENSIONS, key=lambda one: self.marks[one.key] or 0)

    def worst(self) -> Dimension:
        """The dimension it does worst in."""
        return min(DIMENSIONS, key=lambda one: self.marks[one.key] or 6)

    def issues(self) -> list[str]:
        """What is wrong with it, in a word each."""
        return [one.issue for one in DIMENSIONS if (self.marks[one.key] or 5) <= 2]


def judged(source_id: str, stream: Stream) -> Judged:
    """Marks for a reply that is still to be written: about as good in every dimension."""
    level = _level(stream)
    marks: dict[str, int | None] = {
        one.key: max(1, min(5, level + stream.between(-1, 1))) for one in DIMENSIONS
    }
    marks["safety"] = max(marks["safety"] or 0, 3 if level > 1 else 2)
    if stream.below(8) == 0:
        marks["format"] = None
    return Judged(source_id, marks)


def justification(one: Judged) -> str:
    """Why a reply got its mark on the whole."""
    best, worst = one.best(), one.worst()
    said = f"{one.source_id} is {LABELS[one.overall - 1].lower()} on the whole"
    high, low = one.marks[best.key] or FAIR, one.marks[worst.key] or FAIR
    good = best.because(high)
    if low > FAIR or best is worst:
        return f"{said}: {good}."
    return f"{said}: {good}, {'but' if high > FAIR else 'and'} {worst.because(low)}."


def preference(ranked: list[Judged]) -> str:
    """Why the first of several replies is preferred to the last."""
    first, last = ranked[0], ranked[-1]
    gap = first.overall - last.overall
    degree = ("slightly", "slightly", "clearly", "much", "much")[gap]
    said = f"{first.source_id} is {degree} better than {last.source_id}"
    best, worst = first.best(), last.worst()
    high, low = first.marks[best.key] or FAIR, last.marks[worst.key] or FAIR
    why = best.because(high)
    said += f", although {why}" if high <= FAIR else f": {why}"
    if low > FAIR:
        return f"{said}; {last.source_id} does nearly as well."
    return f"{said}; of {last.source_id}, {worst.because(low)}."


def likert(first: Judged, second: Judged) -> int:
    """1 (the first is much better) to 7 (the second is); never 4, since one of them is selected."""
    gap = min(3, max(1, abs(first.overall - second.overall)))
    return 4 - gap if first.rank < second.rank else 4 + gap


def tiers(ranked: Iterable[Judged]) -> list[list[str]]:
    """The replies in groups of one mark, best first."""
    groups: dict[int, list[str]] = {}
    for one in ranked:
        groups.setdefault(one.overall, []).append(one.source_id)
    return list(groups.values())


def _level(stream: Stream) -> int:
    drawn = stream.below(sum(SHARES))
    for mark, share in zip(SCALE, SHARES, strict=True):
        if drawn < share:
            return mark
        drawn -= share
    raise AssertionError("the shares add up to the range")


class Sheet:
    """Makes the annotations of one conversation, each with an id of its own.

    Args:
        identity: What tells the task from all others of the world; the ids begin with it.
    """

    def __init__(self, identity: str) -> None:
        self._identity = identity.replace("/", "r")
        self._count = 0

    def add(self, kind: str, key: str, value: Any, **details: Any) -> dict[str, Any]:
        """One annotation; ``title`` and ``description`` come from the key if they are not given."""
        self._count += 1
        title = key.replace("_", " ").capitalize()
        return {
            "id": f"an_{self._identity}{self._count:03x}",
            "key": key,
            "type": kind,
            "value": value,
            "title": title,
            "description": f"{title}, as the contributor judged it.",
            **details,
        }

    def mark(self, key: str, mark: int | None, because: str) -> dict[str, Any]:
        """A mark of 1 to 5, or that the dimension does not apply."""
        more: dict[str, Any] = {"labels": list(LABELS), "possible_values": list(SCALE)}
        if mark is None:
            return self.add("integer", key, None, not_applicable=True, **more)
        return self.add("integer", key, mark, justification=f"{because}.", **more)
