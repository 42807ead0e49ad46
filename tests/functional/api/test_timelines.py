"""The worked timelines of the three product lines, from the first call to the last callback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.functional.helpers import HOOK, IMAGE, batch, image_task, ok, project

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def sent_of(door: Door) -> list[tuple[str, Any]]:
    """Subject and status of every callback, in the order of arrival."""
    return [(one.subject, one.json["status"]) for one in door.mock.callbacks.received]


def test_enterprise_live(open_door: OpenDoor) -> None:
    door = open_door(auto_redo_rejected=True, rules=[{"after": "30m"}])
    project(door, params={"instruction": "Box."})
    made = batch(door, callback=HOOK)
    assert made.status == "in_progress"
    a, b = (image_task(door, batch="w1", callback_url=HOOK, unique_id=u) for u in "ab")
    assert (b.status, b.workStarted) == ("pending", False)
    door.mock.clock.advance(minutes=3)
    a.cancel()
    door.mock.clock.advance(minutes=6)
    b.refresh()
    assert (b.status, b.workStarted) == ("pending", True)
    with pytest.raises(ScaleInvalidRequest, match="already been started"):
        b.cancel()
    assert sent_of(door) == []
    door.mock.clock.advance(minutes=21)
    b.refresh()
    assert (b.status, b.completed_at) == ("completed", "2024-01-01T00:30:00.000Z")
    assert sent_of(door) == [(b.id, "completed"), ("w1", "completed")]
    (_, of_batch) = door.mock.callbacks.received
    assert of_batch.json == {
        "batch": "w1", "status": "completed", "stats": {"completed": 1, "canceled": 1},
    }  # fmt: skip
    door.mock.clock.advance(minutes=10)
    b.audit(accepted=False, comments="loose box")
    b.refresh()
    assert (b.customer_review_status, b.customer_review_comments) == ("rejected", "loose box")
    assert (b.status, b.times_redone) == ("pending", 1)
    door.settle()
    assert [(one.reason, one.status) for one in door.mock.callbacks.received[2:]] == [
        ("audited", "completed"),
        ("recalled", "pending"),
    ]
    assert made.get_status()["status"] == "in_progress"
    door.mock.clock.advance(minutes=30)
    assert made.get_status() == {"status": "completed", "completed": 1, "canceled": 1}


def test_enterprise_finishes_within_two_weeks_by_itself(door: Door) -> None:
    tasks = [image_task(door) for _ in range(20)]
    door.mock.clock.advance(hours=3, minutes=59)
    assert door.client().tasks(status="pending").total == 20
    door.mock.clock.advance(days=14)
    assert door.client().tasks(status="completed").total == len(tasks)


def test_rapid_live(open_door: OpenDoor) -> None:
    door = open_door()
    client = door.client()
    project(door, rapid=True, params={"instruction": "Box."})
    with pytest.raises(ScaleInvalidRequest, match="its tasks need a batch"):
        image_task(door, project="bikes")
    self_label = batch(door, "self", self_label_batch=True)
    own = image_task(door, batch="self")
    self_label.finalize()
    calibration = batch(door, "calibration", calibration_batch=True, callback=HOOK)
    tried = [image_task(door, batch="calibration", callback_url=HOOK) for _ in range(10)]
    calibration.finalize()
    door.mock.clock.advance(days=1)
    assert calibration.get_status() == {"status": "completed", "completed": 10}
    own.refresh()
    assert own.status == "pending"
    for number, task in enumerate(tried):
        task.audit(accepted=number > 0, comments=None if number else "tighter")
    for kind in (client.create_evaluation_task, client.create_training_task):
        kind(TaskType.ImageAnnotation, project="bikes", expected_response={}, **IMAGE)
    production = batch(door, "production", callback=HOOK)
    assert production.status == "staging"
    image_task(door, batch="production")
    production.finalize()
    for call in (production.finalize, lambda: image_task(door, batch="production")):
        with pytest.raises(ScaleInvalidRequest, match="already been finalized"):
            call()
    door.mock.clock.advance(hours=23)
    assert production.get_status() == {"status": "in_progress", "pending": 1}
    door.mock.callbacks.assert_received(batch="production", within="7 days")
    assert production.get_status() == {"status": "completed", "completed": 1}


def test_self_label_waits_for_the_customer(door: Door) -> None:
    project(door, rapid=True)
    made = batch(door, self_label_batch=True)
    task = image_task(door, batch="w1")
    made.finalize()
    door.mock.clock.advance(days=365)
    task.refresh()
    assert task.status == "pending"
    explained = ok(door.request("GET", f"/_mock/tasks/{task.id}/explain"))
    assert "self-label" in explained["waits_for"]
    ok(door.request("POST", f"/_mock/tasks/{task.id}/complete"))
    assert made.get_status() == {"status": "completed", "completed": 1}


def test_attachment_failure(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"match": {"unique_id": "bad*"}, "outcome": "error", "after": "5m"}])
    project(door)
    made = batch(door, callback=HOOK)
    more = {"batch": "w1", "callback_url": HOOK}
    freed = image_task(door, unique_id="bad-1", clear_unique_id_on_error=True, **more)
    kept = image_task(door, unique_id="bad-2", **more)
    assert (freed.status, kept.status) == ("pending", "pending")
    door.mock.clock.advance(minutes=5)
    for task in (freed, kept):
        task.refresh()
        assert task.status == "error"
        assert task.response["error"] == "One or more attachments could not be downloaded."
    assert (hasattr(freed, "unique_id"), kept.unique_id) == (False, "bad-2")
    sent = door.mock.callbacks.assert_received(task=kept, status="error")
    assert sent.json["response"] == sent.json["task"]["response"] == kept.response
    of_batch = door.mock.callbacks.assert_received(batch="w1")
    assert of_batch.json["stats"] == {"error": 2}
    assert made.get_status() == {"status": "completed", "error": 2}
    assert image_task(door, unique_id="bad-1").id != freed.id


def test_test_key(door: Door) -> None:
    project(door, mode="test")
    made = batch(door, mode="test", callback=HOOK)
    for _ in range(3):
        task = image_task(door, mode="test", batch="w1", callback_url=HOOK)
        assert (task.status, task.is_test) == ("pending", True)
        task.refresh()
        assert task.status == "completed"
        with pytest.raises(ScaleInvalidRequest, match="already completed"):
            task.cancel()
        assert made.get_status()["status"] == "in_progress"
    assert door.mock.clock.now().isoformat() == "2024-01-01T00:00:00+00:00"
    door.mock.clock.advance(seconds=59)
    assert made.get_status()["status"] == "in_progress"
    door.mock.clock.advance(seconds=1)
    assert made.get_status() == {"status": "completed", "completed": 3}
    assert [subject for subject, _ in sent_of(door)][-1] == "w1"


def test_test_key_on_a_staging_line(door: Door) -> None:
    project(door, mode="test", studio=True)
    made = batch(door, mode="test")
    task = image_task(door, mode="test", batch="w1")
    task.refresh()
    assert (made.status, task.status) == ("staging", "pending")
    made.finalize()
    task.refresh()
    assert (task.status, made.get_status()["status"]) == ("completed", "completed")


def test_rules_of_a_test_key_decide_what_but_not_when(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"outcome": "error", "after": "9h"}])
    task = image_task(door, mode="test")
    task.refresh()
    assert task.status == "error"
