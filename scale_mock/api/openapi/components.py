"""The schemas that the OpenAPI documents share, those of the task types among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.api.openapi.shapes import COMPONENTS
from scale_mock.tasktypes import TaskTypes

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
_LOCAL = "#/$defs/"
_SHARED = "#/components/schemas/"


def components(api: str) -> Json:
    """The schemas of one API by name."""
    found = dict(COMPONENTS["all"])
    if api == "v2":
        found |= _hoisted(TaskTypes().response_schema("chat"), "ChatResponse", plain=True)
        found |= COMPONENTS["v2"]
    if api == "control":
        found |= COMPONENTS["control"]
    if api == "v1":
        found |= COMPONENTS["v1"]
        types = TaskTypes()
        for name in types.names:
            found |= _hoisted(types.params_schema(name), f"{name}.params")
            found |= _hoisted(types.response_schema(name), f"{name}.response")
    return found


def _hoisted(schema: Json, name: str, *, plain: bool = False) -> Json:
    """A self-contained schema with its definitions beside it, as components.

    Args:
        schema: The schema.
        name: Its name; its definitions are called ``name.Definition``.
        plain: Leaves the definitions' names alone.
    """
    definitions = schema.pop("$defs", {})
    names = {one: one if plain else f"{name}.{one}" for one in definitions}
    body = {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}
    hoisted = {names[one]: _renamed(value, names) for one, value in definitions.items()}
    return {name: _renamed(body, names), **hoisted}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """A copy whose references lead to components."""
    if isinstance(value, dict):
        return dict(_entries(value, names))
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value


def _entries(value: Json, names: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        if key == "$ref" and isinstance(item, str) and item.startswith(_LOCAL):
            yield key, _SHARED + names[item.removeprefix(_LOCAL)]
        else:
            yield key, _renamed(item, names)
