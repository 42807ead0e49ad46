"""The official SDK, built by code that knows nothing of a mock: no base URL, a key of its own."""

from __future__ import annotations

import ssl
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
import scaleapi
from scaleapi.exceptions import ScaleException
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Iterator

TASK = {
    "instruction": "which?",
    "attachment": "a",
    "attachment_type": "text",
    "categories": ["x", "y"],
}


@pytest.fixture
def absorbed() -> Iterator[ScaleMock]:
    with ScaleMock() as world, world.intercept(absorb_sleep=True):
        yield world


def test_a_client_that_the_code_builds_itself_works_unchanged(mock: ScaleMock) -> None:
    client = scaleapi.ScaleClient("live_x")
    client.create_project("kittens", task_type=TaskType.Categorization, params={})
    made = client.create_task(TaskType.Categorization, project="kittens", **TASK)
    assert client.get_task(made.id).status == "pending"
    assert [project.name for project in client.projects()] == ["kittens"]
    assert [one.key for one in mock.requests] == ["live_***"] * 4
    assert {project.name for project in client.v2.get_projects().projects} == {"kittens"}


def test_the_mocks_own_client_goes_the_same_way(mock: ScaleMock) -> None:
    client = mock.client("test")
    assert client.api.base_api_url == "https://api.scale.com/v1"
    assert client.v2.api_client.configuration.host == "https://api.scale.com"
    made = client.create_task(TaskType.Categorization, **TASK)
    made.refresh()
    assert made.status == "completed"
    assert not mock._host.is_serving


def test_outside_of_interception_the_client_goes_over_loopback() -> None:
    with ScaleMock() as mock:
        with mock.intercept():
            assert mock.client().api.base_api_url == "https://api.scale.com/v1"
        assert mock.client().api.base_api_url == f"{mock.url}/v1"


def test_four_500s_end_as_in_reality_with_the_same_history_and_without_the_wait(
    absorbed: ScaleMock,
) -> None:
    absorbed.faults.add(match={"operation": "list_projects"}, status=500)
    client = scaleapi.ScaleClient("live_x")
    client.tasks()
    began, started = perf_counter(), absorbed.clock.now()
    with pytest.raises(ScaleException) as caught:
        client.projects()
    took = perf_counter() - began
    assert caught.value.code == 500
    assert [one.status for one in absorbed.requests][1:] == [500] * 4
    # urllib3's back-off of the SDK: 0, 4 and 8 seconds.
    assert (absorbed.clock.now() - started).total_seconds() == 12
    assert took < 2


def test_the_history_of_retries_is_urllib3s(absorbed: ScaleMock) -> None:
    absorbed.faults.add(match={"operation": "list_projects"}, status=500)
    client = scaleapi.ScaleClient("live_x")
    reply = client.api._http_request(
        "GET", "https://api.scale.com/v1/projects", auth=("live_x", "")
    )
    assert [
        (one.method, one.url, one.error, one.status, one.redirect_location)
        for one in reply.raw.retries.history
    ] == [("GET", "/v1/projects", None, 500, None)] * 3


def test_a_create_that_was_committed_and_then_failed_is_recovered(absorbed: ScaleMock) -> None:
    absorbed.faults.add(match={"operation": "create_task", "nth": 1}, status=500, apply="after")
    client = scaleapi.ScaleClient("live_x")
    made = client.create_task(TaskType.Categorization, unique_id="one", **TASK)
    assert made.unique_id == "one"
    assert [(one.method, one.path, one.query, one.status) for one in absorbed.requests] == [
        ("POST", "/v1/task/categorization", "", 500),
        ("POST", "/v1/task/categorization", "", 409),
        ("GET", "/v1/tasks", "unique_id=one", 200),
    ]
    assert client.tasks().total == 1


def test_no_certificates_are_loaded(mock: ScaleMock, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("certificates were loaded")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", refuse)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", refuse)
    assert scaleapi.ScaleClient("live_x").projects() == []
