"""Wanted values: what stands to the right of a field in a ``match``, compiled to a test.

==========================  ==================================================================
``"b-2"``, ``"b-*"``        text, a glob (``*``, ``?``, ``[..]``); a text always matches itself
``"*"``                     anything that is there
``17``, ``True``            that number, that boolean (``1`` is not ``True``)
``None``                    nothing there; nothing else matches what is not there
``["a", "b-*", None]``      any of these
``{"equals": "a*b"}``       exactly this value, no wildcards; also whole lists and tables
==========================  ==================================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from scale_mock.selectors.plain import plain_copy, same_json
from scale_mock.selectors.where import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.selectors.where import Where

Predicate: TypeAlias = Callable[[object], bool]

_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One wanted value.

    Attributes:
        value: What must be there; for text, the glob.
        test: Whether a found value is it.
        says: How explanations say it.
        exact: Whether the value is text without wildcards.
    """

    value: object
    test: Predicate
    says: str
    exact: bool = False


def literally(value: object) -> dict[str, object]:
    """The wanted value that matches exactly this, wildcards included: ``literally("a*b")``."""
    return {"equals": value}


def compile_alternatives(wanted: object, where: Where) -> tuple[Alternative, ...]:
    """The alternatives that a wanted value names, at least one.

    Args:
        wanted: A scalar, an operator table, or a list of these.
        where: The place of the value, for refusals.

    Raises:
        ConfigurationError: It is none of these, or could never match.
    """
    if not isinstance(wanted, (list, tuple)):
        return (_alternative(wanted, where),)
    if not wanted:
        raise where.refuse("an empty list matches nothing; name at least one value")
    return tuple(_alternative(item, where.at(f"[{index}]")) for index, item in enumerate(wanted))


def _alternative(wanted: object, where: Where) -> Alternative:
    if isinstance(wanted, str):
        return _text(wanted)
    if wanted is None:
        return Alternative(None, _is_none, "nothing")
    if isinstance(wanted, bool):
        return Alternative(wanted, _is(wanted), show(wanted))
    if isinstance(wanted, (int, float)):
        if isinstance(wanted, float) and math.isnan(wanted):
            raise where.refuse("NaN equals nothing, so the rule could never match")
        return Alternative(wanted, _equals(wanted), show(wanted))
    if is_operator_table(wanted):
        return _operator(wanted, where)
    raise where.refuse(
        f"cannot look for {show(wanted)} ({type(wanted).__name__}); wanted values are text "
        '(a glob), numbers, booleans, null, lists of these (any of), or {"equals": value}'
    )


def _text(text: str) -> Alternative:
    if _WILDCARDS.isdisjoint(text):
        return Alternative(text, _is_text(text), show(text), exact=True)
    if text == "*":
        return Alternative(text, _is_there, "anything")
    matches = re.compile(translate(text)).match

    def test(found: object) -> bool:
        # Also itself: "scan[1].png" is a glob by accident, and must find the file of that name.
        return isinstance(found, str) and (found == text or matches(found) is not None)

    return Alternative(text, test, show(text))


def _is_none(found: object) -> bool:
    return found is None


def _is_there(found: object) -> bool:
    return found is not None


def _is(wanted: bool) -> Predicate:
    return lambda found: found is wanted


def _is_text(wanted: str) -> Predicate:
    return lambda found: found == wanted


def _equals(wanted: object) -> Predicate:
    return lambda found: same_json(wanted, found)


def _compile_equals(operand: object, where: Where) -> Alternative:
    value = plain_copy(operand, where)
    if isinstance(value, str):
        return Alternative(value, _is_text(value), f"exactly {show(value)}", exact=True)
    return Alternative(value, _equals(value), f"exactly {show(value)}")


# One entry per operator: the word in the table, and what compiles its operand.
OPERATORS: Mapping[str, Callable[[object, Where], Alternative]] = MappingProxyType(
    {"equals": _compile_equals}
)


def is_operator_table(wanted: object) -> bool:
    """Whether a wanted value is a table of operators, and not one of nested keys."""
    return isinstance(wanted, Mapping) and bool(wanted) and wanted.keys() <= OPERATORS.keys()


def _operator(table: object, where: Where) -> Alternative:
    assert isinstance(table, Mapping)
    ((name, operand),) = table.items()
    return OPERATORS[name](operand, where.at(name))


def any_of(alternatives: Sequence[Alternative]) -> Predicate:
    """The test that holds if one of the alternatives does."""
    if len(alternatives) == 1:
        return alternatives[0].test
    texts = frozenset(item.value for item in alternatives if item.exact)
    others = tuple(item.test for item in alternatives if not item.exact)

    def test(found: object) -> bool:
        # One look-up for all exact texts: lists of thousands of ids are common.
        if isinstance(found, str) and found in texts:
            return True
        return any(other(found) for other in others)

    return test


def say_any_of(alternatives: Sequence[Alternative]) -> str:
    """The alternatives in words: ``'a' or 'b'``; long lists are cut."""
    shown = [item.says for item in alternatives[:5]]
    if len(alternatives) > len(shown):
        shown.append(f"{len(alternatives) - len(shown)} more")
    return " or ".join(shown)
