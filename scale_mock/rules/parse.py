"""Reading a rule from plain data: the one place that knows a rule's keys and what they may say.

Python calls, the control API and files all end here, each with its own
:class:`~scale_mock.selectors.where.Where`, so that a refusal names the place in the user's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.rules import outcomes
from scale_mock.rules.outcomes import ERROR_TEXT, Fate, read_fate
from scale_mock.rules.possible import refuse_impossible
from scale_mock.selectors import occasions
from scale_mock.selectors.matching import TASK_FIELDS, compile_match
from scale_mock.selectors.reading import label, misplaced, read_flag, read_match, read_name
from scale_mock.selectors.where import Where, did_you_mean, show

if TYPE_CHECKING:
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.occasions import Occasions

__all__ = ["ERROR_TEXT", "KEYS", "RuleFields", "locate", "ordinal", "parse_rule"]

RESERVED_PREFIX = "default:"
"""How the journal names what no rule decided; a rule of that name would be mistaken for it."""

KEYS = ("name", "match", *outcomes.KEYS, "replan")
"""What a rule may say, in the order in which refusals list it."""


class RuleFields(NamedTuple):
    """A rule's checked values.

    Attributes:
        name: The rule's name; None leaves it to the book.
        match: What was asked for, copied.
        matcher: The plain conditions of ``match``, compiled.
        occasions: Which of the tasks that they hold for are meant.
        fate: What happens to them.
        replan: Whether a rule added later also decides tasks that others have decided already.
    """

    name: str | None
    match: dict[str, object]
    matcher: Matcher
    occasions: Occasions
    fate: Fate
    replan: bool


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teens = 10 <= number % 100 <= 20
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def locate(data: object, position: int | None = None) -> Where:
    """The place of a rule: its name if it has one, and its position in a list of rules.

    Args:
        data: The rule as plain data, right or wrong.
        position: Its position in the list, from 1; None where it stands alone.
    """
    return Where(label_of(data, position))


def label_of(data: object, position: int | None = None, *, kind: str = "rule") -> str:
    """What refusals call a rule: ``rule "night shift" (2nd)``.

    Args:
        data: The rule as plain data, right or wrong.
        position: Its position in the list, from 1; None where it stands alone.
        kind: What it is.
    """
    called = label(data, kind)
    return called if position is None else f"{called} ({ordinal(position)})"


def parse_rule(data: object, where: Where) -> RuleFields:
    """Checks a rule.

    Args:
        data: A table with some of the keys in :data:`KEYS`; a missing key and None are the same.
        where: The place of the rule, for refusals.

    Raises:
        ConfigurationError: A key is unknown, a value makes no sense, or two contradict each other.
    """
    if not isinstance(data, Mapping):
        one = "; add them one by one" if isinstance(data, list | tuple) else ""
        raise where.refuse(f"a rule is a table or a Rule, not {show(data)}{one}. {_keys()}")
    for key in data:
        if key not in KEYS:
            meant = misplaced(str(key), TASK_FIELDS) or did_you_mean(str(key), KEYS)
            raise where.at(str(key)).refuse(f"unknown key{meant} {_keys()}")
    fate = read_fate(data, where)
    conditions, chosen = occasions.split(
        read_match(data.get("match"), where.at("match")), where.at("match")
    )
    matcher = compile_match(conditions, where=where.at("match"), also=occasions.KEYS)
    refuse_impossible(conditions, matcher, where.at("match"))
    return RuleFields(
        name=_read_name(data.get("name"), where.at("name")),
        match={**conditions, **chosen.as_dict()},
        matcher=matcher,
        occasions=chosen,
        fate=fate,
        replan=read_flag(data.get("replan"), where.at("replan")),
    )


def _read_name(value: object, where: Where) -> str | None:
    name = read_name(value, where)
    if name is not None and name.startswith(RESERVED_PREFIX):
        raise where.refuse(
            f'names that start with "{RESERVED_PREFIX}" stand for what no rule decided'
        )
    return name


def _keys() -> str:
    return f"Keys: {', '.join(KEYS)}."
