"""Shapes of v1; the params and responses of the task types are the types' own schemas."""

from __future__ import annotations

from scale_mock.api.openapi.parts import (
    COUNT,
    FLAG,
    FREE,
    INSTANT,
    LIMIT,
    OFFSET,
    TEXT,
    Json,
    listed,
    maybe,
    one_of,
    ref,
    several,
    thing,
)
from scale_mock.domain.model import AUDIT_RESULTS, BATCH_STATUSES, REVIEW_STATUSES, TASK_STATUSES
from scale_mock.tasktypes import TaskTypes

_EMAILS = listed({"type": "string", "format": "email"})
_CREATED = {"start_time": INSTANT, "end_time": INSTANT}
_COMPLETED = {"completed_after": INSTANT, "completed_before": INSTANT}
_TYPES = TaskTypes().names
_ANY_TASK: Json = {"anyOf": [ref(f"{name}.params") for name in _TYPES]}
_ANY_RESPONSE: Json = {"anyOf": [ref(f"{name}.response") for name in _TYPES] + [FREE]}

QUERIES: dict[str, Json] = {
    "list_tasks": {
        "status": several(*TASK_STATUSES),
        "type": several(*_TYPES),
        "project": several(),
        "batch": several(),
        "customer_review_status": several(*REVIEW_STATUSES),
        "tags": several(),
        "unique_id": several(),
        **_CREATED,
        **_COMPLETED,
        "updated_after": INSTANT,
        "updated_before": INSTANT,
        "limit": LIMIT,
        "offset": OFFSET,
        "next_token": TEXT,
        "limited_response": FLAG,
        "include_attachment_url": FLAG,
    },
    "cancel_task": {"clear_unique_id": FLAG},
    "list_batches": {
        "project": several(),
        "status": several(*BATCH_STATUSES),
        "exclude_archived": FLAG,
        **_CREATED,
        **_COMPLETED,
        "audited_after": INSTANT,
        "audited_before": INSTANT,
        "limit": LIMIT,
        "offset": OFFSET,
        "detailed": FLAG,
    },
    "list_projects": {"archived": FLAG},
    "list_audits": {"task_id": TEXT, "id": TEXT},
}

BODIES: dict[str, Json] = {
    "create_task": _ANY_TASK,
    "create_evaluation_task": FREE,
    "create_training_task": FREE,
    "set_unique_id": thing("unique_id", unique_id=TEXT),
    "set_task_metadata": FREE,
    "set_task_tags": listed(TEXT),
    "add_task_tags": listed(TEXT),
    "delete_task_tags": listed(TEXT),
    "audit_task": thing(accepted=FLAG, comments=TEXT),
    "put_audit": thing(task_id=TEXT, id=TEXT, audit_result=one_of(*AUDIT_RESULTS)),
    "create_batch": thing(
        "project name",
        project=TEXT,
        name=TEXT,
        callback=TEXT,
        calibration_batch=FLAG,
        self_label_batch=FLAG,
        metadata=FREE,
    ),
    "set_batch_metadata": FREE,
    "prioritize_batch": thing(
        "priority", priority={"type": "integer", "minimum": 10, "maximum": 30}
    ),
    "create_project": thing(
        "name type",
        name=TEXT,
        type=one_of(*_TYPES),
        params=FREE,
        rapid=FLAG,
        studio=FLAG,
        pipeline=TEXT,
        consensus_attempts=COUNT,
        datasetId=TEXT,
    ),
    "set_project_params": {"type": "object", "properties": {"patch": FLAG, "instruction": TEXT}},
    "set_project_ontology": thing("ontology", name=TEXT, ontology=listed({})),
    "upload_file": {"x-content": "multipart/form-data"},
    "import_file": thing(
        "file_url", file_url=TEXT, project_name=TEXT, reference_id=TEXT, metadata=FREE
    ),
    "invite_teammates": thing("emails team_role", emails=_EMAILS, team_role=TEXT),
    "set_teammate_roles": thing("emails team_role", emails=_EMAILS, team_role=TEXT),
    "add_assignments": thing("emails projects", emails=_EMAILS, projects=listed(TEXT)),
    "remove_assignments": thing("emails projects", emails=_EMAILS, projects=listed(TEXT)),
}

ANSWERS: dict[str, Json] = {
    **dict.fromkeys(
        (
            "create_task", "get_task", "cancel_task", "set_unique_id", "clear_unique_id",
            "set_task_metadata", "set_task_tags", "add_task_tags", "delete_task_tags",
        ),
        ref("Task"),
    ),
    "list_tasks": thing(
        "docs total limit offset has_more",
        docs=listed(ref("Task")),
        total=COUNT,
        limit=COUNT,
        offset=COUNT,
        has_more=FLAG,
        next_token=TEXT,
    ),
    "get_task_response": _ANY_RESPONSE,
    **dict.fromkeys(
        ("create_batch", "get_batch", "finalize_batch", "set_batch_metadata"), ref("Batch")
    ),
    "get_batch_status": thing("status", status=one_of(*BATCH_STATUSES)),
    "list_batches": thing("docs totalDocs limit", docs=listed(ref("Batch")), totalDocs=COUNT,
                          limit=COUNT, has_more=FLAG),
    **dict.fromkeys(
        ("create_project", "get_project", "set_project_params", "set_project_ontology"),
        ref("Project"),
    ),
    "list_projects": listed(ref("Project")),
    "upload_file": ref("File"),
    "import_file": ref("File"),
    "list_teammates": listed(ref("Teammate")),
    "invite_teammates": listed(ref("Teammate")),
    "set_teammate_roles": listed(ref("Teammate")),
}  # fmt: skip

SCHEMAS: dict[str, Json] = {
    "Task": thing(
        "task_id created_at updated_at status type metadata params",
        task_id=TEXT,
        created_at=INSTANT,
        updated_at=INSTANT,
        completed_at=INSTANT,
        status=one_of(*TASK_STATUSES),
        type=one_of(*_TYPES),
        is_test=FLAG,
        urgency=TEXT,
        instruction=TEXT,
        project=TEXT,
        batch=TEXT,
        callback_url=TEXT,
        callback_succeeded=FLAG,
        unique_id=TEXT,
        tags=listed(TEXT),
        priority=COUNT,
        project_param_version=maybe(COUNT),
        metadata=FREE,
        params=FREE,
        response=_ANY_RESPONSE,
        audits=listed(FREE),
        customer_review_status=one_of(*REVIEW_STATUSES),
    ),
    "Batch": thing(
        "name project status created_at metadata",
        name=TEXT,
        project=TEXT,
        status=one_of(*BATCH_STATUSES),
        created_at=INSTANT,
        completed_at=INSTANT,
        callback=TEXT,
        metadata=FREE,
        calibration_batch=FLAG,
        self_label_batch=FLAG,
        archived=FLAG,
        priority=COUNT,
    ),
    "Project": thing(
        "id name type created_at param_history",
        id=TEXT,
        name=TEXT,
        type=one_of(*_TYPES),
        created_at=INSTANT,
        projectType=one_of("enterprise", "rapid", "studio"),
        archived=FLAG,
        param_history=listed(FREE),
        ontologyHistory=listed(FREE),
    ),
    "File": thing(
        "id attachment_url",
        id=TEXT,
        attachment_url=TEXT,
        created_at=INSTANT,
        updated_at=INSTANT,
        mime_type=TEXT,
        size=COUNT,
        project_names=listed(TEXT),
        display_name=maybe(TEXT),
        reference_id=TEXT,
        metadata=FREE,
    ),
    "Teammate": thing(
        "email role",
        email=TEXT,
        role=TEXT,
        company=TEXT,
        firstName=TEXT,
        lastName=TEXT,
        isStudioLabeler=FLAG,
        expiry=INSTANT,
    ),
}
