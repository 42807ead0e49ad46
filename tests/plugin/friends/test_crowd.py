"""Every plugin of this environment at once, on two workers, and Python's own development mode."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

CROWD = """
import unittest
import httpx, pytest, requests
from scaleapi.tasks import TaskType

URL = "https://api.scale.com/v1/tasks"

def a_day(mock, client, url):
    task = client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=url,
    )
    mock.callbacks.assert_received(task=task)
    return task.id

ids = set()

@pytest.mark.parametrize("turn", range(6))
def test_in_process(scale_mock, scale_client, turn):
    ids.add(a_day(scale_mock, scale_client, scale_mock.callbacks.url))
    assert len(ids) == 1

@pytest.mark.parametrize("turn", range(3))
def test_over_loopback(scale_mock, scale_client, turn):
    a_day(scale_mock, scale_client, scale_mock.callbacks.loopback_url)

@pytest.mark.asyncio
async def test_asyncio(scale_mock):
    async with httpx.AsyncClient(auth=(scale_mock.live_key, "")) as client:
        assert (await client.get(URL)).json()["total"] == 0

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_anyio(scale_mock):
    async with httpx.AsyncClient(auth=(scale_mock.live_key, "")) as client:
        assert (await client.get(URL)).json()["total"] == 0

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _world(self, scale_mock):
        self.mock = scale_mock

    def test_old(self):
        reply = requests.get(URL, auth=(self.mock.test_key, ""), timeout=5)
        self.assertEqual(reply.json()["total"], 0)

turns = []

@pytest.mark.flaky(reruns=2)
def test_flaky(scale_mock):
    turns.append(scale_mock.seed)
    assert len(turns) == 2
"""
TOTAL = 14


def test_all_plugins_at_once(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    loop = ("-o", "asyncio_default_fixture_loop_scope=function")
    result = beside({"test_one": CROWD, "test_two": CROWD}, "-n", "2", *loop)
    assert result.parseoutcomes() == {"passed": 2 * TOTAL, "rerun": 2}


def test_python_s_development_mode_finds_nothing(pytester: pytest.Pytester, beside: Beside) -> None:
    """What is not closed, not awaited or unsafe is told there, and warnings are errors."""
    pytester.makepyfile(test_app=CROWD)
    loop = ("-o", "asyncio_default_fixture_loop_scope=function")
    plugins = ("scale_mock", "asyncio", "anyio", "rerunfailures")
    result = pytester.run(
        *(sys.executable, "-X", "dev", "-W", "error", "-m", "pytest", "-W", "error", *loop),
        *(word for name in plugins for word in ("-p", name)),
    )
    assert result.parseoutcomes() == {"passed": TOTAL, "rerun": 1}
    assert result.stderr.lines in ([], [""])
