"""What a body may look like, and what is said about one that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.helpers import CATEGORIES, IMAGE, image_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CREATE = "/task/categorization"


def test_form_with_brackets_is_the_object_that_it_spells(door: Door) -> None:
    """As a client of 2016 was recorded to send it."""
    body = (
        "attachment_type=website&attachment=http%3A%2F%2Fa.test%2F&instruction=Find+it"
        "&fields[hiring_page]=Hiring+page&fields[email]=Email+Address&priority=20"
        "&tags[]=a&tags[]=b&metadata[n][0]=x&metadata[n][1]=y&metadata[m][k]=v"
    )
    task = ok(door.post("/task/datacollection", data=body, headers=FORM))
    assert task["params"]["fields"] == {"hiring_page": "Hiring page", "email": "Email Address"}
    assert (task["tags"], task["priority"]) == (["a", "b"], 20)
    assert task["metadata"] == {"n": ["x", "y"], "m": {"k": "v"}}


def test_form_lists_and_booleans(door: Door) -> None:
    body = [*CATEGORIES.items(), ("categories[]", "a"), ("categories[]", "b")]
    pairs = [(name, value) for name, value in body if name != "categories"]
    task = ok(door.post(CREATE, data=[*pairs, ("allow_multiple", "true")]))
    assert task["params"]["categories"] == ["a", "b"]
    assert task["params"]["allow_multiple"] is True


def test_curl_says_form_but_sends_json(door: Door) -> None:
    task = ok(door.post(CREATE, data=json.dumps(CATEGORIES), headers=FORM))
    assert task["params"]["categories"] == ["public", "private"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-8", ""])
def test_json_is_json_whatever_its_type_is_called(door: Door, kind: str) -> None:
    reply = door.post(CREATE, data=json.dumps(CATEGORIES), headers={"Content-Type": kind})
    assert ok(reply)["type"] == "categorization"


@pytest.mark.parametrize("body", [b"", b"  \r\n ", None])
def test_an_empty_body_is_an_empty_object_or_array(door: Door, body: bytes | None) -> None:
    task = image_task(door, metadata={"a": 1}, tags=["a"])
    for path, wanted in (("setMetadata", ("metadata", {})), ("tags", ("tags", []))):
        reply = ok(door.post(f"/task/{task.id}/{path}", data=body, headers=JSON))
        assert reply[wanted[0]] == wanted[1]
    assert ok(door.post(f"/task/{task.id}/cancel", data=body, headers=JSON))["task_id"] == task.id


def test_sdk_sends_empty_values_as_no_body(door: Door) -> None:
    task = image_task(door, metadata={"a": 1}, tags=["a"])
    client = door.client()
    assert client.set_task_metadata(task.id, {}).metadata == {}
    assert client.set_task_tags(task.id, []).tags == []


@pytest.mark.parametrize("body", ["{", '{"callback_url": null}', "[1]", "null", "<xml/>"])
def test_cancel_ignores_its_body_whatever_it_says(door: Door, body: str) -> None:
    task = image_task(door)
    assert ok(door.post(f"/task/{task.id}/cancel", data=body))["status"] == "canceled"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{", "at line 1 column 2"),
        ('{"name": "a"\n "b"}', "Expecting ',' delimiter at line 2 column 2"),
        ('{"name": tru}', "Expecting value at line 1 column 10"),
        ('{"a": 1} x', "Extra data at line 1 column 10"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        ('{"a": "\n"}', "Invalid control character at at line 1 column 8"),
        ("[" * 200_000, "nested too deeply"),
        (
            "name=a&type=b",
            "Expecting value at line 1 column 1. It looks like a form: its Content-Type would be "
            "application/x-www-form-urlencoded",
        ),
        ('{"a": ' + "9" * 5000 + "}", "a number has too many digits"),
    ],
)
def test_malformed_json_is_told_with_its_place(door: Door, body: Any, problem: str) -> None:
    status, text = refused(door.post("/projects", data=body, headers=JSON))
    assert status == 400
    assert text.startswith("Invalid JSON: ")
    assert problem in text


@pytest.mark.parametrize(
    "body",
    ["a%5Bb%5D=%FF", "a" + "[b]" * 40 + "=1", "&".join(f"a{n}=1" for n in range(10_001))],
)
def test_malformed_form_is_refused(door: Door, body: str) -> None:
    status, text = refused(door.post("/projects", data=body, headers=FORM))
    assert status == 400
    assert text.startswith("Invalid JSON: malformed form")


@pytest.mark.parametrize(
    ("value", "kind"),
    [([], "array"), ("text", "string"), (1, "number"), (1.5, "number"), (True, "boolean")],
)
def test_top_level_of_the_wrong_type(door: Door, value: object, kind: str) -> None:
    expected = (400, f"Invalid body: expected a JSON object, got {kind}.")
    for path in ("/projects", "/batches", "/task/imageannotation", "/teams/invite"):
        assert refused(door.post(path, data=json.dumps(value), headers=JSON)) == expected


@pytest.mark.parametrize(("value", "kind"), [({"tags": ["a"]}, "object"), ("a", "string")])
def test_tags_are_a_bare_array(door: Door, value: object, kind: str) -> None:
    task = image_task(door)
    for send in (door.post, door.put, door.delete):
        assert refused(send(f"/task/{task.id}/tags", json=value)) == (
            400,
            f"Invalid body: expected a JSON array, got {kind}.",
        )


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400 + ".0"])
def test_numbers_that_nobody_can_hold_are_refused_and_leave_no_trace(
    door: Door, number: str
) -> None:
    task = image_task(door)
    for send, path, body in (
        (door.post, CREATE, {**CATEGORIES, "extra": 0}),
        (door.post, CREATE, {**CATEGORIES, "metadata": {"a": 0}}),
        (door.post, f"/task/{task.id}/setMetadata", {"a": 0}),
        (door.post, "/projects", {"name": "a", "type": "annotation", "params": {"a": 0}}),
        (door.put, "/audits", {"task_id": task.id, "a": 0}),
    ):
        sent = json.dumps(body).replace(": 0}", f": {number}}}")
        assert number in sent
        status, text = refused(send(path, data=sent, headers=JSON))
        assert (status, text) == (400, f"Invalid JSON: the number {number[:20]} is out of range")
    assert ok(door.get("/projects")) == ok(door.get("/audits")) == []
    assert ok(door.get("/tasks"))["total"] == 1


def test_lone_surrogates_come_back_as_they_were_sent(door: Door) -> None:
    body = (
        json.dumps(CATEGORIES)[:-1] + r', "unique_id": "\ud800", "metadata": {"\udfff": "\ud83d"}}'
    )
    task = ok(door.post(CREATE, data=body, headers=JSON))
    assert (task["unique_id"], task["metadata"]) == ("\ud800", {"\udfff": "\ud83d"})
    assert ok(door.get(f"/task/{task['task_id']}")) == task
    assert ok(door.get("/tasks"))["docs"] == [task]
    status, text = refused(door.post(CREATE, data=body, headers=JSON))
    assert (status, task["task_id"] in text) == (409, True)
    assert len(ok(door.request("GET", "/_mock/journal"))) == len(door.mock.journal)


@pytest.mark.parametrize("name", ["a\ud800", "\udc00/b"])
def test_lone_surrogates_in_names(door: Door, name: str) -> None:
    body = json.dumps({"name": name, "type": "imageannotation"})
    assert ok(door.post("/projects", data=body, headers=JSON))["name"] == name
    assert [one["name"] for one in ok(door.get("/projects"))] == [name]
    assert door.post("/projects", data=body, headers=JSON).status_code == 409


@pytest.mark.parametrize("path", ["/projects", "/batches"])
def test_a_name_has_no_nul(door: Door, path: str) -> None:
    body = {"name": "a\x00b", "type": "imageannotation", "project": "bikes"}
    assert refused(door.post(path, json=body)) == (
        400,
        'Parameter is invalid, reason: "name" must not contain the character NUL',
    )


def test_a_body_above_the_limit_is_413(door: Door) -> None:
    project(door)
    status, text = refused(door.post("/projects", data=b" " * (30 * 2**20)))
    assert (status, "10485760 bytes" in text, "body_bytes_max" in text) == (413, True, True)
    assert [one["name"] for one in ok(door.get("/projects"))] == ["bikes"]


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_deep_nesting_is_refused_and_leaves_no_trace(door: Door, opening: str) -> None:
    closing = "}" if opening[0] == "{" else "]"
    for depth in (98, 99, 500, *range(900, 1000, 9), 5_000, 100_000):
        deep = opening * depth + "1" + closing * depth
        body = json.dumps({"name": f"p{depth}", "type": "annotation"})[:-1]
        reply = door.post("/projects", data=f'{body}, "params": {{"b": {deep}}}}}', headers=JSON)
        assert reply.status_code == (200 if depth <= 98 else 400)
        if depth > 98:
            assert "nested" in refused(reply)[1]
    assert [one["name"] for one in ok(door.get("/projects"))] == ["p98"]


def test_null_counts_as_absent(door: Door) -> None:
    body = {**IMAGE, "project": None, "batch": None, "unique_id": None, "tags": None}
    task = ok(door.post("/task/imageannotation", json={**body, "priority": None}))
    assert {"project", "batch", "unique_id", "tags", "priority"} & set(task) == set()
