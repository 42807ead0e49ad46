"""What a failed comparison of Scale's objects says: the fields that differ, by path.

For objects of the official SDK (v1 and v2), for the records of ``mock.callbacks``, and for the JSON
of tasks, batches, projects and callbacks. Everything else is left to pytest. Loaded when the first
comparison fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.pytest_plugin.differing import VALUE_CHARS, Difference, differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

FULL = 2
"""From which verbosity on everything is shown: ``-vv``, as pytest has it."""
SHOWN = 20
"""How many differing places are shown; all of them with ``-vv``."""

_ID = re.compile(r"[0-9a-f]{24}")
_KINDS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("callback", frozenset({"task", "task_id", "status"}), "task_id"),
    ("task", frozenset({"task_id", "type", "status", "created_at"}), "task_id"),
    ("batch", frozenset({"name", "project", "status", "created_at"}), "name"),
    ("project", frozenset({"name", "type", "param_history"}), "name"),
)
"""How the JSON of an object is told from other dicts: its keys, and the one that names it."""


class Thing(NamedTuple):
    """One side of a comparison.

    Attributes:
        name: What it is called.
        data: Its content as plain data.
        by_identity: Whether ``==`` asks if it is one and the same object.
        how: The expression that gives its content.
    """

    name: str
    data: object
    by_identity: bool = False
    how: str = ""

    @property
    def kind(self) -> str:
        """The first word of its name."""
        return self.name.partition(" ")[0]

    @property
    def field(self) -> str:
        """The expression that gives what names it."""
        data = self.data if isinstance(self.data, Mapping) else {}
        key = "id" if {"task_id", "id"} & set(data) else "name"
        return f"{self.kind.lower()}.{key}"


def explain(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """The hook ``pytest_assertrepr_compare``: it never raises, the test's own failure matters."""
    try:
        return compared(op, left, right, full=config.getoption("verbose") >= FULL)
    except Exception:
        return None  # pytest says what it can


def compared(op: str, left: object, right: object, *, full: bool = False) -> list[str] | None:
    """The explanation of a comparison that failed; ``None`` leaves it to pytest.

    Args:
        op: The operator.
        left: Its left side.
        right: Its right side.
        full: Whether to show every difference.
    """
    if op == "==":
        return _enum_and_text(left, right) or _equal(left, right, full=full)
    return _enums_and_texts(left, right) or _contained(left, right) if op == "in" else None


def _equal(left: object, right: object, *, full: bool) -> list[str] | None:
    one, other = _thing(left), _thing(right)
    if one is None and other is None:
        return _sequences(left, right, full=full)
    if left is None or right is None:
        return None
    one, other = one or _foreign(left), other or _foreign(right)
    head = f"{one.name} == {other.name}"
    dicts = isinstance(left, Mapping), isinstance(right, Mapping)
    if type(left) is not type(right):
        head = f"{head}: {type(left).__name__} is not {type(right).__name__}"
        if not any(dicts):
            return [head, *_hints(one, other)]
    if not (isinstance(one.data, Mapping) and isinstance(other.data, Mapping)):
        return [head, *_hints(one, other)]
    found = list(differences(one.data, other.data))
    return [f"{head}: {_count(found)}", *_hints(one, other), *_shown(found, full=full)]


def _count(found: list[Difference]) -> str:
    fields = sum(one.fields for one in found)
    if not fields:
        return "the same content"
    return "1 field differs" if fields == 1 else f"{fields} fields differ"


def _shown(found: list[Difference], *, full: bool) -> Iterator[str]:
    shown = found if full else found[:SHOWN]
    yield from map(str, shown)
    if len(shown) < len(found):
        yield f"  ... and {len(found) - len(shown)} more places (-vv shows all)"


def _hints(one: Thing, other: Thing) -> Iterator[str]:
    """What to write instead, where ``==`` does not look at the content."""
    blind = [thing for thing in (one, other) if thing.by_identity]
    if not blind:
        return
    kinds = " and ".join(dict.fromkeys(thing.kind for thing in blind))
    has = "has" if kinds.count(" ") == 0 else "have"
    if any(isinstance(thing.data, Mapping) is False for thing in (one, other)):
        advice = f"Compare a field of it, for example {blind[0].field}"
    else:
        whose = "of both" if one.how == other.how else "with what the other one holds"
        advice = f"Compare {blind[0].how} {whose}"
    yield f"{kinds} {has} no __eq__: == asks for one and the same object. {advice}"


def _sequences(left: object, right: object, *, full: bool) -> list[str] | None:
    """Lists of such objects, place by place."""
    if type(left) is not type(right) or not isinstance(left, list | tuple):
        return None
    assert isinstance(right, list | tuple)
    ones, others = [_thing(item) for item in left], [_thing(item) for item in right]
    known = [thing for thing in (*ones, *others) if thing is not None and thing.how]
    if not known or len(known) < len(ones) + len(others):
        return None
    head = f"{_many(ones)} == {_many(others)}"
    found = [
        Difference(f"[{place}]{_joined(one.path)}", one.words, one.fields)
        for place, (one_thing, other_thing) in enumerate(zip(ones, others, strict=False))
        if one_thing is not None and other_thing is not None
        for one in differences(one_thing.data, other_thing.data)
    ]
    found += [
        Difference(f"[{place}]", f"only {side}: {thing.name}")
        for side, things, first in (("left", ones, len(others)), ("right", others, len(ones)))
        for place, thing in enumerate(things)
        if place >= first and thing is not None
    ]
    hint = []
    if any(thing.by_identity for thing in known):
        hint = [
            f"{known[0].kind} has no __eq__: == asks for the very same objects. Compare "
            "[one.as_dict() for one in ...], or what names them"
        ]
    return [f"{head}: {_count(found)}", *hint, *_shown(found, full=full)]


def _many(things: list[Thing | None]) -> str:
    kinds = {thing.kind for thing in things if thing is not None}
    objects = "object" if len(things) == 1 else "objects"
    return f"{len(things)} {f'{kinds.pop()} ' if len(kinds) == 1 else ''}{objects}"


def _joined(path: str) -> str:
    return path if path.startswith("[") or not path else f".{path}"


def _contained(left: object, right: object) -> list[str] | None:
    """``task in tasks``: the list may hold the same task as another object."""
    one = _thing(left)
    if one is None or not one.by_identity or not isinstance(right, list | tuple | set | frozenset):
        return None
    others = [thing for thing in map(_thing, right) if thing is not None]
    if len(others) < len(right):
        return None
    same = any(thing.name == one.name for thing in others)
    there = "the same one, as another object, is among them" if same else "none of them is it"
    names = ", ".join(thing.name.partition(" ")[2] or thing.name for thing in others[:5])
    variable, _, attribute = one.field.partition(".")
    return [
        f"{one.name} in {len(right)} objects: {there}",
        f"{one.kind} has no __eq__: in asks for the very same object. Compare "
        f"{variable}.{attribute} in [one.{attribute} for one in ...]",
        f"  there: {names or 'nothing'}{', ...' if len(others) > 5 else ''}",
    ]


def _enum_and_text(left: object, right: object) -> list[str] | None:
    """``task.status == TaskStatus.Completed``: a text is never equal to such a member."""
    for text, member, turned in ((left, right, False), (right, left, True)):
        if not (isinstance(text, str) and isinstance(member, Enum)):
            continue
        if isinstance(member, str) or not type(member).__module__.startswith("scaleapi"):
            return None
        shown = [repr(text), str(member)]
        same = "though its value is the same" if text == member.value else "and its value differs"
        return [
            f"{' == '.join(reversed(shown) if turned else shown)}: a text is no "
            f"{type(member).__name__}, {same} ({member.value!r})",
            f"The SDK's objects hold plain texts. Compare with {member}.value",
        ]
    return None


def _enums_and_texts(left: object, right: object) -> list[str] | None:
    """``task.status in (TaskStatus.Completed, TaskStatus.Error)``, or the other way round."""
    if not isinstance(right, list | tuple | set | frozenset):
        return None
    sought = [left] if isinstance(left, Enum) else [one for one in right if isinstance(one, Enum)]
    texts = [one for one in (left, *right) if isinstance(one, str)]
    members = [
        member
        for member in sought
        if type(member).__module__.startswith("scaleapi") and not isinstance(member, str)
    ]
    if not members or not texts:
        return None
    first = members[0]
    found = any(member.value in texts for member in members)
    same = "though a value is the same" if found else "and no value is the same either"
    return [
        f"{left!r} in {right!r}: a text is no {type(first).__name__}, {same}",
        f"The SDK's objects hold plain texts. Write {first}.value",
    ]


def _foreign(value: object) -> Thing:
    if isinstance(value, Mapping):
        return Thing("dict", value)
    text = repr(value)
    return Thing(text if len(text) <= VALUE_CHARS else f"a {type(value).__name__}", value)


def _thing(value: object) -> Thing | None:
    """What a value is, if it is one of Scale's or ours."""
    kind = type(value)
    if kind is dict:
        return _of_json(value)  # type: ignore[arg-type]
    module = kind.__module__
    if module == "scale_mock.callbacks.records":
        return _of_record(value)
    if not module.startswith("scaleapi."):
        return None
    own_eq = kind.__eq__ is not object.__eq__
    thing: Any = value
    if hasattr(kind, "model_dump"):
        data = thing.model_dump(mode="json", by_alias=True)
        name = _named(kind.__name__, data)
        return Thing(name, data, by_identity=not own_eq, how=".model_dump()")
    if hasattr(kind, "as_dict"):
        data = thing.as_dict()
        name = _named(kind.__name__, data)
        how = f"{kind.__name__.lower()}.as_dict()"
        return Thing(name, data, by_identity=not own_eq, how=how)
    return None


def _of_json(value: dict[object, object]) -> Thing | None:
    for kind, keys, key in _KINDS:
        if keys <= value.keys():
            name = value[key]
            if isinstance(name, str) and (key == "name" or _ID.fullmatch(name)):
                return Thing(f"{kind} {name}", value)
    return None


def _of_record(value: object) -> Thing | None:
    record: Any = value
    name = type(value).__name__
    if name == "Callback":
        title = f"Callback {record.id}"
        return Thing(title, record.as_dict(), by_identity=True, how="callback.as_dict()")
    if name == "Attempt":
        data = {"callback_id": record.callback_id, **record.as_dict()}
        return Thing(f"Attempt {record.number} of {record.callback_id}", data, how="as_dict()")
    return None


def _named(kind: str, data: object) -> str:
    if isinstance(data, Mapping):
        for key in ("task_id", "id", "name", "email"):
            if isinstance(data.get(key), str):
                return f"{kind} {data[key]}"
    return kind
