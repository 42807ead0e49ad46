"""Shapes of v1 beside tasks, batches and projects: Studio, quality tasks, audits and files."""

from __future__ import annotations

from scale_mock.api.openapi.parts import (
    COUNT,
    FLAG,
    FREE,
    INSTANT,
    NUMBER,
    TEXT,
    Json,
    by_name,
    listed,
    maybe,
    one_of,
    open_thing,
    ref,
    several,
    thing,
)
from scale_mock.domain.model import AUDIT_RESULTS
from scale_mock.domain.quality import QUALITY_TYPES

EMAILS = listed({"type": "string", "format": "email"})
_TEXT_OR_TEXTS: Json = {"anyOf": [TEXT, listed(TEXT), {"type": "null"}]}
_METADATA: Json = {"anyOf": [FREE, TEXT, {"type": "null"}]}
_PLACE: Json = {"anyOf": [TEXT, thing("name", name=TEXT)]}
_PLACES = {"type": "array", "items": _PLACE}
_FILES = {"project*": TEXT, "metadata": TEXT, "cursor": TEXT, "next_token": TEXT}
_QUALITY: Json = {
    **open_thing(
        "expected_response",
        project=maybe(TEXT),
        batch=maybe(TEXT),
        expected_response=FREE,
        initial_response={},
    ),
    "description": "Beside these the params of the task type; a project or a batch is required.",
}

QUERIES: dict[str, Json] = {
    "list_files": _FILES,
    "list_assets": _FILES,
    "list_labeler_attempts": {
        "quality_task_ids": several(),
        "labeler_emails": several(),
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 100},
        "next_token": TEXT,
    },
    "list_audits": {"task_id": TEXT, "id": TEXT},
}

BODIES: dict[str, Json] = {
    "create_evaluation_task": _QUALITY,
    "create_training_task": _QUALITY,
    "audit_task": thing("accepted", accepted=FLAG, comments=maybe(TEXT)),
    "put_audit": open_thing(
        task_id=TEXT,
        id=TEXT,
        audit_result=maybe(one_of(*AUDIT_RESULTS)),
        feedback=maybe(listed({})),
    ),
    "upload_file": {"x-content": "multipart/form-data"},
    "import_file": thing(
        "file_url",
        file_url=TEXT,
        project_name=_TEXT_OR_TEXTS,
        reference_id=maybe(TEXT),
        display_name=maybe(TEXT),
        metadata=_METADATA,
    ),
    "invite_teammates": thing("emails team_role", emails=EMAILS, team_role=TEXT),
    "set_teammate_roles": thing("emails team_role", emails=EMAILS, team_role=TEXT),
    "add_assignments": thing("emails projects", emails=EMAILS, projects=listed(TEXT)),
    "remove_assignments": thing("emails projects", emails=EMAILS, projects=listed(TEXT)),
    "create_group": thing("name emails", name=TEXT, emails=EMAILS),
    "update_group": thing(add_emails=maybe(EMAILS), remove_emails=maybe(EMAILS)),
    "assign_studio_batch": thing("groups", groups=listed(TEXT)),
    "set_studio_priorities": {
        **thing(batches=_PLACES, groups=_PLACES),
        "anyOf": [{"required": ["batches"]}, {"required": ["groups"]}],
    },
}

_ASSIGNMENTS = by_name(listed(TEXT))
_STUDIO_BATCHES = listed(ref("StudioBatch"))
_FILE_PAGE = thing("docs has_more", docs=listed(ref("File")), has_more=FLAG, next_token=TEXT)

ANSWERS: dict[str, Json] = {
    "create_evaluation_task": ref("QualityTask"),
    "create_training_task": ref("QualityTask"),
    "list_labeler_attempts": thing(
        "docs has_more", docs=listed(ref("LabelerAttempt")), has_more=FLAG, next_token=TEXT
    ),
    "audit_task": ref("Task"),
    "put_audit": ref("FixlessAudit"),
    "list_audits": {"anyOf": [listed(ref("FixlessAudit")), ref("FixlessAudit")]},
    "upload_file": ref("File"),
    "import_file": ref("File"),
    "list_files": _FILE_PAGE,
    "list_assets": _FILE_PAGE,
    "list_teammates": listed(ref("Teammate")),
    "invite_teammates": listed(ref("Teammate")),
    "set_teammate_roles": listed(ref("Teammate")),
    "list_assignments": _ASSIGNMENTS,
    "add_assignments": _ASSIGNMENTS,
    "remove_assignments": _ASSIGNMENTS,
    "list_groups": listed(ref("Group")),
    "create_group": ref("Group"),
    "update_group": ref("Group"),
    "list_studio_batches": _STUDIO_BATCHES,
    "assign_studio_batch": ref("StudioBatch"),
    "set_studio_priorities": _STUDIO_BATCHES,
    "reset_studio_priorities": _STUDIO_BATCHES,
}

TEAMMATE = thing(
    "email role company firstName lastName isStudioLabeler",
    email=TEXT,
    role=TEXT,
    company=TEXT,
    firstName=TEXT,
    lastName=TEXT,
    isStudioLabeler=FLAG,
    expiry=INSTANT,
)

SCHEMAS: dict[str, Json] = {
    "File": thing(
        "id attachment_url created_at updated_at mime_type size project_names display_name "
        "metadata",
        id=TEXT,
        attachment_url=TEXT,
        created_at=INSTANT,
        updated_at=INSTANT,
        mime_type=TEXT,
        size=COUNT,
        project_names=listed(TEXT),
        display_name=TEXT,
        reference_id=TEXT,
        metadata=FREE,
    ),
    "Teammate": TEAMMATE,
    "Group": thing(
        "id name numWorkers isSingleton workers",
        id=TEXT,
        name=TEXT,
        numWorkers=COUNT,
        isSingleton=FLAG,
        workers=listed(thing("id email", id=TEXT, email=TEXT)),
    ),
    "StudioBatch": thing(
        "id name projectId projectName batchType total completed groups",
        id=TEXT,
        name=TEXT,
        projectId=TEXT,
        projectName=TEXT,
        batchType=one_of("Calibration", "Production"),
        total=COUNT,
        completed=COUNT,
        groups=listed(TEXT),
        studioPriority=COUNT,
    ),
    "QualityTask": thing(
        "id type project params expected_response created_at",
        id=TEXT,
        type=one_of(*QUALITY_TYPES),
        project=TEXT,
        params=FREE,
        expected_response=FREE,
        initial_response={},
        created_at=INSTANT,
    ),
    "LabelerAttempt": thing(
        "quality_task_id kind type project labeler_email attempt score passed attempted_at",
        quality_task_id=TEXT,
        kind=one_of("evaluation", "training"),
        type=one_of(*QUALITY_TYPES),
        project=TEXT,
        labeler_email=TEXT,
        attempt=COUNT,
        score=NUMBER,
        passed=FLAG,
        attempted_at=INSTANT,
    ),
    "FixlessAudit": {
        **open_thing(
            "id task_id created_at updated_at",
            id=TEXT,
            task_id=TEXT,
            created_at=INSTANT,
            updated_at=INSTANT,
            audit_result=maybe(one_of(*AUDIT_RESULTS)),
            feedback=maybe(listed({})),
        ),
        "description": "Every other key that was sent is kept, too.",
    },
}
