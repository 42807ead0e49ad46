"""Plugins that run tests in another order, or once more: pytest-randomly, pytest-rerunfailures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

DIGESTS = """
import json, pathlib
import pytest
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("name", ["a", "b", "c", "d", "e"])
def test_texts(scale_mock, scale_client, name):
    # A form of texts: what Faker says is in the labels.
    task = scale_client.create_task(
        TaskType.TextCollection, instruction="collect", unique_id=name,
        attachments=[{"type": "text", "content": "Read this"}],
        fields=[{"type": "text", "field_id": "who", "title": "Who?"}],
        callback_url=scale_mock.callbacks.url,
    )
    callback = scale_mock.callbacks.assert_received(task=task)
    with pathlib.Path(f"{name}.told").open("a") as file:
        file.write(json.dumps([scale_mock.journal.digest(), callback.json]) + "\\n")
"""


def test_an_order_at_random_and_a_reseeded_random_change_no_digest(
    pytester: pytest.Pytester, beside: Beside
) -> None:
    orders = []
    for args in ((), ("--randomly-seed=1",), ("--randomly-seed=2",)):
        result = beside(DIGESTS, "-v", *args, plugins="randomly" if args else "")
        result.assert_outcomes(passed=5)
        orders.append([line.split()[0] for line in result.stdout.lines if " PASSED " in line])
    assert len({tuple(order) for order in orders}) == 3
    for name in "abcde":
        first, *others = (pytester.path / f"{name}.told").read_text().splitlines()
        assert others == [first, first]


def test_a_world_leaves_random_and_faker_as_they_were(beside: Beside) -> None:
    result = beside(
        """
import random
from scaleapi.tasks import TaskType

def test_random(scale_mock, scale_client, faker):
    before = random.getstate(), faker.random.getstate()
    task = scale_client.create_task(
        TaskType.TextCollection, instruction="collect",
        attachments=[{"type": "text", "content": "Read this"}],
        fields=[{"type": "text", "field_id": "who", "title": "Who?"}],
        callback_url=scale_mock.callbacks.url,
    )
    scale_mock.callbacks.assert_received(task=task)
    scale_mock.clock.advance(days=30)
    assert (random.getstate(), faker.random.getstate()) == before
""",
        plugins="faker randomly",
    )
    result.assert_outcomes(passed=1)


def test_a_rerun_has_the_same_seed_and_a_fresh_world(beside: Beside) -> None:
    result = beside(
        """
import pytest
from scaleapi.tasks import TaskType

seen = []

@pytest.mark.scale_mock(seed=7)
def test_flaky(scale_mock, scale_client):
    assert scale_client.tasks().total == 0
    task = scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock.callbacks.url,
    )
    callback = scale_mock.callbacks.assert_received(task=task)
    seen.append((scale_mock.seed, task.id, str(callback.at), scale_mock.journal.digest()))
    assert len(seen) == 3, "not yet"

def test_the_runs_were_the_same():
    assert len(seen) == 3
    assert len(set(seen)) == 1
""",
        "--reruns=3",
        "-rR",
        plugins="rerunfailures",
    )
    assert result.parseoutcomes() == {"passed": 2, "rerun": 2}


def test_what_strict_checks_find_is_tried_again_and_told_once(beside: Beside) -> None:
    result = beside(
        """
import requests

def typo(mock):
    requests.get("https://api.scale.com/v1/tusks", auth=(mock.live_key, ""), timeout=5)

turns = []

def test_always(scale_mock):
    typo(scale_mock)

def test_once(scale_mock):
    turns.append(1)
    if len(turns) == 1:
        typo(scale_mock)

def test_fails_then_leaves_something(scale_mock):
    turns.append(1)
    typo(scale_mock)
    assert len(turns) > 3
""",
        "--reruns=1",
        plugins="rerunfailures",
    )
    # The call of each run is reported as passed, whatever its teardown finds.
    assert result.parseoutcomes() == {"passed": 5, "rerun": 3, "errors": 2}


def test_a_rerun_that_passes_and_hides_a_connection_fails(beside: Beside) -> None:
    result = beside(
        """
import requests
from contextlib import suppress

turns = []

def test_guard(scale_mock):
    pass

def test_hides_it_on_the_second_run():
    turns.append(1)
    assert len(turns) > 1
    with suppress(Exception):
        requests.get("https://dashboard.scale.com/upload", timeout=5)
""",
        "--reruns=1",
        plugins="rerunfailures",
    )
    assert result.parseoutcomes() == {"passed": 2, "rerun": 1, "errors": 1}
    result.stdout.fnmatch_lines(
        ["scale_mock found a connection to Scale:", "  - A connection to dashboard.scale.com *"]
    )
