"""Listing tasks: pages by token and by offset, every filter, and dates in every accepted form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType

from tests.functional.helpers import (
    CATEGORIES,
    batch,
    completed_task,
    docs,
    image_task,
    ok,
    project,
    refused,
)

if TYPE_CHECKING:
    from scaleapi.tasks import Task

    from tests.functional.doors import Door


def ids(tasks: Any) -> list[str]:
    return [task.id for task in tasks]


def tasks_of_a_day(door: Door, count: int = 5) -> list[Task]:
    """Tasks of one batch, an hour apart, oldest first."""
    project(door)
    batch(door)
    made = []
    for number in range(count):
        made.append(image_task(door, batch="w1", unique_id=f"u{number}"))
        door.mock.clock.advance(hours=1)
    return made


def test_newest_come_first(door: Door) -> None:
    made = tasks_of_a_day(door)
    assert ids(door.client().tasks(limit=3)) == [task.id for task in reversed(made)][:3]


def test_shape_of_a_page(door: Door) -> None:
    tasks_of_a_day(door)
    first = ok(door.get("/tasks?limit=2"))
    assert {key: first[key] for key in ("total", "limit", "offset", "has_more")} == {
        "total": 5, "limit": 2, "offset": 0, "has_more": True,
    }  # fmt: skip
    last = ok(door.get("/tasks", params={"limit": 4, "next_token": first["next_token"]}))
    assert (last["total"], last["has_more"], "next_token" in last) == (5, False, False)
    assert len(last["docs"]) == 3


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_tokens_lead_to_the_end_without_gap_or_repetition(door: Door, limit: int) -> None:
    made = tasks_of_a_day(door)
    found = list(door.client().get_tasks(project_name="bikes", limit=limit))
    assert ids(found) == [task.id for task in reversed(made)]


def test_tasks_that_come_meanwhile_do_not_shift_the_pages(door: Door) -> None:
    made = tasks_of_a_day(door)
    first = ok(door.get("/tasks?limit=3"))
    image_task(door)
    rest = docs(door.get("/tasks", params={"next_token": first["next_token"]}))
    assert [one["task_id"] for one in rest] == [made[1].id, made[0].id]


def test_tokens_keep_to_the_filters(door: Door) -> None:
    made = tasks_of_a_day(door)
    for task in made[::2]:
        task.set_tags(["odd"])
    found = list(door.client().get_tasks(project_name="bikes", tags="odd", limit=1))
    assert ids(found) == [made[4].id, made[2].id, made[0].id]


def test_offset_still_works(door: Door) -> None:
    made = tasks_of_a_day(door)
    page = ok(door.get("/tasks?limit=2&offset=2"))
    assert [one["task_id"] for one in page["docs"]] == [made[2].id, made[1].id]
    assert (page["offset"], page["total"], page["has_more"]) == (2, 5, True)
    assert docs(door.get("/tasks?offset=5")) == []
    assert docs(door.get("/tasks?offset=99999")) == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("limit=0", '"limit" must be greater than or equal to 1'),
        ("limit=-1", '"limit" must be greater than or equal to 1'),
        ("limit=101", '"limit" must be less than or equal to 100'),
        ("limit=ten", '"limit" must be a number'),
        ("limit=1.5", '"limit" must be a number'),
        ("limit=1_0", '"limit" must be a number'),
        ("limit=" + "9" * 400, '"limit" must be a safe number'),
        ("offset=-1", '"offset" must be greater than or equal to 0'),
        ("offset=x", '"offset" must be a number'),
        ("offset=" + "9" * 30, '"offset" must be a safe number'),
        ("offset=-" + "9" * 30, '"offset" must be a safe number'),
        ("offset=" + "9" * 5000, '"offset" must be a safe number'),
        ("status=done", '"status" must be one of [pending, completed, canceled, error]'),
        (
            "customer_review_status=accepted,good",
            '"customer_review_status" must be one of '
            "[pending, accepted, fixed, rejected, commented]",
        ),
        ("start_time=yesterday", '"start_time" must be a valid ISO 8601 date'),
        ("end_time=2024-13-01", '"end_time" must be a valid ISO 8601 date'),
        ("completed_after=1", '"completed_after" must be a valid ISO 8601 date'),
        (
            "updated_before=0001-01-01T00:00:00%2B14:00",
            '"updated_before" must be a valid ISO 8601 date',
        ),
        (
            "completed_before=9999-12-31T23:59:59-14:00",
            '"completed_before" must be a valid ISO 8601 date',
        ),
    ],
)
def test_wrong_query_is_refused_by_name(door: Door, query: str, reason: str) -> None:
    reply = door.get(f"/tasks?{query}")
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


@pytest.mark.parametrize(
    "token", ["x", "t", "tz", "t-1z", "t0x1z", "t_1z", "t" + "f" * 500 + "z", "é"]
)
def test_invented_token_is_refused(door: Door, token: str) -> None:
    image_task(door)
    status, text = refused(door.get("/tasks", params={"next_token": token}))
    assert (status, '"next_token"' in text) == (400, True)


def test_empty_and_valueless_params_are_ignored(door: Door) -> None:
    """As recorded from a client that sends all of them always."""
    made = tasks_of_a_day(door)
    query = "callback_url&end_time&limit=2&offset=2&start_time&status&type&next_token=&unknown=1"
    page = ok(door.get(f"/tasks?{query}"))
    assert [one["task_id"] for one in page["docs"]] == [made[2].id, made[1].id]


@pytest.mark.parametrize(
    "instant",
    [
        "2024-01-01T02:00:00Z",
        "2024-01-01T02:00:00.000Z",
        "2024-01-01T02:00:00.000000",
        "2024-01-01 02:00:00.000000",
        "2024-01-01 02:00",
        "2024-01-01T02:00:00+00:00",
        "2023-12-31T19:00:00-07:00",
        "2024-01-01T03:30:00+01:30",
        "20240101T020000Z",
    ],
)
def test_instants_in_every_form_and_inclusive(door: Door, instant: str) -> None:
    made = tasks_of_a_day(door)
    client = door.client()
    assert ids(client.tasks(start_time=instant)) == [made[4].id, made[3].id, made[2].id]
    assert ids(client.tasks(end_time=instant)) == [made[2].id, made[1].id, made[0].id]
    assert ids(client.tasks(start_time=instant, end_time=instant)) == [made[2].id]
    unquoted = door.get(f"/tasks?start_time={instant}&end_time={instant}")
    assert [one["task_id"] for one in docs(unquoted)] == [made[2].id]


def test_date_alone_is_its_midnight(door: Door) -> None:
    made = tasks_of_a_day(door)
    client = door.client()
    assert client.tasks(start_time="2024-01-01").total == 5
    assert ids(client.tasks(end_time="2024-01-01")) == [made[0].id]
    assert list(client.tasks(start_time="2024-01-02")) == []
    assert list(client.tasks(end_time="2021-04-25T03:14:15-07:00")) == []


def test_windows_of_completion_and_change_are_inclusive(door: Door) -> None:
    done = completed_task(door)
    door.mock.clock.advance(hours=1)
    changed = image_task(door)
    door.mock.clock.advance(hours=1)
    changed.set_tags(["a"])
    client = door.client()
    at = done.completed_at
    assert ids(client.tasks(completed_after=at, completed_before=at)) == [done.id]
    assert ids(client.tasks(completed_before="2030-01-01")) == [done.id]
    assert ids(client.tasks(updated_after="2024-01-01T02:00:00Z")) == [changed.id]
    assert ids(client.tasks(updated_before="2024-01-01T01:59:59Z")) == [done.id]
    window = client.get_tasks(batch_name="none", completed_after=at)
    assert list(window) == []


def test_filters_by_state(door: Door) -> None:
    pending, done, canceled, errored = (
        image_task(door), completed_task(door), image_task(door), image_task(door),
    )  # fmt: skip
    canceled.cancel()
    door.mock.tasks.fail(errored)
    client = door.client()
    for status, task in (
        (TaskStatus.Pending.value, pending),
        (TaskStatus.Completed.value, done),
        (TaskStatus.Canceled.value, canceled),
        ("error", errored),
    ):
        assert ids(client.tasks(status=status)) == [task.id]
    both = client.tasks(status=["pending", "error"])
    assert ids(both) == [errored.id, pending.id]


def test_filters_by_review(door: Door) -> None:
    project(door)
    good, bad, _ = (completed_task(door, project="bikes") for _ in range(3))
    good.audit(accepted=True)
    bad.audit(accepted=False)
    client = door.client()
    by_one = client.get_tasks("bikes", review_status=TaskReviewStatus.Accepted)
    assert ids(by_one) == [good.id]
    either = [TaskReviewStatus.Accepted, TaskReviewStatus.Rejected]
    assert ids(client.get_tasks("bikes", review_status=either)) == [bad.id, good.id]
    bad.audit(accepted=True)
    assert client.get_tasks_count("bikes", review_status=TaskReviewStatus.Rejected) == 0


def test_filters_by_place_type_tags_and_unique_id(door: Door) -> None:
    made = tasks_of_a_day(door, 3)
    made[0].set_tags(["x", "y"])
    made[1].set_tags(["y"])
    client = door.client()
    other = client.create_task(TaskType.Categorization, **CATEGORIES, tags=["x"])
    assert ids(client.tasks(type="categorization")) == [other.id]
    assert client.get_tasks_count("bikes", "w1") == 3
    assert client.get_tasks_count("bikes", task_type=TaskType.Categorization) == 0
    assert ids(client.tasks(tags="x")) == [other.id, made[0].id]
    assert ids(client.tasks(tags=["x", "y"])) == [other.id, made[1].id, made[0].id]
    assert ids(client.tasks(unique_id=["u0", "u2", "nobody"])) == [made[2].id, made[0].id]
    assert ids(client.tasks(tags=["x", "y"], project="bikes", unique_id="u1")) == [made[1].id]


@pytest.mark.parametrize("query", ["project=none", "batch=none", "tags=none", "unique_id=none"])
def test_filter_that_nothing_matches_is_an_empty_page(door: Door, query: str) -> None:
    image_task(door)
    page = ok(door.get(f"/tasks?{query}"))
    assert page == {"docs": [], "total": 0, "limit": 100, "offset": 0, "has_more": False}


def test_filters_follow_changes(door: Door) -> None:
    task = image_task(door, unique_id="a", tags=["t"])
    client = door.client()
    task.clear_unique_id()
    task.delete_tags(["t"])
    task.cancel()
    assert ids(client.tasks(unique_id="a")) == []
    assert ids(client.tasks(tags="t")) == []
    assert ids(client.tasks(status="pending")) == []
    assert ids(client.tasks(status="canceled")) == [task.id]


def test_a_hundred_and_one_tasks_are_two_pages(door: Door) -> None:
    project(door)
    made = [image_task(door, project="bikes").id for _ in range(101)]
    page = ok(door.get("/tasks"))
    assert (page["limit"], len(page["docs"]), page["has_more"]) == (100, 100, True)
    assert ids(door.client().get_tasks("bikes")) == made[::-1]
