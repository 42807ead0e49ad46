"""Calibration: what taskers report, what audits make of it, and how a new version changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from tests.functional.helpers import batch, ok, project, refused
from tests.functional.rapid.steps import (
    THOROUGH,
    VAGUE,
    audit,
    calibrated,
    calibration,
    kittens,
    pictures,
)

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

SURE = [{"match": {"batch_kind": "calibration"}, "calibration": {"confidence": 0.5}}]


def score_of(verdicts: list[int], confidence: int) -> float:
    """The documented formula, computed apart from the mock."""
    return round(0.8 * sum(verdicts) / len(verdicts) + 0.2 * confidence, 1)


def test_calibration_tasks_come_back_within_a_day_each_with_a_report(door: Door) -> None:
    kittens(door)
    tasks = calibrated(door, count=20)
    found = calibration(door)
    assert found == door.mock.projects.calibration("kittens")
    assert {key: found[key] for key in ("project", "score", "pass_score", "passed")} == {
        "project": "kittens",
        "score": None,
        "pass_score": 80.0,
        "passed": False,
    }
    assert [one["task_id"] for one in found["tasks"]] == [task.id for task in tasks]
    for one in found["tasks"]:
        assert 0 < one["confidence"] < 1
        assert one["by"].endswith("@example.test")
        assert one["feedback"]
        assert (one["batch"], one["status"], one["audit"]) == ("calibration", "completed", None)
    assert set(found["feedback"]) == {one["feedback"] for one in found["tasks"]}
    texts = " ".join(found["feedback"])
    assert VAGUE.rstrip(".") in texts
    assert "kitten" in texts


def test_taskers_complain_where_there_is_no_instruction(door: Door) -> None:
    kittens(door, instruction=None)
    calibrated(door, count=5)
    assert {
        "There are no instructions" in text or "Without instructions" in text
        for text in calibration(door)["feedback"]
    } == {True}


def test_the_report_is_the_same_in_every_run() -> None:
    told = []
    for _ in range(2):
        with ScaleMock(seed=5) as mock:
            client = mock.client()
            client.create_project(
                "p", TaskType.ImageAnnotation, rapid=True, params={"instruction": "Box."}
            )
            made = client.create_batch("p", "c", calibration_batch=True)
            for number in range(5):
                client.create_task(
                    TaskType.ImageAnnotation,
                    batch="c",
                    attachment=f"https://img.example.test/{number}.jpg",
                    geometries={"box": {"objects_to_annotate": ["cat"]}},
                )
            made.finalize()
            mock.clock.advance(days=1)
            told.append((mock.projects.calibration("p"), mock.journal.digest()))
    assert told[0] == told[1]


def test_the_score_weighs_verdicts_and_confidence(open_door: OpenDoor) -> None:
    door = open_door(rules=SURE)
    kittens(door)
    tasks = calibrated(door, count=5)
    assert calibration(door)["score"] is None
    tasks[0].audit(accepted=True)
    assert calibration(door)["score"] == score_of([100], 50) == 90.0
    tasks[1].audit(accepted=False)
    assert calibration(door)["score"] == score_of([100, 0], 50) == 50.0
    door.mock.tasks.audit(tasks[2], "fixed", response={"annotations": []})
    found = calibration(door)
    assert found["score"] == score_of([100, 0, 50], 50) == 50.0
    assert found["versions"] == [
        {
            "version": 0,
            "score": 50.0,
            "tasks": 5,
            "audited": 3,
            "accepted": 1,
            "fixed": 1,
            "rejected": 1,
            "confidence": 0.5,
        }
    ]


def test_only_the_newest_audit_of_a_task_counts_with_or_without_a_fix(
    open_door: OpenDoor,
) -> None:
    door = open_door(rules=SURE)
    kittens(door)
    (task,) = calibrated(door, count=1)

    def fixless(**body: Any) -> str:
        reply = door.put("/audits", json={"task_id": task.id, **body})
        assert reply.status_code == 201
        return str(reply.json()["id"])

    task.audit(accepted=False)
    assert calibration(door)["tasks"][0]["audit"] == "rejected"
    first = fixless(audit_result="accepted")
    assert calibration(door)["tasks"][0]["audit"] == "accepted"
    fixless(feedback=[{"type": "comment"}])
    assert calibration(door)["tasks"][0]["audit"] == "accepted", "a comment is no verdict"
    fixless(id=first, audit_result="fixed")
    assert calibration(door)["score"] == score_of([50], 50)
    second = fixless()
    fixless(id=first, audit_result="accepted")
    fixless(id=second, audit_result="rejected")
    assert calibration(door)["tasks"][0]["audit"] == "rejected", "its first verdict is the newest"
    fixless(id=first, audit_result="accepted")
    assert calibration(door)["tasks"][0]["audit"] == "rejected", "an older audit stays older"
    task.audit(accepted=True)
    fixless(id=second, audit_result="rejected")
    assert calibration(door)["tasks"][0]["audit"] == "accepted"
    task.refresh()
    assert task.customer_review_status == "accepted"


def test_a_rejected_calibration_task_that_is_redone_is_judged_anew(open_door: OpenDoor) -> None:
    door = open_door(auto_redo_rejected=True)
    kittens(door)
    (task,) = calibrated(door, count=1)
    before = calibration(door)["tasks"][0]
    task.audit(accepted=False)
    once = calibration(door)["tasks"][0]
    assert (once["status"], once["audit"], once["times_redone"]) == ("pending", "rejected", 1)
    door.mock.clock.advance(days=1)
    task.audit(accepted=True)
    again = calibration(door)["tasks"][0]
    assert (again["status"], again["audit"], again["times_redone"]) == ("completed", "accepted", 1)
    assert (again["by"], again["confidence"]) != (before["by"], before["confidence"])


def test_a_new_version_raises_confidence_and_is_scored_on_its_own(door: Door) -> None:
    kittens(door)
    audit(calibrated(door, count=20), accepted=8)
    old = calibration(door)
    door.client().update_project("kittens", patch=True, instruction=THOROUGH)
    assert calibration(door) == old, "a version nobody has worked on changes nothing"
    tasks = calibrated(door, "again", count=20)
    assert calibration(door)["score"] == old["score"], "not audited yet"
    audit(tasks, accepted=19)
    new = calibration(door)
    assert new["score"] > 80 > old["score"]
    assert [one["version"] for one in new["versions"]] == [0, 1]
    first, second = new["versions"]
    assert (first["score"], second["score"]) == (old["score"], new["score"])
    assert second["confidence"] > first["confidence"] + 0.05
    assert set(new["feedback"]).isdisjoint(old["feedback"]), "that of the newest version"
    assert {one["project_param_version"] for one in new["tasks"]} == {0, 1}


def test_a_rule_plays_the_customer_who_audits(open_door: OpenDoor) -> None:
    rules = [
        {
            "match": {"batch_kind": "calibration", "project_version": 0},
            "reviews": ["rejected"],
            "calibration": {"confidence": 0.4, "feedback": "Which cats?"},
        },
        {
            "match": {"batch_kind": "calibration"},
            "reviews": ["accepted"],
            "calibration": {"confidence": 0.9},
        },
    ]
    door = open_door(rules=rules)
    kittens(door)
    calibrated(door, count=3)
    door.mock.clock.advance(hours=2)
    assert calibration(door)["score"] == score_of([0, 0, 0], 40) == 8.0
    assert calibration(door)["feedback"] == ["Which cats?"]
    door.client().update_project("kittens", patch=True, instruction=THOROUGH)
    calibrated(door, "again", count=3)
    door.mock.clock.advance(hours=2)
    assert calibration(door)["score"] == score_of([100, 100, 100], 90) == 98.0


def test_tasks_that_nobody_finished_are_listed_without_a_report(open_door: OpenDoor) -> None:
    rules = [{"match": {"unique_id": "bad"}, "outcome": "error", "after": "1h"}]
    door = open_door(rules=rules)
    kittens(door)
    made = batch(door, "c", of="kittens", calibration_batch=True)
    pictures(door, "c", 1, unique_id="bad")
    (dropped,) = pictures(door, "c", 1, tags=["drop"])
    dropped.cancel()
    made.finalize()
    door.mock.clock.advance(days=1)
    found = calibration(door)
    assert [(one["status"], one["by"], one["feedback"]) for one in found["tasks"]] == [
        ("error", None, None),
        ("canceled", None, None),
    ]
    assert (found["feedback"], found["versions"][0]["confidence"]) == ([], None)


def test_whoever_completes_a_calibration_task_by_hand_reports_too(door: Door) -> None:
    kittens(door)
    batch(door, "c", of="kittens", calibration_batch=True)
    (task,) = pictures(door, "c", 1)
    door.client().finalize_batch("c")
    door.mock.tasks.complete(task, by="ann@example.test")
    assert calibration(door)["tasks"][0]["by"] == "ann@example.test"


def test_only_calibration_batches_calibrate(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="off")
    kittens(door)
    batch(door, "b", of="kittens")
    (task,) = pictures(door, "b", 1)
    door.client().finalize_batch("b")
    door.mock.clock.advance(days=7)
    task.audit(accepted=True)
    found = calibration(door)
    assert (found["score"], found["versions"], found["tasks"]) == (None, [], [])


def test_test_mode_has_a_calibration_of_its_own(door: Door) -> None:
    kittens(door)
    kittens(door, mode="test")
    made = batch(door, "c", of="kittens", mode="test", calibration_batch=True)
    (task,) = pictures(door, "c", 1, mode="test")
    made.finalize()
    task.audit(accepted=True)
    assert calibration(door, mode="test")["score"] >= 80
    assert calibration(door)["tasks"] == []


@pytest.mark.parametrize("route", ["calibration", "taskers"])
def test_an_unknown_project_has_none(door: Door, route: str) -> None:
    kittens(door, mode="test")
    for name, text in (
        ("zz", "Project with that name not found."),
        ("kittens", 'The project "kittens" lives in test mode; a live key cannot see it.'),
    ):
        assert refused(door.request("GET", f"/_mock/projects/{name}/{route}")) == (404, text)
    with pytest.raises(Exception, match="Project with that name not found"):
        getattr(door.mock.projects, route)("zz")


def test_other_product_lines_have_none(door: Door) -> None:
    project(door)
    text = 'Project "bikes" is not a Rapid project: calibration exists in Rapid projects only.'
    assert refused(door.request("GET", "/_mock/projects/bikes/calibration")) == (400, text)
    with pytest.raises(Exception, match="is not a Rapid project"):
        door.mock.projects.calibration("bikes")
    assert ok(door.request("GET", "/_mock/projects/bikes/taskers")) == []
