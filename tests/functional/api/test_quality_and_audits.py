"""Quality tasks of Rapid projects, and audits that leave a response as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.functional.helpers import HOOK, IMAGE, batch, completed_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

EXPECTED = {
    "annotations": {"is_ok": {"type": "category", "field_id": "is_ok", "response": [["no"]]}}
}


def quality_task(door: Door, kind: str, **more: Any) -> dict[str, Any]:
    client = door.client()
    create = getattr(client, f"create_{kind}_task")
    body = {**IMAGE, "project": "bikes", "expected_response": EXPECTED, **more}
    made: dict[str, Any] = create(TaskType.ImageAnnotation, **body).as_dict()
    return made


@pytest.mark.parametrize("kind", ["evaluation", "training"])
def test_quality_task_has_its_shape(door: Door, kind: str) -> None:
    project(door, rapid=True, params={"padding": 3})
    made = quality_task(door, kind)
    assert made == {
        "id": made["id"],
        "type": "imageannotation",
        "project": "bikes",
        "params": {**IMAGE, "padding": 3},
        "expected_response": EXPECTED,
        "created_at": "2024-01-01T00:00:00.000Z",
    }
    assert len(made["id"]) == 24


def test_initial_response_comes_back(door: Door) -> None:
    project(door, rapid=True)
    made = quality_task(door, "evaluation", initial_response=EXPECTED)
    assert made["initial_response"] == EXPECTED


def test_quality_tasks_are_no_tasks(door: Door) -> None:
    project(door, rapid=True)
    made = quality_task(door, "training", callback_url=HOOK)
    door.mock.clock.advance(days=30)
    assert ok(door.get("/tasks"))["total"] == 0
    assert door.mock.callbacks.owed == []
    assert door.get(f"/task/{made['id']}").status_code == 404


def test_quality_task_by_batch(door: Door) -> None:
    project(door, rapid=True)
    batch(door, calibration_batch=True)
    made = quality_task(door, "evaluation", project=None, batch="w1")
    assert made["project"] == "bikes"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"expected_response": None}, '"expected_response" is required'),
        ({"expected_response": "no"}, '"expected_response" must be of type object'),
        ({"project": None}, '"project" is required'),
        ({"attachment": None}, "Please include an attachment or attachments parameter."),
    ],
)
def test_wrong_quality_task(door: Door, more: dict[str, Any], expected: str) -> None:
    project(door, rapid=True)
    for kind in ("evaluation", "training"):
        with pytest.raises(ScaleInvalidRequest, match=re.escape(expected)):
            quality_task(door, kind, **more)


def test_attempts_page(open_door: OpenDoor) -> None:
    door = open_door(crowd_size=2, crowd_accuracy=1.0)
    project(door, rapid=True)
    made = [quality_task(door, "training")["id"] for _ in range(3)]
    assert ok(door.get("/quality/labelers")) == {"docs": [], "has_more": False}
    batch(door, calibration_batch=True).finalize()
    door.settle()
    first = ok(door.get("/quality/labelers?limit=4"))
    assert (first["has_more"], len(first["docs"])) == (True, 4)
    rest = ok(door.get(f"/quality/labelers?limit=4&next_token={first['next_token']}"))
    assert (rest["has_more"], "next_token" in rest) == (False, False)
    every = [*first["docs"], *rest["docs"]]
    emails = [one["email"] for one in door.mock.projects.taskers("bikes")]
    found = {(one["labeler_email"], one["quality_task_id"]) for one in every}
    assert found == {(email, task_id) for email in emails for task_id in made}
    assert every[0] == {
        "quality_task_id": every[0]["quality_task_id"],
        "kind": "training",
        "type": "imageannotation",
        "project": "bikes",
        "labeler_email": emails[0],
        "attempt": 1,
        "score": every[0]["score"],
        "passed": True,
        "attempted_at": "2024-01-01T00:00:00.000Z",
    }
    query = {"quality_task_ids": made[1:], "labeler_emails": [emails[1]]}
    some = ok(door.get("/quality/labelers", params=query))["docs"]
    assert some == [
        one for one in every
        if one["quality_task_id"] in made[1:] and one["labeler_email"] == emails[1]
    ]  # fmt: skip
    assert len(some) == 2


def test_fixless_audit_keeps_every_key(door: Door) -> None:
    task = completed_task(door)
    body = {
        "task_id": task.id,
        "audit_result": "rejected",
        "response_url": "https://example.test/r",
        "feedback": [{"type": "error", "state": "accepted", "annotation_id": "a"}],
    }
    reply = door.put("/audits", json=body)
    assert reply.status_code == 201
    audit = reply.json()
    assert {key: audit[key] for key in body} == body
    assert ok(door.get(f"/audits?id={audit['id']}")) == audit
    task.refresh()
    assert task.audits == []


def test_fixless_audits_of_a_task_newest_first(door: Door) -> None:
    task = completed_task(door)
    first, second = (door.put("/audits", json={"task_id": task.id}).json() for _ in range(2))
    assert ok(door.get(f"/audits?task_id={task.id}")) == [second, first]
    door.mock.clock.advance(hours=1)
    changed = door.put("/audits", json={"id": first["id"], "audit_result": "accepted"}).json()
    assert (changed["audit_result"], changed["created_at"]) == ("accepted", first["created_at"])
    assert changed["updated_at"] > first["updated_at"]
    assert len(ok(door.get("/audits"))) == 2


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"task_id": None}, '"task_id" is required'),
        ({"audit_result": "good"}, '"audit_result" must be one of [accepted, fixed, rejected]'),
        ({"feedback": {}}, '"feedback" must be an array'),
    ],
)
def test_wrong_fixless_audit(door: Door, more: dict[str, Any], reason: str) -> None:
    body = {"task_id": completed_task(door).id, **more}
    expected = (400, f"Parameter is invalid, reason: {reason}")
    assert refused(door.put("/audits", json=body)) == expected
    if more.get("task_id", "kept"):
        audit = door.put("/audits", json={"task_id": body["task_id"]}).json()
        assert refused(door.put("/audits", json={"id": audit["id"], **more})) == expected
        assert ok(door.get(f"/audits?id={audit['id']}")) == audit


def test_fixless_audit_of_nothing(door: Door) -> None:
    for reply in (
        door.put("/audits", json={"task_id": "nope"}),
        door.get("/audits?task_id=nope"),
    ):
        assert refused(reply) == (404, "Task with that ID not found.")
