"""Everything but tasks as the wire spells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.batches import stats
from scale_mock.domain.documents import decode_object, encode
from scale_mock.domain.studio import worker_id
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Batch, Project
    from scale_mock.domain.records import File, FixlessAudit, Group, QualityTask, Teammate
    from scale_mock.domain.refusals import Refusal

Json = dict[str, object]


def error_body(status: int, text: str) -> bytes:
    """The body of every refusal (recorded)."""
    return encode({"status_code": status, "error": text})


def refusal_body(refusal: Refusal) -> bytes:
    """The body of a refusal."""
    return error_body(refusal.status, refusal.text)


def project_json(project: Project) -> Json:
    """A project; ``param_history`` is there even if it is empty (the SDK indexes it)."""
    body: Json = {
        "id": project.id,
        "type": project.type,
        "name": project.name,
        "created_at": to_iso(project.created_at),
        "created_with": "api",
        "projectType": project.product_line,
        "archived": project.archived,
        "param_history": [
            {**entry.params, "version": entry.version, "created_at": to_iso(entry.created_at)}
            for entry in project.param_history
        ],
    }
    if project.pipeline is not None:
        body["pipelineName"] = project.pipeline
    if project.consensus_attempts is not None:
        body["numConsensus"] = project.consensus_attempts
    if project.dataset_id is not None:
        body["datasetId"] = project.dataset_id
    if project.ontology_history:
        body["ontologyHistory"] = [
            {
                "version": entry.version,
                "created_at": to_iso(entry.created_at),
                "ontology": entry.ontology,
                **({"name": entry.name} if entry.name else {}),
            }
            for entry in project.ontology_history
        ]
    return body


def template_json(project: Project, template_id: str, variables: Json) -> Json:
    """A task template of a textcollection or chat project."""
    history = project.param_history
    updated = history[-1].created_at if history else project.created_at
    return {
        "id": template_id,
        "version": history[-1].version if history else 0,
        "created_at": to_iso(project.created_at),
        "updated_at": to_iso(updated),
        "template_variables": variables,
        "auto_onboard_enabled": False,
    }


def batch_json(batch: Batch, *, detailed: bool = False) -> Json:
    """A batch; ``metadata`` is always there (the SDK indexes it)."""
    body: Json = {
        "name": batch.name,
        "project": batch.project.name,
        "status": batch.v1_status,
        "created_at": to_iso(batch.created_at),
        "callback": batch.callback,
        "metadata": decode_object(batch.metadata),
        "calibration_batch": batch.kind == "calibration",
        "self_label_batch": batch.kind == "self_label",
        "archived": batch.archived,
    }
    instants: dict[str, datetime | None] = {
        "completed_at": batch.completed_at,
        "last_audited_at": batch.last_audited_at,
    }
    body.update({name: to_iso(instant) for name, instant in instants.items() if instant})
    if batch.priority is not None:
        body["priority"] = batch.priority
    if detailed:
        for status in ("pending", "completed", "error", "canceled"):
            body[f"tasks_{status}"] = batch.counts.get(status, 0)
    return body


def batch_status_json(batch: Batch) -> Json:
    """A batch's status and its counts, zeros left out."""
    return {"status": batch.v1_status, **stats(batch)}


def batch_callback_json(batch: Batch) -> Json:
    """The body of a batch's callback (documented example)."""
    return {"batch": batch.name, "status": batch.status, "stats": stats(batch)}


def studio_batch_json(batch: Batch) -> Json:
    """A batch as the Studio endpoints show it."""
    body: Json = {
        "id": batch.id,
        "name": batch.name,
        "projectId": batch.project.id,
        "projectName": batch.project.name,
        "batchType": "Calibration" if batch.kind == "calibration" else "Production",
        "total": batch.total,
        "completed": batch.counts.get("completed", 0),
        "groups": list(batch.groups),
    }
    if batch.studio_priority is not None:
        body["studioPriority"] = batch.studio_priority
    return body


def file_json(file: File) -> Json:
    """An uploaded or imported file."""
    body: Json = {
        "id": file.id,
        "attachment_url": file.attachment_url,
        "created_at": to_iso(file.created_at),
        "updated_at": to_iso(file.updated_at),
        "mime_type": file.mime_type,
        "size": file.size,
        "project_names": file.project_names,
        "display_name": file.display_name,
        "metadata": decode_object(file.metadata),
    }
    if file.reference_id is not None:
        body["reference_id"] = file.reference_id
    return body


def teammate_json(mate: Teammate) -> Json:
    """A teammate, in the Studio endpoints' camelCase."""
    body: Json = {
        "email": mate.email,
        "role": mate.role,
        "company": mate.company,
        "firstName": mate.first_name,
        "lastName": mate.last_name,
        "isStudioLabeler": mate.is_studio_labeler,
    }
    if mate.expiry is not None:
        body["expiry"] = to_iso(mate.expiry)
    return body


def group_json(group: Group, core: Core) -> Json:
    """A project group and its members."""
    return {
        "id": group.id,
        "name": group.name,
        "numWorkers": len(group.emails),
        "isSingleton": group.is_singleton,
        "workers": [{"id": worker_id(core, email), "email": email} for email in group.emails],
    }


def quality_task_json(task: QualityTask) -> Json:
    """An evaluation or training task; its id is called ``id`` (official SDK)."""
    body: Json = {
        "id": task.id,
        "type": task.type,
        "project": task.project.name,
        "params": decode_object(task.params),
        "expected_response": task.expected_response,
        "created_at": to_iso(task.created_at),
    }
    if task.initial_response is not None:
        body["initial_response"] = task.initial_response
    return body


def fixless_audit_json(audit: FixlessAudit) -> Json:
    """A fixless audit, with every key that was sent."""
    return {
        **audit.body,
        "id": audit.id,
        "task_id": audit.task_id,
        "created_at": to_iso(audit.created_at),
        "updated_at": to_iso(audit.updated_at),
    }
