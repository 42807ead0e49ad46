"""Drives every operation of the v1 API once; an operation without a driver fails."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock.api import v1
from tests.functional.helpers import (
    IMAGE,
    TEXTS,
    batch,
    completed_task,
    docs,
    image_task,
    ok,
    project,
    studio_team,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.doors import Door

DRIVERS: dict[str, Callable[[Door], object]] = {}
ANN = "ann@example.test"


def drives(function: Callable[[Door], object]) -> Callable[[Door], object]:
    """Registers the driver of the operation that the function is named after."""
    DRIVERS[function.__name__] = function
    return function


@pytest.mark.parametrize("name", [operation.name for operation in v1.OPERATIONS])
def test_operation_is_driven(door: Door, name: str) -> None:
    DRIVERS[name](door)
    statuses = [request.status for request in door.mock.requests if request.operation == name]
    assert statuses == [201 if name == "put_audit" else 200]


def test_every_driver_has_an_operation() -> None:
    assert sorted(DRIVERS) == sorted(operation.name for operation in v1.OPERATIONS)


@drives
def create_task(door: Door) -> None:
    assert image_task(door).status == "pending"


@drives
def get_task(door: Door) -> None:
    task = image_task(door)
    assert door.client().get_task(task.id).as_dict() == task.as_dict()


@drives
def list_tasks(door: Door) -> None:
    task = image_task(door)
    assert [one.id for one in door.client().tasks()] == [task.id]


@drives
def cancel_task(door: Door) -> None:
    assert door.client().cancel_task(image_task(door).id).status == "canceled"


@drives
def set_unique_id(door: Door) -> None:
    task = image_task(door, unique_id="a")
    assert door.client().update_task_unique_id(task.id, "b").unique_id == "b"


@drives
def clear_unique_id(door: Door) -> None:
    task = image_task(door, unique_id="a")
    assert not hasattr(door.client().clear_task_unique_id(task.id), "unique_id")


@drives
def set_task_metadata(door: Door) -> None:
    task = image_task(door)
    assert door.client().set_task_metadata(task.id, {"a": 1}).metadata == {"a": 1}


@drives
def set_task_tags(door: Door) -> None:
    assert door.client().set_task_tags(image_task(door).id, ["a"]).tags == ["a"]


@drives
def add_task_tags(door: Door) -> None:
    task = image_task(door, tags=["a"])
    assert door.client().add_task_tags(task.id, ["b"]).tags == ["a", "b"]


@drives
def delete_task_tags(door: Door) -> None:
    task = image_task(door, tags=["a", "b"])
    assert door.client().delete_task_tags(task.id, ["a"]).tags == ["b"]


@drives
def send_callback(door: Door) -> None:
    task = completed_task(door, callback_url="qa@example.test")
    assert ok(door.post(f"/task/{task.id}/send_callback")) == {"success": True}
    door.settle()
    assert len(door.mock.callbacks.inbox) == 2


@drives
def get_task_response(door: Door) -> None:
    task = completed_task(door)
    explained = ok(door.request("GET", f"/_mock/tasks/{task.id}/explain"))
    assert ok(door.request("GET", explained["response_url"])) == task.response


@drives
def audit_task(door: Door) -> None:
    task = completed_task(door)
    task.audit(accepted=True, comments="fine")
    task.refresh()
    assert task.customer_review_status == "accepted"


@drives
def put_audit(door: Door) -> None:
    task = completed_task(door)
    reply = door.put("/audits", json={"task_id": task.id, "audit_result": "rejected"})
    assert (reply.status_code, reply.json()["audit_result"]) == (201, "rejected")


@drives
def list_audits(door: Door) -> None:
    task = completed_task(door)
    audit = door.put("/audits", json={"task_id": task.id, "note": "kept"}).json()
    assert ok(door.get("/audits", params={"task_id": task.id})) == [audit]


@drives
def create_batch(door: Door) -> None:
    project(door)
    assert batch(door).status == "in_progress"


@drives
def list_batches(door: Door) -> None:
    project(door)
    batch(door, "a")
    assert [one.name for one in door.client().batches()] == ["a"]


@drives
def get_batch(door: Door) -> None:
    project(door)
    made = batch(door, "a")
    assert door.client().get_batch("a").as_dict() == made.as_dict()


@drives
def get_batch_status(door: Door) -> None:
    project(door)
    made = batch(door, "a")
    assert made.get_status() == {"status": "in_progress"}
    assert made.tasks_pending == 0


@drives
def finalize_batch(door: Door) -> None:
    project(door, rapid=True)
    assert batch(door, calibration_batch=True).finalize().status == "in_progress"


@drives
def set_batch_metadata(door: Door) -> None:
    project(door)
    batch(door, "a")
    assert door.client().set_batch_metadata("a", {"week": 4}).metadata == {"week": 4}


@drives
def prioritize_batch(door: Door) -> None:
    project(door)
    batch(door, "a")
    task = image_task(door, batch="a")
    reply = ok(door.post("/batches/a/prioritize", json={"priority": 30}))
    assert reply == {"result": "The priority was changed on this many tasks: 1."}
    task.refresh()
    assert task.priority == 30


@drives
def create_project(door: Door) -> None:
    assert project(door, "a").type == "imageannotation"


@drives
def list_projects(door: Door) -> None:
    project(door, "a")
    project(door, "b")
    assert [one.name for one in door.client().projects()] == ["a", "b"]


@drives
def get_project(door: Door) -> None:
    made = project(door, "a")
    assert door.client().get_project("a").as_dict() == made.as_dict()


@drives
def set_project_params(door: Door) -> None:
    project(door, "a")
    assert door.client().update_project("a", instruction="Box it.").instruction == "Box it."


@drives
def set_project_ontology(door: Door) -> None:
    project(door, "a")
    reply = ok(door.post("/projects/a/setOntology", json={"ontology": ["Road"]}))
    assert reply["name"] == "a"


@drives
def get_task_template(door: Door) -> None:
    made = door.client().create_project("a", TaskType.TextCollection, params={"title": "T"})
    assert made.get_template().get_template_variables() == {"title": "T"}


@drives
def upload_file(door: Door) -> None:
    file = door.client().upload_file(io.BytesIO(b"pixels"), display_name="a.png")
    assert file.attachment_url == f"scaledata://{file.attachment_url.split('/')[2]}/{file.id}"


@drives
def import_file(door: Door) -> None:
    file = door.client().import_file("https://img.example.test/1.jpg")
    assert file.attachment_url.endswith(file.id)


@drives
def list_files(door: Door) -> None:
    project(door, "a")
    file = door.client().import_file("https://img.example.test/1.jpg", project_name="a")
    found = docs(door.get("/files", params={"project": "a"}))
    assert [one["id"] for one in found] == [file.id]


@drives
def list_assets(door: Door) -> None:
    project(door, "a")
    file = door.client().import_file("https://img.example.test/1.jpg", project_name="a")
    found = docs(door.get("/assets", params={"project": "a"}))
    assert [one["id"] for one in found] == [file.id]


@drives
def list_teammates(door: Door) -> None:
    assert [mate.role for mate in door.client().list_teammates()] == ["admin"]


@drives
def invite_teammates(door: Door) -> None:
    team = door.client().invite_teammates([ANN], TeammateRole.Labeler)
    assert [(mate.email, mate.role) for mate in team[1:]] == [(ANN, "labeler")]


@drives
def set_teammate_roles(door: Door) -> None:
    door.client().invite_teammates([ANN], TeammateRole.Labeler)
    team = door.client().update_teammates_role([ANN], TeammateRole.Manager)
    assert [(mate.email, mate.role) for mate in team[1:]] == [(ANN, "manager")]


@drives
def list_assignments(door: Door) -> None:
    found = door.client().list_studio_assignments()
    assert {email: one.assigned_projects for email, one in found.items()} == {
        "admin@example.test": []
    }


@drives
def add_assignments(door: Door) -> None:
    studio_team(door, ANN)
    assert ok(door.get("/studio/assignments"))[ANN] == ["bikes"]


@drives
def remove_assignments(door: Door) -> None:
    studio_team(door, ANN)
    left = door.client().remove_studio_assignments([ANN], ["bikes"])
    assert left[ANN].assigned_projects == []


@drives
def create_group(door: Door) -> None:
    studio_team(door, ANN)
    group = door.client().create_project_group("bikes", [ANN], "night")
    assert (group.name, group.numWorkers, group.isSingleton) == ("night", 1, False)


@drives
def list_groups(door: Door) -> None:
    studio_team(door, ANN)
    group = door.client().create_project_group("bikes", [ANN], "night")
    assert [one.as_dict() for one in door.client().list_project_groups("bikes")] == [
        group.as_dict()
    ]


@drives
def update_group(door: Door) -> None:
    studio_team(door, ANN)
    door.client().create_project_group("bikes", [], "night")
    assert door.client().update_project_group("bikes", "night", [ANN], []).numWorkers == 1


@drives
def list_studio_batches(door: Door) -> None:
    studio_team(door, ANN)
    batch(door, "a").finalize()
    assert [one.name for one in door.client().list_studio_batches()] == ["a"]


@drives
def assign_studio_batch(door: Door) -> None:
    studio_team(door, ANN)
    batch(door, "a")
    assert door.client().assign_studio_batches("a", [ANN]).groups == [ANN]


@drives
def set_studio_priorities(door: Door) -> None:
    studio_team(door, ANN)
    for name in "ab":
        batch(door, name).finalize()
    found = door.client().set_studio_batches_priorities(["b", "a"])
    assert [(one.name, one.studio_priority) for one in found] == [("b", 1), ("a", 2)]


@drives
def reset_studio_priorities(door: Door) -> None:
    studio_team(door, ANN)
    for name in "ab":
        batch(door, name).finalize()
    door.client().set_studio_batches_priorities(["b", "a"])
    found = door.client().reset_studio_batches_priorities()
    assert [(one.name, one.studio_priority) for one in found] == [("a", None), ("b", None)]


@drives
def create_evaluation_task(door: Door) -> None:
    project(door, rapid=True)
    made = door.client().create_evaluation_task(
        TaskType.ImageAnnotation, project="bikes", expected_response={"annotations": []}, **IMAGE
    )
    assert made.expected_response == {"annotations": []}


@drives
def create_training_task(door: Door) -> None:
    door.client().create_project("mood", TaskType.TextCollection, rapid=True)
    made = door.client().create_training_task(
        TaskType.TextCollection, project="mood", expected_response={"annotations": {}}, **TEXTS
    )
    assert made.expected_response == {"annotations": {}}


@drives
def list_labeler_attempts(door: Door) -> None:
    assert ok(door.get("/quality/labelers")) == {"docs": [], "has_more": False}
