"""Rapid's workflow in Scale's "Batch overview", sentence by sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from scale_mock.sim.instants import to_iso
from tests.functional.helpers import HOOK, batch, image_task
from tests.functional.rapid.steps import calibrated, kittens, pictures

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

STATS = {"completed": 20, "canceled": 3, "error": 5}
DOCUMENTED = {"batch": "kitten_labeling_2021-07", "status": "completed", "stats": STATS}
FINALIZED = 'Batch "b" has already been finalized. No tasks may be added to it.'


@pytest.mark.parametrize("flag", ["calibration_batch", "self_label_batch", None])
def test_a_batch_is_created_in_staging(door: Door, flag: str | None) -> None:
    kittens(door)
    calibrated(door, count=1)
    made = batch(door, "b", of="kittens", **({flag: True} if flag else {}))
    assert (made.status, made.get_status()) == ("staging", {"status": "staging"})


def test_tasks_are_added_by_their_batch_field_and_wait(door: Door) -> None:
    kittens(door)
    made = batch(door, "b", of="kittens", calibration_batch=True)
    tasks = pictures(door, "b", 2)
    assert [(task.batch, task.project, task.status) for task in tasks] == [
        ("b", "kittens", "pending"),
        ("b", "kittens", "pending"),
    ]
    door.mock.clock.advance(days=30)
    assert made.get_status() == {"status": "staging", "pending": 2}
    tasks[0].cancel()
    assert made.get_status() == {"status": "staging", "pending": 1, "canceled": 1}


def test_a_batch_needs_to_be_finalized(door: Door) -> None:
    kittens(door)
    made = batch(door, "b", of="kittens", calibration_batch=True)
    pictures(door, "b", 1)
    assert made.finalize().status == "in_progress"
    assert made.get_status() == {"status": "in_progress", "pending": 1}


def test_once_finalized_tasks_go_to_taskers_and_none_may_be_added(door: Door) -> None:
    kittens(door)
    made = batch(door, "b", of="kittens", calibration_batch=True)
    (task,) = pictures(door, "b", 1)
    made.finalize()
    door.mock.clock.advance(minutes=5)
    task.refresh()
    assert (task.status, task.workStarted) == ("pending", True)
    assert "@example.test" in str(door.mock.explain(task))
    with pytest.raises(ScaleInvalidRequest, match=re.escape(FINALIZED)):
        image_task(door, batch="b")
    assert made.get_status() == {"status": "in_progress", "pending": 1}


def test_the_final_task_completes_the_batch_whose_callback_is_the_documented_one(
    open_door: OpenDoor,
) -> None:
    bad = {"match": {"unique_id": "bad-*"}, "outcome": "error", "after": "3 days"}
    good = {"match": {"batch_kind": "production"}, "after": "1h..5 days"}
    door = open_door(rules=[bad, good])
    kittens(door)
    calibrated(door, count=1)
    name = "kitten_labeling_2021-07"
    made = batch(door, name, of="kittens", callback=HOOK)
    tasks = pictures(door, name, 20)
    for number in range(5):
        image_task(door, batch=name, unique_id=f"bad-{number}")
    for task in pictures(door, name, 3, tags=["not wanted"]):
        task.cancel()
    made.finalize()
    door.mock.callbacks.assert_received(batch=name)
    for task in tasks:
        task.refresh()
    ends = [task.completed_at for task in tasks]
    assert max(ends) == to_iso(door.mock.clock.now())
    assert len(set(ends)) > 15
    (sent,) = door.mock.callbacks.received
    assert sent.json == DOCUMENTED
    assert list(sent.json) == list(DOCUMENTED)
    assert sent.url == HOOK
    assert made.get_status() == {"status": "completed", **STATS}


def test_the_keys_of_project_batch_and_task_must_match(door: Door) -> None:
    kittens(door)
    of_test = "kittens-test"
    door.client("test").create_project(of_test, TaskType.ImageAnnotation, rapid=True)
    batch(door, "live-b", of="kittens", calibration_batch=True)
    never = "Projects, batches and tasks of the two modes never mix."
    for here, there, call, text in (
        ("test", "live", lambda: batch(door, "b", of="kittens", mode="test"), 'project "kittens"'),
        ("live", "test", lambda: batch(door, "b", of=of_test), f'project "{of_test}"'),
        ("test", "live", lambda: image_task(door, mode="test", batch="live-b"), 'batch "live-b"'),
    ):
        where = f"lives in {there} mode, and this call was made with a {here} key."
        wanted = f"The {text} {where} {never}"
        with pytest.raises(ScaleInvalidRequest, match=re.escape(wanted)):
            call()
    with pytest.raises(ScaleResourceNotFound, match='"live-b" lives in live mode'):
        door.client("test").finalize_batch("live-b")
