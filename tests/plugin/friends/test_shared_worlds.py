"""Worlds that several tests share, and event orders, beside the plugins that people use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

FILLED = """
import pytest
from scaleapi.tasks import TaskType

@pytest.fixture(scope="{scope}")
def filled(scale_mock_{scope}):
    scale_mock_{scope}.client().create_project(
        "shop", task_type=TaskType.Categorization, params={{}}
    )
"""
CONFTEST = FILLED.format(scope="session")
MODULE = (
    FILLED.format(scope="module")
    + """
@pytest.mark.parametrize("turn", range(4))
def test_it(filled, scale_client, scale_mock, turn):
    assert [one.name for one in scale_client.projects()] == ["shop"]
    scale_mock.projects.archive("shop")
    scale_client.create_project("mine", task_type=TaskType.Categorization, params={})
    scale_mock.clock.advance(days=1)

def test_own(scale_mock, scale_client):
    assert scale_client.projects() == []
    scale_client.create_project("mine", task_type=TaskType.Categorization, params={})
"""
)
WHOLE = """
import os, pytest

@pytest.mark.parametrize("turn", range(4))
def test_it(filled, scale_client, scale_mock, scale_mock_session, turn):
    print("worker", os.environ.get("PYTEST_XDIST_WORKER"), scale_mock.live_key, scale_mock.seed)
    assert scale_mock is scale_mock_session
    assert [one.name for one in scale_client.projects()] == ["shop"]
    scale_mock.projects.archive("shop")
"""


@pytest.mark.parametrize("mode", ["load", "worksteal", "loadscope", "each"])
def test_with_xdist_each_worker_has_its_own(beside: Beside, mode: str) -> None:
    modules = {"conftest": CONFTEST, "test_one": MODULE, "test_two": WHOLE, "test_three": WHOLE}
    args = ("-n", "2", "--dist", mode, "--scale-mock-seed=random", "-rP")
    result = beside(modules, *args, plugins="xdist")
    result.assert_outcomes(passed=13 * (2 if mode == "each" else 1))
    text = result.stdout.str()
    found = set(re.findall(r"^worker (\w+) (live_\S+) (\d+)$", text, re.MULTILINE))
    assert len({worker for worker, _, _ in found}) == len(found)
    (seed,) = {seed for _, _, seed in found}
    result.stdout.fnmatch_lines(f"scale_mock *: seed={seed} (random), clock=manual")


@pytest.mark.parametrize("seed", [1, 2])
def test_in_any_order(beside: Beside, seed: int) -> None:
    modules = {"conftest": CONFTEST, "test_one": MODULE, "test_two": WHOLE}
    result = beside(modules, f"--randomly-seed={seed}", plugins="randomly")
    result.assert_outcomes(passed=9)


def test_a_rerun_sees_the_world_as_it_was_filled_and_the_same_seed(beside: Beside) -> None:
    result = beside(
        {
            "conftest": CONFTEST,
            "test_one": MODULE
            + """
seen = []

@pytest.mark.scale_mock(seed="random")
def test_late(scale_mock):
    seen.append(scale_mock.seed)
    assert len(seen) == 3
    assert len(set(seen)) == 1

turns = []

def test_again(filled, scale_client, scale_mock):
    turns.append(1)
    scale_client.create_project("mine", task_type=TaskType.Categorization, params={})
    scale_mock.clock.advance(days=1)
    assert len(turns) == 3

@pytest.mark.scale_seed_matrix(2)
def test_hopeless(scale_mock):
    assert scale_mock._world.settings.schedule_seed is None
""",
        },
        "--reruns",
        "2",
        plugins="rerunfailures",
    )
    result.assert_outcomes(passed=8, failed=1)
    result.stdout.fnmatch_lines(
        "test_one.py::test_hopeless: failed under 1 of 2 orders, first under order 1"
    )


def test_async_tests_and_fixtures_share_it_too(beside: Beside) -> None:
    result = beside(
        """
import httpx, pytest, pytest_asyncio

async def projects(key):
    async with httpx.AsyncClient(base_url="https://api.scale.com/v1", auth=(key, "")) as client:
        return [one["name"] for one in (await client.get("/projects")).json()]

@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(scale_mock_module):
    body = {"name": "shop", "type": "categorization", "params": {}}
    async with httpx.AsyncClient(auth=("live_app", "")) as client:
        reply = await client.post("https://api.scale.com/v1/projects", json=body)
    assert reply.status_code == 200

@pytest_asyncio.fixture
async def mine(scale_mock):
    body = {"name": "mine", "type": "categorization", "params": {}}
    async with httpx.AsyncClient(auth=("live_app", "")) as client:
        await client.post("https://api.scale.com/v1/projects", json=body)
    yield
    assert sorted(await projects(scale_mock.live_key)) == ["mine", "shop"]

@pytest.mark.asyncio
@pytest.mark.parametrize("turn", [1, 2])
async def test_it(filled, mine, scale_mock, turn):
    assert sorted(await projects(scale_mock.test_key)) == []
    assert sorted(await projects("live_app")) == ["mine", "shop"]

def test_sync(filled, scale_client):
    assert [one.name for one in scale_client.projects()] == ["shop"]
""",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        plugins="asyncio",
    )
    result.assert_outcomes(passed=3)


def test_orders_are_spread_over_workers_and_told_by_who_started_them(beside: Beside) -> None:
    result = beside(
        """
import pytest

@pytest.mark.scale_mock(strict=True)
def test_it(scale_mock):
    assert scale_mock._world.settings.schedule_seed in (None, 1)
""",
        "-n",
        "2",
        "--scale-mock-seeds=4",
        plugins="xdist",
    )
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "test_app.py::test_it: failed under 2 of 4 orders, first under order 2",
            "  to repeat: pytest --scale-mock-schedule-seed=2 test_app.py::test_it",
        ]
    )
