"""What a rule may wish of a Rapid calibration task: the tasker's confidence and feedback.

``calibration = { confidence = 0.9, feedback = "Clear." }``; either may be left out. It means
something for calibration tasks of Rapid projects and nothing for others, so that one rule can speak
of a whole project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.selectors.where import Where, check_keys, show

if TYPE_CHECKING:
    from typing import Any

WISH_KEYS = ("confidence", "feedback")
FEEDBACK_CHARACTERS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tasker is to report.

    Attributes:
        confidence: How sure they are, 0 to 1; ``None`` leaves it to them.
        feedback: What they write; ``None`` leaves it to them.
    """

    confidence: float | None = None
    feedback: str | None = None

    @property
    def percent(self) -> int | None:
        """The confidence in percent."""
        return None if self.confidence is None else round(self.confidence * 100)

    def as_data(self) -> dict[str, object]:
        """The value that reads back equal."""
        return {key: value for key in WISH_KEYS if (value := getattr(self, key)) is not None}


def read_wish(value: object, where: Where) -> Wish | None:
    """Reads the value of ``calibration``.

    Raises:
        ConfigurationError: It is no such table, or a value in it makes no sense.
    """
    if value is None or isinstance(value, Wish):
        return value
    if not isinstance(value, Mapping) or not value:
        raise where.refuse(
            'a table such as {"confidence": 0.9, "feedback": "Clear."} is expected, not '
            f"{show(value)}"
        )
    check_keys(value, WISH_KEYS, where)
    return Wish(
        _read_confidence(value, where.at("confidence")), _read_feedback(value, where.at("feedback"))
    )


def _read_confidence(table: Mapping[Any, object], where: Where) -> float | None:
    value = table.get("confidence")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise where.refuse(f"a number from 0 to 1, not {show(value)}")
    return float(value)


def _read_feedback(table: Mapping[Any, object], where: Where) -> str | None:
    value = table.get("feedback")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise where.refuse(f"text that is not blank is expected, not {show(value)}")
    if len(value) > FEEDBACK_CHARACTERS_MAX:
        raise where.refuse(f"feedback has at most {FEEDBACK_CHARACTERS_MAX} characters")
    return value
