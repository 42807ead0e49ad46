"""Everything but tasks on the wire: which fields are always there, and which only sometimes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from scale_mock.domain.documents import encode
from scale_mock.domain.model import Batch, OntologyVersion, ParamVersion, Project
from scale_mock.domain.records import File, FixlessAudit, Group, QualityTask, Teammate
from scale_mock.domain.refusals import TASK_NOT_FOUND
from scale_mock.envelopes import objects

START = datetime(2024, 1, 1, tzinfo=UTC)
LATER = START + timedelta(hours=1)
ISO, LATER_ISO = "2024-01-01T00:00:00.000Z", "2024-01-01T01:00:00.000Z"


@pytest.fixture
def project() -> Project:
    return Project("pid", "live", "p", "annotation", "rapid", START)


@pytest.fixture
def batch(project: Project) -> Batch:
    return Batch("bid", "live", "b", project, "production", "staging", START, 0)


def test_a_refusal_has_status_and_text() -> None:
    assert json.loads(objects.refusal_body(TASK_NOT_FOUND())) == {
        "status_code": 404,
        "error": "Task with that ID not found.",
    }
    assert json.loads(objects.error_body(400, 'a "b" \ud800'))["error"] == 'a "b" \ud800'


def test_a_bare_project(project: Project) -> None:
    assert objects.project_json(project) == {
        "id": "pid",
        "type": "annotation",
        "name": "p",
        "created_at": ISO,
        "created_with": "api",
        "projectType": "rapid",
        "archived": False,
        "param_history": [],
    }


def test_a_full_project(project: Project) -> None:
    project.pipeline, project.consensus_attempts, project.dataset_id = "consensus_task", 3, "d"
    project.param_history = [ParamVersion(0, START, {"a": 1, "version": "shadowed"})]
    project.ontology_history = [
        OntologyVersion(0, START, ["x"], "first"),
        OntologyVersion(1, LATER, []),
    ]
    body = objects.project_json(project)
    assert body["param_history"] == [{"a": 1, "version": 0, "created_at": ISO}]
    assert (body["pipelineName"], body["numConsensus"], body["datasetId"]) == (
        "consensus_task",
        3,
        "d",
    )
    assert body["ontologyHistory"] == [
        {"version": 0, "created_at": ISO, "ontology": ["x"], "name": "first"},
        {"version": 1, "created_at": LATER_ISO, "ontology": []},
    ]


def test_a_template_has_the_newest_version(project: Project) -> None:
    assert objects.template_json(project, "tid", {})["version"] == 0
    project.param_history = [ParamVersion(0, START, {}), ParamVersion(1, LATER, {})]
    assert objects.template_json(project, "tid", {"a": 1}) == {
        "id": "tid",
        "version": 1,
        "created_at": ISO,
        "updated_at": LATER_ISO,
        "template_variables": {"a": 1},
        "auto_onboard_enabled": False,
    }


def test_a_bare_batch(batch: Batch) -> None:
    assert objects.batch_json(batch) == {
        "name": "b",
        "project": "p",
        "status": "staging",
        "created_at": ISO,
        "callback": "",
        "metadata": {},
        "calibration_batch": False,
        "self_label_batch": False,
        "archived": False,
    }
    assert objects.batch_status_json(batch) == {"status": "staging"}


@pytest.mark.parametrize(
    ("kind", "flags"), [("calibration", (True, False)), ("self_label", (False, True))]
)
def test_a_batchs_kind_is_two_flags(batch: Batch, kind: Any, flags: tuple[bool, bool]) -> None:
    batch.kind = kind
    body = objects.batch_json(batch)
    assert (body["calibration_batch"], body["self_label_batch"]) == flags


def test_a_full_batch(batch: Batch) -> None:
    batch.completed_at = batch.last_audited_at = LATER
    batch.priority = 20
    batch.counts = {"completed": 2, "pending": 0, "error": 1}
    body = objects.batch_json(batch, detailed=True)
    assert (body["completed_at"], body["last_audited_at"], body["priority"]) == (
        LATER_ISO,
        LATER_ISO,
        20,
    )
    assert [body[f"tasks_{s}"] for s in ("pending", "completed", "error", "canceled")] == [
        0, 2, 1, 0,
    ]  # fmt: skip
    assert "tasks_pending" not in objects.batch_json(batch)
    assert objects.batch_status_json(batch) == {"status": "staging", "completed": 2, "error": 1}
    assert objects.batch_callback_json(batch) == {
        "batch": "b",
        "status": "staging",
        "stats": {"completed": 2, "error": 1},
    }


def test_a_studio_batch(batch: Batch) -> None:
    batch.counts = {"completed": 2, "pending": 1}
    batch.groups = ("g",)
    body = objects.studio_batch_json(batch)
    assert body == {
        "id": "bid",
        "name": "b",
        "projectId": "pid",
        "projectName": "p",
        "batchType": "Production",
        "total": 3,
        "completed": 2,
        "groups": ["g"],
    }
    batch.kind, batch.studio_priority = "calibration", 1
    changed = objects.studio_batch_json(batch)
    assert (changed["batchType"], changed["studioPriority"]) == ("Calibration", 1)


def test_a_file() -> None:
    file = File(
        "fid", "live", "scaledata://a/fid", START, LATER, "image/png", 3, ["p"],
        display_name="Cat", metadata=encode({"a": 1}),
    )  # fmt: skip
    body = objects.file_json(file)
    assert body == {
        "id": "fid",
        "attachment_url": "scaledata://a/fid",
        "created_at": ISO,
        "updated_at": LATER_ISO,
        "mime_type": "image/png",
        "size": 3,
        "project_names": ["p"],
        "display_name": "Cat",
        "metadata": {"a": 1},
    }
    file.reference_id = "r"
    assert objects.file_json(file) == {**body, "reference_id": "r"}


def test_a_teammate() -> None:
    mate = Teammate("a@x.test", "labeler", "Ann", "Lee", "Co", is_studio_labeler=True)
    body = objects.teammate_json(mate)
    assert body == {
        "email": "a@x.test",
        "role": "labeler",
        "company": "Co",
        "firstName": "Ann",
        "lastName": "Lee",
        "isStudioLabeler": True,
    }
    mate.expiry = LATER
    assert objects.teammate_json(mate) == {**body, "expiry": LATER_ISO}


def test_a_group_counts_and_names_its_workers(project: Project) -> None:
    core: Any = SimpleNamespace(
        scheduler=SimpleNamespace(clock=SimpleNamespace(start_at=START)),
        settings=SimpleNamespace(seed=0),
    )
    body = objects.group_json(Group("gid", "g", project, ["a@x.test", "b@x.test"]), core)
    workers = body.pop("workers")
    assert body == {"id": "gid", "name": "g", "numWorkers": 2, "isSingleton": False}
    assert isinstance(workers, list)
    assert [worker["email"] for worker in workers] == ["a@x.test", "b@x.test"]
    assert len({worker["id"] for worker in workers}) == 2


def test_a_quality_task(project: Project) -> None:
    task = QualityTask(
        "qid", "live", "training", "annotation", project, b'{"a":1}', {"e": 1}, None, START
    )
    body = objects.quality_task_json(task)
    assert body == {
        "id": "qid",
        "type": "annotation",
        "project": "p",
        "params": {"a": 1},
        "expected_response": {"e": 1},
        "created_at": ISO,
    }
    task.initial_response = {}
    assert objects.quality_task_json(task) == {**body, "initial_response": {}}


def test_a_fixless_audit_keeps_what_was_sent_but_not_over_its_own_fields() -> None:
    audit = FixlessAudit("aid", "tid", {"id": "x", "feedback": [], "task_id": "y"}, START, LATER)
    assert objects.fixless_audit_json(audit) == {
        "id": "aid",
        "feedback": [],
        "task_id": "tid",
        "created_at": ISO,
        "updated_at": LATER_ISO,
    }
