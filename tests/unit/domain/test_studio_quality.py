"""Studio's assignments, groups and priorities; Rapid's quality tasks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.refusals import Refusal
from scale_mock.domain.studio import worker_id
from scale_mock.domain.taskers import QualityAttempt
from scale_mock.domain.team import ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator

Platform = Any
ANN, BO = "ann@x.test", "bo@x.test"


@contextmanager
def refused(status: int, text: str) -> Iterator[None]:
    with pytest.raises(Refusal, match=text) as found:
        yield
    assert found.value.status == status


@pytest.fixture
def studio(platform: Platform) -> Platform:
    """Two Studio projects and two labelers, Ann assigned to the first."""
    platform.project(studio=True)
    platform.project("q", studio=True)
    platform.project("rapid", rapid=True)
    platform.team.invite({"emails": [ANN, BO], "team_role": "labeler"})
    platform.studio.assign(platform.live, {"emails": [ANN], "projects": ["p"]})
    return platform


def test_assigning_twice_is_the_same_as_once(studio: Platform) -> None:
    body = {"emails": [ANN, BO], "projects": ["q", "p"]}
    studio.studio.assign(studio.live, body)
    assert studio.studio.assign(studio.live, body) == {ADMIN: [], ANN: ["p", "q"], BO: ["q", "p"]}
    assert studio.studio.assignments(studio.test) == {ADMIN: [], ANN: [], BO: []}


def test_unassigning_ignores_what_was_not_assigned(studio: Platform) -> None:
    body = {"emails": [ANN, BO], "projects": ["p", "q"]}
    assert studio.studio.unassign(studio.live, body) == {ADMIN: [], ANN: [], BO: []}


def test_disabled_teammates_are_not_listed(studio: Platform) -> None:
    studio.team.set_role({"emails": [ANN], "team_role": "disabled"})
    assert list(studio.studio.assignments(studio.live)) == [ADMIN, BO]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"emails": ["z@x.test"], "projects": ["p"]}, 400, "No teammate has this e-mail: z@x.test"),
        ({"emails": [ANN], "projects": []}, 400, '"projects" must contain at least 1 items'),
        ({"emails": [ANN], "projects": ["rapid"]}, 400, '"rapid" is not a Studio project'),
        ({"emails": [ANN], "projects": ["zz"]}, 404, "Project with that name not found."),
    ],
)
def test_wrong_assignments_are_refused(studio: Platform, body: Any, status: int, text: str) -> None:
    with refused(status, text):
        studio.studio.assign(studio.live, body)
    assert studio.studio.assignments(studio.live)[ANN] == ["p"]


def test_groups_hold_assigned_teammates(studio: Platform) -> None:
    side = studio.live
    group = studio.studio.create_group(side, "p", {"name": "g", "emails": [ANN]})
    assert (group.emails, group.is_singleton, len(group.id)) == ([ANN], False, 24)
    with refused(400, f'not assigned to project "p": {BO}'):
        studio.studio.create_group(side, "p", {"name": "h", "emails": [ANN, BO]})
    with refused(409, 'Project "p" already has a group "g".'):
        studio.studio.create_group(side, "p", {"name": "g", "emails": []})
    assert studio.studio.groups(side, "p") == [group]
    assert studio.studio.groups(side, "q") == []
    with refused(400, 'Project "rapid" is not a Studio project.'):
        studio.studio.groups(side, "rapid")


def test_groups_gain_and_lose_members(studio: Platform) -> None:
    side, change = studio.live, studio.studio.update_group
    studio.studio.assign(side, {"emails": [BO], "projects": ["p"]})
    studio.studio.create_group(side, "p", {"name": "g", "emails": [ANN]})
    assert change(side, "p", "g", {"add_emails": [BO, ANN]}).emails == [ANN, BO]
    assert change(side, "p", "g", {"remove_emails": [ANN, "z@x.test"]}).emails == [BO]
    assert change(side, "p", "g", {}).emails == [BO]
    with refused(400, 'not assigned to project "p": z@x.test'):
        change(side, "p", "g", {"add_emails": ["z@x.test"]})
    with refused(404, 'Project "p" has no group "x". Its groups: g.'):
        change(side, "p", "x", {})
    with refused(404, "Its groups: none."):
        change(side, "q", "x", {})


def test_a_batch_is_limited_to_groups_and_people(studio: Platform) -> None:
    side = studio.live
    studio.studio.create_group(side, "p", {"name": "g", "emails": [ANN]})
    batch = studio.batch()
    studio.studio.limit_batch(side, "b", {"groups": ["g", ANN.upper(), "g"]})
    assert batch.groups == ("g", ANN)
    single = studio.studio.groups(side, "p")[1]
    assert (single.name, single.emails, single.is_singleton) == (ANN, [ANN], True)
    studio.studio.limit_batch(side, "b", {"groups": [ANN]})
    assert len(studio.studio.groups(side, "p")) == 2, "the group of one exists once"
    with refused(400, f'not assigned to project "p": {BO}'):
        studio.studio.limit_batch(side, "b", {"groups": [BO]})
    with refused(404, 'has no group "h"'):
        studio.studio.limit_batch(side, "b", {"groups": ["h"]})
    studio.batch("other", project="rapid")
    with refused(400, 'Batch "other" does not belong to a Studio project.'):
        studio.studio.limit_batch(side, "other", {"groups": ["g"]})


def names(batches: list[Any]) -> list[str]:
    return [batch.name for batch in batches]


@pytest.fixture
def four(studio: Platform) -> Platform:
    """Four finalized Studio batches with a task each, the third a calibration batch."""
    for name in ("a", "b", "c", "d"):
        studio.batch(name, calibration_batch=name == "c")
        studio.task(batch=name, n=name)
        studio.finalize(name)
    studio.batch("staging")
    studio.batch("rapid", project="rapid")
    return studio


def test_batches_are_worked_on_calibration_first_then_by_age(four: Platform) -> None:
    assert names(four.studio.batches(four.live)) == ["c", "a", "b", "d"]


@pytest.mark.parametrize("key", ["batches", "groups"])
def test_priorities_set_the_order_until_they_are_reset(four: Platform, key: str) -> None:
    side, set_priorities = four.live, four.studio.set_priorities
    wanted = ["d", {"name": "c"}, "b", {"name": "a"}]
    assert names(set_priorities(side, {key: wanted})) == ["d", "c", "b", "a"]
    assert [side.batches[name].studio_priority for name in "abcd"] == [4, 3, 2, 1]
    four.batch("e")
    four.finalize("e")
    assert names(four.studio.batches(side)) == ["d", "c", "b", "a", "e"]
    assert names(four.studio.reset_priorities(side)) == ["c", "a", "b", "d", "e"]


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        (["a", "b", "c"], r"listed exactly once\. Missing: d\.$"),
        (["a", "b", "c", "d", "staging"], r"Not pending: staging\.$"),
        (["a", "a", "b", "c", "e"], r"Missing: d\. Not pending: e\. Twice: a\.$"),
        ("a", '"batches" must be an array'),
        (["a", {}], r'"batches\[1\].name" is required'),
    ],
)
def test_incomplete_priorities_say_what_is_wrong(four: Platform, listed: Any, text: str) -> None:
    with refused(400, text):
        four.studio.set_priorities(four.live, {"batches": listed})
    assert four.live.batches["a"].studio_priority is None


def test_a_worker_has_one_id_whenever_it_is_asked_for(studio: Platform) -> None:
    first = worker_id(studio.core, ANN)
    studio.batch()
    assert worker_id(studio.core, ANN) == first != worker_id(studio.core, BO)


@pytest.fixture
def rapid(platform: Platform) -> Platform:
    platform.project("r", type="imageannotation", rapid=True, params={"geometry": "box"})
    platform.project("plain", type="imageannotation")
    platform.project("text", type="textcollection", rapid=True)
    platform.batch("rb", project="r")
    return platform


def create(platform: Platform, kind: Any = "evaluation", **body: Any) -> Any:
    type_name = body.pop("type", "imageannotation")
    return platform.quality.create(platform.live, kind, type_name, body)


def test_quality_tasks_inherit_params_and_stay_out_of_the_task_list(rapid: Platform) -> None:
    task = create(rapid, project="r", expected_response={"a": 1}, initial_response=[], size=2)
    assert task.params == b'{"geometry":"box","size":2,"echoed":true}'
    assert (task.kind, task.expected_response, task.initial_response) == (
        "evaluation",
        {"a": 1},
        [],
    )
    other = create(rapid, "training", batch="rb", expected_response={})
    assert other.project.name == "r"
    assert rapid.live.tasks == {}
    assert list(rapid.live.quality_tasks) == [task.id, other.id]
    assert rapid.sink.owed == []


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"type": "annotation"}, 400, "Evaluation tasks of type annotation are not supported"),
        ({"project": None}, 400, '"project" is required'),
        ({"project": "plain"}, 400, "evaluation tasks exist in Rapid projects only"),
        ({"project": "text"}, 400, "is of type textcollection"),
        ({"batch": "rb", "project": "text"}, 400, 'Batch "rb" belongs to project "r"'),
        ({"batch": "zz"}, 404, "Batch with that name not found."),
        ({"expected_response": None}, 400, '"expected_response" is required'),
        ({"expected_response": []}, 400, '"expected_response" must be of type object'),
        ({"bad": 1}, 400, "bad"),
    ],
)
def test_wrong_quality_tasks_are_refused(
    rapid: Platform, body: Any, status: int, text: str
) -> None:
    with refused(status, text):
        create(rapid, **{"project": "r", "expected_response": {}, **body})
    assert rapid.live.quality_tasks == {}


def test_nobody_attempts_quality_tasks_where_there_is_no_crowd(rapid: Platform) -> None:
    first = create(rapid, project="r", expected_response={})
    attempts = rapid.quality.attempts
    assert attempts(rapid.live, task_ids=[first.id], emails=[ANN]) == []
    with refused(404, "No quality task has this ID: x, y."):
        attempts(rapid.live, task_ids=["x", first.id, "y"], emails=[])


def test_attempts_are_found_by_task_and_by_labeler(rapid: Platform) -> None:
    ids = [create(rapid, project="r", expected_response={"n": n}).id for n in range(2)]
    made = [
        QualityAttempt(task_id, "evaluation", email, 1, 90, True, rapid.core.now())
        for task_id in ids
        for email in (ANN, BO)
    ]
    rapid.live.attempts.extend(made)
    attempts = rapid.quality.attempts
    assert attempts(rapid.live, task_ids=[], emails=[]) == made
    assert attempts(rapid.live, task_ids=[ids[1]], emails=[]) == made[2:]
    assert attempts(rapid.live, task_ids=[], emails=[BO.upper()]) == [made[1], made[3]]
    assert attempts(rapid.live, task_ids=[ids[0]], emails=[BO]) == [made[1]]
    assert attempts(rapid.test, task_ids=[], emails=[]) == []
