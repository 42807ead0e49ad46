"""Batches: their objects and lists, and the workflows of the three product lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest

from tests.functional.helpers import (
    HOOK,
    batch,
    completed_task,
    docs,
    image_task,
    ok,
    project,
    refused,
)

if TYPE_CHECKING:
    from tests.functional.doors import Door


def test_batch_has_the_documented_fields(door: Door) -> None:
    project(door, rapid=True)
    made = batch(door, callback=HOOK, calibration_batch=True, metadata={"week": 4}).as_dict()
    wanted = {
        "name": "w1",
        "project": "bikes",
        "status": "staging",
        "created_at": "2024-01-01T00:00:00.000Z",
        "metadata": {"week": 4},
        "callback": HOOK,
        "calibration_batch": True,
        "self_label_batch": False,
    }
    assert {key: made[key] for key in wanted} == wanted
    assert {"completed_at", "last_audited_at"} & set(made) == set()


def test_metadata_is_always_there(door: Door) -> None:
    project(door)
    for body in ({}, {"metadata": None}, {"callback": ""}, {"callback": None}):
        name = f"b{len(door.mock.requests)}"
        made = ok(door.post("/batches", json={"name": name, "project": "bikes", **body}))
        assert made["metadata"] == {}
        assert door.client().get_batch(name).metadata == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"project": "bikes"}, '"name" is required'),
        ({"name": "a"}, '"project" is required'),
        ({"name": "", "project": "bikes"}, '"name" is not allowed to be empty'),
        ({"name": 1, "project": "bikes"}, '"name" must be a string'),
        ({"name": "a", "project": "bikes", "callback": "x"}, '"callback" must be a valid uri'),
        ({"name": "a", "project": "bikes", "metadata": []}, '"metadata" must be of type object'),
        (
            {"name": "a", "project": "bikes", "calibration_batch": "yes"},
            '"calibration_batch" must be a boolean',
        ),
    ],
)
def test_wrong_field(door: Door, body: dict[str, Any], reason: str) -> None:
    project(door)
    expected = (400, f"Parameter is invalid, reason: {reason}")
    assert refused(door.post("/batches", json=body)) == expected
    assert list(door.client().batches()) == []


def test_names_are_unique_over_projects(door: Door) -> None:
    project(door)
    project(door, "cars")
    batch(door)
    with pytest.raises(ScaleDuplicateResource, match=r'Batch with name "w1" already exists.'):
        batch(door, of="cars")
    project(door, mode="test")
    assert batch(door, mode="test").name == "w1"


def test_status_counts_leave_zeros_out(door: Door) -> None:
    project(door)
    made = batch(door)
    tasks = [image_task(door, batch="w1") for _ in range(4)]
    assert made.get_status() == {"status": "in_progress", "pending": 4}
    tasks[0].cancel()
    door.mock.tasks.fail(tasks[1])
    door.mock.tasks.complete(tasks[2])
    assert made.get_status() == {
        "status": "in_progress", "pending": 1, "completed": 1, "error": 1, "canceled": 1,
    }  # fmt: skip
    assert (made.tasks_pending, made.tasks_error) == (1, 1)


def three_batches(door: Door) -> list[str]:
    """Batches ``a``, ``b``, ``c``, a day apart; ``b`` is of another project."""
    project(door)
    project(door, "cars")
    for name, of in (("a", "bikes"), ("b", "cars"), ("c", "bikes")):
        batch(door, name, of=of)
        door.mock.clock.advance(days=1)
    return ["a", "b", "c"]


def names(reply: Any) -> list[str]:
    return [one["name"] for one in docs(reply)]


def test_list_serves_every_clients_names(door: Door) -> None:
    three_batches(door)
    page = ok(door.get("/batches?limit=2"))
    assert [one["name"] for one in page.pop("docs")] == ["c", "b"]
    assert page == {
        "totalDocs": 3, "total": 3, "limit": 2, "offset": 0, "has_more": True, "page": 1,
        "totalPages": 2, "hasNextPage": True, "nextPage": 2, "hasPrevPage": False,
        "prevPage": None,
    }  # fmt: skip
    last = ok(door.get("/batches?limit=2&offset=2"))
    assert [one["name"] for one in last["docs"]] == ["a"]
    assert (last["has_more"], last["nextPage"], last["prevPage"]) == (False, None, 1)


def test_sdk_total_honours_the_filter_of_the_project(door: Door) -> None:
    three_batches(door)
    client = door.client()
    found = list(client.get_batches("bikes"))
    assert [one.name for one in found] == ["c", "a"]
    assert client.batches(project="bikes").total == len(found) == 2


def test_sdk_pages_by_the_echoed_limit(door: Door) -> None:
    project(door)
    made = [batch(door, f"b{number}").name for number in range(103)]
    assert [one.name for one in door.client().get_batches("bikes")] == made[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("project=bikes", ["c", "a"]),
        ("project=bikes&project=cars", ["c", "b", "a"]),
        ("project=none", []),
        ("start_time=2024-01-02", ["c", "b"]),
        ("start_time=2024-01-02&end_time=2024-01-02T00:00:00Z", ["b"]),
        ("end_time=2024-01-01", ["a"]),
        ("status=in_progress", ["c", "b", "a"]),
        ("status=staging", []),
        ("status=&project&exclude_archived=False", ["c", "b", "a"]),
        ("exclude_archived=True", ["c", "a"]),
        ("completed_after=2020-01-01", []),
        ("audited_before=2030-01-01", []),
    ],
)
def test_filters(door: Door, query: str, found: list[str]) -> None:
    three_batches(door)
    door.mock.batches.archive("b")
    reply = door.get(f"/batches?{query}")
    assert names(reply) == found
    assert reply.json()["totalDocs"] == len(found)


def test_filters_by_completion_and_audit(door: Door) -> None:
    three_batches(door)
    task = completed_task(door, batch="a")
    door.settle()
    task.audit(accepted=True)
    done = door.client().get_batch("a").as_dict()
    assert done["status"] == "completed"
    assert done["completed_at"] == done["last_audited_at"] == "2024-01-04T00:00:00.000Z"
    for name in ("completed", "audited"):
        at = "2024-01-04T00:00:00.000Z"
        assert names(door.get(f"/batches?{name}_after={at}&{name}_before={at}")) == ["a"]
        assert names(door.get(f"/batches?{name}_after=2024-01-05")) == []
    assert [b.name for b in door.client().get_batches(batch_status=BatchStatus.Completed)] == ["a"]


def test_detailed_list_counts_tasks(door: Door) -> None:
    three_batches(door)
    completed_task(door, batch="a")
    image_task(door, batch="a")
    (found,) = docs(door.get("/batches?project=bikes&detailed=true&offset=1"))
    counts = {key: value for key, value in found.items() if key.startswith("tasks_")}
    assert counts == {
        "tasks_pending": 1, "tasks_completed": 1, "tasks_error": 0, "tasks_canceled": 0,
    }  # fmt: skip
    assert "tasks_pending" not in docs(door.get("/batches"))[0]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("limit=0", '"limit" must be greater than or equal to 1'),
        ("limit=101", '"limit" must be less than or equal to 100'),
        ("offset=-1", '"offset" must be greater than or equal to 0'),
        ("offset=" + "9" * 40, '"offset" must be a safe number'),
        ("status=paused", '"status" must be one of [staging, in_progress, completed]'),
        ("start_time=soon", '"start_time" must be a valid ISO 8601 date'),
        ("exclude_archived=maybe", '"exclude_archived" must be a boolean'),
    ],
)
def test_wrong_query(door: Door, query: str, reason: str) -> None:
    reply = door.get(f"/batches?{query}")
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_enterprise_finalize_is_no_event(door: Door) -> None:
    project(door)
    made = batch(door)
    for _ in range(2):
        assert made.finalize().status == "in_progress"
    assert image_task(door, batch="w1").status == "pending"


def test_enterprise_batch_without_tasks_stays_open(door: Door) -> None:
    project(door)
    batch(door)
    door.mock.clock.advance(days=60)
    assert door.client().get_batch("w1").status == "in_progress"


def test_enterprise_batch_reopens_for_a_later_task(door: Door) -> None:
    project(door)
    batch(door, callback=HOOK)
    completed_task(door, batch="w1")
    assert door.client().get_batch("w1").status == "completed"
    task = image_task(door, batch="w1")
    reopened = door.client().get_batch("w1").as_dict()
    assert (reopened["status"], "completed_at" in reopened) == ("in_progress", False)
    door.mock.tasks.complete(task)
    door.mock.callbacks.assert_received(batch="w1", times=2)


@pytest.mark.parametrize("line", ["rapid", "studio"])
def test_staging_lines_wait_for_finalize(door: Door, line: str) -> None:
    project(door, **{line: True})
    made = batch(door, calibration_batch=line == "rapid")
    task = image_task(door, batch="w1")
    door.mock.clock.advance(days=60)
    task.refresh()
    assert (made.status, task.status, task.workStarted) == ("staging", "pending", False)
    assert made.finalize().status == "in_progress"
    for call in (made.finalize, lambda: image_task(door, batch="w1")):
        with pytest.raises(ScaleInvalidRequest, match=r'Batch "w1" has already been finalized.'):
            call()
    door.mock.tasks.complete(task)
    assert made.get_status() == {"status": "completed", "completed": 1}
    with pytest.raises(ScaleInvalidRequest, match="already been finalized"):
        image_task(door, batch="w1")


def test_staging_batch_can_be_emptied_by_canceling(door: Door) -> None:
    project(door, studio=True)
    made = batch(door, callback=HOOK)
    image_task(door, batch="w1").cancel()
    assert made.get_status() == {"status": "staging", "canceled": 1}
    made.finalize()
    sent = door.mock.callbacks.assert_received(batch="w1")
    assert sent.json == {"batch": "w1", "status": "completed", "stats": {"canceled": 1}}


def test_recall_reopens_a_completed_batch(door: Door) -> None:
    project(door)
    batch(door)
    task = completed_task(door, batch="w1")
    assert door.client().get_batch("w1").status == "completed"
    door.mock.tasks.redo(task)
    assert door.client().batch_status("w1") == {"status": "in_progress", "pending": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"priority" is required'),
        ({"priority": 9}, '"priority" must be between 10 and 30'),
        ({"priority": 31}, '"priority" must be between 10 and 30'),
        ({"priority": "high"}, '"priority" must be a number'),
    ],
)
def test_wrong_priority(door: Door, body: dict[str, Any], reason: str) -> None:
    project(door)
    batch(door)
    reply = door.post("/batches/w1/prioritize", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_priority_leaves_started_tasks_alone(door: Door) -> None:
    project(door)
    batch(door)
    started = image_task(door, batch="w1", priority=10)
    door.mock.tasks.start(started)
    waiting = image_task(door, batch="w1", priority=10)
    door.post("/batches/w1/prioritize", json={"priority": 30})
    for task in (started, waiting):
        task.refresh()
    assert (started.priority, waiting.priority) == (10, 30)
