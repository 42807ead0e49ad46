"""The team over the control API and in Python: the same names, the same answers, the refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from scale_mock.errors import ConfigurationError
from tests.functional.helpers import ok, project, refused
from tests.functional.studio.team import ANN, BOB, exact_team, launched

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

LABELER = {
    "pace": "20m",
    "review_pace": "5m",
    "spread": 0.25,
    "accuracy": 0.9,
    "roles": {"bikes": "reviewer"},
    "hours": "09:00-17:00",
    "weekdays": "mon-fri",
    "timezone": "Europe/Berlin",
}
SHOWN = {
    "email": ANN,
    "pace": "20m",
    "review_pace": "5m",
    "spread": 0.25,
    "accuracy": 0.9,
    "roles": ["attempter", "reviewer"],
    "project_roles": {"bikes": ["reviewer"]},
    "hours": "09:00-17:00",
    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
    "timezone": "Europe/Berlin",
}
PIPELINE = {"reviews": 2, "rejects": 0.25, "rejections_max": 1, "review_own": True}


def put(door: Door, path: str, **body: Any) -> Any:
    return door.request("PUT", f"/_mock/studio/{path}", json=body)


def test_python_and_http_set_a_labeler_up_alike(open_door: OpenDoor) -> None:
    by_http, by_python = open_door(), open_door()
    for door in (by_http, by_python):
        exact_team(door, ANN)
    assert ok(put(by_http, f"labelers/{ANN.upper()}", **LABELER)) == SHOWN
    assert by_python.mock.studio.configure_labeler(ANN, **LABELER) == SHOWN  # type: ignore[arg-type]
    digests = [door.mock.journal.digest() for door in (by_http, by_python)]
    assert digests[0] == digests[1]


def test_python_and_http_set_a_pipeline_up_alike(open_door: OpenDoor) -> None:
    by_http, by_python = open_door(), open_door()
    expected = {**PIPELINE, "attempts": 1, "pipeline": "standard_task"}
    for door in (by_http, by_python):
        project(door, studio=True)
    assert ok(put(by_http, "projects/bikes", **PIPELINE)) == expected
    assert by_python.mock.studio.configure("bikes", **PIPELINE) == expected  # type: ignore[arg-type]
    assert ok(put(by_http, "projects/bikes", reviews=0)) == {**expected, "reviews": 0}


def test_the_workforce_at_a_glance(door: Door) -> None:
    exact_team(door, ANN, BOB, accuracy=0.5, spread=0)
    door.mock.studio.configure("bikes", reviews=1)
    tasks = launched(door, tasks=4)
    door.mock.clock.advance(minutes=21)
    shown = ok(door.request("GET", "/_mock/studio/workforce"))
    assert shown == door.mock.studio.workforce()
    ann, bob = shown["labelers"]
    assert (ann["doing"], ann["until"]) == (None, None)
    assert ann["next_pick_up"] == bob["next_pick_up"] == "2024-01-01T00:22:00.000Z"
    assert shown["queues"] == [
        {
            "project": "bikes", "batch": "w1",
            "attempts_waiting": 2, "reviews_waiting": 2, "in_hand": 0,
        },
    ]  # fmt: skip
    door.mock.clock.advance(minutes=1)
    shown = ok(door.request("GET", "/_mock/studio/workforce"))
    ann = shown["labelers"][0]
    assert ann["doing"] == {
        "number": 3,
        "labeler": ANN,
        "task": tasks[1].id,
        "project": "bikes",
        "batch": "w1",
        "kind": "review",
        "layer": 1,
        "picked_up": "2024-01-01T00:22:00.000Z",
        "finished": None,
        "result": None,
    }
    assert (ann["until"], ann["next_pick_up"]) == ("2024-01-01T00:42:00.000Z", None)
    assert (ann["role"], ann["is_active"], ann["projects"]) == ("labeler", True, ["bikes"])
    assert shown["queues"][0]["in_hand"] == 2
    assert shown["projects"]["bikes"]["reviews"] == 1


def test_the_activity_over_http(door: Door) -> None:
    exact_team(door, ANN, BOB)
    tasks = launched(door, tasks=3)
    door.mock.clock.advance(minutes=25)
    everything = ok(door.request("GET", "/_mock/studio/activity"))
    assert [(one["number"], one["result"]) for one in everything] == [
        (1, "submitted"), (2, "submitted"), (3, None),
    ]  # fmt: skip
    for query, numbers in (
        (f"labeler={BOB}", [2]),
        (f"task={tasks[2].id}", [3]),
        ("batch=w1", [1, 2, 3]),
        ("batch=w2", []),
    ):
        found = ok(door.request("GET", f"/_mock/studio/activity?{query}"))
        assert [one["number"] for one in found] == numbers


def test_as_much_activity_is_kept_as_the_settings_allow(open_door: OpenDoor) -> None:
    door = open_door(studio_activity_max=2)
    exact_team(door, ANN)
    launched(door, tasks=5)
    door.mock.clock.advance(days=1)
    assert [one.number for one in door.mock.studio.activity()] == [4, 5]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"pace": "soon"}, 'pace: cannot read "soon" in duration "soon"; accepted: a timedelta'),
        ({"pace": "31 days"}, "pace: '31 days' is over the limit of 30 days for one task."),
        ({"review_pace": True}, "review_pace: True is not a duration; accepted: a timedelta"),
        ({"spread": 1.5}, "spread: 1.5 is not a number from 0 to 1."),
        ({"accuracy": True}, "accuracy: True is not a number from 0 to 1."),
        (
            {"roles": "boss"},
            'roles: \'boss\' is no role; accepted: "attempter", "reviewer", "both", a list of '
            "the first two, or an object of such by project.",
        ),
        ({"roles": {"bikes": []}}, "roles.bikes: [] is no role; accepted: "),
        (
            {"hours": "9 to 5"},
            'hours: \'9 to 5\' are no hours; accepted: "09:00-17:00", "22:00-06:00" (over '
            'midnight), "00:00-24:00" (around the clock).',
        ),
        ({"hours": "09:00-25:00"}, "hours: '09:00-25:00' are no hours; accepted: "),
        ({"hours": "09:00-09:10"}, "hours: '09:00-09:10' is shorter than 15 minutes."),
        (
            {"weekdays": "monday"},
            'weekdays: \'monday\' are no weekdays; accepted: "mon-fri", "sat", or a list of mon, '
            "tue, wed, thu, fri, sat, sun.",
        ),
        (
            {"timezone": "Europe/Berln"},
            "timezone: 'Europe/Berln' is not an IANA time zone; did you mean \"Europe/Berlin\"? "
            'Accepted: names such as "UTC" or "Europe/Berlin"; a machine without time zone data '
            "needs the package tzdata.",
        ),
        ({"timezone": 7}, "timezone: 7 is not an IANA time zone. Accepted: "),
        ({"pase": "1m"}, 'pase: unknown; did you mean "pace"? Known: pace, review_pace, spread, '),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_accepted(
    door: Door, given: dict[str, Any], problem: str
) -> None:
    exact_team(door, ANN)
    before = door.mock.studio.workforce()
    status, text = refused(put(door, f"labelers/{ANN}", **given))
    assert status == 400
    assert text.startswith(f'labeler "{ANN}": {problem}')
    assert door.mock.studio.workforce() == before
    if "pase" not in given:
        with pytest.raises(ConfigurationError) as caught:
            door.mock.studio.configure_labeler(ANN, **given)
        assert str(caught.value) == text


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"reviews": 11}, "reviews: 11 is not an integer from 0 to 10."),
        ({"attempts": 0}, "attempts: 0 is not an integer from 1 to 20."),
        ({"rejects": "1"}, "rejects: '1' is not a number from 0 to 1."),
        ({"rejections_max": 101}, "rejections_max: 101 is not an integer from 0 to 100."),
        ({"review_own": 1}, "review_own: 1 is not true or false."),
    ],
)
def test_a_wrong_pipeline_is_refused(door: Door, given: dict[str, Any], problem: str) -> None:
    project(door, studio=True)
    assert refused(put(door, "projects/bikes", **given)) == (400, f'project "bikes": {problem}')


def test_roles_are_given_in_projects_that_exist(door: Door) -> None:
    exact_team(door, ANN)
    project(door, "plain")
    for name, expected in (
        ("bikse", (404, "Project with that name not found.")),
        ("plain", (400, 'Project "plain" is not a Studio project.')),
    ):
        assert refused(put(door, f"labelers/{ANN}", roles={name: "both"})) == expected
    assert refused(put(door, f"labelers/{BOB}", pace=1)) == (
        400,
        f"No teammate has this e-mail: {BOB}.",
    )
    assert refused(put(door, "projects/bikse", reviews=1)) == (
        404,
        "Project with that name not found.",
    )


WEEKEND = ["mon", "sun", "sat", "fri"]


@pytest.mark.parametrize("days", ["fri-mon", WEEKEND, ["SUN", "sat", "fri ", "Mon"]])
def test_weekdays_can_be_written_in_several_ways(door: Door, days: Any) -> None:
    exact_team(door, ANN)
    shown = door.mock.studio.configure_labeler(ANN, weekdays=days)
    assert shown["weekdays"] == ["mon", "fri", "sat", "sun"]


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (
            {"studio_invitations": "later"},
            "studio_invitations='later': expected one of accepted, pending.",
        ),
        ({"studio_unassigned": 1}, "studio_unassigned=1: expected one of finish, drop."),
        ({"studio_pickup_s": -1}, "studio_pickup_s=-1: expected a number of seconds, 0 or more."),
        (
            {"studio_invitation_s": 0.5},
            "studio_invitation_s=0.5: expected a number of seconds, 0 or more.",
        ),
        ({"studio_activity_max": 0}, "studio_activity_max=0: a limit is at least 1."),
    ],
)
def test_a_wrong_setting_is_refused(setting: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ScaleMock(**setting)
    assert str(caught.value) == text
