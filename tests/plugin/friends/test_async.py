"""Async tests of either plugin: pytest-asyncio in both modes, anyio with both of its backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

URL = "https://api.scale.com/v1"
LABELING = f"""
import asyncio
import aiohttp, httpx, pytest

BODY = {{"attachment_type": "text", "attachment": "car", "categories": ["big", "small"],
         "callback_url": "https://app.test/hook"}}

async def over_httpx(mock):
    async with httpx.AsyncClient(auth=(mock.live_key, "")) as client:
        made = await client.post("{URL}/task/categorization", json=BODY)
        mock.callbacks.assert_received(task=made.json())
        return (await client.get("{URL}/task/" + made.json()["task_id"])).json()["status"]

async def over_aiohttp(mock):
    key = {{"Authorization": f"Bearer {{mock.live_key}}"}}
    async with aiohttp.ClientSession(headers=key) as session:
        async with session.post("{URL}/task/categorization", json=BODY) as reply:
            made = await reply.json()
        mock.callbacks.assert_received(task=made)
        async with session.get("{URL}/task/" + made["task_id"]) as reply:
            return (await reply.json())["status"]

received = []

async def hook(request):
    received.append(request.get_json()["task_id"])
"""
MODES = """
MARK

@pytest_asyncio.fixture
async def labeled(scale_mock):
    scale_mock.callbacks.mount("https://app.test/", hook)
    before = len(received)
    assert await over_httpx(scale_mock) == "completed"
    yield scale_mock
    await asyncio.sleep(0)
    assert len(received) > before

async def test_httpx(labeled):
    assert len(labeled.requests) == 2

async def test_aiohttp(labeled):
    assert await over_aiohttp(labeled) == "completed"

async def test_a_route_that_is_none(scale_mock):
    async with httpx.AsyncClient(auth=(scale_mock.live_key, "")) as client:
        assert (await client.get("https://api.scale.com/v1/tusks")).status_code == 404

async def test_bad(labeled):
    assert labeled.seed == 1

def test_sync(scale_mock, scale_client):
    assert scale_client.tasks().total == 0
"""


@pytest.mark.parametrize(
    ("mode", "mark"), [("auto", ""), ("strict", "pytestmark = pytest.mark.asyncio")]
)
def test_both_modes_of_pytest_asyncio(beside: Beside, mode: str, mark: str) -> None:
    module = LABELING + "import pytest_asyncio\n" + MODES.replace("MARK", mark)
    module = module.replace("def test_sync", "def no_sync" if mode == "strict" else "def test_sync")
    result = beside(
        module,
        f"--asyncio-mode={mode}",
        *("-o", "asyncio_default_fixture_loop_scope=function"),
        plugins="asyncio",
    )
    result.assert_outcomes(passed=4 if mode == "auto" else 3, errors=1, failed=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_a_route_that_is_none*"])
    result.stdout.fnmatch_lines(["*- scale_mock -*", "seed 0, clock at *"])


def test_both_backends_of_anyio(beside: Beside) -> None:
    result = beside(
        LABELING
        + """
import anyio

pytestmark = pytest.mark.anyio

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

@pytest.fixture
async def labeled(scale_mock, anyio_backend):
    scale_mock.callbacks.mount("https://app.test/", hook)
    before = len(received)
    assert await over_httpx(scale_mock) == "completed"
    yield scale_mock
    await anyio.sleep(0)
    assert len(received) == before + 1

async def test_httpx(labeled):
    assert len(labeled.requests) == 2

async def test_two_at_once(labeled):
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(anyio.lowlevel.checkpoint)

async def test_bad(labeled):
    assert labeled.seed == 1
""",
        plugins="anyio",
    )
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["*- scale_mock -*", "seed 0, clock at *"])


def test_a_fixture_of_the_module_s_loop_uses_a_world_of_its_own(beside: Beside) -> None:
    result = beside(
        LABELING
        + """
import pytest_asyncio

@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(scale_server):
    with scale_server.open_world(name="shop") as mock, mock.intercept():
        yield mock

@pytest.mark.asyncio(loop_scope="module")
async def test_one(shop):
    assert await over_httpx(shop) == "completed"
    assert len(shop.requests) == 2

@pytest.mark.asyncio(loop_scope="module")
async def test_two(shop, scale_mock):
    assert await over_aiohttp(shop) == "completed"
    assert len(shop.requests) == 4
    assert scale_mock.requests == []
""",
        *("-o", "asyncio_default_fixture_loop_scope=function"),
        plugins="asyncio",
    )
    result.assert_outcomes(passed=2)
