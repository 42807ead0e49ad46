"""Paths: quoting, odd names, double slashes, unknown routes and methods, and the headers back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from scaleapi.exceptions import ScaleResourceNotFound

from scale_mock.mock.client import sdk_client
from tests.functional.helpers import batch, image_task, ok, project, refused, studio_team

if TYPE_CHECKING:
    from tests.functional.doors import Door

NAMES = [
    "a b/c?d#e%",
    "a bc/def",
    "%2F",
    "%252f",
    "100%",
    "Straße 東京 🚲",
    "a+b&c=d;e,f:g@h",
    "quotes\"'`<>\\^{}|",
    "status",
    "line\nbreak\ttab",
    "x" * 2_000,
    "é" * 500,
    " leading and trailing ",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[1:20])
def test_names_survive_the_path(door: Door, name: str) -> None:
    project(door, name, studio=True)
    batch(door, name, of=name)
    client = door.client()
    assert client.get_project(name).name == name
    assert client.update_project(name, instruction="Box.").name == name
    assert client.get_batch(name).project == name
    assert client.batch_status(name)["status"] == "staging"
    assert client.set_batch_metadata(name, {"a": 1}).name == name
    assert client.create_project_group(name, [], name).name == name
    assert client.update_project_group(name, name, [], []).name == name
    assert client.assign_studio_batches(name, [name]).groups == [name]
    assert image_task(door, batch=name).batch == name
    assert client.finalize_batch(name).status == "in_progress"
    assert client.get_tasks_count(project_name=name, batch_name=name) == 1
    assert [one.name for one in client.get_batches(project_name=name)] == [name]


def test_a_client_that_does_not_quote_is_understood(door: Door) -> None:
    """As the Node SDK does: its HTTP client turns the space into %20, no more."""
    project(door, "a b'c")
    assert ok(door.get("/projects/a b'c"))["name"] == "a b'c"


def test_quoted_slash_does_not_split_a_name(door: Door) -> None:
    project(door, "a/status")
    batch(door, "a/status", of="a/status")
    batch(door, "a", of="a/status")
    assert ok(door.get("/batches/a/status")) == {"status": "in_progress"}
    for path in ("a%2Fstatus", "a%2fstatus"):
        assert ok(door.get(f"/batches/{path}"))["name"] == "a/status"
        assert ok(door.get(f"/batches/{path}/status")) == {"status": "in_progress"}


def test_base_url_with_a_slash_gives_double_slashes(door: Door) -> None:
    client = sdk_client(door.key(), door.url)
    client.api.base_api_url += "/"
    task = image_task(door)
    assert client.get_task(task.id).id == task.id
    for path in ("/v1//tasks", "//v1///tasks", "/v1/tasks/"):
        assert ok(door.request("GET", path))["total"] == 1


@pytest.mark.parametrize(
    "path", ["/v4", "/v1/x/", "/v3/task", "/v1/task", "/v1/%00", "/v1/" + "a/" * 50]
)
def test_unknown_route_lists_the_nearest(door: Door, path: str) -> None:
    status, text = refused(door.request("GET", path))
    assert status == 404
    assert text.startswith(f"Not Found: there is no route GET {path}. Nearest: ")
    assert text.endswith(".")
    assert text.count("/v1/") + text.count("/v2/") + text.count("/_mock/") >= 3


@pytest.mark.parametrize("path", ["/v1/{}", "/{}", "/v1/task/{}/cancel", "/v1{}"])
def test_a_long_path_is_not_repeated_whole(door: Door, path: str) -> None:
    long = path.format("/" * 5_000 if path == "/v1{}" else "a" * 5_000)
    status, text = refused(door.request("DELETE", long))
    assert status == 404
    assert f"{long[:197]}..." in text
    assert len(text) < 500


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v2/", "/_mock/"])
def test_the_top_of_an_api_says_what_is_below(door: Door, path: str) -> None:
    status, text = refused(door.request("GET", path))
    assert status == 404
    assert text.startswith(f"Not Found: there is nothing at {path} itself. This is scale_mock: ")


def test_unknown_route_is_remembered_for_the_check(door: Door) -> None:
    door.get("/tusks")
    with pytest.raises(AssertionError, match="GET /v1/tusks"):
        door.mock.check()


def test_unknown_route_needs_no_key(door: Door) -> None:
    assert refused(door.get("/tusks", key="dead"))[0] == 404


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_wrong_method_lists_what_the_path_takes(door: Door, method: str) -> None:
    assert refused(door.request(method, "/v1/teams")) == (
        404,
        f"Not Found: /v1/teams does not take {method}. It takes: GET.",
    )


def test_head_is_get_without_a_body(door: Door) -> None:
    reply = door.request("HEAD", "/v1/tasks")
    assert (reply.status_code, reply.content) == (200, b"")
    assert int(reply.headers["content-length"]) == len(door.get("/tasks").content)


def test_sdk_raises_not_found_for_every_kind(door: Door) -> None:
    client = door.client()
    for call, text in (
        (client.get_task, "Task with that ID not found."),
        (client.cancel_task, "Task with that ID not found."),
        (client.clear_task_unique_id, "Task with that ID not found."),
        (client.get_batch, "Batch with that name not found."),
        (client.finalize_batch, "Batch with that name not found."),
        (client.batch_status, "Batch with that name not found."),
        (client.get_project, "Project with that name not found."),
        (client.list_project_groups, "Project with that name not found."),
    ):
        for name in ("fake_id_qwertyuiop", "5" * 24, "東京", "a/b"):
            with pytest.raises(ScaleResourceNotFound) as caught:
                call(quote(name, safe="") if "task" in call.__name__ else name)
            assert (caught.value.code, caught.value.message) == (404, text)


def test_addresses_and_groups_in_the_path(door: Door) -> None:
    studio_team(door, "o'neil+x@example.test")
    batch(door, "a")
    assert door.client().assign_studio_batches("a", ["o'neil+x@example.test"]).groups == [
        "o'neil+x@example.test"
    ]
