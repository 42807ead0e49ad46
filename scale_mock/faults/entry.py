"""One fault in a book: what it has matched and struck, and why it has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.selectors.nearest import Nearest
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.ports import Matchable
    from scale_mock.faults.fault import Fault

_OCCURRENCES_MAX = 100_000


class Struck(NamedTuple):
    """A fault that strikes.

    Attributes:
        fault: The fault, named.
        number: Which of its matches this is, where that decides; None where it does not.
        delay: How late things are; zero without a delay.
    """

    fault: Fault
    number: int | None
    delay: timedelta


class Scene(NamedTuple):
    """When and by whom a book is asked.

    Attributes:
        seed: The world's seed.
        now: The world's time.
        start: When the world began.
        identity: What tells the subject from others, the same in every run.
    """

    seed: int
    now: datetime
    start: datetime
    identity: str


@dataclass(slots=True)
class Entry(Nearest):
    """A fault in a book.

    Attributes:
        id: ``fault-1``, ``fault-2``, ...; never used twice in a book.
        fault: The fault, named.
        matched: How many requests or callbacks its plain conditions matched.
        fired: How many of them it struck.
        taken_by: The fault that struck the first one that this one was meant for in vain.
        missed: Why the newest match was not meant, in words.
        occurrences: How often each subject was met, where chance decides.
    """

    id: str
    fault: Fault
    matched: int = 0
    fired: int = 0
    taken_by: str | None = None
    missed: str = ""
    occurrences: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The fault's name, which a fault in a book always has."""
        return self.fault.name or self.id

    def is_meant(self, scene: Scene) -> bool:
        """Whether the occasions of the fault mean the subject that it just counted."""
        occasions = self.fault.occasions
        if occasions.is_everything:
            return True
        chance = None
        if occasions.has_chance:
            number = self._occurrence(scene.identity)
            chance = stream(scene.seed, "fault", self.name, scene.identity, number)
        if occasions.picks(self.matched, scene.now, scene.start, chance):
            return True
        misses = occasions.misses(self.matched, scene.now, scene.start)
        self.missed = "; ".join(misses) or f"chance wanted {occasions.chance}"
        return False

    def strike(self, scene: Scene) -> Struck:
        """The fault strikes the subject that it just counted."""
        self.fired += 1
        fault = self.fault
        number = self.matched if fault.occasions.depends_on_order else None
        if fault.delay is None:
            return Struck(fault, number, timedelta(0))
        chance = stream(scene.seed, "fault delay", self.name, scene.identity, number)
        return Struck(fault, number, fault.delay.span.draw(chance))

    def _occurrence(self, identity: str) -> int:
        number = self.occurrences.pop(identity, 0) + 1
        if len(self.occurrences) >= _OCCURRENCES_MAX:
            del self.occurrences[next(iter(self.occurrences))]
        self.occurrences[identity] = number
        return number

    def note_near_miss(self, subject: Matchable) -> None:
        """Remembers a subject that does not match, if it comes nearer than all before."""
        if not self.matched and self.nearest_count > 1:
            self.compare(self.fault.matcher, subject, _title)

    def why_unused(self) -> str:
        """Why the fault has struck nothing, in one line."""
        start = f'fault "{self.name}" ({self.fault.what}) never fired'
        things = "callback" if self.fault.for_callbacks else "request"
        if self.taken_by is not None:
            return (
                f'{start}: it was meant, but an earlier fault struck first ("{self.taken_by}"); '
                "the first one strikes, so move it up or narrow the other one"
            )
        if self.matched:
            count = f"1 {things}" if self.matched == 1 else f"{self.matched} {things}s"
            return f"{start}: it matched {count}, but was not meant: {self.missed}"
        if self.nearest is None:
            return f"{start}: no {things} came while it was there"
        return f"{start}: no {things} matched; the nearest was {self.nearest}"


def _title(subject: Matchable) -> object:
    return subject.match_value("title")
