"""The rules of one world, in order, with what each has matched and decided.

Order is the order of adding; the first match decides. Every rule counts its own matches also when
an earlier one decides, so that a rule's count means the same wherever it stands. The book has no
lock: whoever owns the world has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError, LimitReached
from scale_mock.rules.parse import locate, ordinal
from scale_mock.rules.rule import Rule
from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.ports import Matchable
    from scale_mock.selectors.where import Where
    from scale_mock.sim.streams import Stream

RULES_MAX = 10_000
"""How many rules a book holds unless told otherwise: every one is tested against every task."""

_NEAR_MISSES_EXAMINED = 1_000
_FAR = 1_000_000


@dataclass(slots=True)
class Entry:
    """A rule in a book.

    Attributes:
        id: ``rule-1``, ``rule-2``, ...; never used twice in a book.
        rule: The rule, named.
        matched: How many tasks it matched.
        fired: How many of them it decided.
        taken_by: The rule that decided the first task that this one matched in vain.
        nearest: The subject that came nearest to matching, and why it did not.
        nearest_count: How many conditions that subject failed.
        examined: How many subjects were looked at for the nearest.
    """

    id: str
    rule: Rule
    matched: int = 0
    fired: int = 0
    taken_by: str | None = None
    nearest: str | None = None
    nearest_count: int = _FAR
    examined: int = 0

    @property
    def name(self) -> str:
        """The rule's name, which a rule in a book always has."""
        return self.rule.name or self.id

    def note_near_miss(self, subject: Matchable) -> None:
        """Remembers the subject if it comes nearer than all before.

        Cheap and bounded: it ends for good once a subject failed a single condition (nothing can
        come nearer), or after a thousand subjects.
        """
        if self.matched or self.nearest_count == 1 or self.examined >= _NEAR_MISSES_EXAMINED:
            return
        self.examined += 1
        matcher = self.rule.matcher
        count = matcher.count_mismatches(subject, stop_at=self.nearest_count)
        if count < self.nearest_count:
            reasons = "; ".join(map(str, matcher.mismatches(subject)))
            self.nearest_count = count
            self.nearest = f"{describe(subject)}: {reasons}"

    def why_unused(self) -> str:
        """Why the rule has decided nothing, in one line."""
        start = f'rule "{self.name}" decided nothing'
        if self.matched:
            tasks = "1 task" if self.matched == 1 else f"{self.matched} tasks"
            return (
                f'{start}: it matched {tasks}, but an earlier rule decided first ("{self.taken_by}"'
                "); the first match wins, so move it up or narrow the other one"
            )
        if self.nearest is None:
            return f"{start}: no task came up for decision while it was there"
        return f"{start}: no task matched; the nearest was {self.nearest}"


class RuleBook:
    """Ordered rules; implements :class:`scale_mock.domain.ports.OutcomeRules`.

    Args:
        rules: Rules or plain data to begin with.
        rules_max: How many it holds.

    Raises:
        ConfigurationError: A rule makes no sense.
        LimitReached: There are more than ``rules_max``.
    """

    def __init__(
        self, rules: Iterable[Rule | Mapping[str, object]] = (), *, rules_max: int = RULES_MAX
    ) -> None:
        self._entries: list[Entry] = []
        self._by_word: dict[str, Entry] = {}  # by id and by name
        self._rules_max = rules_max
        self._number = 0
        self.extend(rules)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Rule]:
        return iter([entry.rule for entry in self._entries])

    def add(self, rule: Rule | Mapping[str, object] | None = None, /, **kwargs: object) -> str:
        """Adds one rule at the end.

        Args:
            rule: A rule, or its plain data.
            **kwargs: Instead: the arguments of :class:`~scale_mock.rules.rule.Rule`.

        Returns:
            The rule's id.

        Raises:
            ConfigurationError: It makes no sense, or its name is taken.
            LimitReached: The book is full.
        """
        if rule is not None and kwargs:
            raise ConfigurationError(
                "rule: give a rule or keyword arguments, not both; "
                f"there is a rule and {', '.join(kwargs)}"
            )
        if rule is None and not kwargs:
            raise ConfigurationError(
                "rule: give a Rule, a dict, or keyword arguments such as "
                'match={"batch": "b-1"}, outcome="error"'
            )
        given = kwargs if rule is None else rule
        return self._add_all([(given, locate(_named(given)))])[0]

    def extend(self, rules: Iterable[Rule | Mapping[str, object]]) -> list[str]:
        """Adds rules at the end: all of them, or none if one makes no sense.

        Args:
            rules: Rules or plain data.

        Returns:
            Their ids.

        Raises:
            ConfigurationError: A rule makes no sense; the message says which.
            LimitReached: The book is full.
        """
        if isinstance(rules, (str, Mapping)):
            raise ConfigurationError(
                f"rules: a list of rules is expected, not {show(rules)}; for one rule use add"
            )
        pairs = list(enumerate(rules, start=1))
        return self._add_all([(rule, locate(_named(rule), position)) for position, rule in pairs])

    def _add_all(self, given: Sequence[tuple[Rule | Mapping[str, object], Where]]) -> list[str]:
        if len(self._entries) + len(given) > self._rules_max:
            raise LimitReached("too many rules", limit=self._rules_max, setting="rules_max")
        parsed = [
            (rule if isinstance(rule, Rule) else Rule.from_dict(rule, where=where), where)
            for rule, where in given
        ]
        chosen = {rule.name for rule, _ in parsed}
        added: dict[str, Entry] = {}
        number = self._number
        for rule, where in parsed:
            holder = self._by_word.get(rule.name or "") or added.get(rule.name or "")
            if holder:
                raise where.at("name").refuse(
                    f'the name "{rule.name}" is taken by {holder.id}; names and ids are unique, '
                    "so that explanations are"
                )
            number = self._next_number(number, chosen, rule.name)
            entry = Entry(f"rule-{number}", rule)
            if rule.name is None:
                entry.rule = replace(rule, name=entry.id)
            added |= {entry.id: entry, entry.name: entry}
        self._number = number
        self._by_word |= added
        fresh = list({entry.id: entry for entry in added.values()}.values())
        self._entries += fresh
        return [entry.id for entry in fresh]

    def _next_number(self, number: int, chosen: set[str | None], own: str | None) -> int:
        """The next number whose id is nobody else's name: removing one must not be ambiguous."""
        while True:
            number += 1
            word = f"rule-{number}"
            if word == own or (word not in chosen and word not in self._by_word):
                return number

    def remove(self, id_or_name: str) -> Rule:
        """Takes a rule out; tasks that it has decided stay decided.

        Raises:
            ConfigurationError: There is no such rule.
        """
        entry = self._entry(id_or_name)
        # By identity: entries of equal content are still different rules.
        self._entries = [other for other in self._entries if other is not entry]
        for word in {entry.id, entry.name}:
            del self._by_word[word]
        return entry.rule

    def get(self, id_or_name: str) -> Rule:
        """The rule with that id or name.

        Raises:
            ConfigurationError: There is no such rule.
        """
        return self._entry(id_or_name).rule

    def clear(self) -> None:
        """Takes all rules out; ids are not used again."""
        self._entries.clear()
        self._by_word.clear()

    def _entry(self, id_or_name: str) -> Entry:
        entry = self._by_word.get(id_or_name)
        if entry is not None:
            return entry
        there = ", ".join(f'"{entry.name}"' for entry in self._entries[:20]) or "none"
        hint = did_you_mean(str(id_or_name), self._by_word)
        raise ConfigurationError(f'there is no rule "{id_or_name}"{hint} Rules: {there}.')

    def decide(self, subject: Matchable, chance: Stream) -> Decision | None:
        """What the first matching rule decides; None where no rule matches.

        Args:
            subject: The task.
            chance: The task's stream; only the deciding rule draws from it.
        """
        winner: Entry | None = None
        for entry in self._entries:
            if not entry.rule.matcher.matches(subject):
                entry.note_near_miss(subject)
                continue
            entry.matched += 1
            if winner is None:
                winner = entry
            elif entry.taken_by is None:
                entry.taken_by = winner.name
        if winner is None:
            return None
        winner.fired += 1
        return winner.rule.decision(chance)

    def unused(self) -> list[Rule]:
        """The rules that never decided anything, in order; :meth:`why_unused` says why."""
        return [entry.rule for entry in self._entries if not entry.fired]

    def shadowed(self) -> list[Rule]:
        """Those of the unused that did match, but always after an earlier rule."""
        return [entry.rule for entry in self._entries if entry.matched and not entry.fired]

    def why_unused(self) -> list[str]:
        """One line for each unused rule: what shadowed it, or which task came nearest."""
        return [entry.why_unused() for entry in self._entries if not entry.fired]

    def why_not(self, subject: Matchable) -> list[str]:
        """One line for each rule: whether it means the subject, and if not, why. Counts nothing."""
        lines: list[str] = []
        winner: str | None = None
        for position, entry in enumerate(self._entries, start=1):
            start = f'rule "{entry.name}" ({ordinal(position)})'
            mismatches = entry.rule.matcher.mismatches(subject)
            if mismatches:
                lines.append(f"{start} does not match: {'; '.join(map(str, mismatches))}")
            elif winner is None:
                winner = entry.name
                lines.append(f"{start} matches and decides: {entry.rule.outcome}")
            else:
                lines.append(f'{start} matches too, but "{winner}" comes first')
        return lines

    def as_dicts(self) -> list[dict[str, object]]:
        """Every rule as plain data, with its id and counts."""
        return [
            {"id": entry.id, **entry.rule.as_dict(), "matched": entry.matched, "fired": entry.fired}
            for entry in self._entries
        ]


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


def _named(rule: object) -> object:
    return {"name": rule.name} if isinstance(rule, Rule) else rule
