"""What a rule wishes of a calibration task: read, refused, written back, decided."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scale_mock import ConfigurationError, Rule
from scale_mock.rules.wishes import Wish
from scale_mock.sim.streams import stream


def decided(**rule: Any) -> tuple[int | None, str | None]:
    decision = Rule(**rule).decision(stream(0, "x"))
    return decision.confidence, decision.feedback


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, (None, None)),
        ({"confidence": 0.9}, (90, None)),
        ({"confidence": 0}, (0, None)),
        ({"feedback": "Clear."}, (None, "Clear.")),
        ({"confidence": 1, "feedback": "Clear."}, (100, "Clear.")),
        (Wish(0.29), (29, None)),
    ],
)
def test_a_wish_becomes_part_of_the_decision(wish: Any, expected: Any) -> None:
    assert decided(calibration=wish) == expected


def test_a_wish_is_written_back_as_it_was_read() -> None:
    for wish in ({"confidence": 0.9}, {"confidence": 0.0, "feedback": "Why?"}):
        rule = Rule(name="r", calibration=wish)
        assert rule.as_dict()["calibration"] == wish
        assert Rule.from_dict(rule.as_dict()) == rule
    assert "calibration" not in Rule(name="r").as_dict()


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        (
            "high",
            'rule: calibration: a table such as {"confidence": 0.9, "feedback": "Clear."} is '
            "expected, not 'high'",
        ),
        (
            {},
            'rule: calibration: a table such as {"confidence": 0.9, "feedback": "Clear."} is '
            "expected, not {}",
        ),
        (
            {"confidense": 1},
            'rule: calibration.confidense: unknown key; did you mean "confidence"? Keys: '
            "confidence, feedback.",
        ),
        ({"confidence": 90}, "rule: calibration.confidence: a number from 0 to 1, not 90"),
        ({"confidence": True}, "rule: calibration.confidence: a number from 0 to 1, not True"),
        (
            {"feedback": " "},
            "rule: calibration.feedback: text that is not blank is expected, not ' '",
        ),
        (
            {"feedback": "x" * 10_001},
            "rule: calibration.feedback: feedback has at most 10000 characters",
        ),
    ],
)
def test_wishes_that_make_no_sense_are_refused(wish: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{re.escape(text)}$"):
        Rule(calibration=wish)


def test_only_a_task_that_completes_has_a_tasker_who_reports() -> None:
    text = 'rule: calibration: only a rule with outcome "complete" has one'
    with pytest.raises(ConfigurationError, match=re.escape(text)):
        Rule(outcome="error", calibration={"confidence": 1})
