"""Keys inside params that no schema names: below the top level, a misspelt one goes unnoticed too.

Only objects whose keys the schema of a task type lists are judged. Objects that are the customer's
own, such as metadata, list none; an object with alternatives knows the keys of all of them.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Remembered
from scale_mock.tasktypes.schemas import published_params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REFERENCES_MAX = 12
"""How many references lead from one schema to the next."""
COMPOSED = ("allOf", "anyOf", "oneOf")
CONDITIONAL = ("if", "then", "else")

Json = Any


def unknown_keys(folder: str, params: Mapping[str, Json]) -> Iterator[tuple[str, frozenset[str]]]:
    """The keys below the top level that nobody reads.

    Args:
        folder: The folder of the type's schemas.
        params: The params of the type.

    Yields:
        The path, for example ``geometries.box.objects_to_anotate`` or ``rules[0].kind``, and the
        keys that are known there.
    """
    top = _top(folder)
    for key, inner in params.items():
        if isinstance(inner, dict):
            yield from _inside(folder)([key, inner])
        elif isinstance(inner, list) and (node := top.named.get(key)) is not None:
            yield from _below(node, inner, key)


def known_beside(folder: str, path: str) -> frozenset[str]:
    """The keys that are known where a key stands; none where nobody lists them.

    Args:
        folder: The folder of the type's schemas.
        path: The key's path, for example ``geometries.boxes`` or ``rules[0].kind``.
    """
    node: _Node | None = _top(folder)
    for name in path.split(".")[:-1]:
        key, *places = name.split("[")
        node = node.named.get(key) or node.other if node is not None else None
        for _ in places:
            node = node.items if node is not None else None
    return frozenset() if node is None else node.names


@cache
def _inside(folder: str) -> Remembered[tuple[tuple[str, frozenset[str]], ...]]:
    """The unknown keys of an object among the params, its name before it."""

    def find(said: list[Json]) -> tuple[tuple[str, frozenset[str]], ...]:
        name, inner = said
        node = _top(folder).named.get(name)
        return () if node is None else tuple(_below(node, inner, name))

    return Remembered(find)


@cache
def _top(folder: str) -> _Node:
    schema = published_params(folder)
    return _Node([schema], schema.get("$defs", {}))


class _Node:
    """What a schema says of the keys of an object, or of the items of a list; read when needed.

    Args:
        schemas: The schema, or all those that may hold.
        defs: The definitions that they refer to.
    """

    def __init__(self, schemas: list[Json], defs: Mapping[str, Json]) -> None:
        self._defs = defs
        self.forms = [form for schema in schemas for form in _forms(schema, defs)]

    @cached_property
    def named(self) -> Mapping[str, _Node]:
        """What is said of the keys that are listed."""
        found: dict[str, list[Json]] = {}
        for form in self.forms:
            for key, inner in form.get("properties", {}).items():
                found.setdefault(key, []).append(inner)
        return {key: _Node(schemas, self._defs) for key, schemas in found.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """The keys that are listed."""
        return frozenset(self.named)

    @cached_property
    def other(self) -> _Node | None:
        """What is said of all other keys, where that is anything."""
        given = [form.get("additionalProperties") for form in self.forms]
        schemas = [one for one in given if isinstance(one, dict)]
        return _Node(schemas, self._defs) if schemas else None

    @cached_property
    def is_closed(self) -> bool:
        """Whether no other keys than those that are listed are read."""
        return bool(self.named) and not any(
            "patternProperties" in form or form.get("additionalProperties") is True
            for form in self.forms
        )

    @cached_property
    def items(self) -> _Node:
        """What is said of a list's items."""
        return _Node([form["items"] for form in self.forms if "items" in form], self._defs)


def _below(node: _Node, value: Json, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    if not node.forms:
        return  # nobody says what stands here
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from _below(node.items, item, f"{path}[{number}]")
        return
    for key, inner in value.items():
        known = node.named.get(key) or node.other
        if known is None:
            if inner is not None and node.is_closed:
                yield f"{path}.{key}", node.names
        elif isinstance(inner, dict | list):
            yield from _below(known, inner, f"{path}.{key}")


def _forms(schema: Json, defs: Mapping[str, Json], depth: int = 0) -> Iterator[dict[str, Json]]:
    """A schema, and all those that it is made of or leads to."""
    if not isinstance(schema, dict) or depth > REFERENCES_MAX:
        return
    yield schema
    if "$ref" in schema:
        yield from _forms(defs.get(schema["$ref"].rpartition("/")[2]), defs, depth + 1)
    parts = [part for key in COMPOSED for part in schema.get(key, ())]
    parts += [schema[key] for key in CONDITIONAL if key in schema]
    for part in parts:
        yield from _forms(part, defs, depth + 1)
