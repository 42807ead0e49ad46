"""Matching: compiles a ``match`` once, tests subjects quickly, and says why one is not meant.

What a subject can be matched by is one table, :data:`TASK_FIELDS`; adding a field is one line
there. What stands to the right of a field is :mod:`scale_mock.selectors.wanted`. All fields of a
match must hold; an empty match holds for everything.

``metadata`` and ``params`` are matched at a path inside them: ``{"metadata.row": 17}``, where dots
separate keys and integers index arrays, or ``{"metadata": {"row": 17}}``, where every key is taken
as it stands (the way to name a key that contains a dot), or, as a JSON pointer (RFC 6901),
``{"/metadata/a.b/0": 17}``. Where an array is found, it is enough that
one of its elements is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from scale_mock.selectors.wanted import (
    Alternative,
    Predicate,
    compile_alternatives,
    is_operator_table,
    lifted,
    say_any_of,
)
from scale_mock.selectors.where import Where, did_you_mean, nearest, show, to_where

if TYPE_CHECKING:
    from scale_mock.domain.ports import Matchable

PATH_SEGMENTS_MAX = 32
"""How deep a path may reach; what is deeper is a mistake."""

_INDEX = re.compile(r"-?[0-9]{1,9}")

Finder: TypeAlias = "Callable[[Matchable], object]"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One reason why a subject is not meant.

    Attributes:
        field: The field, with its path.
        wanted: The wanted value in words.
        found: The value found; None where there is none.
    """

    field: str
    wanted: str
    found: object

    def __str__(self) -> str:
        found = "nothing" if self.found is None else show(self.found)
        return f"{self.field} wanted {self.wanted}, found {found}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One compiled field of a match.

    Attributes:
        field: The field, with its path.
        wanted: The wanted value in words.
        find: Gets the value from a subject.
        test: Whether a subject has a wanted value.
    """

    field: str
    wanted: str
    find: Finder
    test: Callable[[Matchable], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the table of fields.

    Attributes:
        name: What the user writes.
        kind: ``text`` (one text), ``texts`` (several), ``number`` (an integer) or ``path`` (a
            table to reach into).
        optional: Whether a subject may lack it, so that wanting None makes sense.
        choices: The only values there are, or empty if any text will do.
    """

    name: str
    kind: str = "text"
    optional: bool = False
    choices: tuple[str, ...] = ()


def field_table(*fields: Field) -> Mapping[str, Field]:
    """A read-only table of fields by name; refuses one named twice."""
    table: dict[str, Field] = {}
    for field in fields:
        if field.name in table:
            raise ValueError(f"field {field.name!r} twice: {table[field.name]} and {field}")
        table[field.name] = field
    return MappingProxyType(table)


TASK_FIELDS = field_table(
    Field("project", optional=True),
    Field("product_line", optional=True, choices=("enterprise", "rapid", "studio")),
    Field("type"),
    Field("mode", choices=("test", "live")),
    Field("batch", optional=True),
    Field(
        "batch_kind", optional=True, choices=("plain", "self_label", "calibration", "production")
    ),
    Field("tags", kind="texts", optional=True),
    Field("unique_id", optional=True),
    Field("project_version", kind="number", optional=True),
    Field("metadata", kind="path"),
    Field("params", kind="path"),
)
"""What tasks can be matched by, in the order in which refusals list it."""


class Matcher:
    """A compiled match.

    Args:
        conditions: All of them must hold.
    """

    __slots__ = ("_tests", "conditions")

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions
        self._tests = tuple(condition.test for condition in conditions)

    def matches(self, subject: Matchable) -> bool:
        """Whether the subject is meant."""
        for test in self._tests:  # noqa: SIM110 - a generator costs twice as much here
            if not test(subject):
                return False
        return True

    def count_mismatches(self, subject: Matchable, *, stop_at: int) -> int:
        """How many conditions do not hold, counting no further than ``stop_at``."""
        count = 0
        for test in self._tests:
            if not test(subject):
                count += 1
                if count >= stop_at:
                    break
        return count

    def mismatches(self, subject: Matchable) -> list[Mismatch]:
        """Every condition that does not hold, in the order of the match; empty if it matches."""
        return [
            Mismatch(condition.field, condition.wanted, condition.find(subject))
            for condition in self.conditions
            if not condition.test(subject)
        ]


def compile_match(
    match: Mapping[str, object],
    *,
    where: str | Where,
    fields: Mapping[str, Field] = TASK_FIELDS,
    also: tuple[str, ...] = (),
) -> Matcher:
    """Compiles a match.

    Args:
        match: Wanted values by field.
        where: The place of the match, for refusals.
        fields: What can be matched.
        also: Keys of a match that the caller has taken out before: refusals name them too.

    Raises:
        ConfigurationError: A field is unknown, or a wanted value could never be found.
    """
    place = to_where(where)
    if not isinstance(match, Mapping):
        raise place.refuse(f"a match is a table of wanted values by field, not {show(match)}")
    conditions: list[Condition] = []
    for key, wanted in match.items():
        field, path = _resolve(key, place, fields, also)
        if field.kind == "path":
            conditions.extend(_path_conditions(field.name, path, wanted, place.at(key)))
        else:
            conditions.append(_named_condition(field, wanted, place.at(key)))
    return Matcher(tuple(conditions))


def _resolve(
    key: object, place: Where, fields: Mapping[str, Field], also: tuple[str, ...]
) -> tuple[Field, tuple[str, ...]]:
    """The field that a key names and the path inside it."""
    if not isinstance(key, str):
        raise place.refuse(f"fields are named by text, not {show(key)}. {_list(fields, also)}")
    if key.startswith("/"):
        return _resolve_pointer(key, place.at(key), fields)
    name, dot, rest = key.partition(".")
    field = fields.get(name)
    if field is None:
        raise place.at(key).refuse(_unknown(key, fields, also))
    path = tuple(rest.split(".")) if dot else ()
    if path and field.kind != "path":
        raise place.at(key).refuse(f'"{name}" is one value and has nothing inside; match "{name}"')
    if not all(path) and dot:
        raise place.at(key).refuse(f'a key is empty; write the path as "{name}.key.0.key"')
    return field, path


def _resolve_pointer(
    key: str, where: Where, fields: Mapping[str, Field]
) -> tuple[Field, tuple[str, ...]]:
    """The same for a JSON pointer such as ``/metadata/row``."""
    name, *path = [
        part.replace("~1", "/").replace("~0", "~") for part in key.removeprefix("/").split("/")
    ]
    field = fields.get(name)
    if field is None or field.kind != "path" or not path:
        roots = " or ".join(f"/{one.name}/" for one in fields.values() if one.kind == "path")
        raise where.refuse(f"a JSON pointer starts with {roots or 'nothing here: use a field'}")
    return field, tuple(path)


def _unknown(key: str, fields: Mapping[str, Field], also: tuple[str, ...]) -> str:
    name, dot, rest = key.partition(".")
    paths = [field.name for field in fields.values() if field.kind == "path"]
    close = nearest(name, paths if dot else [*fields, *also])
    if close is not None:
        meant = f"{close}.{rest}" if dot else close
        return f'unknown field; did you mean "{meant}"? {_list(fields, also)}'
    if key in {"task_id", "id"}:
        return (
            "unknown field; match the task's unique_id, or hand one task on with mock.tasks. "
            f"{_list(fields, also)}"
        )
    hint = f' A param of the task is matched as "params.{key}".' if "params" in paths else ""
    return f"unknown field. {_list(fields, also)}{hint}"


def _list(fields: Mapping[str, Field], also: tuple[str, ...]) -> str:
    names = [f"{name}.<path>" if field.kind == "path" else name for name, field in fields.items()]
    return f"Fields: {', '.join([*names, *also])}."


def _named_condition(field: Field, wanted: object, where: Where) -> Condition:
    alternatives = compile_alternatives(wanted, where)
    for alternative in alternatives:
        _check_possible(field, alternative, where)
    name = field.name

    def find(subject: Matchable) -> object:
        return subject.match_value(name)

    lift = _on_texts if field.kind == "texts" else _as_it_is
    test = lifted(alternatives, lift)
    return Condition(name, say_any_of(alternatives), find, _test_of(name, test))


def _as_it_is(test: Predicate) -> Predicate:
    return test


def _test_of(name: str, test: Predicate) -> Callable[[Matchable], bool]:
    return lambda subject: test(subject.match_value(name))


def _check_possible(field: Field, alternative: Alternative, where: Where) -> None:
    """Refuses a wanted value that no subject can have."""
    value = alternative.value
    for unwanted in alternative.unwanted:
        _check_possible(field, unwanted, where)
    if alternative.unwanted or (value is None and field.optional):
        return
    if field.kind == "number":
        _check_number(value, where)
        return
    if not isinstance(value, str):
        null = " or null" if field.optional else ""
        raise where.refuse(f"wants text{null}, or a list of texts (any of), not {show(value)}")
    if field.choices and not any(map(alternative.test, field.choices)):
        hint = did_you_mean(value, field.choices)
        values = ", ".join(field.choices)
        raise where.refuse(f'no {field.name} is "{value}"{hint} Values: {values}.')


def _check_number(value: object, where: Where) -> None:
    numbers = value.values() if isinstance(value, Mapping) else [value]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise where.refuse(f"wants a number, a range or null, not {show(value)}")


def _on_texts(test: Predicate) -> Predicate:
    """The test for a field of several texts: one of them is enough; no texts are nothing."""

    def on_texts(found: object) -> bool:
        if isinstance(found, (list, tuple)):
            return any(map(test, found)) if found else test(None)
        return test(found)

    return on_texts


def _path_conditions(
    root: str, path: tuple[str, ...], wanted: object, where: Where
) -> Iterator[Condition]:
    """The conditions of a path, or of every path in a nested table."""
    if len(path) > PATH_SEGMENTS_MAX:
        raise where.refuse(f"the path is longer than {PATH_SEGMENTS_MAX} keys")
    # Right below the root every table is one of keys, so that a key "equals" can be reached.
    if isinstance(wanted, Mapping) and not (path and is_operator_table(wanted)):
        if not wanted:
            raise where.refuse(
                "the table is empty and wants nothing; leave it out, or, inside a path, "
                'look for an empty table with {"equals": {}}'
            )
        for key, inner in wanted.items():
            if not isinstance(key, str):
                raise where.refuse(f"keys are text, not {show(key)}; array indexes too")
            yield from _path_conditions(root, (*path, key), inner, where.at(key))
        return
    if not path:
        raise where.refuse(
            f'say what to match inside: "{root}.key" or {{"{root}": {{"key": value}}}}'
        )
    alternatives = compile_alternatives(wanted, where)
    find = _finder(root, path)
    field = ".".join((root, *path))
    test = lifted(alternatives, _or_an_element)
    yield Condition(field, say_any_of(alternatives), find, lambda subject: test(find(subject)))


def _or_an_element(test: Predicate) -> Predicate:
    """The test for a value at a path: the value itself, or one element of an array."""

    def on_found(found: object) -> bool:
        if test(found):
            return True
        return isinstance(found, (list, tuple)) and any(map(test, found))

    return on_found


def _finder(root: str, path: tuple[str, ...]) -> Finder:
    """Gets the value at a path; None where the path leads nowhere."""
    steps = tuple((key, int(key) if _INDEX.fullmatch(key) else None) for key in path)

    def find(subject: Matchable) -> object:
        found = subject.match_value(root)
        for key, index in steps:
            # dict first: it is what is found almost always, and much quicker to tell.
            if isinstance(found, (dict, Mapping)):
                found = found.get(key)
            elif index is not None and isinstance(found, (list, tuple)):
                found = found[index] if -len(found) <= index < len(found) else None
            else:
                return None
        return found

    return find
