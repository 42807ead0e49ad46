"""One digest: in any process and door, under any hash seed, with any number of threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scale_mock import ScaleMock
from tests.functional.determinism.rich import FAULTS, HTTPS, SETTINGS, Calls, begin, play

ROOT = Path(__file__).parents[3]
CELLS = list(product(("0", "4242"), (1, 8), ("process", "socket")))
RUNS = 100
ORDERS = 20


def in_another_process(hash_seed: str, threads: int, door: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.functional.determinism.rich", door, str(threads)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_processes_hash_seeds_threads_and_doors_give_one_digest() -> None:
    here = play("process", 1)
    with ThreadPoolExecutor(2) as two:
        found = list(two.map(lambda cell: in_another_process(*cell), CELLS))
    assert len(found) == 8
    for cell, there in zip(CELLS, found, strict=True):
        assert there["digest"] == here["digest"], cell
        assert there == here, cell


def test_the_rich_world_is_rich() -> None:
    """The proof is worth something only if all of it is there, half done, when it is looked at."""
    with ScaleMock(**SETTINGS) as mock, mock.intercept():
        begin(Calls(mock, HTTPS))
        world = mock._world
        side = world.core.sides["live"]
        floor = world.core.floor
        states = {callback.state for callback in world.desk.by_id.values()}
        assert {"pending", "acknowledged", "mailed"} <= states
        assert any(len(callback.attempts) > 2 for callback in world.desk.by_id.values())
        assert any(callback.copy_of for callback in world.desk.by_id.values())
        assert {task.status for task in side.tasks.values()} >= {"pending", "completed", "error"}
        assert any(labeler.doing for labeler in floor.labelers.values())
        assert {item.stage for item in floor.items.values()} >= {0, 1}
        assert side.attempts
        assert any(crowd.people for crowd in side.crowds.values())
        assert any(batch.parked for batch in side.batches.values())
        assert side.idempotency_keys
        assert side.deliveries
        assert side.dataset_tasks
        assert side.groups["own"]["night"].emails
        assert any(file.content for file in side.files.values())
        assert len(side.audits) == 3
        assert world.faults.memory
        rules = {str(rule["name"]): rule for rule in world.rules.as_dicts()}
        assert [name for name, rule in rules.items() if not rule["fired"]] == ["never"]
        fired = {str(fault["name"]): fault["fired"] for fault in world.faults.as_dicts()}
        assert all(fired.values()), fired
        assert len(fired) == len(FAULTS)
        assert {event.kind for event in world.scheduler.pending()} >= {
            "callback.attempt", "task.finish", "task.start", "task.review", "studio.done",
        }  # fmt: skip


def test_a_hundred_runs_give_one_digest() -> None:
    rules = [{"match": {"chance": "1/3"}, "outcome": "error", "after": "1h..2h"}]

    def run() -> str:
        with ScaleMock(seed=5, rules=rules) as mock, mock.intercept():
            call = Calls(mock, HTTPS)
            call("POST", "/v1/projects", {"name": "p", "type": "categorization", "rapid": True})
            call("POST", "/v1/batches", {"project": "p", "name": "b", "calibration_batch": True})
            for number in range(5):
                call.task(
                    "categorization", batch="b", callback_url=call.hook, metadata={"n": number}
                )
            call("POST", "/v1/batches/b/finalize")
            call.advance(days=2)
            return mock.journal.digest()

    assert len({run() for _ in range(RUNS)}) == 1


def test_the_order_within_a_moment_decides_nothing() -> None:
    """``schedule_seed`` permutes what is due at one instant: nobody relies on the order."""
    usual = play("process", 1)
    for seed in range(ORDERS):
        assert play("process", 1, schedule_seed=seed) == usual, f"schedule_seed={seed}"


def test_a_schedule_seed_finds_who_relies_on_the_order() -> None:
    """A fault for the second callback of an instant means another one in another order."""

    def struck(seed: int | None) -> list[str]:
        with ScaleMock(
            schedule_seed=seed,
            rules=[{"after": "1h"}],
            faults=[{"match": {"callback": True, "nth": 2}, "kind": "drop"}],
        ) as mock, mock.intercept():  # fmt: skip
            call = Calls(mock, HTTPS)
            for name in "abc":
                call.task("categorization", unique_id=name, callback_url=call.hook)
            call.advance(hours=1)
            lost = {one.callback_id for one in mock.callbacks.attempts if one.fault}
            return [
                str(callback.json["task"]["unique_id"])  # type: ignore[index]
                for callback in mock._world.desk.by_id.values()
                if callback.id in lost
            ]

    assert struck(None) == ["b"]
    assert {name for seed in range(ORDERS) for name in struck(seed)} == {"a", "b", "c"}
