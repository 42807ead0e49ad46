"""Answers to attributes of things that are seen in several frames.

Most answers hold for as long as a thing is in sight; some change once on the way. Attributes with
``global: true`` never change (documented). A link points at another thing of the same frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer, hold, in_order, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scale_mock.sim.streams import Stream

Thing = dict[str, Any]

_LINES = ("x_line", "y_line")


def is_global(definition: Mapping[str, Any]) -> bool:
    """Whether an attribute is about the whole task."""
    return bool((definition.get("conditions") or {}).get("is_global"))


def overall_answers(
    attributes: Mapping[str, Any], labels: Iterable[str], chance: Stream
) -> dict[str, Any] | None:
    """Answers to the attributes about the whole task.

    Args:
        attributes: The definitions.
        labels: The labels that occur.
        chance: Where the chance comes from.

    Returns:
        Attribute to answer; ``None`` if no such attribute is declared.
    """
    names = [name for name in in_order(attributes) if is_global(attributes[name])]
    known = set(labels)
    answers: dict[str, Any] = {}
    for name in names:
        definition = attributes[name]
        if kind_of(definition) in ("linked", *_LINES):
            continue  # They are about one thing.
        if hold(definition["conditions"], known, answers, {}):
            answers[name] = answer(definition, chance, name)
    return answers if names else None


class Answers:
    """Answers for the things of one response.

    Args:
        attributes: The definitions.
        overall: The answers about the whole task.
        chance: Where the chance comes from.
        size_of: Width and height (or length) within which the lines of a thing lie; ``None`` for
            things that have no such lines.
        key: Where a thing's UUID stands.
    """

    def __init__(
        self,
        attributes: Mapping[str, Any],
        overall: Mapping[str, Any] | None,
        chance: Stream,
        *,
        size_of: Callable[[Thing], tuple[float, float] | None],
        key: str = "uuid",
    ) -> None:
        self._attributes = attributes
        self._overall = overall or {}
        self._chance = chance
        self._size_of = size_of
        self._key = key
        own = [name for name in in_order(attributes) if not is_global(attributes[name])]
        self._lines = [name for name in own if kind_of(attributes[name]) in _LINES]
        apart = ("linked", *_LINES)
        self._plain = [name for name in own if kind_of(attributes[name]) not in apart]
        self._linked = [name for name in own if kind_of(attributes[name]) == "linked"]

    def fill(self, groups: Sequence[Sequence[Thing]], locked: frozenset[str] = frozenset()) -> None:
        """Writes ``attributes`` into each thing.

        Args:
            groups: What is seen together, in order: the things of a frame.
            locked: The UUIDs of those that stay as they are.
        """
        tracks: dict[str, list[tuple[int, Thing]]] = {}
        for index, group in enumerate(groups):
            for thing in group:
                if thing[self._key] not in locked:
                    tracks.setdefault(thing[self._key], []).append((index, thing))
        for seen in tracks.values():
            self._fill_plain(seen)
            self._fill_lines(seen)
        for name in self._linked:
            self._fill_linked(name, groups, tracks)

    def _fill_plain(self, seen: list[tuple[int, Thing]]) -> None:
        changes = self._chance.fraction() < 0.25
        turn = 1 + self._chance.below(len(seen)) if changes else len(seen)
        kept: dict[str, Any] = {}
        made: dict[tuple[str, bool], dict[str, Any]] = {}
        for place, (_, thing) in enumerate(seen):
            given = thing.get("attributes")
            state = (thing["label"], place < turn)
            if given:
                thing["attributes"] = self._answers(thing, given, kept)
                continue
            if state not in made:
                made[state] = self._answers(thing, {}, kept)
            thing["attributes"] = dict(made[state])

    def _answers(
        self, thing: Thing, given: Mapping[str, Any], kept: dict[str, Any]
    ) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for name in self._plain:
            definition = self._attributes[name]
            if not hold(definition.get("conditions"), (thing["label"],), answers, self._overall):
                continue
            if name in given:
                value = given[name]
            elif name in kept:
                value = kept[name]
            else:
                value = answer(definition, self._chance, name)
            answers[name] = value
            if definition.get("global"):
                kept[name] = value
        for name in (*self._lines, *self._linked):
            if name in given and self._is_due(name, thing, answers):
                answers[name] = given[name]
        return answers

    def _is_due(self, name: str, thing: Thing, answers: Mapping[str, Any]) -> bool:
        conditions = self._attributes[name].get("conditions")
        return hold(conditions, (thing["label"],), answers, self._overall)

    def _fill_lines(self, seen: list[tuple[int, Thing]]) -> None:
        """Lines keep their place within a thing, however large it is seen."""
        for name in self._lines:
            side = _LINES.index(kind_of(self._attributes[name]))
            share = self._chance.fraction()
            due = [
                (thing["attributes"], size[side] * share)
                for _, thing in seen
                if (size := self._size_of(thing)) and self._is_due(name, thing, thing["attributes"])
            ]
            smallest = min((offset for _, offset in due), default=0.0)
            for answers, offset in due:
                within = smallest if self._attributes[name].get("global") else offset
                answers.setdefault(name, int(within * 100) / 100)

    def _fill_linked(
        self,
        name: str,
        groups: Sequence[Sequence[Thing]],
        tracks: Mapping[str, list[tuple[int, Thing]]],
    ) -> None:
        definition = self._attributes[name]
        allowed = frozenset(definition["allowed_labels"])
        targets = [
            dict.fromkeys(one[self._key] for one in group if one["label"] in allowed)
            for group in groups
        ]
        for uuid, seen in tracks.items():
            due = [
                (index, thing["attributes"])
                for index, thing in seen
                if self._is_due(name, thing, thing["attributes"])
            ]
            if definition.get("global"):
                self._link_for_good(name, uuid, due, targets)
            else:
                self._link(name, uuid, due, targets)

    def _link(
        self, name: str, uuid: str, due: list[tuple[int, Thing]], targets: Sequence[dict[str, None]]
    ) -> None:
        """To the same thing while it is in sight: always filled if anything is (documented)."""
        current = ""
        for index, answers in due:
            if name in answers:
                continue
            if current not in targets[index]:
                others = [one for one in targets[index] if one != uuid]
                current = self._chance.choice(others) if others else ""
            if current:
                answers[name] = current

    def _link_for_good(
        self, name: str, uuid: str, due: list[tuple[int, Thing]], targets: Sequence[dict[str, None]]
    ) -> None:
        """To one thing only: the one that is most often in sight together with this one."""
        together: dict[str, int] = {}
        for index, answers in due:
            if name in answers:
                together = {answers[name]: 1}
                break
            for one in targets[index]:
                if one != uuid:
                    together[one] = together.get(one, 0) + 1
        if not together:
            return
        best = max(together, key=together.__getitem__)
        for index, answers in due:
            if name not in answers and best in targets[index]:
                answers[name] = best
