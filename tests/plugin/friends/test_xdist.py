"""pytest-xdist: every way to distribute tests, the same worlds in each worker, nothing twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import __version__
from scale_mock.config import Settings
from scale_mock.mock.host import Host
from scale_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugin.friends.conftest import Beside

WORKERS = 4
MODES = ("load", "loadscope", "loadfile", "loadgroup", "worksteal", "each", "no")
TOLD = """
import json, os, pathlib, time, uuid
import pytest

HERE = pathlib.Path(__file__).parent

def tell(**facts):
    facts["worker"] = os.environ["PYTEST_XDIST_WORKER"]
    (HERE / f"{uuid.uuid4().hex}.told").write_text(json.dumps(facts))
"""
WORLDS = (
    TOLD
    + """
from scaleapi.tasks import TaskType

def a_task(client, url):
    return client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=url,
    )

@pytest.mark.xdist_group("groups")
@pytest.mark.parametrize("turn", range(4))
def test_over_loopback(scale_mock, scale_client, scale_server, turn):
    task = a_task(scale_client, scale_mock.callbacks.loopback_url)
    scale_mock.callbacks.assert_received(task=task)
    tell(kind="loopback", id=task.id, seed=scale_mock.seed, port=scale_server.url)

class TestInProcess:
    def test_one_task(self, scale_mock, scale_client):
        task = a_task(scale_client, scale_mock.callbacks.url)
        callback = scale_mock.callbacks.assert_received(task=task)
        tell(kind="in process", id=task.id, digest=scale_mock.journal.digest(),
             at=str(callback.at), body=callback.json)
"""
)
PER_MODULE = 5


def told(pytester: pytest.Pytester, kind: str) -> list[dict[str, Any]]:
    """What the inner tests have noted."""
    facts = [json.loads(path.read_text()) for path in pytester.path.glob("*.told")]
    return [fact for fact in facts if fact["kind"] == kind]


def different(facts: list[dict[str, Any]], *names: str) -> int:
    """How many different values there are."""
    return len({json.dumps([fact[name] for name in names], sort_keys=True) for fact in facts})


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_every_distribution_gives_the_same_worlds(
    pytester: pytest.Pytester, beside: Beside, mode: str
) -> None:
    modules = {f"test_{number}": WORLDS for number in range(WORKERS)}
    args = ("-n", str(WORKERS), "--dist", mode, "--scale-mock-seed=42")
    result = beside(modules, *args, plugins="xdist")
    times = WORKERS if mode == "each" else 1
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=PER_MODULE * len(modules) * times)
    loopback, in_process = told(pytester, "loopback"), told(pytester, "in process")
    assert (len(loopback), len(in_process)) == (16 * times, 4 * times)
    assert different([*loopback, *in_process], "worker") > 1
    # One seed and one id everywhere: neither worker, order nor server matters.
    assert {fact["seed"] for fact in loopback} == {42}
    assert different(in_process, "id", "digest", "at", "body") == 1
    # A worker has one server, whatever else runs beside it.
    assert different(loopback, "worker", "port") == different(loopback, "worker")


@pytest.mark.slow
def test_what_strict_checks_find_is_shown_and_the_header_once(beside: Beside) -> None:
    result = beside(
        """
import requests

def test_typo(scale_mock):
    requests.get("https://api.scale.com/v1/tusks", auth=(scale_mock.live_key, ""), timeout=5)

def test_bad(scale_mock):
    assert scale_mock.seed == 1

def test_fine(scale_mock):
    pass
""",
        "-n",
        "2",
        plugins="xdist",
    )
    result.assert_outcomes(passed=2, errors=1, failed=1)
    lines = result.stdout.lines
    headers = [line for line in lines if line.startswith(f"scale_mock {__version__}:")]
    assert headers == [f"scale_mock {__version__}: seed=0, clock=manual"]
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_typo*",
            "scale_mock found 1 problem (unknown_routes):",
            "  - *A route that the platform does not have was called: GET /v1/tusks*",
        ]
    )
    result.stdout.fnmatch_lines(
        ["*- scale_mock -*", "seed 0, clock at *; to repeat: *--scale-mock-seed=0*::test_bad"]
    )


@pytest.mark.slow
def test_a_seed_at_random_is_one_for_all_workers_and_for_their_header(
    pytester: pytest.Pytester, beside: Beside
) -> None:
    module = (
        TOLD
        + """
@pytest.mark.parametrize("turn", range(6))
def test_seed(scale_mock, turn):
    tell(kind="seed", seed=scale_mock.seed)
"""
    )
    result = beside(module, "-n", "2", "--scale-mock-seed=random", plugins="xdist")
    result.assert_outcomes(passed=6)
    facts = told(pytester, "seed")
    assert (different(facts, "worker"), different(facts, "seed")) == (2, 1)
    result.stdout.fnmatch_lines(f"scale_mock {__version__}: seed={facts[0]['seed']}*")


@pytest.mark.slow
def test_the_variable_reaches_every_worker(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_MOCK_SEED", "17")
    result = beside(
        """
import pytest

@pytest.mark.parametrize("turn", range(6))
def test_seed(scale_mock, turn):
    assert scale_mock.seed == 17
""",
        "-n",
        "2",
        plugins="xdist",
    )
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(f"scale_mock {__version__}: seed=17, clock=manual")


@pytest.fixture
def shared() -> Iterator[Host]:
    """What ``scale-mock serve`` serves: a world for every account that knocks."""
    host = Host(factory=lambda name: World(name=name, settings=Settings()))
    try:
        yield host
    finally:
        host.stop()


@pytest.mark.slow
def test_one_server_serves_all_workers_by_key(
    beside: Beside, monkeypatch: pytest.MonkeyPatch, shared: Host
) -> None:
    monkeypatch.setenv("SHARED", shared.url)
    result = beside(
        """
import os
import pytest, requests, scaleapi
from scaleapi.tasks import TaskType

SERVER = os.environ["SHARED"]

@pytest.mark.parametrize("turn", range(12))
def test_alone_behind_the_shared_server(turn):
    key = f"live_{os.environ['PYTEST_XDIST_WORKER']}-{turn}"
    client = scaleapi.ScaleClient(key, api_instance_url=f"{SERVER}/v1")
    made = [
        client.create_task(
            TaskType.Categorization, instruction="which?", attachment=str(number),
            attachment_type="text", categories=["x", "y"], callback_url="https://app.test/",
        ).id
        for number in range(turn + 1)
    ]
    reply = requests.post(f"{SERVER}/_mock/clock/advance", json={"seconds": 40 * 86400},
                          auth=(key, ""), timeout=30)
    assert reply.status_code == 200, reply.text
    found = {task.id: task.status for task in client.tasks()}
    assert found == dict.fromkeys(made, "completed")
""",
        "-n",
        str(WORKERS),
        plugins="xdist",
    )
    result.assert_outcomes(passed=12)
    assert len(shared.registry.worlds()) == 12
