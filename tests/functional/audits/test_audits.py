"""Audits, fixes, redos and recalls in all three product lines, and what follows from each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound

from tests.functional.helpers import HOOK, batch, docs, image_task, ok, project, refused
from tests.functional.studio.team import ANN, BOB, exact_team

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

LINES = ["enterprise", "rapid", "studio"]
ALL_LINES = pytest.mark.parametrize("line", LINES)
FIXED = {"annotations": [{"label": "bicycle", "type": "box", "left": 1, "top": 2, "width": 3,
                          "height": 4}]}  # fmt: skip
QA = "qa@example.test"


def delivered(door: Door, line: str, *, count: int = 2, mode: str = "live") -> list[Any]:
    """The tasks of a completed batch ``w1``, their callbacks and the batch's sent."""
    if line == "studio" and mode == "live":
        exact_team(door, ANN, BOB)
    else:
        project(door, mode=mode, **({} if line == "enterprise" else {line: True}))
    made = batch(door, mode=mode, callback=HOOK)
    tasks = [
        image_task(door, mode=mode, batch="w1", unique_id=f"{n}", callback_url=HOOK)
        for n in range(count)
    ]
    if line != "enterprise":
        made.finalize()
    door.mock.clock.advance(days=14)
    for task in tasks:
        task.refresh()
    assert status(door, mode) == {"status": "completed", "completed": count}
    assert len(door.mock.callbacks.received) == count + 1
    return tasks


def status(door: Door, mode: str = "live") -> dict[str, Any]:
    found: dict[str, Any] = door.client(mode).get_batch("w1").get_status()
    return found


def news(door: Door, since: int) -> list[tuple[str, str, str]]:
    """Subject, reason and status of the callbacks that came since."""
    door.settle()
    return [
        (one.subject, one.reason, one.json["status"])
        for one in list(door.mock.callbacks.received)[since:]
    ]


@pytest.fixture
def gateless(open_door: OpenDoor) -> Door:
    return open_door(rapid_gate="off")


@ALL_LINES
def test_an_accepted_task_stays_completed_and_says_so(gateless: Door, line: str) -> None:
    door = gateless
    task, other = delivered(door, line)
    before = task.as_dict()
    task.audit(accepted=True, comments="Fine.")
    now = door.mock.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert news(door, 3) == [(task.id, "audited", "completed")]
    task.refresh()
    found = task.as_dict()
    assert found["audits"] == [
        {
            "audited_by": "customer@example.test",
            "audited_at": now,
            "audit_time_secs": 0,
            "audit_result": "accepted",
            "audit_source": "customer",
            "comments": "Fine.",
        }
    ]
    changed = {key for key in found if found[key] != before.get(key)}
    assert changed <= {"audits", "customer_review_status", "customer_review_comments",
                       "updated_at", "callback_succeeded"}  # fmt: skip
    assert (found["customer_review_status"], found["customer_review_comments"]) == (
        "accepted", "Fine.",
    )  # fmt: skip
    sent = door.mock.callbacks.received[-1].json
    assert sent["response"] == before["response"]
    assert sent["task"]["customer_review_status"] == "accepted"
    assert sent["task"]["audits"] == found["audits"]
    assert status(door) == {"status": "completed", "completed": 2}
    assert [one["task_id"] for one in docs(door.get("/tasks?customer_review_status=accepted"))] == [
        task.id
    ]
    other.refresh()
    assert (other.audits, other.as_dict().get("customer_review_status")) == ([], None)


@ALL_LINES
def test_the_newest_audit_is_the_status_and_comments_accumulate(gateless: Door, line: str) -> None:
    door = gateless
    task, _ = delivered(door, line)
    task.audit(accepted=False, comments="One.")
    door.mock.clock.advance(hours=1)
    task.audit(accepted=True, comments="Two.")
    task.refresh()
    assert (task.status, task.customer_review_status) == ("completed", "accepted")
    assert task.customer_review_comments == ["One.", "Two."]
    assert [one["audit_result"] for one in task.audits] == ["accepted", "rejected"]
    assert task.audits[0]["audited_at"] > task.audits[1]["audited_at"]
    assert [reason for _, reason, _ in news(door, 3)] == ["audited", "audited"]


@ALL_LINES
@pytest.mark.parametrize("through", ["python", "control API"])
def test_a_fix_replaces_the_response_and_keeps_the_old_one(
    gateless: Door, line: str, through: str
) -> None:
    door = gateless
    task, _ = delivered(door, line)
    before = task.response
    if through == "python":
        door.mock.tasks.audit(task, "fixed", response=FIXED, comments="Tighter.", by=QA)
    else:
        body = {"result": "fixed", "response": FIXED, "comments": "Tighter.", "by": QA}
        answered = ok(door.request("POST", f"/_mock/tasks/{task.id}/audit", json=body))
        assert answered["response"] == FIXED
    assert news(door, 3) == [(task.id, "audited", "completed")]
    task.refresh()
    assert (task.status, task.response, task.prior_responses) == ("completed", FIXED, [before])
    assert (task.customer_review_status, task.audits[0]["audited_by"]) == ("fixed", QA)
    sent = door.mock.callbacks.received[-1].json
    assert (sent["response"], sent["task"]["prior_responses"]) == (FIXED, [before])
    assert status(door) == {"status": "completed", "completed": 2}
    assert "times_redone" not in task.as_dict()


@ALL_LINES
@pytest.mark.parametrize("through", ["python", "control API", "auto redo"])
def test_a_redo_reopens_the_batch_until_the_task_is_done_again(
    open_door: OpenDoor, line: str, through: str
) -> None:
    door = open_door(rapid_gate="off", auto_redo_rejected=through == "auto redo")
    task, other = delivered(door, line)
    first = task.response
    if through == "python":
        door.mock.tasks.redo(task)
    elif through == "control API":
        ok(door.request("POST", f"/_mock/tasks/{task.id}/redo", json={"by": QA}))
    else:
        task.audit(accepted=False, comments="Again.")
    recalls = [(task.id, "recalled", "pending")]
    audited = [(task.id, "audited", "completed")] if through == "auto redo" else []
    assert news(door, 3) == audited + recalls
    task.refresh()
    found = task.as_dict()
    assert (found["status"], found["workStarted"], found["times_redone"]) == ("pending", False, 1)
    assert found["prior_responses"] == [first]
    assert [key for key in ("response", "completed_at") if found.get(key)] == []
    recall = door.mock.callbacks.received[-1].json
    assert (recall["status"], recall["task"]["status"]) == ("pending", "pending")
    assert recall["task"]["prior_responses"] == [first]
    assert status(door) == {"status": "in_progress", "completed": 1, "pending": 1}
    assert "completed_at" not in docs(door.get("/batches"))[0]
    if line != "enterprise":
        with pytest.raises(ScaleInvalidRequest, match="No tasks may be added to it"):
            image_task(door, batch="w1")
        with pytest.raises(ScaleInvalidRequest, match="has already been finalized"):
            door.client().finalize_batch("w1")
    door.mock.clock.advance(days=14)
    task.refresh()
    assert (task.status, task.times_redone, len(task.prior_responses)) == ("completed", 1, 1)
    assert task.response
    assert status(door) == {"status": "completed", "completed": 2}
    sent = news(door, 3 + len(audited) + 1)
    assert sent == [(task.id, "completed", "completed"), ("w1", "completed", "completed")]
    assert door.mock.callbacks.received[-1].json["stats"] == {"completed": 2}
    other.refresh()
    assert "times_redone" not in other.as_dict()


@ALL_LINES
def test_a_sent_back_task_can_be_canceled_or_fail_and_the_batch_follows(
    gateless: Door, line: str
) -> None:
    door = gateless
    first, second = delivered(door, line)
    for task in (first, second):
        door.mock.tasks.redo(task)
    assert status(door) == {"status": "in_progress", "pending": 2}
    first.cancel()
    assert status(door) == {"status": "in_progress", "pending": 1, "canceled": 1}
    door.mock.tasks.fail(second, "Gone.")
    door.settle()
    assert status(door) == {"status": "completed", "canceled": 1, "error": 1}
    assert door.mock.callbacks.received[-1].json == {
        "batch": "w1", "status": "completed", "stats": {"canceled": 1, "error": 1},
    }  # fmt: skip
    second.refresh()
    assert (second.times_redone, len(second.prior_responses)) == (1, 1)


@ALL_LINES
def test_redone_twice_keeps_both_answers(gateless: Door, line: str) -> None:
    door = gateless
    task, _ = delivered(door, line)
    answers = []
    for _ in range(2):
        answers.append(task.response)
        door.mock.tasks.redo(task)
        door.mock.clock.advance(days=14)
        task.refresh()
    assert (task.times_redone, task.prior_responses) == (2, answers)


@ALL_LINES
def test_test_mode_is_audited_and_redone_too(gateless: Door, line: str) -> None:
    door = gateless
    task, _ = delivered(door, line, mode="test")
    task.audit(accepted=False)
    door.mock.tasks.redo(task)
    door.mock.clock.advance(minutes=2)
    task.refresh()
    assert (task.status, task.times_redone, task.customer_review_status) == (
        "completed", 1, "rejected",
    )  # fmt: skip
    assert status(door, "test") == {"status": "completed", "completed": 2}


@ALL_LINES
def test_an_audit_moves_the_batchs_audit_date(gateless: Door, line: str) -> None:
    door = gateless
    task, _ = delivered(door, line)
    moment = door.mock.clock.now().isoformat()
    door.mock.clock.advance(hours=1)
    query = {"audited_after": moment}
    assert docs(door.get("/batches", params=query)) == []
    task.audit(accepted=True)
    (found,) = docs(door.get("/batches", params=query))
    assert found["name"] == "w1"


@ALL_LINES
def test_a_fixless_audit_leaves_the_task_as_it_is(gateless: Door, line: str) -> None:
    door = gateless
    task, other = delivered(door, line)
    before = task.as_dict()
    body = {
        "task_id": task.id,
        "audit_result": "rejected",
        "response_url": "https://example.test/r",
        "feedback": [
            {"type": "error", "state": "accepted", "annotation_id": "a"},
            {"type": "comment", "state": "disputed", "attribute": "color"},
        ],
    }
    reply = door.put("/audits", json=body)
    assert reply.status_code == 201
    audit = reply.json()
    assert {key: audit[key] for key in body} == body
    again = door.put("/audits", json={"task_id": task.id, "audit_result": "accepted"}).json()
    assert ok(door.get(f"/audits?task_id={task.id}")) == [again, audit]
    assert ok(door.get(f"/audits?id={audit['id']}")) == audit
    assert ok(door.get(f"/audits?task_id={other.id}")) == []
    assert ok(door.get("/audits")) == [again, audit]
    assert news(door, 3) == []
    task.refresh()
    assert task.as_dict() == before
    assert status(door) == {"status": "completed", "completed": 2}


@ALL_LINES
def test_a_fixless_audit_is_changed_by_its_id(gateless: Door, line: str) -> None:
    door = gateless
    task, other = delivered(door, line)
    made = door.put("/audits", json={"task_id": task.id, "audit_result": "rejected"}).json()
    door.mock.clock.advance(minutes=5)
    change = {"id": made["id"], "audit_result": "fixed", "task_id": other.id}
    reply = door.put("/audits", json=change)
    assert reply.status_code == 201
    changed = reply.json()
    assert (changed["task_id"], changed["audit_result"]) == (task.id, "fixed")
    assert changed["created_at"] == made["created_at"]
    assert changed["updated_at"] > made["updated_at"]


def what_is_not_completed(door: Door) -> dict[str, Any]:
    """One task for every status that cannot be audited."""
    tasks = {name: image_task(door) for name in ("pending", "canceled", "error")}
    tasks["canceled"].cancel()
    door.mock.tasks.fail(tasks["error"])
    return tasks


@pytest.mark.parametrize("name", ["pending", "canceled", "error"])
def test_only_completed_tasks_are_audited_and_sent_back(door: Door, name: str) -> None:
    task = what_is_not_completed(door)[name]
    audit = f"Only a completed task can be audited; this one is {name}."
    with pytest.raises(ScaleInvalidRequest) as caught:
        task.audit(accepted=True)
    assert (caught.value.code, caught.value.message) == (400, audit)
    control = f"/_mock/tasks/{task.id}"
    for reply in (
        door.put("/audits", json={"task_id": task.id, "audit_result": "accepted"}),
        door.request("POST", f"{control}/audit", json={"result": "rejected"}),
        door.request("POST", f"{control}/audit", json={"result": "fixed", "response": FIXED}),
    ):
        assert refused(reply) == (400, audit)
    redo = f"Only a completed task can be sent back; this one is {name}."
    assert refused(door.request("POST", f"{control}/redo", json={})) == (400, redo)
    task.refresh()
    assert (task.status, task.audits) == (name, [])


def test_wrong_audits_are_refused_with_the_reason(door: Door) -> None:
    task = image_task(door)
    door.mock.tasks.complete(task)
    control, invalid = f"/_mock/tasks/{task.id}/audit", "Parameter is invalid, reason: "
    results = '"result" must be one of [accepted, fixed, rejected]'
    fix = "A fix comes with the corrected response, other results without one; got {}."
    for reply, text in (
        (door.post(f"/task/{task.id}/audit", json={}), invalid + '"accepted" is required'),
        (
            door.post(f"/task/{task.id}/audit", json={"accepted": "maybe"}),
            invalid + '"accepted" must be a boolean',
        ),
        (
            door.post(f"/task/{task.id}/audit", json={"accepted": True, "comments": 7}),
            invalid + '"comments" must be a string',
        ),
        (door.request("POST", control, json={}), invalid + '"result" is required'),
        (door.request("POST", control, json={"result": "good"}), invalid + results),
        (door.request("POST", control, json={"result": "fixed"}), fix.format("fixed")),
        (
            door.request("POST", control, json={"result": "accepted", "response": FIXED}),
            fix.format("accepted"),
        ),
    ):
        assert refused(reply) == (400, text)
    task.refresh()
    assert task.audits == []


def test_audits_of_nothing_are_refused(door: Door) -> None:
    gone = (404, "Task with that ID not found.")
    for reply in (
        door.post("/task/nope/audit", json={"accepted": True}),
        door.put("/audits", json={"task_id": "nope"}),
        door.get("/audits?task_id=nope"),
        door.request("POST", "/_mock/tasks/nope/audit", json={"result": "accepted"}),
        door.request("POST", "/_mock/tasks/nope/redo", json={}),
    ):
        assert refused(reply) == gone
    nothing = (404, "Audit with that ID not found.")
    assert refused(door.get("/audits?id=nope")) == nothing
    assert refused(door.put("/audits", json={"id": "nope"})) == nothing
    with pytest.raises(ScaleResourceNotFound) as caught:
        door.client().audit_task("nope", True)
    assert caught.value.message == gone[1]
