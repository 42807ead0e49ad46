"""The table of refusals: every line has a grade, a status and words that can be filled in."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

import scale_mock
from scale_mock.domain import refusals
from scale_mock.domain.refusals import Refusal, RefusalText, invalid

TABLE = {name: line for name, line in vars(refusals).items() if isinstance(line, RefusalText)}
RECORDED = {
    "UNAUTHORIZED": (401, "Your API key does not correspond to a registered user."),
    "TASK_NOT_FOUND": (404, "Task with that ID not found."),
    "TASK_COMPLETED": (400, "The task was already completed and cannot be canceled."),
    "UNIQUE_ID_TAKEN": (
        409,
        'The unique_id ("{unique_id}") is already used for a different task ({task_id}).',
    ),
    "NO_ATTACHMENT": (400, "Please include an attachment or attachments parameter."),
}
"""Texts seen on the wire: client code matches on them."""


def placeholders(line: RefusalText) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(line.text) if name is not None]


def test_the_table_is_there() -> None:
    assert len(TABLE) > 40


@pytest.mark.parametrize("name", TABLE)
def test_every_line_has_a_grade_a_status_and_a_sentence(name: str) -> None:
    line = TABLE[name]
    assert name.isupper()
    assert line.grade in {"recorded", "documented", "ours"}
    assert line.status in {400, 401, 402, 404, 409, 413, 503}
    assert line.text[0].isupper() or line.text[0] in '{"'
    assert line.text == line.text.strip()
    assert all(name.isidentifier() for name in placeholders(line)), "placeholders have names"


@pytest.mark.parametrize("name", TABLE)
def test_every_line_can_be_filled_in_with_anything(name: str) -> None:
    """Names come from users: braces and percent signs in them must not be taken for formats."""
    line = TABLE[name]
    refusal = line(**dict.fromkeys(placeholders(line), "{x} %s é"))
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.path) == (line.status, "")
    assert refusal.text.count("{x} %s é") == len(placeholders(line))
    assert str(refusal) == refusal.text


def test_the_recorded_texts_are_the_recorded_ones() -> None:
    recorded = {
        name: (line.status, line.text) for name, line in TABLE.items() if line.grade == "recorded"
    }
    assert recorded == RECORDED


def test_every_line_is_used_somewhere() -> None:
    """By its name in code, or by its words in the task types' schemas."""
    package = Path(scale_mock.__file__).parent
    code = "".join(path.read_text() for path in package.rglob("*.py") if path.stem != "refusals")
    schemas = "".join(path.read_text() for path in package.rglob("*.json"))
    unused = [name for name, line in TABLE.items() if name not in code and line.text not in schemas]
    assert unused == []


def test_invalid_speaks_in_the_validators_words() -> None:
    refusal = invalid('"a" is required', path="a")
    assert (refusal.status, refusal.text, refusal.path) == (
        400,
        'Parameter is invalid, reason: "a" is required',
        "a",
    )
