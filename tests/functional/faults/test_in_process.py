"""Faults under interception: the official SDK on https, with its own retries, and no socket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import scaleapi
from scaleapi.exceptions import ScaleInternalError
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from tests.functional.faults.conftest import BODY

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock() as mock, mock.intercept(absorb_sleep=True):
        yield mock


def test_the_sdk_meets_four_errors_in_a_row_and_gives_up(mock: ScaleMock) -> None:
    client = scaleapi.ScaleClient(mock.live_key)
    client.projects()
    mock.faults.add(match={"operation": "list_projects", "first": 4}, status=500)
    began = time.monotonic()
    with pytest.raises(ScaleInternalError, match="Internal Server Error"):
        client.projects()
    assert time.monotonic() - began < 1, "the back-off takes the world's time only"
    assert [seen.status for seen in mock.requests] == [200, 500, 500, 500, 500]


def test_a_create_that_was_committed_and_then_failed_is_recovered_by_the_sdk(
    mock: ScaleMock,
) -> None:
    mock.faults.add(match={"operation": "create_task", "nth": 1}, status=500, apply="after")
    client = scaleapi.ScaleClient(mock.live_key)
    task = client.create_task(TaskType.Categorization, unique_id="u-1", **BODY)
    assert [(seen.operation, seen.status) for seen in mock.requests] == [
        ("create_task", 500),
        ("create_task", 409),
        ("list_tasks", 200),
    ]
    assert mock.tasks.get(task)["unique_id"] == "u-1"


def test_a_burst_of_throttling_is_waited_out_by_the_world_s_clock(mock: ScaleMock) -> None:
    mock.faults.add(match={"operation": "list_projects", "first": 2}, retry_after=30)
    began = mock.clock.now()
    assert scaleapi.ScaleClient(mock.live_key).projects() == []
    assert (mock.clock.now() - began).total_seconds() == 60
    assert [seen.status for seen in mock.requests] == [429, 429, 200]


def test_a_create_whose_reply_breaks_off_has_taken_effect(mock: ScaleMock) -> None:
    mock.faults.add(match={"operation": "create_task", "nth": 1}, kind="truncated")
    client = scaleapi.ScaleClient(mock.live_key)
    with pytest.raises(scaleapi.exceptions.ScaleException, match="IncompleteRead"):
        client.create_task(TaskType.Categorization, unique_id="u-1", **BODY)
    assert [(seen.operation, seen.status, seen.fault) for seen in mock.requests] == [
        ("create_task", 200, "fault-1")
    ]
