"""Shapes and their differences, without a server; and our own replies against the documents."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock import ScaleMock
from scale_mock.mock.remote.line import Answer
from scale_mock.mock.remote.traffic import Traffic
from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.comparing import compare_bodies
from scale_mock.mock.verify.descriptions import Description, describe
from scale_mock.mock.verify.sites import Here
from scale_mock.mock.verify.steps import filled, found_at

ANY = Description("v1", {})
MAYBE = Description(
    "v1",
    {
        "type": "object",
        "properties": {
            "a": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "b": {"type": "string"},
            "free": {"type": "object"},
        },
        "required": ["a"],
    },
)

CASES: list[tuple[Any, Any, Description, list[str]]] = [
    ({"a": 1}, {"a": 2.5}, ANY, []),
    ({"a": 1}, {"a": "1"}, ANY, ["$.a is a string, here a number"]),
    ({"a": True}, {"a": 1}, ANY, ["$.a is a number, here a boolean"]),
    ({"a": "x"}, {"a": None}, ANY, ["$.a is null, here a string"]),
    ({"a": "x"}, {"a": None}, MAYBE, []),
    ({"a": None}, {"a": "x"}, MAYBE, []),
    ({"a": None}, {"a": "x"}, ANY, ["$.a is a string, here null"]),
    ({"a": "x"}, {}, ANY, ["$.a is missing; here it is a string"]),
    ({}, {"a": "x"}, ANY, ["$.a is additional: a string"]),
    ({"task_id": "x"}, {"taskId": "y"}, ANY, ["$.task_id is missing; renamed to taskId?"]),
    (
        {"task_id": "x"},
        {"colour": "y"},
        ANY,
        ["$.task_id is missing; here it is a string", "$.colour is additional: a string"],
    ),
    (
        {"task_id": "x"},
        {"taskId": 1},
        ANY,
        ["$.task_id is missing; here it is a string", "$.taskId is additional: a number"],
    ),
    ([{"a": 1}, {"a": 1, "b": 2}], [{"a": 3}], ANY, []),
    (
        [{"a": 1}, {"a": 1}],
        [{"a": 3}, {}],
        ANY,
        ["$[].a is missing in 1 of 2; here it is a number"],
    ),
    (
        [{"some_id": 1}, {"some_id": 1}],
        [{"some_id": 3}, {"someId": 3}],
        ANY,
        ["$[].some_id is missing; renamed to someId?"],
    ),
    (
        [{"type": "integer", "value": 1}, {"type": "text", "value": "x"}],
        [{"type": "integer", "value": "1"}, {"type": "text", "value": "x"}],
        ANY,
        ["$[].value is a string, here a number"],
    ),
    (
        [
            {"type": "a", "b": [{"type": "c", "d": 1}]},
            {"type": "e", "b": [{"type": "c", "d": "x"}]},
        ],
        [
            {"type": "a", "b": [{"type": "c", "d": ""}]},
            {"type": "e", "b": [{"type": "c", "d": "x"}]},
        ],
        ANY,
        ["$[].b[].d is a string, here a number"],
    ),
    (
        [{"type": "box", "a": 1}, {"type": "box", "a": 1}, {"type": "line"}],
        [{"type": "box"}, {"type": "box"}, {"type": "line"}],
        ANY,
        ["$[].a is missing; here it is a number"],
    ),
    ([1], [], ANY, ["$ empty, here has elements"]),
    ([], [1], ANY, ["$ has elements, here empty"]),
    ({"free": {"x": 1}}, {"free": {"y": "z"}}, MAYBE, []),
    (
        {"a": {"b": [{"c": 1}]}},
        {"a": {"b": [{"c": []}]}},
        ANY,
        ["$.a.b[].c is an array, here a number"],
    ),
]


@pytest.mark.parametrize(("here", "there", "about", "told"), CASES)
def test_two_bodies_differ_in(here: Any, there: Any, about: Description, told: list[str]) -> None:
    found = compare_bodies(here, there, about)
    assert [f"{one.at} {one.text}" for one in found] == told


def test_a_key_that_only_some_elements_have_may_be_missing() -> None:
    assert compare_bodies([{"a": 1}, {}], [{}], ANY) == []


def test_elements_of_one_type_are_told_apart_in_the_same_things_only() -> None:
    here, there = [{"type": "box", "a": 1}, {"type": "line", "a": "x"}], [{"type": "box", "a": "x"}]
    assert len(compare_bodies(here, there, ANY)) == 1
    assert compare_bodies(here, there, ANY, same_calls=False) == []


@pytest.mark.parametrize(
    ("here", "there", "count"),
    [
        ({"a": "x", "b": "y"}, {"a": "x"}, 0),
        ({"a": "x"}, {"a": "x", "b": "y"}, 0),
        ({"a": "x"}, {"a": "x", "c": "y"}, 1),
        ({"a": "x"}, {}, 1),
        ({"a": None}, {"a": 3}, 0),
    ],
)
def test_of_other_things_only_what_is_demanded_must_be_there(
    here: Any, there: Any, count: int
) -> None:
    assert len(compare_bodies(here, there, MAYBE, same_calls=False)) == count


def test_descriptions_follow_references() -> None:
    docs = describe("list_tasks", 200).at_key("docs")
    assert docs.items().at_key("task_id").plain == {"type": "string"}
    assert describe("get_task", 404).at_key("error").plain == {"type": "string"}
    assert describe("v2_get_tasks", 200).at_key("tasks").is_known


def test_our_own_replies_are_as_documented() -> None:
    traffic = Traffic()
    with ScaleMock() as mock:
        here = Here(mock, "run")
        for step in catalogue():
            reply = here._client.open(
                filled(step.path, here.knows),
                method=step.method,
                json=filled(step.body, here.knows) if not step.files else None,
                auth=(here.keys[step.mode], ""),
            )
            answer = Answer(reply.status_code, "", list(reply.headers), reply.data)
            for name, path in step.keep.items():
                value = found_at(answer.json(), path)
                if isinstance(value, str):
                    here.knows.setdefault(name, value)
            traffic.note(step.method, filled(step.path, here.knows), answer)
    assert traffic.replies > 100
    assert traffic.lines() == []


@pytest.mark.parametrize(
    ("path", "status", "kind", "body", "told"),
    [
        (
            "/v1/task/x",
            200,
            "application/json",
            b'{"task_id": 1}',
            "get_task: $.task_id is a number",
        ),
        ("/v1/task/x", 201, "application/json", b"{}", "get_task: $ status 201, described 200"),
        ("/v1/task/x", 200, "text/html", b"<p>", "get_task: $ content type text/html, described"),
        ("/v1/task/x", 404, "application/json", b"{}", "get_task: $.error is missing"),
        (
            "/v1/quality/labelers",
            200,
            "application/json",
            b'{"docs": [], "has_more": null}',
            "list_labeler_attempts: $.has_more is null, described as boolean",
        ),
        (
            "/v1/tasks",
            200,
            "application/json",
            b'{"docs": [], "total": 0, "limit": 1, "offset": 0, "has_more": false, "x": 1}',
            "list_tasks: $.x is additional: a number",
        ),
    ],
)
def test_a_reply_that_is_not_as_documented_is_noted(
    path: str, status: int, kind: str, body: bytes, told: str
) -> None:
    traffic = Traffic()
    for _ in range(2):
        traffic.note("GET", path, Answer(status, "", [("Content-Type", kind)], body))
    assert [line for line in traffic.lines() if line.startswith(told)]
    assert all(line.endswith("(2 replies)") for line in traffic.lines())


def test_what_is_no_operation_of_the_platform_is_not_looked_at() -> None:
    traffic = Traffic()
    for path in ("/_mock/clock", "/nowhere"):
        traffic.note("GET", path, Answer(200, "", [], b"nonsense"))
    assert (traffic.replies, traffic.lines()) == (0, [])
