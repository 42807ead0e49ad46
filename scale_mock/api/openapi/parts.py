"""Small pieces that the tables of shapes are written with."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
INSTANT: Json = {"type": "string", "format": "date-time"}
FREE: Json = {"type": "object"}
LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": 100, "default": 100}
OFFSET: Json = {"type": "integer", "minimum": 0, "default": 0}


def ref(name: str) -> Json:
    """A shared schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Json) -> Json:
    """An array."""
    return {"type": "array", "items": items}


def several(*values: str) -> Json:
    """A query value that may be repeated, out of a set if one is given."""
    return listed({"enum": list(values)} if values else TEXT)


def one_of(*values: str) -> Json:
    """One text out of a set."""
    return {"enum": list(values)}


def thing(required: str = "", /, **properties: Json) -> Json:
    """An object.

    Args:
        required: The names that it cannot do without, separated by spaces.
        properties: Its properties.
    """
    schema: Json = {"type": "object", "properties": properties}
    return {**schema, "required": required.split()} if required else schema


def maybe(schema: Json) -> Json:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def by_name(schema: Json) -> Json:
    """An object of any keys, whose values are alike."""
    return {"type": "object", "additionalProperties": schema}


def open_thing(required: str = "", /, **properties: Json) -> Json:
    """An object that may have more properties than these."""
    return {**thing(required, **properties), "additionalProperties": True}
