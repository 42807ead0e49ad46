"""Every fixture, used as a user would: through the official SDK, in a test module of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run


def test_live_client_callbacks_and_clock_share_one_world(run: Run, staged: str) -> None:
    result = run(
        staged
        + """
def test_a_day_of_labeling(scale_mock, scale_client, scale_callbacks, scale_clock):
    assert scale_callbacks is scale_mock.callbacks
    assert scale_clock is scale_mock.clock
    assert scale_client.api.api_key == scale_mock.live_key
    began = scale_clock.now()
    batch, task = staged(scale_client, scale_callbacks.url)
    batch.finalize()
    callback = scale_callbacks.assert_received(task=task, status="completed")
    assert callback.json["task"]["response"]["annotations"]
    scale_callbacks.assert_received(batch=batch)
    assert scale_clock.now() > began
    assert scale_client.get_task(task.id).status == "completed"
    assert [one.id for one in scale_client.get_tasks("kittens")] == [task.id]
"""
    )
    result.assert_outcomes(passed=1)


def test_test_mode_answers_at_once_and_apart_from_live_mode(run: Run) -> None:
    result = run(
        """
from scaleapi.tasks import TaskType

def test_modes(scale_mock, scale_client, scale_test_client):
    assert scale_test_client.api.api_key == scale_mock.test_key
    task = scale_test_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock.callbacks.url,
    )
    assert task.status == "pending"
    task.refresh()
    assert task.status == "completed"
    assert scale_test_client.tasks().total == 1
    assert scale_client.tasks().total == 0
"""
    )
    result.assert_outcomes(passed=1)


def test_each_test_has_a_fresh_world(run: Run) -> None:
    result = run(
        """
import pytest
from scaleapi.tasks import TaskType

seen = []

@pytest.mark.parametrize("turn", [1, 2])
def test_alone(scale_mock, scale_client, turn):
    scale_client.create_project("kittens", task_type=TaskType.Categorization, params={})
    assert len(scale_client.projects()) == 1
    assert scale_mock.live_key not in seen
    seen.append(scale_mock.live_key)
    scale_mock.clock.advance(hours=1)
    assert scale_mock.clock.now().hour == 1
"""
    )
    result.assert_outcomes(passed=2)


def test_the_server_is_one_for_the_session_and_keys_choose_the_world(run: Run) -> None:
    result = run(
        """
import pytest, requests
from scaleapi.tasks import TaskType

def count(server, key):
    reply = requests.get(f"{server.v1_url}/projects", auth=(key, ""), timeout=5)
    assert reply.status_code == 200, reply.text
    return len(reply.json())

@pytest.fixture(scope="session")
def shop(scale_server):
    with scale_server.open_world(name="shop", seed=9) as mock:
        yield mock

def test_two_worlds(scale_server, scale_mock, scale_client, shop):
    assert scale_server.url == scale_mock.url == shop.url
    assert scale_server.v1_url == scale_server.url + "/v1"
    assert scale_server.url in repr(scale_server)
    scale_client.create_project("kittens", task_type=TaskType.Categorization, params={})
    assert count(scale_server, scale_mock.live_key) == 1
    assert count(scale_server, "live_shop") == 0
    assert shop.seed == 9

def test_the_session_world_is_still_there(scale_server, shop):
    assert count(scale_server, "live_shop") == 0
"""
    )
    result.assert_outcomes(passed=2)


def test_a_foreign_key_opens_the_only_world(run: Run) -> None:
    result = run(
        """
import requests
from scaleapi.tasks import TaskType

def test_the_app_brings_its_own_key(scale_server, scale_mock, scale_client):
    scale_client.create_project("kittens", task_type=TaskType.Categorization, params={})
    reply = requests.get(f"{scale_server.v1_url}/projects", auth=("live_app", ""), timeout=5)
    assert [project["name"] for project in reply.json()] == ["kittens"]
"""
    )
    result.assert_outcomes(passed=1)


def test_no_server_is_started_unless_somebody_asks_for_a_url(run: Run) -> None:
    result = run(
        """
import threading

before = set(threading.enumerate())     # the outer run may have servers of its own

def test_quiet(scale_mock, scale_callbacks, scale_clock):
    scale_clock.advance(days=1)
    assert scale_callbacks.url
    assert set(threading.enumerate()) <= before
"""
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("fixture", ["scale_client", "scale_test_client"])
def test_without_the_sdk_the_test_is_skipped_and_the_extra_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, fixture: str
) -> None:
    monkeypatch.setitem(sys.modules, "scaleapi", None)
    result = run(f"def test_sdk({fixture}): pass", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        "SKIPPED * The official SDK is not installed. It comes with the extra: "
        "pip install 'scale-mock[[]sdk[]]'. (import of scaleapi halted; None in sys.modules)"
    )


def test_unittest_classes_get_a_world_and_its_report(run: Run) -> None:
    result = run(
        """
import unittest, pytest

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _world(self, scale_mock):
        self.mock = scale_mock

    def test_fine(self):
        assert self.mock.seed == 0

    def test_bad(self):
        self.assertEqual(self.mock.seed, 1)
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*- scale_mock -*", "seed 0, clock at 2024-01-01T00:00:00.000Z*"])
