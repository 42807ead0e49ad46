"""What is asked of both sides: requests in their order, those of v1 before those of v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.mock.verify import of_errors, of_v1, of_v1_more, of_v2

if TYPE_CHECKING:
    from scale_mock.mock.verify.steps import Step


def catalogue() -> tuple[Step, ...]:
    """Every step in its order."""
    return (*of_v1.STEPS, *of_v1_more.STEPS, *of_v2.STEPS, *of_errors.STEPS)
