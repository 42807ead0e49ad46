"""The single checks that a task type's checker is built of, each in Joi's wording.

Every check takes a value and raises :class:`Fault` when it does not fit. What is combined into what
is :mod:`scale_mock.tasktypes.compiling`'s business.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Check = Callable[[Any], None]
"""Raises :class:`Fault` for a value that does not fit, returns nothing for one that does."""

Schema = Mapping[str, Any]

KINDS: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


REMEMBERED_MAX = 64
"""How many values are remembered at once."""
REMEMBERED_BYTES_MAX = 10_000
"""How large a remembered value may be."""


class Fault(Exception):
    """A value does not fit.

    Args:
        reason: What is wrong, as it follows the name of the thing: ``is required``.
        keys: Where, from the value that the checker was given; the outer checkers prepend theirs.
        full: Whether the refusal names the whole path instead of its last key.
        text: The whole text of the refusal, if it is recorded.
    """

    def __init__(
        self, reason: str, *keys: str | int, full: bool = False, text: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.inward = list(reversed(keys))
        self.full = full
        self.text = text

    def within(self, key: str | int) -> Fault:
        """The same fault, seen from the value that holds the faulty one under ``key``."""
        self.inward.append(key)
        return self

    @property
    def path(self) -> str:
        """The JSON path, ``$.geometries.box.min_width``."""
        return "$" + "".join(map(_segment, reversed(self.inward)))

    @property
    def sentence(self) -> str:
        """The reason with the name in front, as Joi quotes it; ``value`` is the body itself."""
        name = ""
        for key in self.inward:
            name = _segment(key) + name
            if isinstance(key, str) and not self.full:
                break
        return f'"{name.removeprefix(".") or "value"}" {self.reason}'


def _segment(key: str | int) -> str:
    return f"[{key}]" if isinstance(key, int) else f".{key}"


def kind_of(value: object) -> str:
    """The JSON kind of a value; integers and floats are both numbers."""
    known = KINDS.get(value.__class__)
    if known is not None:
        return known
    return next((kind for cls, kind in KINDS.items() if isinstance(value, cls)), "object")


def accept(value: object) -> None:
    """Anything fits."""


def refuse(value: object) -> None:
    """Nothing fits."""
    raise Fault("is not allowed")


def boolean(value: object) -> None:
    """Only true and false fit."""
    if value is not True and value is not False:
        raise Fault("must be a boolean")


def null(value: object) -> None:
    """Only null fits."""
    if value is not None:
        raise Fault("must be null")


def enumeration_check(schema: Schema) -> Check:
    """For ``enum`` and ``const``, whose values are all strings or all numbers."""
    allowed = schema["enum"] if "enum" in schema else [schema["const"]]
    kinds = {kind_of(one) for one in allowed}
    known = frozenset(allowed)
    reason = f"must be one of [{', '.join(map(str, allowed))}]"

    def enumeration(value: Any) -> None:
        if kind_of(value) not in kinds or value not in known:
            raise Fault(reason)

    return enumeration


def string_check(schema: Schema) -> Check:
    """For strings."""
    least = schema.get("minLength", 0)
    pattern = schema.get("pattern")
    reason = schema.get("x-refusal", "fails to match the required pattern")
    search = re.compile(pattern).search if pattern else None

    def string(value: Any) -> None:
        if not isinstance(value, str):
            raise Fault("must be a string")
        if len(value) < least:
            raise Fault(
                "is not allowed to be empty"
                if not value
                else f"length must be at least {least} characters long"
            )
        if search is not None and search(value) is None:
            raise Fault(reason)

    return string


def number_check(schema: Schema, *, whole: bool) -> Check:
    """For numbers; ``whole`` ones may be written 1.0, as in JSON Schema."""
    least, most, above = (schema.get(key) for key in ("minimum", "maximum", "exclusiveMinimum"))
    reason = schema.get("x-refusal")

    def bounds(value: float) -> None:
        if least is not None and value < least:
            raise Fault(reason or f"must be greater than or equal to {least}")
        if most is not None and value > most:
            raise Fault(reason or f"must be less than or equal to {most}")
        if above is not None and value <= above:
            raise Fault(
                reason or f"must be greater than {above}" if above else "must be a positive number"
            )

    def number(value: Any) -> None:
        # NaN and infinity are no JSON, but Python's parser lets them in.
        if not isinstance(value, int | float) or isinstance(value, bool) or value - value != 0:
            raise Fault("must be a number")
        if whole and not isinstance(value, int) and not value.is_integer():
            raise Fault("must be an integer")
        bounds(value)

    return number


def array_check(schema: Schema, check: Check) -> Check:
    """For arrays, every item of which passes a check."""
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    unique = schema.get("uniqueItems", False)

    def array(value: Any) -> None:
        if not isinstance(value, list):
            raise Fault("must be an array")
        if check is not accept:
            index = 0
            try:
                for index, item in enumerate(value):  # noqa: B007 - for the fault
                    check(item)
            except Fault as fault:
                raise fault.within(index)  # noqa: B904 - it is the same fault, one step further out
        if len(value) < least:
            raise Fault(f"must contain at least {least} items")
        if most is not None and len(value) > most:
            raise Fault(f"must contain less than or equal to {most} items")
        if unique:
            refuse_duplicates(value)

    return array


def object_check(
    known: Iterable[tuple[str, Check, bool]], before: Iterable[Check], after: Iterable[Check]
) -> Check:
    """For objects: known keys in their order, and steps that look at the whole object."""

    def check_object(value: Any) -> None:
        if not isinstance(value, dict):
            raise Fault("must be of type object")
        for step in before:
            step(value)
        name = ""
        try:
            for name, check, needed in known:
                if name in value:
                    check(value[name])
                elif needed:
                    raise Fault("is required")
        except Fault as fault:
            raise fault.within(name)  # noqa: B904 - it is the same fault, one step further out
        for step in after:
            step(value)

    return check_object


class Remembered(Generic[T]):
    """What is found out about values that many requests repeat, as the tasks of a project do.

    A few values are remembered by their bytes: telling that one is the same takes a fifth of going
    through it again.

    Args:
        find: Finds it out, from values as JSON has them; what raises is not remembered.
    """

    __slots__ = ("_find", "_known")

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find = find
        self._known: dict[bytes, tuple[T]] = {}

    def __call__(self, value: Any) -> T:
        """What is found out about a value."""
        try:
            # Version 2 writes equal values alike, whoever else holds them.
            written = marshal.dumps(value, 2)
        except ValueError:  # nothing that came as JSON
            return self._find(value)
        known = self._known.get(written)
        if known is not None:
            return known[0]
        found = self._find(value)
        if len(written) <= REMEMBERED_BYTES_MAX:
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[written] = (found,)
        return found


def remembered(check: Check) -> Check:
    """The same check, which does not go through an object again that fitted before."""
    known = Remembered(check)

    def check_once(value: Any) -> None:
        (known if value.__class__ is dict else check)(value)

    return check_once


def refuse_duplicates(values: Iterable[Any], *keys: str | int) -> None:
    """Refuses a value that occurred before, by its index.

    Args:
        values: What must be unique; strings.
        keys: Where the values are, for the refusal.

    Raises:
        Fault: Two are equal.
    """
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            raise Fault("contains a duplicate value", *keys, index)
        seen.add(value)


def peers_check(branches: Iterable[Schema], schema: Schema) -> Check:
    """At least one of several params. One that is null counts as missing, as the platform does."""
    names = [name for branch in branches for name in branch["required"]]
    text = schema.get("x-text")
    reason = f"must contain at least one of [{', '.join(names)}]"

    def peers(value: Any) -> None:
        for name in names:
            if value.get(name) is not None:
                return
        raise Fault(reason, text=text)

    return peers


def exclusive_check(names: list[str]) -> Check:
    """Several params of which not all may be given."""
    reason = f"contains a conflict between exclusive peers [{', '.join(names)}]"

    def exclusive(value: Any) -> None:
        if all(name in value for name in names):
            raise Fault(reason)

    return exclusive


def at_least_keys_check(least: int) -> Check:
    """For objects that may not be empty."""

    def at_least_keys(value: Any) -> None:
        if len(value) < least:
            raise Fault(f"must have at least {least} key{'' if least == 1 else 's'}")

    return at_least_keys


def dependent_check(rules: Mapping[str, list[str]]) -> Check:
    """Params that need others beside them."""

    def dependent(value: Any) -> None:
        for name, others in rules.items():
            if name in value:
                for other in others:
                    if other not in value:
                        raise Fault(f'missing required peer "{other}"', name)

    return dependent


def closed_check(known: Mapping[str, Any]) -> Check:
    """For objects that take known keys only."""

    def closed(value: Any) -> None:
        for name in value:
            if name not in known:
                raise Fault("is not allowed", name, full=True)

    return closed


def values_check(check: Check, known: Mapping[str, Any]) -> Check:
    """For objects whose other values all pass a check."""

    def values(value: Any) -> None:
        name = ""
        try:
            for name, item in value.items():
                if name not in known:
                    check(item)
        except Fault as fault:
            raise fault.within(name)  # noqa: B904 - it is the same fault, one step further out

    return values
