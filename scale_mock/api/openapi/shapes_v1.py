"""Shapes of v1; the params and responses of the task types are the types' own schemas."""

from __future__ import annotations

from scale_mock.api.openapi import shapes_v1_more
from scale_mock.api.openapi.parts import (
    COUNT,
    FLAG,
    FREE,
    INSTANT,
    LIMIT,
    NUMBER,
    OFFSET,
    TEXT,
    Json,
    listed,
    maybe,
    one_of,
    open_thing,
    ref,
    several,
    thing,
)
from scale_mock.domain.model import AUDIT_RESULTS, BATCH_STATUSES, REVIEW_STATUSES, TASK_STATUSES
from scale_mock.tasktypes import TaskTypes

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
    **shapes_v1_more.QUERIES,
}

BODIES: dict[str, Json] = {
    "create_task": _ANY_TASK,
    "set_unique_id": thing("unique_id", unique_id=TEXT),
    "set_task_metadata": FREE,
    "set_task_tags": listed(TEXT),
    "add_task_tags": listed(TEXT),
    "delete_task_tags": listed(TEXT),
    "create_batch": thing(
        "project name",
        project=TEXT,
        name=TEXT,
        callback=maybe(TEXT),
        calibration_batch=maybe(FLAG),
        self_label_batch=maybe(FLAG),
        metadata=maybe(FREE),
    ),
    "set_batch_metadata": FREE,
    "prioritize_batch": thing(
        "priority", priority={"type": "integer", "minimum": 10, "maximum": 30}
    ),
    "create_project": thing(
        "name type",
        name=TEXT,
        type=one_of(*_TYPES),
        params=maybe(FREE),
        rapid=maybe(FLAG),
        studio=maybe(FLAG),
        pipeline=maybe(TEXT),
        consensus_attempts=maybe(COUNT),
        datasetId=maybe(TEXT),
    ),
    "set_project_params": open_thing(patch=FLAG, instruction=TEXT),
    "set_project_ontology": thing("ontology", name=TEXT, ontology=listed({})),
    **shapes_v1_more.BODIES,
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
        docs=listed({"anyOf": [ref("Task"), ref("LimitedTask")]}),
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
    "get_batch_status": thing(
        "status",
        status=one_of(*BATCH_STATUSES),
        pending=COUNT,
        completed=COUNT,
        error=COUNT,
        canceled=COUNT,
    ),
    "list_batches": thing(
        "docs totalDocs total limit offset has_more page totalPages hasNextPage nextPage "
        "hasPrevPage prevPage",
        docs=listed(ref("Batch")),
        totalDocs=COUNT,
        total=COUNT,
        limit=COUNT,
        offset=COUNT,
        has_more=FLAG,
        page=COUNT,
        totalPages=COUNT,
        hasNextPage=FLAG,
        nextPage=maybe(COUNT),
        hasPrevPage=FLAG,
        prevPage=maybe(COUNT),
    ),
    **dict.fromkeys(
        ("create_project", "get_project", "set_project_params", "set_project_ontology"),
        ref("Project"),
    ),
    "list_projects": listed(ref("Project")),
    "get_task_template": ref("TaskTemplate"),
    "prioritize_batch": thing("result", result=TEXT),
    "send_callback": thing("success", success=FLAG),
    **shapes_v1_more.ANSWERS,
}  # fmt: skip

_AUDIT = thing(
    "audited_by audited_at audit_time_secs audit_result audit_source",
    audited_by=TEXT,
    audited_at=INSTANT,
    audit_time_secs=NUMBER,
    audit_result=one_of(*AUDIT_RESULTS),
    audit_source=TEXT,
    comments=TEXT,
)
_DOWNLOAD = thing(
    "attachmentURL s3URL isConvertedImage metadata",
    attachmentURL=TEXT,
    s3URL=TEXT,
    isConvertedImage=FLAG,
    metadata=thing("mimeType", mimeType=TEXT),
)
_PARAMS_VERSION = open_thing("version created_at", version=COUNT, created_at=INSTANT)
_ONTOLOGY_VERSION: Json = thing(
    "version created_at ontology",
    version=COUNT,
    created_at=INSTANT,
    ontology=listed({}),
    name=TEXT,
)
TASK: dict[str, Json] = {
    "task_id": TEXT,
    "created_at": INSTANT,
    "updated_at": INSTANT,
    "completed_at": INSTANT,
    "status": one_of(*TASK_STATUSES),
    "workStarted": FLAG,
    "type": one_of(*_TYPES),
    "is_test": FLAG,
    "urgency": TEXT,
    "instruction": TEXT,
    "project": TEXT,
    "batch": TEXT,
    "callback_url": TEXT,
    "callback_succeeded": FLAG,
    "callback_completed": FLAG,
    "unique_id": TEXT,
    "tags": listed(TEXT),
    "priority": COUNT,
    "project_param_version": maybe(COUNT),
    "processed_attachments": listed({}),
    "attachmentS3Downloads": listed(_DOWNLOAD),
    "metadata": FREE,
    "params": FREE,
    "response": FREE,
    "prior_responses": listed(FREE),
    "attempts": listed(FREE),
    "document_pages": listed(FREE),
    "audits": listed(_AUDIT),
    "customer_review_status": one_of(*REVIEW_STATUSES),
    "customer_review_comments": {"anyOf": [TEXT, listed(TEXT)]},
    "times_redone": COUNT,
    "is_customer_fix": FLAG,
}
"""The fields of a task, as the control API shows it, too."""
TASK_REQUIRED = (
    "task_id created_at updated_at status workStarted type is_test urgency project_param_version "
    "processed_attachments audits metadata params"
)

SCHEMAS: dict[str, Json] = {
    "Task": thing(TASK_REQUIRED, **{**TASK, "response": _ANY_RESPONSE}),
    "LimitedTask": thing(
        "task_id status project otherVersion metadata",
        task_id=TEXT,
        status=one_of(*TASK_STATUSES),
        project=maybe(TEXT),
        otherVersion={"type": "null"},
        metadata=FREE,
    ),
    "TaskTemplate": thing(
        "id version created_at updated_at template_variables auto_onboard_enabled",
        id=TEXT,
        version=COUNT,
        created_at=INSTANT,
        updated_at=INSTANT,
        template_variables=FREE,
        auto_onboard_enabled=FLAG,
    ),
    "Batch": thing(
        "name project status created_at callback metadata calibration_batch self_label_batch "
        "archived",
        name=TEXT,
        project=TEXT,
        status=one_of(*BATCH_STATUSES),
        created_at=INSTANT,
        completed_at=INSTANT,
        last_audited_at=INSTANT,
        callback=maybe(TEXT),
        metadata=FREE,
        calibration_batch=FLAG,
        self_label_batch=FLAG,
        archived=FLAG,
        priority=COUNT,
        tasks_pending=COUNT,
        tasks_completed=COUNT,
        tasks_error=COUNT,
        tasks_canceled=COUNT,
    ),
    "Project": thing(
        "id name type created_at created_with projectType archived param_history",
        id=TEXT,
        name=TEXT,
        type=one_of(*_TYPES),
        created_at=INSTANT,
        created_with=TEXT,
        projectType=one_of("enterprise", "rapid", "studio"),
        archived=FLAG,
        param_history=listed(_PARAMS_VERSION),
        ontologyHistory=listed(_ONTOLOGY_VERSION),
        pipelineName=TEXT,
        numConsensus=COUNT,
        datasetId=TEXT,
    ),
    **shapes_v1_more.SCHEMAS,
}
