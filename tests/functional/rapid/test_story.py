"""A Rapid project from its first calibration to its redone production task, and a short cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.functional.helpers import HOOK, batch, project
from tests.functional.rapid.steps import (
    THOROUGH,
    audit,
    calibrated,
    calibration,
    kittens,
    pictures,
    quality,
    taskers_of,
    workers_of,
)

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

RULES = [
    {
        "name": "vague instructions",
        "match": {"batch_kind": "calibration", "project_version": 0},
        "calibration": {"confidence": 0.6, "feedback": "What about kittens behind a chair?"},
    },
    {
        "name": "better instructions",
        "match": {"batch_kind": "calibration", "project_version": {"min": 1}},
        "calibration": {"confidence": 0.95},
    },
]


def test_calibrate_fail_improve_calibrate_pass_and_go_to_production(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="full", rules=RULES, auto_redo_rejected=True)
    client = door.client()
    kittens(door)
    first = calibrated(door)
    assert calibration(door)["score"] is None
    seen = calibration(door)["tasks"][0]
    assert (seen["confidence"], seen["feedback"]) == (0.6, "What about kittens behind a chair?")
    audit(first, accepted=6)
    failed = calibration(door)
    assert (failed["score"], failed["passed"]) == (60.0, False)
    assert failed["feedback"] == ["What about kittens behind a chair?"]

    launch = batch(door, "monday", of="kittens", callback=HOOK)
    tasks = pictures(door, "monday", 40)
    refusal = (
        'Batch "monday" cannot be finalized yet (setting rapid_gate="full" of the mock). Its '
        "project is missing: a calibration score of at least 80 (it is 60.0: improve the "
        "instructions with POST /v1/projects/kittens/setParams, client.update_project, calibrate "
        "again, and audit: POST /v1/task/TASK_ID/audit, task.audit); an evaluation task (POST "
        "/v1/evaluation_tasks/imageannotation, client.create_evaluation_task); a training task "
        "(POST /v1/training_tasks/imageannotation, client.create_training_task)."
    )
    with pytest.raises(ScaleInvalidRequest, match=re.escape(refusal)):
        launch.finalize()
    assert launch.get_status() == {"status": "staging", "pending": 40}

    assert client.update_project("kittens", patch=True, instruction=THOROUGH).version == 1
    second = calibrated(door, "calibration-2")
    audit(second, accepted=9)
    passed = calibration(door)
    assert (passed["score"], passed["passed"]) == (91.0, True)
    assert [(one["version"], one["score"]) for one in passed["versions"]] == [(0, 60.0), (1, 91.0)]

    quality(door, "evaluation", 10)
    quality(door, "training", 3)
    launch.finalize()
    assert launch.get_status()["status"] == "in_progress"
    door.mock.callbacks.assert_received(batch="monday", within="7 days")
    assert launch.get_status() == {"status": "completed", "completed": 40}
    trained = [one for one in taskers_of(door) if one["status"] == "active"]
    assert all(len(one["trained"]) == 3 for one in trained)
    at_work = set(workers_of(door).values())
    assert len(at_work) > 5
    assert at_work <= {one["email"] for one in taskers_of(door)}

    wrong = tasks[0]
    wrong.refresh()
    before = wrong.response
    wrong.audit(accepted=False, comments="Two kittens, one box.")
    wrong.refresh()
    assert (wrong.status, wrong.times_redone, wrong.prior_responses) == ("pending", 1, [before])
    assert launch.get_status() == {"status": "in_progress", "completed": 39, "pending": 1}
    door.mock.callbacks.assert_received(batch="monday", times=2, within="7 days")
    wrong.refresh()
    assert (wrong.status, wrong.customer_review_status) == ("completed", "rejected")
    assert launch.get_status() == {"status": "completed", "completed": 40}


def test_a_customer_script_that_calibrates_with_dummies_gets_to_production(door: Door) -> None:
    """As a public research harness does."""
    client = door.client()
    client.create_project(
        "critique", TaskType.TextCollection, rapid=True, params={"instruction": "Rate the text."}
    )
    fields = [
        {
            "type": "category",
            "field_id": "is_ok",
            "title": "Is it ok?",
            "choices": [{"label": "yes", "value": "yes"}, {"label": "no", "value": "no"}],
        }
    ]
    body = {"attachments": [{"type": "text", "content": "Dummy."}], "fields": fields}
    with pytest.raises(ScaleInvalidRequest, match="needs a calibration batch"):
        client.create_batch("critique", "production")
    calibration_batch = client.create_batch("critique", "dummies", calibration_batch=True)
    for number in range(10):
        client.create_task(
            TaskType.TextCollection, batch="dummies", unique_id=f"dummy-{number}", **body
        )
    calibration_batch.finalize()
    expected = {
        "annotations": {"is_ok": {"type": "category", "field_id": "is_ok", "response": [["no"]]}}
    }
    made = [
        client.create_evaluation_task(
            TaskType.TextCollection, project="critique", expected_response=expected, **body
        )
        for _ in range(10)
    ]
    assert len({one.id for one in made}) == 10
    production = client.create_batch("critique", "production")
    task = client.create_task(TaskType.TextCollection, batch="production", **body)
    production.finalize()
    door.mock.clock.advance(days=7)
    task.refresh()
    assert task.status == "completed"
    assert production.get_status() == {"status": "completed", "completed": 1}


def test_a_rejected_production_task_is_redone_by_itself(open_door: OpenDoor) -> None:
    door = open_door(auto_redo_rejected=True, rules=[{"after": "2h"}])
    kittens(door)
    calibrated(door, count=1)
    made = batch(door, "b", of="kittens", callback=HOOK)
    task, other = pictures(door, "b", 2, callback_url=HOOK)
    made.finalize()
    door.mock.clock.advance(hours=2)
    task.refresh()
    first = task.response
    assert made.get_status() == {"status": "completed", "completed": 2}
    task.audit(accepted=False, comments="loose")
    door.settle()
    task.refresh()
    assert (task.status, task.workStarted, task.times_redone) == ("pending", False, 1)
    assert (task.customer_review_status, task.customer_review_comments) == ("rejected", "loose")
    assert task.prior_responses == [first]
    assert made.get_status() == {"status": "in_progress", "completed": 1, "pending": 1}
    door.mock.clock.advance(hours=2)
    task.refresh()
    assert (task.status, task.times_redone) == ("completed", 1)
    assert made.get_status() == {"status": "completed", "completed": 2}
    sent = [(one.subject, one.reason, one.json["status"]) for one in door.mock.callbacks.received]
    assert sorted(sent[:2]) == sorted(
        [(task.id, "completed", "completed"), (other.id, "completed", "completed")]
    )
    assert sent[2:] == [
        ("b", "completed", "completed"),
        (task.id, "audited", "completed"),
        (task.id, "recalled", "pending"),
        (task.id, "completed", "completed"),
        ("b", "completed", "completed"),
    ]
    recall = door.mock.callbacks.received[4].json["task"]
    assert (recall["times_redone"], recall["prior_responses"]) == (1, [first])


def test_a_rejected_task_stays_as_it_is_unless_the_setting_says_so(door: Door) -> None:
    kittens(door)
    (task,) = calibrated(door, count=1)
    task.audit(accepted=False)
    door.mock.clock.advance(days=30)
    task.refresh()
    assert (task.status, task.customer_review_status) == ("completed", "rejected")


def test_an_enterprise_project_passes_no_gate(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="full")
    project(door)
    assert batch(door).finalize().status == "in_progress"
