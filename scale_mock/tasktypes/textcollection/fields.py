"""Facts about fields that both the rules and the answers need: bounds, choices, dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Field = dict[str, Any]


def nested(fields: Iterable[Field]) -> Iterator[Field]:
    """Every field, those inside field sets and forms included, in order."""
    for field in fields:
        yield field
        yield from nested(field.get("fields", ()))


def choice_values(choices: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The values that can be chosen: those of leaves, a choice with subchoices is a group."""
    values: list[Any] = []
    for choice in choices:
        if "subchoices" in choice:
            values.extend(choice_values(choice["subchoices"]))
        else:
            values.append(choice["value"])
    return values


def bounds(field: Mapping[str, Any], least: str, most: str) -> tuple[int, int]:
    """A pair of bounds, 1 and 1 unless given; a lower one given alone lifts the upper one."""
    low = field.get(least, 1)
    return int(low), int(field.get(most, max(low, 1)))


def responses(field: Mapping[str, Any]) -> tuple[int, int]:
    """How many answers one respondent gives; above 1 the answer is an array (documented)."""
    return bounds(field, "min_responses_required", "max_responses_required")


def compared(conditions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What conditions compare: field id and wanted value. ``not`` may wrap an entry."""
    for entry in conditions:
        for key, value in entry.items():
            if _is_negation(key, value):
                yield from compared([value])
            else:
                yield key, value


def comparable(answer: Any) -> Any:
    """An answer as conditions see it: of several responses with several values, all values."""
    if not isinstance(answer, list):
        return answer
    return [one for part in answer for one in (part if isinstance(part, list) else [part])]


def is_due(field: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether a field's conditions hold: one entry of the list, with all its keys (documented)."""
    conditions = field.get("conditions")
    return not conditions or any(_entry_holds(entry, answers) for entry in conditions)


def _entry_holds(entry: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    return all(
        not _entry_holds(value, answers)
        if _is_negation(key, value)
        else matches(answers.get(key), value)
        for key, value in entry.items()
    )


def _is_negation(key: str, value: object) -> bool:
    """A NOT form is documented, its spelling is not: an object under ``not`` is our reading."""
    return key.lower() == "not" and isinstance(value, dict)


def in_order(fields: list[Field]) -> list[Field]:
    """Fields of one level, each after those that its conditions compare.

    What runs in a circle comes last, in the order given; the rules refuse it.
    """
    if not any("conditions" in field for field in nested(fields)):
        return fields
    held = [{one["field_id"] for one in nested([field])} for field in fields]
    needs = [
        {
            name
            for one in nested([field])
            for name, _ in compared(one.get("conditions", ()))
            if name not in own
        }
        for field, own in zip(fields, held, strict=True)
    ]
    level = set().union(*held)
    done: set[str] = set()
    ordered: list[int] = []
    waiting = list(range(len(fields)))
    while waiting:
        ready = [index for index in waiting if needs[index] & level <= done]
        if not ready:
            break
        ordered.extend(ready)
        done.update(*(held[index] for index in ready))
        waiting = [index for index in waiting if index not in ready]
    return [fields[index] for index in (*ordered, *waiting)]


def runs_in_circle(fields: list[Field]) -> bool:
    """Whether the conditions of fields of one level wait for each other."""
    done: set[str] = set()
    level = {one["field_id"] for one in nested(fields)}
    for field in in_order(fields):
        own = {one["field_id"] for one in nested([field])}
        for one in nested([field]):
            needed = {name for name, _ in compared(one.get("conditions", ()))}
            if one["field_id"] in needed or (needed & level) - own - done:
                return True
        done |= own
    return False
