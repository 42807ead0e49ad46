"""Steps that are refused: for each operation at least one, and keys that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.mock.verify.of_v1 import NOBODY, TYPE
from scale_mock.mock.verify.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

NONE = "<run>-none"
UNKNOWN: tuple[tuple[str, str, str, Any], ...] = (
    ("set_unique_id", "POST", f"/v1/task/{NOBODY}/unique_id", {"unique_id": "a"}),
    ("clear_unique_id", "DELETE", f"/v1/task/{NOBODY}/unique_id", None),
    ("set_task_metadata", "POST", f"/v1/task/{NOBODY}/setMetadata", {"a": 1}),
    ("set_task_tags", "POST", f"/v1/task/{NOBODY}/tags", ["a"]),
    ("add_task_tags", "PUT", f"/v1/task/{NOBODY}/tags", ["a"]),
    ("delete_task_tags", "DELETE", f"/v1/task/{NOBODY}/tags", ["a"]),
    ("send_callback", "POST", f"/v1/task/{NOBODY}/send_callback", None),
    ("audit_task", "POST", f"/v1/task/{NOBODY}/audit", {"accepted": True}),
    ("put_audit", "PUT", "/v1/audits", {"task_id": NOBODY, "audit_result": "accepted"}),
    ("list_audits", "GET", f"/v1/audits?task_id={NOBODY}", None),
    ("get_batch_status", "GET", f"/v1/batches/{NONE}/status", None),
    ("finalize_batch", "POST", f"/v1/batches/{NONE}/finalize", None),
    ("set_batch_metadata", "POST", f"/v1/batches/{NONE}/setMetadata", {"a": 1}),
    ("prioritize_batch", "POST", f"/v1/batches/{NONE}/prioritize", {"priority": 30}),
    ("set_project_params", "POST", f"/v1/projects/{NONE}/setParams", {"instruction": "a"}),
    ("set_project_ontology", "POST", f"/v1/projects/{NONE}/setOntology", {"ontology": ["a"]}),
    ("get_task_template", "GET", f"/v1/projects/{NONE}/taskTemplates", None),
    ("list_files", "GET", "/v1/files", None),
    ("list_assets", "GET", "/v1/assets", None),
    ("invite_teammates", "POST", "/v1/teams/invite", {"emails": 7}),
    ("set_teammate_roles", "POST", "/v1/teams/set_role", {"emails": 7}),
    ("add_assignments", "POST", "/v1/studio/assignments/add", {"emails": 7}),
    ("remove_assignments", "POST", "/v1/studio/assignments/remove", {"emails": 7}),
    ("list_groups", "GET", f"/v1/studio/projects/{NONE}/groups", None),
    ("create_group", "POST", f"/v1/studio/projects/{NONE}/groups", {"name": "a"}),
    ("update_group", "PUT", f"/v1/studio/projects/{NONE}/groups/a", {"add_emails": []}),
    ("assign_studio_batch", "PUT", f"/v1/studio/batches/{NONE}", {"groups": ["a"]}),
    ("set_studio_priorities", "POST", "/v1/studio/batches/set_priorities", {"batches": 7}),
    ("create_evaluation_task", "POST", f"/v1/evaluation_tasks/{TYPE}", {"project": NONE}),
    ("create_training_task", "POST", f"/v1/training_tasks/{TYPE}", {"project": NONE}),
    ("list_labeler_attempts", "GET", "/v1/quality/labelers?limit=many", None),
    ("v2_get_projects", "GET", "/v2/projects?created_after=never", None),
    ("v2_create_batch", "POST", "/v2/batch", {"name": "a", "project_name": NONE}),
    ("v2_finalize_batch", "POST", "/v2/batch/finalize", {"batch_id": NOBODY}),
    ("v2_pause_batch", "POST", "/v2/batch/pause", {"batch_id": NOBODY}),
    ("v2_resume_batch", "POST", "/v2/batch/resume", {"batch_id": NOBODY}),
    ("v2_cancel_batch", "POST", "/v2/batch/cancel", {"batch_id": NOBODY}),
    ("v2_set_batch_metadata", "POST", "/v2/batch/metadata", {"batch_id": NOBODY}),
    ("v2_create_chat_task", "POST", "/v2/task/chat", {"project_name": NONE}),
    ("v2_create_task", "POST", "/v2/task", {"project_name": NONE}),
    ("v2_set_task_metadata", "POST", "/v2/task/metadata", {"task_id": NOBODY, "metadata": {}}),
    ("v2_get_annotation", "GET", "/v2/annotation?annotation_id=none", None),
    ("v2_get_deliveries", "GET", f"/v2/deliveries?project_id={NOBODY}", None),
    ("v2_get_delivery", "GET", f"/v2/delivery?delivery_id={NOBODY}", None),
    ("v2_get_delivery_tasks", "GET", f"/v2/delivery/tasks?delivery_id={NOBODY}", None),
    ("v2_get_schema", "GET", f"/v2/schema?schema_id={NOBODY}", None),
    ("v2_get_dataset_deliveries", "GET", f"/v2/datasets/deliveries?dataset_id={NOBODY}", None),
    ("v2_get_dataset_delivery", "GET", f"/v2/datasets/delivery?delivery_id={NOBODY}", None),
    ("v2_get_dataset_tasks", "GET", f"/v2/datasets/tasks?delivery_id={NOBODY}", None),
    ("v2_get_dataset_task", "GET", "/v2/datasets/task?task_id=none", None),
)
"""Operations that no other step has refused: something is not there, or makes no sense."""
WITHOUT: tuple[tuple[str, str], ...] = (
    ("list_projects", "/v1/projects"),
    ("list_teammates", "/v1/teams"),
    ("list_assignments", "/v1/studio/assignments"),
    ("list_studio_batches", "/v1/studio/batches"),
    ("reset_studio_priorities", "/v1/studio/batches/reset_priorities"),
    ("upload_file", "/v1/files/upload"),
    ("v2_get_datasets", "/v2/datasets"),
    ("v2_get_tasks", "/v2/tasks"),
)
"""Operations that only a wrong key is refused by, and one of each API."""
WRITE = ("reset_studio_priorities", "upload_file")


def _steps() -> Iterator[Step]:
    for operation, method, path, body in UNKNOWN:
        note = "unknown" if NONE in path or NOBODY in path else "refused"
        yield Step(operation, method, path, body, note=note)
    for operation, path in WITHOUT:
        method = "POST" if operation in WRITE else "GET"
        yield Step(operation, method, path, mode="nobody", note="with a key of nobody")


STEPS = tuple(_steps())
