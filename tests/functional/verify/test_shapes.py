"""Shapes and their differences, without a server; and our own replies against the documents."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock import ScaleMock
from scale_mock.mock.remote.line import Answer
from scale_mock.mock.remote.traffic import Traffic
from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.comparing import compare_bodies, compare_headers
from scale_mock.mock.verify.descriptions import Description, describe
from scale_mock.mock.verify.sites import Here, reply_of
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
    ({"a": "x"}, {"a": None}, MAYBE, ["$.a is null, here a string"]),
    ({"a": None}, {"a": "x"}, MAYBE, ["$.a is a string, here null"]),
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
    (
        {"free": {"x": 1}},
        {"free": {"y": "z"}},
        MAYBE,
        ["$.free.x is missing; here it is a number", "$.free.y is additional: a string"],
    ),
    (
        {"params": {"object_ids": [1]}},
        {"params": {"objectIds": [1]}},
        ANY,
        ["$.params.object_ids is missing; renamed to objectIds?"],
    ),
    ({"metadata": {"a": [{"b": 1}]}}, {"metadata": {"a": [{"b": 1}]}}, ANY, []),
    (
        {"metadata": {"a": [{"b": 1}], "c": "x"}},
        {"metadata": {"a": [{"b": 2}], "c": "y"}},
        ANY,
        ["$.metadata.a[].b is 2, here 1", '$.metadata.c is "y", here "x"'],
    ),
    ({"metadata": [1, 2, 3]}, {"metadata": [1, 2]}, ANY, ["$.metadata is [1, 2], here [1, 2, 3]"]),
    ({"other": [1, 2, 3]}, {"other": [4, 5]}, ANY, []),
    (
        {"tags": ["b", "c", "a"]},
        {"tags": ["a", "b", "c"]},
        ANY,
        ['$.tags is in another order: "a", "b", "c", here "b", "c", "a"'],
    ),
    (
        [{"id": 1, "name": "b"}, {"id": 2, "name": "a"}],
        [{"id": 8, "name": "a"}, {"id": 7, "name": "b"}],
        ANY,
        ["$ is in another order: a, b, here b, a"],
    ),
    (
        [{"x": {"y": 1}}, {"x": {"y": 2}}],
        [{"x": {"z": 2}}, {"x": {"z": 1}}],
        ANY,
        [
            "$[].x.y is missing; here it is a number",
            "$[].x.z is additional: a number",
            "$ is in another order: #2, #1, here #1, #2",
        ],
    ),
    (
        [{"a": 1, "b": "x"}, {"a": None, "b": "y"}],
        [{"a": None, "b": "x"}, {"a": None, "b": "y"}],
        ANY,
        ["$[].a is null, here a number"],
    ),
    (
        [{"a": 1, "c": 2}, {"a": 1}],
        [{"a": 1}, {"a": 1}],
        ANY,
        ["$[].c is missing; here it is a number"],
    ),
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


def test_a_key_that_only_some_elements_have_may_be_missing_from_a_shorter_list() -> None:
    assert compare_bodies([{"a": 1}, {}], [{}], ANY) == []


def test_what_was_sent_to_the_real_platform_comes_back() -> None:
    here = {"params": {"sent": 1, "more": 2}, "metadata": {"a": 1}}
    there = {"params": {"sent": 1, "default": 3}, "metadata": {"a": 1, "b": 2}}
    about = describe("create_task", 200)
    known = [f"{one.at} {one.text}" for one in compare_bodies(here, there, about, same_calls=False)]
    found = compare_bodies(here, there, about, same_calls=False, own=True)
    assert [f"{one.at} {one.text}" for one in found if one.at not in known] == [
        "$.params.more is missing; here it is a number",
        '$.metadata is {"a": 1, "b": 2}, here {"a": 1}',
    ]
    assert known == []


@pytest.mark.parametrize(
    ("here", "there", "same", "told"),
    [
        ({"location": "a"}, {"location": "b"}, True, []),
        ({"location": "a"}, {}, True, ["header Location is missing, here 'a'"]),
        ({"location": "a"}, {}, False, ["header Location is missing, here 'a'"]),
        ({}, {"retry-after": "5"}, True, ["header Retry-After is '5', here missing"]),
        ({}, {"x-amzn-requestid": "5"}, False, []),
    ],
)
def test_headers_differ_in(
    here: dict[str, str], there: dict[str, str], same: bool, told: list[str]
) -> None:
    found = compare_headers(here, there, same=same)
    assert [f"{one.at} {one.text}" for one in found] == told


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ('Application/JSON;charset="UTF-8"', "application/json"),
        ("application/json; charset=latin-1", "application/json; charset=latin-1"),
        ("", ""),
    ],
)
def test_content_types_are_compared_with_what_clients_read_of_them(told: str, kind: str) -> None:
    reply = reply_of(200, [("Content-Type", told), ("Date", "x"), ("X-A", "y")], b"{}")
    assert reply == (200, kind, {}, {"x-a": "y"})


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
