"""State as plain JSON and back: the codec of snapshots.

Driven by the values: what JSON can say stands as it is, the rest carries a tag that begins with
``$``. A record names its class and only those of its fields that differ from the defaults, so that
two snapshots diff well. Where the order of keys is state, it is written so that other languages and
tools, which order keys as they like, cannot change it. The four things that others point at
(projects, batches, tasks, events) are written once, and as references everywhere else.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scale_mock.domain.documents import decode, encode
from scale_mock.domain.model import Batch, Project, Task
from scale_mock.errors import ConfigurationError
from scale_mock.sim.scheduler import Event
from scale_mock.world.sealing import EXACT_MAX
from scale_mock.world.shapes import FieldTypes

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = Any

MICROSECOND = timedelta(microseconds=1)

NAMES: dict[type, Callable[[Any], str]] = {
    Project: lambda project: f"{project.mode}/{project.name}",
    Batch: lambda batch: f"{batch.mode}/{batch.name}",
    Task: lambda task: f"{task.mode}/{task.task_id}",
    Event: lambda event: str(event.seq),
}
"""How the things that others point at are named."""


class NotPlain(ConfigurationError):
    """Something in a world's state cannot be written down: a function, for example."""


class Freezer:
    """Writes values down."""

    def freeze(self, value: object) -> Json:
        """A value, as JSON.

        Raises:
            NotPlain: It cannot be written down.
        """
        if value is None or isinstance(value, bool | int | float | str):
            return value
        name = NAMES.get(type(value))
        if name is not None:
            return {f"${type(value).__name__.lower()}": name(value)}
        if is_dataclass(value) and not isinstance(value, type):
            return self.record(value)
        return self._container(value)

    def record(self, value: Any) -> dict[str, Json]:
        """A record's class and its fields, those at their defaults left out."""
        body: dict[str, Json] = {"$": type(value).__name__}
        for field in fields(value):
            held = getattr(value, field.name)
            if field.default is not MISSING and _same(held, field.default):
                continue
            if field.default_factory is not MISSING and _same(held, field.default_factory()):
                continue
            body[field.name] = self.freeze(held)
        return body

    def attributes(self, value: Any, names: Iterable[str]) -> dict[str, Json]:
        """Some attributes of an object."""
        return {name: self.freeze(getattr(value, name)) for name in names}

    def _container(self, value: object) -> Json:
        if isinstance(value, bytes):
            return _bytes(value)
        if isinstance(value, datetime):
            return {"$at": value.astimezone(UTC).isoformat()}
        if isinstance(value, timedelta):
            return {"$microseconds": value // MICROSECOND}
        if isinstance(value, Fraction):
            return {"$fraction": str(value)}
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple | deque | set | frozenset):
            kind = type(value).__name__
            ordered: Iterable[object] = sorted(value) if "set" in kind else value
            items = [self.freeze(item) for item in ordered]
            return items if isinstance(value, list) else {f"${kind}": items}
        raise NotPlain(f"{value!r} ({type(value).__name__}) cannot be written into a snapshot.")

    def _mapping(self, value: Mapping[Any, object]) -> Json:
        plain = all(isinstance(key, str) and not key.startswith("$") for key in value)
        # An object's keys come back sorted, see Thawer.thaw; any other order is written as pairs.
        if plain and list(value) == sorted(value) and not isinstance(value, Counter):
            return {key: self.freeze(item) for key, item in value.items()}
        pairs = [[self.freeze(key), self.freeze(item)] for key, item in value.items()]
        return {"$counter" if isinstance(value, Counter) else "$pairs": pairs}


class Thawer:
    """Reads values back.

    Args:
        records: The classes that records may name.

    Attributes:
        known: What references lead to, by tag and name; filled as things are read back.
    """

    def __init__(self, records: Mapping[str, type]) -> None:
        self._records = records
        self.fields = FieldTypes({**records, **{cls.__name__: cls for cls in NAMES}})
        self.known: dict[str, dict[str, object]] = {f"${cls.__name__.lower()}": {} for cls in NAMES}

    def learn(self, thing: object) -> None:
        """From here on, references lead to this thing."""
        cls = type(thing)
        self.known[f"${cls.__name__.lower()}"][NAMES[cls](thing)] = thing

    def thaw(self, value: Json) -> Any:
        """What :meth:`Freezer.freeze` wrote, as a new value.

        Raises:
            ConfigurationError: It is nothing that a snapshot of this version says.
        """
        if isinstance(value, list):
            return [self.thaw(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$" in value:
            return self.record(value)
        tag = next(iter(value), "")
        if not tag.startswith("$"):
            return {key: self.thaw(value[key]) for key in sorted(value)}
        return self._tagged(tag, value[tag])

    def record(self, body: Mapping[str, Json]) -> Any:
        """A record of the class that it names."""
        cls = self._records.get(body["$"])
        if cls is None:
            raise ConfigurationError(f"A snapshot names a record {body['$']!r} that is not known.")
        given = {name: self.thaw(item) for name, item in body.items() if name != "$"}
        made = cls(**given)
        self.fields.check(made, given)
        return made

    def _tagged(self, tag: str, value: Json) -> Any:
        if tag in self.known:
            try:
                return self.known[tag][value]
            except KeyError:
                raise ConfigurationError(
                    f"A snapshot refers to {tag[1:]} {value!r}, which is not in it."
                ) from None
        if tag not in _PLAIN:
            raise ConfigurationError(f"A snapshot has a tag {tag!r} that is not known.")
        if tag not in _ATOMS and not isinstance(value, list):
            raise ConfigurationError(f"A {tag!r} is a list, not {type(value).__name__}.")
        return _PLAIN[tag](value if tag in _ATOMS else self.thaw(value))


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "$at": datetime.fromisoformat,
    "$microseconds": lambda count: count * MICROSECOND,
    "$fraction": Fraction,
    "$json": encode,
    "$text": str.encode,
    "$base64": b64decode,
    "$tuple": tuple,
    "$deque": deque,
    "$set": set,
    "$frozenset": frozenset,
    "$pairs": lambda pairs: {key: item for key, item in pairs},  # noqa: C416 - lists, not tuples
    "$counter": lambda pairs: Counter(dict(pairs)),
}
_ATOMS = frozenset({"$at", "$microseconds", "$fraction", "$json", "$text", "$base64"})


def _bytes(value: bytes) -> Json:
    """A JSON document as itself, if that gives the same bytes back; else its text, or in base 64.

    It is text, too, where JavaScript would write it otherwise than it read it.
    """
    try:
        document = decode(value)
        if encode(document) == value:
            return {"$json": document} if _is_steady(document) else {"$text": value.decode()}
    except ValueError:
        pass
    return {"$base64": b64encode(value).decode()}


def _is_steady(document: Json) -> bool:
    """True if JavaScript keeps the order of a document's keys and the values of its numbers."""
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            # Keys like "7" come first there, in the order of their numbers.
            if len(one) > 1 and any(key.isdecimal() for key in one):
                return False
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int | float) and (abs(one) > EXACT_MAX or str(one) == "-0.0"):
            return False
    return True


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
