"""The JSON Schemas of the task types: found, put together, turned into checkers; each once.

On disk a type's schemas hold what is its own; ``shared.json`` holds the params that every type has
and the definitions that several use. A type may bring definitions of its own, for example of the
files that its responses refer to. What is published is self-contained.
"""

from __future__ import annotations

import json
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Remembered
from scale_mock.tasktypes.compiling import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.exceptions import ValidationError

    from scale_mock.tasktypes.checks import Check

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ADDRESS = "https://scale-mock.invalid/schemas"


def published_params(folder: str) -> dict[str, Any]:
    """The schema of a type's create body, project params merged in; a new dict."""
    own, shared = _load(folder, "params.json"), _shared()
    needs = own.pop("x-common", [])
    own["properties"] = {**shared["properties"], **own["properties"]}
    alone = [names[0] for names in needs if len(names) == 1]
    if alone:
        own["required"] = [*alone, *own.get("required", ())]
    peers = [{"anyOf": [{"required": [one]} for one in names]} for names in needs if names[1:]]
    if peers:
        own["allOf"] = [*peers, *own.get("allOf", ())]
    return _published(own, f"{folder}.params.json")


@cache
def common_needs(folder: str) -> tuple[tuple[str, ...], ...]:
    """The params common to all types that this one cannot do without (``x-common`` in its schema).

    Returns:
        Groups of names; of each group one must be given.
    """
    return tuple(map(tuple, _load(folder, "params.json").get("x-common", ())))


def published_response(folder: str) -> dict[str, Any]:
    """The schema of a type's ``task.response``; a new dict.

    Its definition ``ErrorResponse`` is what ``response`` holds when the task ended in an error.
    """
    return _published(_load(folder, "response.json"), f"{folder}.response.json", "ErrorResponse")


@cache
def params_check(folder: str) -> Check:
    """The checker of a type's own params (those that every type has are left out)."""
    own = _load(folder, "params.json")
    own.pop("x-common", None)  # the checker sees no common params
    return Compiler({**_shared()["$defs"], **own.pop("$defs", {})}).compile_params(own)


@cache
def common_check() -> Check:
    """The checker of the params that every type has."""
    shared = _shared()
    schema = {"type": "object", "properties": shared["properties"]}
    return Compiler(shared["$defs"]).compile(schema)


@cache
def definition_check(name: str) -> Check:
    """The checker of one of the definitions that several types share."""
    return Compiler(_shared()["$defs"]).compile({"$ref": f"#/$defs/{name}"})


def problems_of(folder: str, response: object) -> list[str]:
    """What a response has against its type's schema, in the order of the JSON paths.

    The same response is looked at once: a rule gives it to every task, and looking takes longer
    than all else that completes a task.
    """
    return list(_finder(folder)(response))


@cache
def _finder(folder: str) -> Remembered[tuple[str, ...]]:
    return Remembered(partial(_found, folder))


def _found(folder: str, response: object) -> tuple[str, ...]:
    errors = _response_validator(folder).iter_errors(response)
    told = [(one.json_path, one.message) for error in errors for one in _told(error)]
    return tuple(f"{path}: {message}" for path, message in sorted(told))


@cache
def _response_validator(folder: str) -> Any:
    """A general validator: slow, but it finds every problem."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(published_response(folder))


def _told(error: ValidationError) -> Iterator[ValidationError]:
    """The problems behind one with alternatives: those of the alternative that was meant."""
    branches: dict[Any, list[ValidationError]] = {}
    for one in error.context or ():
        branches.setdefault(one.schema_path[0], []).append(one)
    for problems in _meant(branches.values()):
        for one in problems:
            yield from _told(one)
        return
    yield error


def _meant(branches: Iterable[list[ValidationError]]) -> list[list[ValidationError]]:
    """The alternative that was meant, alone in a list; empty where nothing tells.

    An annotation or a field says by its ``type`` which alternative it means to be.
    """
    said = [found for found in branches if all("type" not in one.path for one in found)]
    fitting = [found for found in said if all(one.validator != "type" for one in found)]
    if not fitting:
        # Something inside has a wrong JSON type: of several alternatives any could be meant.
        inside = [
            found for found in said if all(one.path or one.validator != "type" for one in found)
        ]
        fitting = inside if len(inside) == 1 else []
    return fitting[:1]


def _load(*path: str) -> dict[str, Any]:
    from importlib import resources  # late: it loads half the standard library

    where = resources.files("scale_mock.tasktypes").joinpath(*path)
    loaded: dict[str, Any] = json.loads(where.read_text(encoding="utf-8"))
    return loaded


@cache
def _shared() -> dict[str, Any]:
    return _load("shared.json")


def _published(schema: dict[str, Any], name: str, *wanted: str) -> dict[str, Any]:
    own = schema.pop("$defs", {})
    definitions = {**_load("shared.json")["$defs"], **own}
    used: dict[str, Any] = {}
    open_names = [*wanted, *own, *_references(schema)]
    while open_names:
        one = open_names.pop()
        if one not in used:
            used[one] = definitions[one]
            open_names.extend(_references(used[one]))
    defs = {"$defs": dict(sorted(used.items()))} if used else {}
    return {"$schema": _DRAFT, "$id": f"{_ADDRESS}/{name}", **schema, **defs}


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref":
                yield value.removeprefix("#/$defs/")
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)
