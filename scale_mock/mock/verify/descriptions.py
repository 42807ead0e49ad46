"""What the OpenAPI documents leave open: which values may be null, which keys may be missing."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from scale_mock.api.openapi.shapes import ANSWERS, COMPONENTS

Json = dict[str, Any]


class Description(NamedTuple):
    """What is known of one place of a reply.

    Attributes:
        api: Whose shared schemas it refers to.
        schema: The schema; empty where nothing is known.
    """

    api: str
    schema: Json

    @property
    def plain(self) -> Json:
        """The schema itself, not a reference to it; of several the first that is not null."""
        schema = self.schema
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            shared = COMPONENTS[self.api].get(name, COMPONENTS["all"].get(name))
            schema = shared if shared is not None else {}
        if "anyOf" in schema and "properties" not in schema:
            return self.choices[0].plain if self.choices else {}
        return schema

    @property
    def choices(self) -> list[Description]:
        """What it may be besides null; empty where it is one thing."""
        several = self.schema.get("anyOf", ()) if "properties" not in self.schema else ()
        return [Description(self.api, one) for one in several if one.get("type") != "null"]

    @property
    def is_known(self) -> bool:
        """False where nothing is said."""
        return bool(self.schema)

    @property
    def may_be_null(self) -> bool:
        """True if null is as good as a value, as far as the document says."""
        schema = self.schema
        if not schema:
            return False
        kinds = schema.get("type", ())
        listed = kinds if isinstance(kinds, list) else [kinds]
        return "null" in listed or any(one.get("type") == "null" for one in schema.get("anyOf", ()))

    @property
    def has_free_keys(self) -> bool:
        """True if the keys of this object are data: somebody's metadata, params, labels."""
        schema = self.plain
        if schema.get("type") != "object":
            return False
        return "properties" not in schema or isinstance(schema.get("additionalProperties"), dict)

    def at_key(self, key: str) -> Description:
        """What is known of an object's value."""
        schema = self.plain
        known = schema.get("properties", {})
        others = schema.get("additionalProperties")
        return Description(
            self.api, known.get(key, others if isinstance(others, dict) else {}) or {}
        )

    def may_lack(self, key: str) -> bool:
        """True if the document knows the key and does not demand it."""
        schema = self.plain
        return key in schema.get("properties", {}) and key not in schema.get("required", ())

    def items(self) -> Description:
        """What is known of an array's elements."""
        return Description(self.api, self.plain.get("items", {}))


@cache
def api_of(operation: str) -> str:
    """The API that an operation belongs to."""
    from scale_mock.api.app import ROUTER

    prefix = next(prefix for prefix, one in ROUTER.operations if one.name == operation)
    return {"/v1": "v1", "/v2": "v2"}.get(prefix, "control")


def describe(operation: str, status: int) -> Description:
    """What is known of an operation's reply."""
    if status >= 400:
        return Description("v1", {"$ref": "#/components/schemas/Error"})
    api = api_of(operation)
    return Description(api, ANSWERS.get(operation, {}))
