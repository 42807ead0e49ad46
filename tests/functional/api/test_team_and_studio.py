"""The team, and Studio: assignments, groups, and the order of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.teams import TeammateRole

from tests.functional.helpers import batch, image_task, ok, project, refused, studio_team

if TYPE_CHECKING:
    from tests.functional.doors import Door

ANN, BOB = "ann@example.test", "bob@example.test"


def test_there_is_one_admin_from_the_start(door: Door) -> None:
    (mate,) = door.client().list_teammates()
    assert mate.as_dict() == {
        "email": "admin@example.test",
        "role": "admin",
        "company": "Example",
        "firstName": "Ada",
        "lastName": "Admin",
        "isStudioLabeler": False,
    }


def test_inviting_answers_the_whole_team(door: Door) -> None:
    client = door.client()
    client.invite_teammates([BOB], TeammateRole.Manager)
    team = client.invite_teammates([ANN, BOB, ANN.upper()], TeammateRole.Labeler)
    assert [(mate.email, mate.role, mate.is_studio_labeler) for mate in team[1:]] == [
        (BOB, "manager", False),
        (ANN, "labeler", True),
    ]


def test_the_team_is_the_same_in_both_modes(door: Door) -> None:
    door.client("live").invite_teammates([ANN], TeammateRole.Member)
    assert [mate.email for mate in door.client("test").list_teammates()][1:] == [ANN]


def test_a_teammate_can_change_roles_and_be_disabled(door: Door) -> None:
    studio_team(door, ANN)
    (mate,) = (one for one in door.client().list_teammates() if one.email == ANN)
    mate.update_teammate_role(TeammateRole.Member)
    assert {m.email: m.role for m in door.client().list_teammates()}[ANN] == "member"
    ok(door.post("/teams/set_role", json={"emails": [ANN], "team_role": "disabled"}))
    assert ANN not in door.client().list_studio_assignments()


@pytest.mark.parametrize("path", ["/teams/invite", "/teams/set_role"])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"team_role": "labeler"}, '"emails" is required'),
        ({"emails": [ANN]}, '"team_role" is required'),
        ({"emails": [], "team_role": "labeler"}, '"emails" must contain at least 1 items'),
        ({"emails": ["ann"], "team_role": "labeler"}, '"emails[0]" must be a valid email'),
        ({"emails": [1], "team_role": "labeler"}, '"emails[0]" must be a string'),
        ({"emails": {}, "team_role": "labeler"}, '"emails" must be an array'),
        ({"emails": [ANN], "team_role": "admin"}, '"team_role" must be one of [labeler, member, '),
    ],
)
def test_wrong_field(door: Door, path: str, body: dict[str, Any], reason: str) -> None:
    status, text = refused(door.post(path, json=body))
    assert status == 400
    assert text.startswith(f"Parameter is invalid, reason: {reason}")


def test_assignments_are_the_cross_product_and_idempotent(door: Door) -> None:
    for name in ("a", "b"):
        project(door, name, studio=True)
    client = door.client()
    client.invite_teammates([ANN, BOB], TeammateRole.Labeler)
    for _ in range(2):
        found = client.add_studio_assignments([ANN, BOB], ["a", "b"])
    assert {email: one.assigned_projects for email, one in found.items()} == {
        "admin@example.test": [], ANN: ["a", "b"], BOB: ["a", "b"],
    }  # fmt: skip
    for _ in range(2):
        found = client.remove_studio_assignments([BOB], ["a"])
    assert found[BOB].assigned_projects == ["b"]


def test_assignments_of_unknown_people_and_projects(door: Door) -> None:
    project(door, "s", studio=True)
    project(door, "e")
    client = door.client()
    with pytest.raises(ScaleInvalidRequest, match=f"No teammate has this e-mail: {ANN}"):
        client.add_studio_assignments([ANN], ["s"])
    client.invite_teammates([ANN], TeammateRole.Labeler)
    with pytest.raises(ScaleResourceNotFound):
        client.add_studio_assignments([ANN], ["s", "nowhere"])
    with pytest.raises(ScaleInvalidRequest, match="not a Studio project"):
        client.add_studio_assignments([ANN], ["e"])
    assert client.list_studio_assignments()[ANN].assigned_projects == []


def test_group_and_its_members(door: Door) -> None:
    studio_team(door, ANN, BOB)
    client = door.client()
    group = client.create_project_group("bikes", [ANN], "night")
    assert [worker.email for worker in group.workers[0]] == [ANN]
    both = client.update_project_group("bikes", "night", [BOB, ANN], [])
    assert both.numWorkers == 2
    left = client.update_project_group("bikes", "night", [], [ANN, "nobody@example.test"])
    assert [worker.email for worker in left.workers[0]] == [BOB]
    assert left.id == group.id


def test_a_person_becomes_a_group_of_one(door: Door) -> None:
    studio_team(door, ANN, BOB)
    batch(door)
    client = door.client()
    client.create_project_group("bikes", [ANN], "night")
    assert client.assign_studio_batches("w1", ["night", BOB]).groups == ["night", BOB]
    assert [(g.name, g.isSingleton) for g in client.list_project_groups("bikes")] == [
        ("night", False),
        (BOB, True),
    ]
    assert client.assign_studio_batches("w1", [BOB]).groups == [BOB]
    with pytest.raises(ScaleInvalidRequest, match="not assigned"):
        client.assign_studio_batches("w1", ["carl@example.test"])


def test_batches_of_studio(door: Door) -> None:
    studio_team(door, ANN)
    made = batch(door)
    for _ in range(2):
        image_task(door, batch="w1")
    assert door.client().list_studio_batches() == []
    made.finalize()
    (found,) = (one.as_dict() for one in door.client().list_studio_batches())
    assert found == {
        "id": found["id"],
        "name": "w1",
        "projectId": found["projectId"],
        "projectName": "bikes",
        "batchType": "Production",
        "total": 2,
        "completed": 0,
        "groups": [],
    }


def test_order_of_work(door: Door) -> None:
    project(door, studio=True)
    for name, calibration in (("a", False), ("b", False), ("c", True)):
        batch(door, name, calibration_batch=calibration).finalize()
    client = door.client()
    assert [one.name for one in client.list_studio_batches()] == ["c", "a", "b"]
    listed = client.set_studio_batches_priorities(["b", "c", "a"])
    assert [(one.name, one.studio_priority) for one in listed] == [("b", 1), ("c", 2), ("a", 3)]
    batch(door, "d").finalize()
    assert [one.name for one in client.list_studio_batches()] == ["b", "c", "a", "d"]
    assert [one.name for one in client.reset_studio_batches_priorities()] == ["c", "a", "b", "d"]


def test_completed_batches_leave_the_list(door: Door) -> None:
    project(door, studio=True)
    task = image_task_in_studio(door)
    door.mock.tasks.complete(task)
    assert door.client().list_studio_batches() == []


def image_task_in_studio(door: Door) -> Any:
    made = batch(door)
    task = image_task(door, batch="w1")
    made.finalize()
    return task


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"batches" must be an array'),
        ({"batches": "a"}, '"batches" must be an array'),
        ({"batches": [{}]}, '"batches[0].name" is required'),
        ({"batches": [{"name": 1}]}, '"batches[0].name" is required'),
    ],
)
def test_wrong_priorities(door: Door, body: dict[str, Any], reason: str) -> None:
    reply = door.post("/studio/batches/set_priorities", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_studio_with_a_test_key_is_empty(door: Door) -> None:
    client = door.client("test")
    assert client.list_studio_batches() == []
    assert client.list_studio_assignments()["admin@example.test"].assigned_projects == []
