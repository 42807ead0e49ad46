"""Tasks that several people are to answer: so many answers, and ``attempts``."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
TEXT: dict[str, Any] = {
    "attachments": [{"type": "text", "content": "x"}],
    "fields": [
        {"type": "boolean", "field_id": "good", "title": "Good?"},
        {"type": "text", "field_id": "why", "title": "Why?", "conditions": [{"good": False}]},
    ],
}


@pytest.mark.parametrize("name", ["responses_required", "response_required"])
def test_each_respondents_answer_is_an_attempt(name: str) -> None:
    params = {**TEXT, name: 5}
    response = TYPES.respond("textcollection", params, seed=1, identity="i")
    assert response is not None
    attempts = TYPES.attempts("textcollection", params, response, seed=1, identity="i")
    assert len(attempts) == 5
    for number, one in enumerate(attempts):
        own = one["annotations"]
        assert own["good"] is response["annotations"]["good"][number]
        assert ("why" in own) == (own["good"] is False)
        alone = {key: value for key, value in params.items() if key != name}
        assert TYPES.check_response("textcollection", one) == []
        TYPES.check("textcollection", alone)


def test_one_respondent_has_no_attempts() -> None:
    for params in (TEXT, {**TEXT, "responses_required": 1}):
        response = TYPES.respond("textcollection", params, seed=1, identity="i")
        assert response is not None
        assert TYPES.attempts("textcollection", params, response, seed=1, identity="i") == []


def test_other_types_answer_anew_for_each_respondent() -> None:
    params = {
        "attachment": "x",
        "attachment_type": "text",
        "categories": [f"c{number}" for number in range(50)],
        "responses_required": 4,
    }
    response = TYPES.respond("categorization", params, seed=1, identity="i")
    assert response is not None
    attempts = TYPES.attempts("categorization", params, response, seed=1, identity="i")
    assert attempts[0] == response
    assert len({one["category"] for one in attempts}) > 1
    assert len(attempts) == 4
    assert attempts == TYPES.attempts("categorization", params, response, seed=1, identity="i")


def test_what_refers_to_files_has_the_first_respondents_only() -> None:
    params = {"attachment": "https://x.test/i.png", "labels": ["a"], "responses_required": 3}
    response = TYPES.respond("segmentannotation", params, seed=1, identity="i")
    assert response is not None
    attempts = TYPES.attempts("segmentannotation", params, response, seed=1, identity="i")
    assert attempts == [response]


@pytest.mark.parametrize("count", ["3", True, None, 0, -2, [3]])
def test_what_is_no_number_of_people_asks_for_one(count: object) -> None:
    params = {"responses_required": count}
    assert TYPES.attempts("chat", params, {"responses": []}, seed=1, identity="i") == []
