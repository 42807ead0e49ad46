"""Turns a JSON Schema into a checker that refuses in the wording of the platform's validator.

The schema is the contract that is published; the checker is the same contract as nested functions,
some fifty times faster than a general validator, and it words its refusals as Joi does: the first
failure, in the order in which the schema lists things. Only the keywords that the task types need
are known. Any other is refused when the checker is built, so that the two can never drift apart.

Two keywords are our own, and mean nothing to other validators:

* ``x-refusal``: the reason to give where the schema's own words would not help a reader
  (a ``pattern``, a range, alternatives).
* ``x-text``: the whole text of the refusal, where Scale's own is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.tasktypes.checks import (
    KINDS,
    Check,
    Fault,
    Schema,
    accept,
    array_check,
    at_least_keys_check,
    boolean,
    closed_check,
    dependent_check,
    enumeration_check,
    exclusive_check,
    kind_of,
    null,
    number_check,
    object_check,
    peers_check,
    refuse,
    remembered,
    string_check,
    values_check,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SILENT = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default"}
    | {"x-refusal", "x-text"}
)
_OF_STRINGS = frozenset({"type", "minLength", "pattern"})
_OF_NUMBERS = frozenset({"type", "minimum", "maximum", "exclusiveMinimum"})
_OF_ARRAYS = frozenset({"type", "items", "minItems", "maxItems", "uniqueItems"})
_OF_OBJECTS = frozenset(
    {"type", "properties", "required", "additionalProperties", "minProperties"}
    | {"dependentRequired", "anyOf", "allOf", "not"}
)
_MISSING = object()


class Compiler:
    """Builds checkers from schemas that share definitions.

    Args:
        definitions: What ``#/$defs/...`` refers to.
    """

    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions
        self._compiled: dict[str, Check | None] = {}

    def compile(self, schema: Schema) -> Check:
        """The checker for a schema.

        Raises:
            ConfigurationError: The schema uses a keyword that is not known here.
        """
        if "$ref" in schema:
            return self._reference(schema["$ref"].removeprefix("#/$defs/"))
        if "enum" in schema or "const" in schema:
            _refuse_unknown(schema, {"enum", "const", "type"})
            return enumeration_check(schema)
        if "oneOf" in schema:
            _refuse_unknown(schema, {"oneOf"})
            return self._tagged(schema["oneOf"])
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._alternatives([{**schema, "type": one} for one in kind], schema)
        if kind is None:
            if "anyOf" not in schema:
                _refuse_unknown(schema, set())
                return accept
            _refuse_unknown(schema, {"anyOf"})
            return self._alternatives(schema["anyOf"], schema)
        return self._plain(kind, schema)

    def compile_params(self, schema: Schema) -> Check:
        """The checker for a type's params: of a request's fields, what fits is remembered."""
        _refuse_unknown(schema, _OF_OBJECTS)
        return self._object(schema, remembered)

    def _plain(self, kind: str, schema: Schema) -> Check:
        if kind == "object":
            _refuse_unknown(schema, _OF_OBJECTS)
            return self._object(schema)
        if kind == "array":
            _refuse_unknown(schema, _OF_ARRAYS)
            return array_check(schema, self.compile(schema.get("items", {})))
        if kind == "string":
            _refuse_unknown(schema, _OF_STRINGS)
            return string_check(schema)
        if kind in ("integer", "number"):
            _refuse_unknown(schema, _OF_NUMBERS)
            return number_check(schema, whole=kind == "integer")
        return boolean if kind == "boolean" else null

    def _reference(self, name: str) -> Check:
        known = self._compiled.get(name, _MISSING)
        if known is None:  # being built: the definition refers to itself

            def later(value: object) -> None:
                check = self._compiled[name]
                assert check is not None
                check(value)

            return later
        if known is not _MISSING:
            return known  # type: ignore[return-value]
        self._compiled[name] = None
        check = self.compile(self._definitions[name])
        self._compiled[name] = check
        return check

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].removeprefix("#/$defs/")]
        return schema

    def _tagged(self, branches: Iterable[Schema]) -> Check:
        """Alternatives told apart by ``type``, as attributes and fields are."""
        table: dict[str, Check] = {}
        default: Check | None = None
        for branch in branches:
            known = self._resolve(branch)
            check = self.compile(branch)
            tag = known["properties"]["type"]
            for value in tag.get("enum") or [tag["const"]]:
                table[value] = check
            if "type" not in known.get("required", ()):
                default = check
        reason = f"must be one of [{', '.join(table)}]"

        def tagged(value: Any) -> None:
            if not isinstance(value, dict):
                raise Fault("must be of type object")
            tag = value.get("type", _MISSING)
            check = default if tag is _MISSING else table.get(tag) if isinstance(tag, str) else None
            if check is None:
                raise Fault("is required" if tag is _MISSING else reason, "type")
            check(value)

        return tagged

    def _alternatives(self, branches: Iterable[Schema], schema: Schema) -> Check:
        """Alternatives told apart by their JSON kind; within one kind the first that fits."""
        table: dict[str, list[Check]] = {}
        for branch in branches:
            kind = _kind_of_schema(self._resolve(branch))
            table.setdefault(kind, []).append(self.compile(branch))
        reason = schema.get("x-refusal", f"must be one of [{', '.join(table)}]")
        single = {
            cls: table[kind][0] for cls, kind in KINDS.items() if len(table.get(kind, ())) == 1
        }

        def alternatives(value: Any) -> None:
            check = single.get(value.__class__)
            if check is not None:
                check(value)
                return
            for check in table.get(kind_of(value), ()):
                try:
                    check(value)
                except Fault:
                    continue
                return
            raise Fault(reason)

        return alternatives

    def _fields(self, schema: Schema) -> list[tuple[str, Check, bool]]:
        """What is declared, in order: name, check, whether it is required."""
        required = schema.get("required", ())
        properties: dict[str, Any] = schema.get("properties", {})
        names = [*properties, *(name for name in required if name not in properties)]
        return [
            (name, self._property(properties.get(name, {})), name in required) for name in names
        ]

    def _property(self, schema: Schema | bool) -> Check:
        if isinstance(schema, bool):
            return accept if schema else refuse
        return self.compile(schema)

    def _object(self, schema: Schema, of_field: Callable[[Check], Check] | None = None) -> Check:
        known = self._fields(schema)
        if of_field is not None:
            known = [(name, of_field(check), needed) for name, check, needed in known]
        before: list[Check] = []
        after: list[Check] = []
        steps = before
        for keyword in schema:
            if keyword == "properties":
                steps = after
            steps.extend(self._object_steps(keyword, schema))

        return object_check(known, before, after)

    def _object_steps(self, keyword: str, schema: Schema) -> list[Check]:
        given = schema[keyword]
        if keyword == "anyOf":
            return [peers_check(given, schema)]
        if keyword == "allOf":
            return [peers_check(part["anyOf"], part) for part in given]
        if keyword == "not":
            return [exclusive_check(given["required"])]
        if keyword == "minProperties":
            return [at_least_keys_check(given)]
        if keyword == "dependentRequired":
            return [dependent_check(given)]
        if keyword != "additionalProperties":
            return []
        if given is False:
            return [closed_check(schema.get("properties", {}))]
        return [values_check(self.compile(given), schema.get("properties", {}))]


def _refuse_unknown(schema: Schema, known: Iterable[str]) -> None:
    unknown = set(schema) - set(known) - _SILENT
    if unknown:
        raise ConfigurationError(
            f"a task type's schema uses {sorted(unknown)} beside {sorted(set(schema) - unknown)}, "
            "which the compiler of checkers does not know; known there: "
            f"{sorted(known)}. Say it in those, or write it as a rule of the task type."
        )


def _kind_of_schema(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return kind_of(schema["enum"][0] if "enum" in schema else schema["const"])
    kind: str = schema["type"] if "type" in schema else _kind_of_schema(schema["oneOf"][0])
    return "number" if kind == "integer" else kind
