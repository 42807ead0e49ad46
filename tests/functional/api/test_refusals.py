"""Provokes every refusal of the table through the API, and compares its text word for word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scale_mock.domain import refusals
from tests.functional.api import refusal_cases_more, refusal_cases_v2
from tests.functional.api.refusal_cases import CASES
from tests.functional.helpers import refused

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor

TABLE = {
    name: line for name, line in vars(refusals).items() if isinstance(line, refusals.RefusalText)
}
assert refusal_cases_more.case, "importing it registers its cases"
assert refusal_cases_v2.case, "importing it registers its cases"


def test_every_case_belongs_to_a_line_of_the_table() -> None:
    assert sorted(set(CASES) - set(TABLE)) == []


@pytest.mark.parametrize("name", TABLE)
def test_refusal(open_door: OpenDoor, name: str) -> None:
    line = TABLE[name]
    reply, text = CASES[name].run(open_door)
    assert refused(reply) == (line.status, text)
    pattern = re.sub(r"\\\{\w+\\\}", "(.*)", re.escape(line.text))
    assert re.fullmatch(pattern, text, re.DOTALL)
