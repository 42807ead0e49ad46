"""The same seed and calls give the same world: in both doors, any process, any order of threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.sim.streams import stream
from tests.functional.doors import Door, socket_door
from tests.functional.helpers import HOOK, IMAGE, batch, image_task, ok, project
from tests.functional.receivers import Receiver
from tests.functional.story import SETTINGS, tell

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.receivers import Got

ROOT = Path(__file__).parents[3]
THREADS = 8
TASKS = 200


@cache
def digest_of_another_process(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.functional.story"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_story_is_the_same_in_every_process_and_door(open_door: OpenDoor) -> None:
    here = tell(open_door(**SETTINGS))
    assert len(here) == 64
    assert digest_of_another_process("0") == here
    assert digest_of_another_process("4242") == here


def test_story_is_the_same_under_another_name_and_not_under_another_seed(
    open_door: OpenDoor,
) -> None:
    here, named, seeded = (
        tell(open_door(**{**SETTINGS, **more})) for more in ({}, {"name": "acme"}, {"seed": 8})
    )
    assert here == named
    assert here != seeded


def test_reset_begins_the_story_anew(open_door: OpenDoor) -> None:
    door = open_door(**SETTINGS)
    first = tell(door)
    door.mock.reset()
    assert tell(door) == first


def test_unrelated_calls_change_nothing_about_a_task(open_door: OpenDoor) -> None:
    alone, busy = open_door(seed=3), open_door(seed=3)
    for number in range(5):
        image_task(busy, unique_id=f"other-{number}")
        busy.get("/tasks")
        busy.get("/task/nope")
    found = []
    for door in (alone, busy):
        task = image_task(door, metadata={"mine": True})
        door.mock.clock.advance(days=14)
        task.refresh()
        found.append(task.as_dict())
    assert found[0] == found[1]


def bodies() -> list[dict[str, Any]]:
    """Tasks by unique id, by body alone, and some that are sent several times."""
    made: list[dict[str, Any]] = []
    for number in range(TASKS):
        more: dict[str, Any] = {"metadata": {"n": number // 4 if number % 3 == 0 else number}}
        if number % 3 == 1:
            more["unique_id"] = f"u{number}"
        made.append({**IMAGE, **more, "batch": "w1", "callback_url": HOOK})
    return made


def outcome(door: Door, order: list[list[dict[str, Any]]]) -> tuple[dict[str, Any], str]:
    """Creates tasks, one thread per list; what became of them, by id, and the digest."""
    project(door)
    batch(door, callback=HOOK)
    together = threading.Barrier(len(order))

    def create(mine: list[dict[str, Any]]) -> None:
        client = door.client()
        together.wait()
        for body in mine:
            client.create_task(TaskType.ImageAnnotation, **body)

    with ThreadPoolExecutor(len(order)) as threads:
        list(threads.map(create, order))
    door.mock.clock.advance(days=15)
    found = {task.id: task.as_dict() for task in door.client().get_tasks("bikes")}
    assert {task["status"] for task in found.values()} == {"completed"}
    return found, door.mock.journal.digest()


@pytest.mark.slow
def test_threads_in_any_order_make_the_same_world() -> None:
    with ScaleMock(seed=5) as mock:
        expected = outcome(socket_door(mock), [bodies()])
    assert len(expected[0]) == TASKS
    for attempt in range(2):
        shuffled = bodies()
        stream(attempt, "order of threads").shuffle(shuffled)
        shares = [shuffled[start::THREADS] for start in range(THREADS)]
        with ScaleMock(seed=5) as mock:
            assert outcome(socket_door(mock), shares) == expected


def test_a_slow_receiver_does_not_change_the_digest() -> None:
    """Whether the task is changed before or after the reply to its callback is chance."""
    receiver = Receiver()
    digests = []
    for is_slow in (False, True):
        changed = threading.Event()

        def handle(got: Got, changed: threading.Event = changed, wait: bool = is_slow) -> int:
            return 200 if not wait or changed.wait(10) else 500

        receiver.handle = handle
        with ScaleMock() as mock:
            door = socket_door(mock)
            task = image_task(door, mode="test", callback_url=receiver.url)
            if not is_slow:
                door.settle()
            ok(door.post(f"/task/{task.id}/tags", json=["a"], mode="test"))
            changed.set()
            door.settle()
            kinds = [entry.kind for entry in mock.journal.entries(subject=f"test/task/{task.id}")]
            digests.append(mock.journal.digest())
        later = kinds.index("task.tags_set") < kinds.index("callback.attempted")
        assert later == is_slow
    receiver.stop()
    assert digests[0] == digests[1]
