"""A rule in a book: its id, its counts, and the nearest it came to deciding something."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from scale_mock.selectors.delays import Queue
from scale_mock.selectors.nearest import Nearest
from scale_mock.selectors.where import show
from scale_mock.sim.instants import EPOCH, from_iso, to_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.ports import Matchable, Moment
    from scale_mock.rules.rule import Rule
    from scale_mock.sim.streams import Stream

FILES = "files"
"""The source of rules that come from files that are watched."""


@dataclass(slots=True)
class Entry(Nearest):
    """A rule in a book.

    Attributes:
        id: ``rule-1``, ``rule-2``, ...; never used twice in a book.
        rule: The rule, named.
        counted: How many tasks its fields held for.
        matched: How many of them were the occasion, and so matched.
        fired: How many of them it decided.
        taken_by: The rule that decided the first task that this one matched in vain.
        missed: Why the last task that its fields held for was not the occasion.
        queue: The places taken of its schedule, if it has one.
        source: Where it comes from, if it goes when that goes; empty for one added by hand.
    """

    id: str
    rule: Rule
    counted: int = 0
    matched: int = 0
    fired: int = 0
    taken_by: str | None = None
    missed: str | None = None
    queue: Queue = field(default_factory=Queue)
    source: str = ""

    @property
    def name(self) -> str:
        """The rule's name, which a rule in a book always has."""
        return self.rule.name or self.id

    @property
    def responder(self) -> str:
        """The name under which the world keeps the rule's function, if it has one."""
        return f"rule:{self.id}"

    def dump(self) -> dict[str, object]:
        """All but the rule, as plain data."""
        data: dict[str, object] = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name not in ("rule", "queue")
        }
        newest = self.queue.newest
        data["queue"] = None if newest is None else [to_iso(newest), self.queue.count]
        return data

    @classmethod
    def load(cls, data: Mapping[str, Any], rule: Rule) -> Self:
        """The entry that :meth:`dump` wrote, with its rule."""
        kept = {name: value for name, value in data.items() if name not in ("rule", "queue")}
        queue = data["queue"]
        places = Queue() if queue is None else Queue(from_iso(queue[0]), queue[1])
        return cls(rule=rule, queue=places, **kept)

    def picks(self, chance: Stream, moment: Moment | None) -> bool:
        """Counts a task that the fields hold for, and says whether it is the occasion."""
        self.counted += 1
        occasions = self.rule.occasions
        if occasions.is_everything:
            return True
        now, start = (EPOCH, EPOCH) if moment is None else (moment.now, moment.start)
        own = None
        if occasions.has_chance:
            own = chance if moment is None else moment.draw(self.name)
        if occasions.picks(self.counted, now, start, own):
            return True
        if not self.matched:
            reasons = occasions.misses(self.counted, now, start)
            self.missed = "; ".join(reasons) or f"a chance of {occasions.chance} was against it"
        return False

    def note_near_miss(self, subject: Matchable) -> None:
        """Remembers a task that does not match, if it comes nearer than all before."""
        if not self.counted and self.nearest_count > 1:
            self.compare(self.rule.matcher, subject, describe)

    def why_unused(self) -> str:
        """Why the rule has decided nothing, in one line."""
        start = f'rule "{self.name}" decided nothing'
        if self.matched:
            tasks = "1 task" if self.matched == 1 else f"{self.matched} tasks"
            return (
                f'{start}: it matched {tasks}, but an earlier rule decided first ("{self.taken_by}"'
                "); the first match wins, so move it up or narrow the other one"
            )
        if self.counted:
            tasks = "1 task" if self.counted == 1 else f"{self.counted} tasks"
            return (
                f"{start}: its fields held for {tasks}, but none was the occasion; "
                f"the last: {self.missed}"
            )
        if self.nearest is None:
            return f"{start}: no task came up for decision while it was there"
        return f"{start}: no task matched; the nearest was {self.nearest}"


def describe(subject: Matchable) -> str:
    """A task in a few words, by what rules can match: enough to recognize it."""
    unique_id = subject.match_value("unique_id")
    title = f"{subject.match_value('type')} task" + (f" {show(unique_id)}" if unique_id else "")
    details = [f"{subject.match_value('mode')} mode"]
    for name in ("project", "batch"):
        value = subject.match_value(name)
        if value is not None:
            details.append(f"{name} {show(value)}")
    return f"{title} ({', '.join(details)})"
