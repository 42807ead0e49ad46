"""Invitations, roles, assignments and groups: who works, who stops, and what explanations say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scaleapi.teams import TeammateRole

from scale_mock.domain.refusals import Refusal
from tests.functional.helpers import ok, project, refused
from tests.functional.studio.team import ANN, BOB, CAT, exact_team, launched, seen, shown

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def invited(open_door: OpenDoor) -> Door:
    """Ann is invited and assigned, and has not accepted yet."""
    door = open_door(studio_invitations="pending")
    exact_team(door, ANN)
    return door


def test_an_invitation_waits_to_be_accepted(open_door: OpenDoor) -> None:
    door = invited(open_door)
    client = door.client()
    _, mate = client.list_teammates()
    assert (mate.email, mate.role, mate.expiry) == (ANN, "labeler", "2024-01-08T00:00:00.000Z")
    assert ANN not in client.list_studio_assignments()
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    explained = door.mock.explain(task)
    assert explained.waits_for == (
        "an attempt: nobody who is assigned to project 'bikes' can work: ann@example.test has not "
        "accepted the invitation"
    )
    assert explained.move == "mock.studio.accept('ann@example.test')"
    team = door.mock.studio.accept(ANN)
    assert "expiry" not in team[1]
    assert client.list_studio_assignments()[ANN].assigned_projects == ["bikes"]
    door.mock.clock.advance(minutes=21)
    assert shown(door, task)["status"] == "completed"


def test_invitations_are_accepted_over_http_too(open_door: OpenDoor) -> None:
    door = invited(open_door)
    team = ok(door.request("POST", "/_mock/studio/accept", json={"emails": [ANN.upper()]}))
    assert [mate["email"] for mate in team] == ["admin@example.test", ANN]
    reply = door.request("POST", "/_mock/studio/accept", json={"emails": [ANN]})
    text = f"No invitation of these teammates waits to be accepted: {ANN}."
    assert refused(reply) == (400, text)


def test_an_invitation_that_expired_is_renewed_by_another(open_door: OpenDoor) -> None:
    door = invited(open_door)
    assert door.mock.clock.run_until_idle().events == 0
    door.mock.clock.advance(days=7)
    kinds = [entry.kind for entry in door.mock.journal.entries(subject=f"team/{ANN}")]
    assert kinds == ["team.invited", "team.invitation_expired"]
    with pytest.raises(Refusal) as caught:
        door.mock.studio.accept(ANN)
    assert (caught.value.status, caught.value.text) == (
        400,
        f"These invitations have expired: {ANN}. Invite them again with POST /teams/invite.",
    )
    door.client().invite_teammates([ANN], TeammateRole.Member)
    (mate,) = door.mock.studio.accept([ANN])[1:]
    assert (mate["role"], mate["isStudioLabeler"]) == ("member", False)
    door.mock.clock.advance(days=30)
    assert door.mock.studio.workforce()["labelers"][0]["is_active"] is True  # type: ignore[index]


def test_an_accepted_invitation_does_not_expire(open_door: OpenDoor) -> None:
    door = invited(open_door)
    door.mock.studio.accept(ANN)
    door.mock.clock.advance(days=8)
    kinds = [entry.kind for entry in door.mock.journal.entries(subject=f"team/{ANN}")]
    assert kinds == ["team.invited", "team.accepted"]


@pytest.mark.parametrize("role", ["manager", "member"])
def test_only_labelers_label(door: Door, role: str) -> None:
    exact_team(door, ANN)
    ok(door.post("/teams/set_role", json={"emails": [ANN], "team_role": role}))
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    assert door.mock.explain(task).waits_for == (
        "an attempt: nobody who is assigned to project 'bikes' can work: ann@example.test is "
        f"{role}, not labeler"
    )
    ok(door.post("/teams/set_role", json={"emails": [ANN], "team_role": "labeler"}))
    door.mock.clock.advance(minutes=21)
    assert shown(door, task)["status"] == "completed"


def leave(door: Door, how: str) -> None:
    if how == "unassigned":
        door.client().remove_studio_assignments([ANN], ["bikes"])
    else:
        ok(door.post("/teams/set_role", json={"emails": [ANN], "team_role": "disabled"}))


@pytest.mark.parametrize("how", ["unassigned", "disabled"])
def test_who_leaves_in_the_middle_finishes(door: Door, how: str) -> None:
    exact_team(door, ANN)
    first, second = launched(door, tasks=2)
    door.mock.clock.advance(minutes=10)
    leave(door, how)
    door.mock.clock.advance(days=1)
    assert seen(door) == [("ann", "attempt", "0:01:00", "submitted")]
    assert [shown(door, task)["status"] for task in (first, second)] == ["completed", "pending"]


@pytest.mark.parametrize("how", ["unassigned", "disabled"])
def test_who_leaves_in_the_middle_drops_the_task(open_door: OpenDoor, how: str) -> None:
    door = open_door(studio_unassigned="drop")
    exact_team(door, ANN, BOB)
    first, second, _ = launched(door, tasks=3)
    door.mock.clock.advance(minutes=10)
    leave(door, how)
    found = shown(door, first)
    assert (found["status"], found["workStarted"], found.get("times_redone")) == (
        "pending", True, None,
    )  # fmt: skip
    door.mock.clock.advance(days=1)
    assert seen(door)[:3] == [
        ("ann", "attempt", "0:01:00", "dropped"),
        ("bob", "attempt", "0:01:00", "submitted"),
        ("bob", "attempt", "0:22:00", "submitted"),
    ]
    assert [one.task for one in door.mock.studio.activity()[:3]] == [first.id, second.id, first.id]
    assert door.client().get_batch("w1").get_status() == {"status": "completed", "completed": 3}


def test_a_batch_that_nobody_is_let_into_says_so(door: Door) -> None:
    exact_team(door, ANN, BOB)
    client = door.client()
    client.create_project_group("bikes", [BOB], "night")
    (task,) = launched(door)
    client.assign_studio_batches("w1", ["night"])
    client.update_project_group("bikes", "night", [], [BOB])
    door.mock.clock.advance(days=1)
    explained = door.mock.explain(task)
    assert explained.waits_for == (
        "an attempt: batch 'w1' is limited to groups (night), and nobody in them can take it"
    )
    assert explained.move == "client.assign_studio_batches('w1', ['ann@example.test'])"
    client.assign_studio_batches("w1", [ANN])
    door.mock.clock.advance(minutes=1)
    assert door.mock.explain(task).waits_for == (
        "being labeled by ann@example.test until 2024-01-02T00:21:00.000Z"
    )


def test_a_group_can_grow_while_its_batch_waits(door: Door) -> None:
    exact_team(door, ANN, BOB)
    client = door.client()
    client.create_project_group("bikes", [ANN], "night")
    client.update_project_group("bikes", "night", [], [ANN])
    launched(door)
    client.assign_studio_batches("w1", ["night"])
    door.mock.clock.advance(days=1)
    assert seen(door) == []
    client.update_project_group("bikes", "night", [BOB], [])
    door.mock.clock.advance(minutes=1)
    assert [one[0] for one in seen(door)] == ["bob"]


def test_a_project_without_a_reviewer_says_so(door: Door) -> None:
    exact_team(door, ANN, BOB, roles="attempter")
    door.mock.studio.configure("bikes", reviews=1)
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    explained = door.mock.explain(task)
    assert explained.waits_for == (
        "review layer 1: nobody who is assigned to project 'bikes' is reviewer there"
    )
    assert explained.move == (
        "mock.studio.configure_labeler('ann@example.test', roles={'bikes': 'both'})"
    )
    door.mock.studio.configure_labeler(BOB, roles={"bikes": "both"})
    door.mock.clock.advance(minutes=1)
    assert door.mock.explain(task).waits_for == (
        "being reviewed (layer 1) by bob@example.test until 2024-01-02T00:21:00.000Z"
    )


def test_a_queue_says_when_somebody_is_free(door: Door) -> None:
    exact_team(door, ANN, BOB)
    *_, last = launched(door, tasks=3)
    door.mock.clock.advance(minutes=2)
    explained = door.mock.explain(last)
    assert explained.waits_for == (
        "an attempt: all 2 labelers who may take it are busy until 2024-01-01T00:21:00.000Z "
        "(ann@example.test)"
    )
    assert explained.move == (
        "mock.clock.advance_to('2024-01-01T00:21:00.000Z'), or an assertion that waits for it"
    )
    door.client().remove_studio_assignments([BOB], ["bikes"])
    assert door.mock.explain(last).waits_for == (
        "an attempt: the labeler who may take it is busy until 2024-01-01T00:21:00.000Z "
        "(ann@example.test)"
    )


def test_the_next_pick_up_follows_new_priorities(door: Door) -> None:
    exact_team(door, ANN)
    client = door.client()
    for name in ("a", "b"):
        launched(door, name, tasks=2)
    door.mock.clock.advance(minutes=2)
    client.set_studio_batches_priorities(["b", "a"])
    door.mock.clock.advance(minutes=20)
    assert [one.batch for one in door.mock.studio.activity()] == ["a", "b"]
    client.reset_studio_batches_priorities()
    door.mock.clock.advance(minutes=21)
    assert [one.batch for one in door.mock.studio.activity()] == ["a", "b", "a"]


def test_somebody_in_two_projects_does_one_task_at_a_time(door: Door) -> None:
    exact_team(door, ANN)
    project(door, "cars", studio=True)
    door.client().add_studio_assignments([ANN], ["cars"])
    launched(door, "x", of="cars")
    launched(door, "y")
    door.mock.clock.advance(hours=1)
    assert [(one.project, one.batch) for one in door.mock.studio.activity()] == [
        ("cars", "x"), ("bikes", "y"),
    ]  # fmt: skip
    assert [one.labeler for one in door.mock.studio.activity(batch="y")] == [ANN]
    assert door.mock.studio.activity(labeler=CAT) == []
