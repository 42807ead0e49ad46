"""Steering by metadata: a task that says itself what is to become of it.

``metadata.scale_mock = {"after": "5m", "outcome": "error"}`` needs nothing but the API, so that a
client in any language can use it. The keys are those that a rule has for a task's fate.
"""

from __future__ import annotations

from collections.abc import Mapping

from scale_mock.rules.outcomes import KEYS
from scale_mock.rules.rule import Rule
from scale_mock.selectors.where import Where, did_you_mean, show

STEERED = "metadata.scale_mock"
"""Who decided, where a task's metadata did."""


def steering_rule(wanted: object) -> Rule:
    """The rule that a task's metadata state for it alone.

    Args:
        wanted: The value of ``metadata.scale_mock``.

    Raises:
        ConfigurationError: It makes no sense.
    """
    where = Where(STEERED)
    if not isinstance(wanted, Mapping) or not wanted:
        raise where.refuse(
            'a table such as {"after": "5m", "outcome": "error"} is expected, not '
            f"{show(wanted)}. {_keys()}"
        )
    for key in wanted:
        if key not in KEYS:
            raise where.at(str(key)).refuse(f"unknown key{did_you_mean(str(key), KEYS)} {_keys()}")
    refuse_file(wanted, where)
    return Rule.from_dict({**wanted, "name": STEERED}, where=where)


def refuse_file(rule: Mapping[str, object], where: Where) -> None:
    """Refuses a response file for whoever is not at this machine."""
    response = rule.get("response")
    if isinstance(response, Mapping) and "file" in response:
        raise where.at("response", "file").refuse(
            "files are read where rules are written, not for whoever asks over HTTP; send the "
            'response itself as {"value": {...}}'
        )


def _keys() -> str:
    return f"Keys: {', '.join(KEYS)}."
