"""The control API's keys and parameters: one that it does not know is refused, not ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.api import control
from scale_mock.api.openapi import document
from tests.functional.helpers import image_task, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door

DOCUMENT = document("control")["paths"]
OWN_TEXTS = {"configure_studio_project", "configure_labeler"}
"""Operations whose arguments Python takes too, and which refuse a key themselves."""


def described(name: str) -> dict[str, Any]:
    return next(
        one for path in DOCUMENT.values() for one in path.values() if one["operationId"] == name
    )


@pytest.mark.parametrize(
    ("verb", "body", "text"),
    [
        (
            "complete",
            {"respons": {}},
            'Unknown key "respons"; did you mean "response"? Keys: response, by, validate.',
        ),
        ("fail", {"eror": "x"}, 'Unknown key "eror"; did you mean "error"? Keys: error.'),
        ("redo", {"zzz": 1}, 'Unknown key "zzz". Keys: by.'),
        ("start", {"now": True}, 'Unknown key "now". Keys: none.'),
    ],
)
def test_a_misspelt_key_changes_no_task(
    door: Door, verb: str, body: dict[str, Any], text: str
) -> None:
    task = image_task(door)
    reply = door.request("POST", f"/_mock/tasks/{task.id}/{verb}", json=body)
    assert refused(reply) == (400, text)
    assert door.client().get_task(task.id).status == "pending"


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        (
            "PUT",
            "clock",
            {"mod": "manual"},
            'Unknown key "mod"; did you mean "mode"? Keys: mode, rate.',
        ),
        (
            "POST",
            "clock/advance",
            {"by": "1h", "foo": 1},
            'Unknown key "foo". Keys: seconds, by, to, minutes, hours, days, weeks.',
        ),
        (
            "POST",
            "datasets/d/deliver",
            {"tasks": [{"response": {}}, {"respons": {}}]},
            'Unknown key "tasks[1].respons"; did you mean "response"? '
            "Keys: response, files, turns.",
        ),
    ],
)
def test_a_misspelt_key_moves_nothing(
    door: Door, method: str, path: str, body: dict[str, Any], text: str
) -> None:
    before = door.mock.clock.now()
    assert refused(door.request(method, f"/_mock/{path}", json=body)) == (400, text)
    assert door.mock.clock.now() == before


@pytest.mark.parametrize("body", [None, {}, {"mode": None}])
def test_a_clock_that_is_told_nothing_says_so(door: Door, body: dict[str, Any] | None) -> None:
    assert refused(door.request("PUT", "/_mock/clock", json=body)) == (
        400,
        'Parameter is invalid, reason: at least one of "mode" and "rate" is required',
    )


@pytest.mark.parametrize("query", ["limit=1", "bogus=1", "bogus", "bogus[]=1"])
def test_an_unknown_parameter_of_the_export_is_refused(door: Door, query: str) -> None:
    status, text = refused(door.request("GET", f"/_mock/export?{query}"))
    name = query.partition("=")[0].removesuffix("[]")
    assert status == 400
    assert text.startswith(f'Unknown query parameter "{name}"')
    assert "Parameters: " in text


def test_a_parameter_that_is_documented_may_be_repeated(door: Door) -> None:
    reply = door.request("GET", "/_mock/export?tags[]=a&tags[]=b&status=")
    assert reply.status_code == 200


@pytest.mark.parametrize("operation", control.OPERATIONS, ids=lambda it: it.name)
def test_what_is_documented_is_what_is_taken(door: Door, operation: Any) -> None:
    told = described(operation.name)
    path = "/_mock" + operation.path.replace("<name:", "<").replace("<", "").replace(">", "")
    listed = [one["name"] for one in told["parameters"] if one["in"] == "query"]
    reply = door.request(operation.method, path, params={"qqq": "1"})
    assert refused(reply) == (
        400,
        f'Unknown query parameter "qqq". Parameters: {", ".join(listed) or "none"}.',
    )
    if operation.method not in {"POST", "PUT"} or operation.name in OWN_TEXTS:
        return
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    if "properties" in schema:
        reply = door.request(operation.method, path, json={"qqq": 1})
        known = ", ".join(schema["properties"]) or "none"
        assert refused(reply) == (400, f'Unknown key "qqq". Keys: {known}.')
