"""Reading what rules and faults say alike: a name, a table of wishes, true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.selectors.occasions import KEYS as OCCASIONS
from scale_mock.selectors.where import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.selectors.where import Where

NAME_CHARACTERS_MAX = 200


def label(data: object, kind: str) -> str:
    """What refusals call a rule or fault: ``rule "night shift"``.

    Args:
        data: It as plain data, right or wrong.
        kind: What it is, where it has no name.
    """
    name = data.get("name") if isinstance(data, Mapping) else None
    if isinstance(name, str) and name.strip():
        return f'{kind} "{name[:NAME_CHARACTERS_MAX]}"'
    return kind


COUNTS = frozenset({"times", "count", "limit"})
"""What people write who want something to happen so often."""


def misplaced(key: str, fields: Iterable[str]) -> str | None:
    """Where a key stands that a rule or fault does not have itself, but its ``match`` does.

    Args:
        key: What the user wrote.
        fields: What a ``match`` may name, besides what chooses occasions.

    Returns:
        The end of a sentence, with its full stop; ``None`` for any other key.
    """
    if key in COUNTS:
        return '; how often is said in match, such as "first": 2 or "nth": [1, 3].'
    name = key.partition(".")[0]
    return (
        f'; it belongs into match, as {{"{key}": ...}}.' if name in {*fields, *OCCASIONS} else None
    )


def read_name(value: object, where: Where) -> str | None:
    """The name that plain data says; ``None`` for none.

    Raises:
        ConfigurationError: It is no text, blank or too long.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise where.refuse(f"a name is text that is not blank, not {show(value)}")
    if len(value) > NAME_CHARACTERS_MAX:
        raise where.refuse(f"a name has at most {NAME_CHARACTERS_MAX} characters")
    return value


def read_match(value: object, where: Where) -> dict[str, object]:
    """A copy of the wishes that plain data says; empty for none.

    What they say is left to whoever compiles them, who knows the better words to refuse it.

    Raises:
        ConfigurationError: It is no table.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise where.refuse(f"a match is a table of wanted values by field, not {show(value)}")
    return {key: _copied(inner, 0) for key, inner in value.items()}


def read_flag(value: object, where: Where) -> bool:
    """The flag that plain data says; false for none.

    Raises:
        ConfigurationError: It is neither true nor false.
    """
    if value is None or isinstance(value, bool):
        return bool(value)
    raise where.refuse(f"true or false, not {show(value)}")


def _copied(value: object, depth: int) -> object:
    """A copy of tables and lists, so that later changes by the caller stay outside."""
    if depth > 40:  # deeper than any path, so that the compiler still gets to refuse it
        return value
    if isinstance(value, Mapping):
        return {key: _copied(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(inner, depth + 1) for inner in value]
    return value
