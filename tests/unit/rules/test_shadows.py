"""Which rules an earlier one leaves nothing, and which only look so."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock.errors import ConfigurationError
from scale_mock.rules.book import RuleBook

IN_VAIN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "categorization"}, {"type": "categorization"}),
    ({"type": "categorization"}, {"type": "categorization", "nth": 3}),
    ({"project": "p"}, {"batch": "b", "project": "p"}),
    ({"unique_id": "a-*"}, {"unique_id": "a-1"}),
    ({"unique_id": "a-*"}, {"unique_id": ["a-1", "a-2"], "metadata.x": 3}),
    ({"unique_id": "a-*"}, {"unique_id": {"in": ["a-1", "a-2"]}}),
    ({"project": ["a", "b", None]}, {"project": None}),
    ({"project": {"not": "a"}}, {"project": "b"}),
    ({"project": {"equals": "a"}}, {"project": {"equals": "a"}, "chance": "1/2"}),
    ({"tags": "x", "metadata.row": {"min": 3}}, {"metadata.row": {"min": 3}, "tags": "x"}),
]
NOT_IN_VAIN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "categorization", "nth": 1}, {"type": "categorization"}),
    ({"type": "categorization", "project": "p"}, {"type": "categorization"}),
    ({"unique_id": "a-*"}, {"unique_id": ["a-1", "b-1"]}),
    ({"unique_id": "a-1"}, {"unique_id": "a-*"}),
    ({"project": "*"}, {"project": None}),
    ({"project": {"not": "a*"}}, {"project": "ab"}),
    ({"metadata.x": 1}, {"metadata.x": True}),
    ({"tags": ["a", "b"]}, {"tags": "c"}),
]


@pytest.mark.parametrize(("first", "second"), IN_VAIN)
def test_a_rule_that_means_only_what_an_earlier_one_means_is_refused(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    book = RuleBook([{"name": "wide", "match": first}, {"match": second}])
    with pytest.raises(ConfigurationError) as refused:
        book.refuse_shadowed(["rule-2"])

    assert str(refused.value) == (
        'rule "rule-2" (2nd): could never decide anything, because rule "wide" (1st) comes first '
        "and means every task that this one means; the first match wins, so put the narrower rule "
        "first"
    )


@pytest.mark.parametrize(("first", "second"), NOT_IN_VAIN)
def test_a_rule_that_may_mean_more_is_not(first: dict[str, Any], second: dict[str, Any]) -> None:
    RuleBook([{"match": first}, {"match": second}]).refuse_shadowed(["rule-1", "rule-2"])


def test_many_rules_are_looked_through_quickly() -> None:
    rules = [{"match": {"unique_id": f"a-{number}"}} for number in range(5000)]
    book = RuleBook([*rules, {"match": {"unique_id": "a-17", "project": "p"}}])
    book.refuse_shadowed([f"rule-{number}" for number in range(1, 5001)])
    with pytest.raises(ConfigurationError, match=r'because rule "rule-18" \(18th\) comes first'):
        book.refuse_shadowed(["rule-5001"])
