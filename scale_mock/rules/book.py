"""The rules of one world, in order, with what each has matched and decided.

Order is the order of adding; the first match decides. Every rule counts its own matches also when
an earlier one decides, so that a rule's count means the same wherever it stands. The book has no
lock: whoever owns the world has one.

Most worlds have no rules. What reads and draws for them is loaded with the first one, late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError, LimitReached
from scale_mock.selectors.shelf import Shelf
from scale_mock.selectors.where import show
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.ports import Matchable, Moment
    from scale_mock.rules.entry import Entry
    from scale_mock.rules.rule import Rule
    from scale_mock.selectors.where import Where
    from scale_mock.sim.streams import Stream

RULES_MAX = 10_000
"""How many rules a book holds unless told otherwise: every one is tested against every task."""


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
        self._shelf: Shelf[Entry] = Shelf("rule", unique="explanations are")
        self._rules_max = rules_max
        self.extend(rules)

    def __len__(self) -> int:
        return len(self._shelf.entries)

    def __iter__(self) -> Iterator[Rule]:
        return iter([entry.rule for entry in self._shelf.entries])

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
        from scale_mock.rules.parse import locate

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
        if not pairs:
            return []
        from scale_mock.rules.parse import locate

        return self._add_all([(rule, locate(_named(rule), position)) for position, rule in pairs])

    def _add_all(self, given: Sequence[tuple[Rule | Mapping[str, object], Where]]) -> list[str]:
        if len(self._shelf.entries) + len(given) > self._rules_max:
            raise LimitReached("too many rules", limit=self._rules_max, setting="rules_max")
        from scale_mock.rules.rule import Rule

        parsed = [
            (rule if isinstance(rule, Rule) else Rule.from_dict(rule, where=where), where)
            for rule, where in given
        ]
        return self._shelf.add(parsed, _entered)

    def remove(self, id_or_name: str) -> Rule:
        """Takes a rule out; tasks that it has decided stay decided.

        Raises:
            ConfigurationError: There is no such rule.
        """
        return self._shelf.take(id_or_name).rule

    def get(self, id_or_name: str) -> Rule:
        """The rule with that id or name.

        Raises:
            ConfigurationError: There is no such rule.
        """
        return self._shelf.get(id_or_name).rule

    def clear(self) -> None:
        """Takes all rules out; ids are not used again."""
        self._shelf.fill(())

    def decide(
        self, subject: Matchable, chance: Stream, moment: Moment | None = None
    ) -> Decision | None:
        """What the first matching rule decides; None where no rule matches.

        What the task's own metadata want goes before all rules, which count it all the same.

        Args:
            subject: The task.
            chance: The task's stream; only the deciding rule draws from it.
            moment: What else a decision depends on; a world's first moment without it.
        """
        now = EPOCH if moment is None else moment.now
        steering = None if moment is None else moment.steering
        winner: Entry | None = None
        taken_by: str | None = None
        if steering is not None:
            from scale_mock.rules.steering import STEERED, steering_rule

            taken_by = STEERED
        for entry in self._shelf.entries:
            if not entry.rule.matcher.matches(subject):
                entry.note_near_miss(subject)
                continue
            if not entry.picks(chance, moment):
                continue
            entry.matched += 1
            if taken_by is None:
                winner, taken_by = entry, entry.name
            elif entry.taken_by is None:
                entry.taken_by = taken_by
        if steering is not None:
            return steering_rule(steering).decision(chance, now=now, subject=subject)
        if winner is None:
            return None
        winner.fired += 1
        return winner.rule.decision(
            chance,
            now=now,
            queue=winner.queue,
            subject=subject,
            count=winner.matched,
            responder=winner.responder,
        )

    def dump(self) -> dict[str, object]:
        """The rules with all that has become of them, as plain data."""
        return {
            "number": self._shelf.number,
            "entries": [
                {**entry.dump(), "rule": entry.rule.as_dict()} for entry in self._shelf.entries
            ],
        }

    def functions(self) -> dict[str, object]:
        """What data cannot hold: the functions that answer for rules, by the rules' ids."""
        return {
            entry.id: entry.rule.response
            for entry in self._shelf.entries
            if callable(entry.rule.response)
        }

    def load(self, data: Mapping[str, Any], functions: Mapping[str, object] | None = None) -> None:
        """Puts back what :meth:`dump` wrote, in the place of whatever is there.

        Args:
            data: What was written.
            functions: What :meth:`functions` told; by default those of this book.

        Raises:
            ConfigurationError: A rule's function is not there any more: data cannot hold it.
        """
        if not data["entries"]:
            self._shelf.fill(())
            self._shelf.number = data["number"]
            return
        from scale_mock.rules.entry import Entry
        from scale_mock.rules.parse import locate
        from scale_mock.rules.rule import Rule

        known = self.functions() if functions is None else functions
        entries = []
        for written in data["entries"]:
            made = written["rule"]
            if isinstance(made["response"], Mapping) and "callable" in made["response"]:
                if written["id"] not in known:
                    raise (
                        locate(made)
                        .at("response")
                        .refuse(
                            "is a function, which cannot be written down: add the rule again "
                            "before what was written is read back"
                        )
                    )
                made = {**made, "response": known[written["id"]]}
            entries.append(Entry.load(written, Rule.from_dict(made)))
        self._shelf.fill(entries)
        self._shelf.number = data["number"]

    def entries(self) -> list[Entry]:
        """Every rule with what has become of it, in order."""
        return list(self._shelf.entries)

    def refuse_shadowed(self, ids: Iterable[str]) -> None:
        """Refuses rules that an earlier one leaves nothing to decide.

        Args:
            ids: The rules to look at.

        Raises:
            ConfigurationError: There is such a rule.
        """
        from scale_mock.rules.parse import locate, ordinal
        from scale_mock.rules.shadows import Shadows

        wanted = set(ids)
        shadows = Shadows()
        for position, entry in enumerate(self._shelf.entries, start=1):
            if entry.id in wanted and (why := shadows.refusal(entry.rule)) is not None:
                raise locate(_named(entry.rule), position).refuse(why)
            shadows.add(entry.rule, f'rule "{entry.name}" ({ordinal(position)})')

    def replace_source(
        self, source: str, rules: Iterable[Rule | Mapping[str, object]]
    ) -> list[str]:
        """Puts rules in the place of all those that came from the same source.

        A rule that is there unchanged keeps its id and its counts. All are replaced, or none if
        one makes no sense. The rules of a source that was not there come first.

        Args:
            source: Where the rules come from; see :attr:`Entry.source`.
            rules: What is there now.

        Returns:
            The ids of the source's rules.

        Raises:
            ConfigurationError: A rule makes no sense, or its name is taken.
            LimitReached: There are too many.
        """
        before = self._shelf.entries
        old = [entry for entry in before if entry.source == source]
        place = before.index(old[0]) if old else 0
        kept = [entry for entry in before if entry.source != source]
        self._shelf.fill(kept)
        try:
            ids = self.extend(rules)
        except Exception:
            self._shelf.fill(before)
            raise
        fresh = [self._taken_over(entry, old) for entry in self._shelf.entries[len(kept) :]]
        for entry in fresh:
            entry.source = source
        self._shelf.fill([*kept[:place], *fresh, *kept[place:]])
        return [entry.id for entry in fresh] if ids else []

    @staticmethod
    def _taken_over(entry: Entry, old: list[Entry]) -> Entry:
        """The old entry of an unchanged rule, or the new one."""
        for other in old:
            same = (
                other.rule == entry.rule
                if other.rule.name != other.id
                else (replace(other.rule, name=entry.name) == entry.rule)
            )
            if same:
                old.remove(other)
                return other
        return entry

    def unused(self) -> list[Rule]:
        """The rules that never decided anything, in order; :meth:`why_unused` says why."""
        return [entry.rule for entry in self._shelf.entries if not entry.fired]

    def shadowed(self) -> list[Rule]:
        """Those of the unused that did match, but always after an earlier rule."""
        return [entry.rule for entry in self._shelf.entries if entry.matched and not entry.fired]

    def why_unused(self) -> list[str]:
        """One line for each unused rule: what shadowed it, or which task came nearest."""
        return [entry.why_unused() for entry in self._shelf.entries if not entry.fired]

    def why_not(self, subject: Matchable) -> list[str]:
        """One line for each rule: whether it means the subject, and if not, why. Counts nothing."""
        from scale_mock.rules.parse import ordinal

        lines: list[str] = []
        winner: str | None = None
        for position, entry in enumerate(self._shelf.entries, start=1):
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

    def as_dicts(self, *, reasons: bool = False) -> list[dict[str, object]]:
        """Every rule as plain data, with its id and counts.

        Args:
            reasons: Whether to say as ``unused`` why a rule has decided nothing, else null.
        """
        listed = []
        for entry in self._shelf.entries:
            counts: dict[str, object] = {"matched": entry.matched, "fired": entry.fired}
            if reasons:
                counts["unused"] = None if entry.fired else entry.why_unused()
            listed.append({"id": entry.id, **entry.rule.as_dict(), **counts})
        return listed


def _entered(rule_id: str, rule: Rule) -> Entry:
    from scale_mock.rules.entry import Entry

    return Entry(rule_id, rule if rule.name is not None else replace(rule, name=rule_id))


def _named(rule: object) -> object:
    from scale_mock.rules.rule import Rule

    return {"name": rule.name} if isinstance(rule, Rule) else rule
