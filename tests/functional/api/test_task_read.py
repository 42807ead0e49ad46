"""Tasks as they are read back: which fields are there when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest

from tests.functional.helpers import HOOK, completed_task, docs, image_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def test_completed_task_holds_what_the_documents_show(door: Door) -> None:
    task = image_task(door, callback_url=HOOK)
    door.mock.clock.advance(days=14)
    task.refresh()
    body = task.as_dict()
    assert (body["status"], body["workStarted"]) == ("completed", True)
    assert body["created_at"] < body["completed_at"] == body["updated_at"]
    assert list(body["response"]) == ["annotations"]
    assert body["callback_succeeded"] is body["callback_completed"] is True
    assert body["audits"] == []


def test_pending_task_has_started_before_it_is_completed(door: Door) -> None:
    task = image_task(door)
    door.mock.clock.advance(minutes=5)
    task.refresh()
    assert (task.status, task.workStarted) == ("pending", True)
    assert task.updated_at > task.created_at
    assert not hasattr(task, "response")


def test_canceled_task_has_neither_response_nor_end(door: Door) -> None:
    task = door.client().cancel_task(image_task(door, callback_url=HOOK).id)
    assert {"response", "completed_at", "callback_succeeded"} & set(task.as_dict()) == set()
    door.mock.clock.advance(days=30)
    task.refresh()
    assert (task.status, door.mock.callbacks.owed) == ("canceled", [])


def test_errored_task_tells_the_reason_in_its_response(door: Door) -> None:
    task = image_task(door)
    door.mock.tasks.fail(task)
    task.refresh()
    assert task.response == {
        "error": "One or more attachments could not be downloaded.",
        "attachments": [{"statusCode": 403, "url": "https://img.example.test/1.jpg"}],
    }
    assert (task.status, hasattr(task, "completed_at")) == ("error", False)


def test_audits_accumulate_newest_first(door: Door) -> None:
    task = completed_task(door)
    task.audit(accepted=False, comments="loose")
    door.mock.clock.advance(minutes=1)
    task.audit(accepted=True)
    task.refresh()
    assert [(audit["audit_result"], audit["audit_source"]) for audit in task.audits] == [
        ("accepted", "customer"),
        ("rejected", "customer"),
    ]
    assert {"audited_by", "audited_at", "audit_time_secs"} <= set(task.audits[0])
    assert (task.customer_review_status, task.customer_review_comments) == ("accepted", "loose")
    task.audit(accepted=False, comments="again")
    task.refresh()
    assert task.customer_review_comments == ["loose", "again"]


def test_fix_keeps_the_prior_response(door: Door) -> None:
    task = completed_task(door)
    before = task.response
    door.mock.tasks.audit(task, "fixed", response={"annotations": []})
    task.refresh()
    assert (task.response, task.prior_responses) == ({"annotations": []}, [before])
    assert (task.customer_review_status, task.is_customer_fix) == ("fixed", True)


def test_auto_redo_of_a_rejected_task(open_door: OpenDoor) -> None:
    door = open_door(auto_redo_rejected=True)
    task = completed_task(door)
    task.audit(accepted=False)
    task.refresh()
    assert (task.status, task.times_redone, task.workStarted) == ("pending", 1, False)
    assert len(task.prior_responses) == 1
    assert {"response", "completed_at"} & set(task.as_dict()) == set()
    door.mock.clock.advance(days=14)
    task.refresh()
    assert (task.status, task.times_redone) == ("completed", 1)


@pytest.mark.parametrize("body", [{}, {"accepted": None}, {"accepted": "perhaps"}, {"accepted": 1}])
def test_audit_needs_a_verdict(door: Door, body: dict[str, object]) -> None:
    status, text = refused(door.post(f"/task/{completed_task(door).id}/audit", json=body))
    assert (status, '"accepted"' in text) == (400, True)


def test_limited_response_has_five_fields(door: Door) -> None:
    project(door)
    image_task(door, project="bikes", metadata={"a": 1})
    image_task(door)
    free, bound = docs(door.get("/tasks?limited_response=True"))
    assert list(bound) == ["task_id", "status", "project", "otherVersion", "metadata"]
    assert (bound["project"], bound["metadata"], bound["otherVersion"]) == ("bikes", {"a": 1}, None)
    assert (free["project"], free["status"]) == (None, "pending")


@pytest.mark.parametrize("word", ["True", "true", "TRUE", "1"])
def test_attachment_urls_on_request(door: Door, word: str) -> None:
    image_task(door)
    (task,) = docs(door.get(f"/tasks?include_attachment_url={word}"))
    (download,) = task["attachmentS3Downloads"]
    assert download["attachmentURL"] == "https://img.example.test/1.jpg"
    assert {"s3URL", "isConvertedImage", "metadata"} <= set(download)


@pytest.mark.parametrize("word", ["False", "false", "0", ""])
def test_no_attachment_urls_without(door: Door, word: str) -> None:
    image_task(door)
    (task,) = docs(door.get(f"/tasks?include_attachment_url={word}"))
    assert "attachmentS3Downloads" not in task


def test_a_flag_that_is_none_is_refused(door: Door) -> None:
    assert refused(door.get("/tasks?limited_response=perhaps")) == (
        400,
        'Parameter is invalid, reason: "limited_response" must be a boolean',
    )


def test_secret_response_address_takes_no_other_name(door: Door) -> None:
    task = completed_task(door)
    reply = door.get(f"/task/{task.id}/response_url/00000000-0000-4000-8000-000000000000")
    assert refused(reply) == (404, "Task with that ID not found.")


def test_metadata_says_how_large_the_picture_is(door: Door) -> None:
    size = {"width": 40, "height": 20}
    response = completed_task(door, metadata=size).response
    boxes = response["annotations"]
    assert boxes
    assert all(box["left"] + box["width"] <= 40 for box in boxes)
    assert all(box["top"] + box["height"] <= 20 for box in boxes)


def test_reading_changes_nothing(door: Door) -> None:
    task = completed_task(door)
    before = door.mock.journal.digest()
    for _ in range(3):
        assert ok(door.get(f"/task/{task.id}")) == task.as_dict()
        door.get("/tasks")
    assert door.mock.journal.digest() == before


def test_no_success_carries_a_status_code(door: Door) -> None:
    """The official downloader takes any body with that key for an error."""
    task = image_task(door, metadata={"status_code": 1})
    assert "status_code" not in task.as_dict()
    with pytest.raises(ScaleInvalidRequest):
        image_task(door, metadata=[])
