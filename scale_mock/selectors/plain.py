"""Plain data: the values that JSON can say, checked and copied when configuration is read.

A rule's response travels to clients hours of virtual time after it was written down. Checking it
here puts the refusal where the mistake is; copying keeps later changes by the caller out of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.selectors.where import Where

PLAIN_DEPTH_MAX = 64
"""How deep plain data may nest; also what ends a structure that contains itself."""


def plain_copy(value: object, where: Where) -> object:
    """A deep copy made of dict, list, str, int, float, bool and None only.

    Args:
        value: Mappings with text keys, lists, tuples and scalars, nested.
        where: The place of the value, for refusals.

    Raises:
        ConfigurationError: Something in it has no JSON form, or it nests too deep.
    """
    if len(where.path) > PLAIN_DEPTH_MAX:
        raise where.refuse(
            f"nested deeper than {PLAIN_DEPTH_MAX} levels; does the structure contain itself?"
        )
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise where.refuse(f"{value} has no JSON form; use a finite number or null")
        return value
    if isinstance(value, Mapping):
        return plain_table(value, where)
    if isinstance(value, (list, tuple)):
        return [plain_copy(item, where.at(f"[{index}]")) for index, item in enumerate(value)]
    raise where.refuse(
        f"a value of type {type(value).__name__} has no JSON form; "
        "use text, numbers, booleans, null, lists and tables"
    )


def plain_table(table: Mapping[object, object], where: Where) -> dict[str, object]:
    """As :func:`plain_copy`, for what is known to be a mapping."""
    copied: dict[str, object] = {}
    for key, item in table.items():
        if not isinstance(key, str):
            raise where.refuse(f"keys are text in JSON, not {key!r} ({type(key).__name__})")
        copied[key] = plain_copy(item, where.at(key))
    return copied


def same_json(left: object, right: object) -> bool:
    """Whether two values are the same JSON: 1 equals 1.0, but not true; order of keys is free."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping):
        return (
            isinstance(right, Mapping)
            and left.keys() == right.keys()
            and all(same_json(item, right[key]) for key, item in left.items())
        )
    if isinstance(left, (list, tuple)):
        return (
            isinstance(right, (list, tuple))
            and len(left) == len(right)
            and all(map(same_json, left, right))
        )
    return left == right
