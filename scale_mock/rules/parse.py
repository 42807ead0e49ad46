"""Reading a rule from plain data: the one place that knows a rule's keys and what they may say.

Python calls, the control API and files all end here, each with its own
:class:`~scale_mock.selectors.where.Where`, so that a refusal names the place in the user's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from scale_mock.domain.decisions import OUTCOMES, Outcome
from scale_mock.selectors.durations import parse_span
from scale_mock.selectors.matching import compile_match
from scale_mock.selectors.plain import plain_table
from scale_mock.selectors.where import Where, did_you_mean, show

if TYPE_CHECKING:
    from scale_mock.selectors.durations import DurationLike, Span
    from scale_mock.selectors.matching import Matcher

ERROR_TEXT = "One or more attachments could not be downloaded."
"""What a failed task says unless the rule says otherwise."""

NAME_CHARACTERS_MAX = 200
RESERVED_PREFIX = "default:"
"""How the journal names what no rule decided; a rule of that name would be mistaken for it."""

RESPONSE_FORMS = (
    'give "synthesize" (the default), {"value": {...}} with the response as the platform would '
    'return it, {"from": "hypothesis", "noise": 0.1}, or {"image_size": [width, height]}'
)


SIDE_MAX = 100_000
"""The longest side of an image, in pixels."""

KEYS = ("name", "match", "outcome", "after", "error", "response", "replan")
"""What a rule may say, in the order in which refusals list it."""


class RuleFields(NamedTuple):
    """A rule's checked values.

    Attributes:
        name: The rule's name; None leaves it to the book.
        match: What was asked for, copied.
        matcher: ``match``, compiled.
        outcome: What happens.
        after: When; None leaves it to the default turnaround.
        error: The text or the whole error response of an ``error``, else None.
        response: ``synthesize`` or ``{"value": ...}`` for ``complete``, else None.
        replan: Whether a rule added later also decides tasks that others have decided already.
    """

    name: str | None
    match: dict[str, object]
    matcher: Matcher
    outcome: Outcome
    after: Span | None
    error: str | dict[str, object] | None
    response: Literal["synthesize"] | dict[str, object] | None
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
    name = data.get("name") if isinstance(data, Mapping) else None
    label = "rule"
    if isinstance(name, str) and name.strip():
        label = f'rule "{name[:NAME_CHARACTERS_MAX]}"'
    return Where(label if position is None else f"{label} ({ordinal(position)})")


def parse_rule(data: object, where: Where) -> RuleFields:
    """Checks a rule.

    Args:
        data: A table with some of the keys in :data:`KEYS`; a missing key and None are the same.
        where: The place of the rule, for refusals.

    Raises:
        ConfigurationError: A key is unknown, a value makes no sense, or two contradict each other.
    """
    if not isinstance(data, Mapping):
        raise where.refuse(f"a rule is a table or a Rule, not {show(data)}. {_keys()}")
    for key in data:
        if key not in KEYS:
            raise where.at(str(key)).refuse(f"unknown key{did_you_mean(str(key), KEYS)} {_keys()}")
    outcome = _read_outcome(data.get("outcome"), where.at("outcome"))
    _refuse_contradictions(data, outcome, where)
    match = _read_match(data.get("match"), where.at("match"))
    error = _read_error(data.get("error"), where.at("error"))
    response = _read_response(data.get("response"), where.at("response"))
    return RuleFields(
        name=_read_name(data.get("name"), where.at("name")),
        match=match,
        matcher=compile_match(match, where=where.at("match")),
        outcome=outcome,
        after=_read_after(data.get("after"), where.at("after")),
        error=(error or ERROR_TEXT) if outcome == "error" else None,
        response=(response or "synthesize") if outcome == "complete" else None,
        replan=_read_replan(data.get("replan"), where.at("replan")),
    )


def _refuse_contradictions(data: Mapping[str, object], outcome: Outcome, where: Where) -> None:
    """Refuses values that the outcome leaves without a meaning."""
    wants = {"error": "error", "response": "complete"}
    for key, needed in wants.items():
        if data.get(key) is not None and outcome != needed:
            raise where.at(key).refuse(
                f'only a rule with outcome "{needed}" has one; this rule\'s outcome is '
                f'"{outcome}". Remove {key}, or set outcome = "{needed}".'
            )
    if outcome == "hold" and data.get("after") is not None:
        raise where.at("after").refuse(
            "a held task stays pending until somebody completes, fails or cancels it, so it has "
            "no time. Remove after, or choose another outcome."
        )


def _read_name(value: object, where: Where) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise where.refuse(f"a name is text that is not blank, not {show(value)}")
    if len(value) > NAME_CHARACTERS_MAX:
        raise where.refuse(f"a name has at most {NAME_CHARACTERS_MAX} characters")
    if value.startswith(RESERVED_PREFIX):
        raise where.refuse(
            f'names that start with "{RESERVED_PREFIX}" stand for what no rule decided'
        )
    return value


def _read_match(value: object, where: Where) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise where.refuse(f"a match is a table of wanted values by field, not {show(value)}")
    return _copy_match(value)


def _copy_match(match: Mapping[str, object]) -> dict[str, object]:
    """Copies tables and lists, so that later changes by the caller stay out of the rule.

    Refuses nothing: the compiler of matches knows the better words.
    """

    def copy(value: object, depth: int) -> object:
        if depth > 40:  # deeper than any path, so that the compiler still gets to refuse it
            return value
        if isinstance(value, Mapping):
            return {key: copy(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [copy(inner, depth + 1) for inner in value]
        return value

    return {key: copy(value, 0) for key, value in match.items()}


def _read_outcome(value: object, where: Where) -> Outcome:
    if value is None:
        return "complete"
    for outcome in OUTCOMES:
        if value == outcome:
            return outcome
    names = f"Outcomes: {', '.join(OUTCOMES)}."
    if not isinstance(value, str):
        raise where.refuse(f"an outcome is text, not {show(value)}. {names}")
    raise where.refuse(f'unknown outcome "{value}"{did_you_mean(value, OUTCOMES)} {names}')


def _read_after(value: object, where: Where) -> Span | None:
    # parse_span refuses other types itself, in words that name what is accepted.
    return None if value is None else parse_span(cast("DurationLike | Span", value), where=where)


def _read_error(value: object, where: Where) -> str | dict[str, object] | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, Mapping) and value:
        return plain_table(value, where)
    raise where.refuse(
        f"give the text of the error, or the whole error response as a table, not {show(value)}"
    )


def _read_response(value: object, where: Where) -> Literal["synthesize"] | dict[str, object] | None:
    if value is None:
        return None
    if value == "synthesize":
        return "synthesize"
    if isinstance(value, str):
        hint = did_you_mean(value, ["synthesize"])
        raise where.refuse(f'unknown form "{value}"{hint} Forms: {RESPONSE_FORMS}.')
    if not isinstance(value, Mapping):
        raise where.refuse(f"{RESPONSE_FORMS}, not {show(value)}")
    if value.keys() == {"value"}:
        if not isinstance(value["value"], Mapping):
            raise where.at("value").refuse(f"a response is a table, not {show(value['value'])}")
    elif value.keys() == {"image_size"}:
        _check_size(value["image_size"], where.at("image_size"))
    elif "from" in value and value.keys() <= {"from", "noise"}:
        _check_source(value, where)
    else:
        keys = ", ".join(map(str, value)) or "no key"
        raise where.refuse(
            f'a table with the one key "value" is expected, this one has {keys}; '
            f'{RESPONSE_FORMS}. To return this table, wrap it: {{"value": {{...}}}}'
        )
    return plain_table(value, where)


def _check_source(value: Mapping[str, object], where: Where) -> None:
    if value["from"] != "hypothesis":
        raise where.at("from").refuse(f'"hypothesis" is the one source, not {show(value["from"])}')
    noise = value.get("noise", 0)
    if isinstance(noise, bool) or not isinstance(noise, int | float) or not 0 <= noise <= 1:
        raise where.at("noise").refuse(f"a number from 0 to 1, not {show(noise)}")


def _check_size(value: object, where: Where) -> None:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(type(side) is int and 1 <= side <= SIDE_MAX for side in value)
    ):
        raise where.refuse(f"width and height in pixels, 1 to {SIDE_MAX}, not {show(value)}")


def _read_replan(value: object, where: Where) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise where.refuse(f"true or false, not {show(value)}")


def _keys() -> str:
    return f"Keys: {', '.join(KEYS)}."
