"""Wanted values: what stands to the right of a field in a ``match``, compiled to a test.

==========================  ==================================================================
``"b-2"``, ``"b-*"``        text, a glob (``*``, ``?``, ``[..]``); a text always matches itself
``"*"``                     anything that is there
``17``, ``True``            that number, that boolean (``1`` is not ``True``)
``None``                    nothing there; nothing else matches what is not there
``["a", "b-*", None]``      any of these
``{"equals": "a*b"}``       exactly this value, no wildcards; also whole lists and tables
``{"in": ["a*b", 3]}``      exactly one of these values, no wildcards
``{"glob": "b-*"}``         text, a glob; what a bare text means
``{"range": [0, 10]}``      a number from 0 to 10, both included
``{"min": 0, "max": 10}``   the same; either may be left out
``{"not": "b-*"}``          anything but this, nothing included; in lists, none of them may be it
==========================  ==================================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
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
        unwanted: What a ``not`` excludes; empty for all others.
    """

    value: object
    test: Predicate
    says: str
    exact: bool = False
    unwanted: tuple[Alternative, ...] = ()


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
        return _alternatives(wanted, where)
    if not wanted:
        raise where.refuse("an empty list matches nothing; name at least one value")
    return tuple(
        alternative
        for index, item in enumerate(wanted)
        for alternative in _alternatives(item, where.at(f"[{index}]"))
    )


def _alternatives(wanted: object, where: Where) -> tuple[Alternative, ...]:
    if is_operator_table(wanted):
        return _operator(wanted, where)
    return (_alternative(wanted, where),)


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
    if isinstance(wanted, Enum):
        raise where.refuse(
            f"cannot look for {wanted}, a member of an enum; pass its value, {show(wanted.value)}"
        )
    raise where.refuse(
        f"cannot look for {show(wanted)} ({type(wanted).__name__}); wanted values are text "
        "(a glob), numbers, booleans, null, lists of these (any of), or one of the operators "
        f'{", ".join(OPERATORS)}, min and max, such as {{"equals": value}}'
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


def _compile_exactly(operand: object, where: Where) -> tuple[Alternative, ...]:
    return (_compile_equals(operand, where),)


def _compile_in(operand: object, where: Where) -> tuple[Alternative, ...]:
    if not isinstance(operand, list | tuple):
        raise where.refuse(f"a list of values is expected, not {show(operand)}")
    if not operand:
        raise where.refuse("an empty list matches nothing; name at least one value")
    return tuple(
        _compile_equals(item, where.at(f"[{index}]")) for index, item in enumerate(operand)
    )


def _compile_glob(operand: object, where: Where) -> tuple[Alternative, ...]:
    if not isinstance(operand, str):
        raise where.refuse(f"a glob is text, not {show(operand)}")
    return (_text(operand),)


def _compile_not(operand: object, where: Where) -> tuple[Alternative, ...]:
    unwanted = compile_alternatives(operand, where)
    held = any_of(unwanted)
    says = f"anything but {say_any_of(unwanted)}"
    return (Alternative(operand, lambda found: not held(found), says, unwanted=unwanted),)


def _compile_range(operand: object, where: Where) -> tuple[Alternative, ...]:
    if not isinstance(operand, list | tuple) or len(operand) != 2:
        raise where.refuse(f"two numbers are expected, such as [0, 10], not {show(operand)}")
    low, high = (_end(item, where.at(f"[{index}]")) for index, item in enumerate(operand))
    return _between(low, high, where)


def _compile_ends(table: Mapping[str, object], where: Where) -> tuple[Alternative, ...]:
    low = _end(table["min"], where.at("min")) if "min" in table else None
    high = _end(table["max"], where.at("max")) if "max" in table else None
    return _between(low, high, where)


def _end(value: object, where: Where) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise where.refuse(f"a number is expected, not {show(value)}")
    return value


def _between(low: float | None, high: float | None, where: Where) -> tuple[Alternative, ...]:
    if low is not None and high is not None and low > high:
        raise where.refuse(
            f"{show(low)} to {show(high)} is empty, so this could never match; "
            f"did you mean {show(high)} to {show(low)}?"
        )

    def test(found: object) -> bool:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        return (low is None or low <= found) and (high is None or found <= high)

    ends = [f"from {show(low)}"] if low is not None else []
    ends += [f"to {show(high)}"] if high is not None else []
    given = {"min": low, "max": high}
    value = {name: end for name, end in given.items() if end is not None}
    return (Alternative(value, test, f"a number {' '.join(ends)}"),)


# One entry per operator: the word in the table, and what compiles its operand.
OPERATORS: Mapping[str, Callable[[object, Where], tuple[Alternative, ...]]] = MappingProxyType(
    {
        "equals": _compile_exactly,
        "in": _compile_in,
        "glob": _compile_glob,
        "range": _compile_range,
        "not": _compile_not,
    }
)
_ENDS = frozenset({"min", "max"})
_WORDS = OPERATORS.keys() | _ENDS


def is_operator_table(wanted: object) -> bool:
    """Whether a wanted value is a table of operators, and not one of nested keys."""
    return isinstance(wanted, Mapping) and bool(wanted) and wanted.keys() <= _WORDS


def _operator(table: object, where: Where) -> tuple[Alternative, ...]:
    assert isinstance(table, Mapping)
    if table.keys() <= _ENDS:
        return _compile_ends(table, where)
    if len(table) > 1:
        raise where.refuse(
            f"one operator at a time, not {', '.join(table)}; only min and max go together. A key "
            'of that name is reached as "metadata.path.name"'
        )
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


def lifted(
    alternatives: Sequence[Alternative], lift: Callable[[Predicate], Predicate]
) -> Predicate:
    """The test for what may be a list: one element has to be wanted, none may be unwanted.

    Args:
        alternatives: What is wanted.
        lift: Makes a test of one value into one of a list in which a single value suffices.
    """
    wanted = [item for item in alternatives if not item.unwanted]
    if len(wanted) == len(alternatives):
        return lift(any_of(alternatives))
    tests = [lift(any_of(wanted))] if wanted else []
    tests += [_negated(lifted(item.unwanted, lift)) for item in alternatives if item.unwanted]
    return tests[0] if len(tests) == 1 else lambda found: any(test(found) for test in tests)


def _negated(test: Predicate) -> Predicate:
    return lambda found: not test(found)


def say_any_of(alternatives: Sequence[Alternative]) -> str:
    """The alternatives in words: ``'a' or 'b'``; long lists are cut."""
    shown = [item.says for item in alternatives[:5]]
    if len(alternatives) > len(shown):
        shown.append(f"{len(alternatives) - len(shown)} more")
    return " or ".join(shown)
