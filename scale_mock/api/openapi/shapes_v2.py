"""Shapes of v2. Fields and what is required of them follow the official SDK's models."""

from __future__ import annotations

from scale_mock.api.openapi.parts import (
    COUNT,
    FLAG,
    FREE,
    INSTANT,
    LIMIT,
    NUMBER,
    TEXT,
    Json,
    listed,
    maybe,
    one_of,
    ref,
    several,
    thing,
)
from scale_mock.domain.chat_forms import ERROR_TYPES
from scale_mock.domain.model import V2_BATCH_STATUSES, V2_TASK_STATUSES
from scale_mock.envelopes.v2_threads import OPTS


def _expandable(name: str) -> Json:
    return {"anyOf": [TEXT, ref(name)]}


_PROJECT = {"project_id": TEXT, "project_name": TEXT}
_BATCH = {"batch_id": TEXT, "batch_name": TEXT}
_PAGE = {"limit": LIMIT, "next_token": TEXT}
_CREATED = {"created_after": INSTANT, "created_before": INSTANT}
_COMPLETED = {"completed_after": INSTANT, "completed_before": INSTANT}
_DELIVERED = {"delivered_after": INSTANT, "delivered_before": INSTANT}
_TASK = {"expand": several("project", "batch"), "opts": several(*OPTS)}
_OF_DATASET = {"expand": several("dataset", "delivery")}
_TASK_STATUS = one_of(*V2_TASK_STATUSES)

QUERIES: dict[str, Json] = {
    "v2_get_project": _PROJECT,
    "v2_get_projects": _CREATED,
    "v2_get_batch": {**_BATCH, "expand": several("project")},
    "v2_get_batches": {
        **_PROJECT,
        "status": one_of(*V2_BATCH_STATUSES),
        **_CREATED,
        **_COMPLETED,
        **_PAGE,
        "expand": several("project"),
    },
    "v2_get_task": {"task_id*": TEXT, **_TASK},
    "v2_get_tasks": {**_PROJECT, **_BATCH, "status": _TASK_STATUS, **_COMPLETED, **_PAGE, **_TASK},
    "v2_create_chat_task": {},
    "v2_create_task": {},
    "v2_set_task_metadata": {},
    "v2_get_annotation": {"annotation_id*": TEXT},
    "v2_get_deliveries": {**_PROJECT, **_DELIVERED, "expand": several("project")},
    "v2_get_delivery": {
        "delivery_id": TEXT,
        "delivery_name": TEXT,
        **_PROJECT,
        **_PAGE,
        "expand": several("project", "batch", "delivery"),
        "opts": several(*OPTS),
    },
    "v2_get_delivery_tasks": {
        "delivery_id": TEXT,
        **_PROJECT,
        "status": _TASK_STATUS,
        **_COMPLETED,
        **_PAGE,
    },
    "v2_get_schema": {"schema_id*": {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}},
    "v2_get_datasets": {},
    "v2_get_dataset_deliveries": {
        "dataset_id": TEXT,
        **_DELIVERED,
        "expand": several("dataset"),
    },
    "v2_get_dataset_delivery": {"delivery_id*": TEXT, **_PAGE, **_OF_DATASET},
    "v2_get_dataset_tasks": {
        "dataset_id": TEXT,
        "delivery_id": TEXT,
        **_DELIVERED,
        **_PAGE,
        **_OF_DATASET,
    },
    "v2_get_dataset_task": {"task_id*": TEXT, **_OF_DATASET},
    "v2_get_dataset_task_response_url": {},
}

_MOVE = thing(batch_id=TEXT, batch_name=TEXT)
_CHAT = thing(
    **_PROJECT,
    project=TEXT,
    **_BATCH,
    template_variables=FREE,
    metadata=FREE,
    callback_url=TEXT,
    unique_id=TEXT,
)

BODIES: dict[str, Json] = {
    "v2_create_batch": thing(
        "name",
        name=TEXT,
        **_PROJECT,
        project=TEXT,
        callback=TEXT,
        staging_batch={**FLAG, "default": False},
        metadata=FREE,
    ),
    "v2_finalize_batch": _MOVE,
    "v2_pause_batch": _MOVE,
    "v2_resume_batch": _MOVE,
    "v2_cancel_batch": _MOVE,
    "v2_set_batch_metadata": thing(
        "metadata", **_BATCH, metadata=FREE, merge={**FLAG, "default": False}
    ),
    "v2_create_chat_task": _CHAT,
    "v2_create_task": _CHAT,
    "v2_set_task_metadata": thing(
        "task_id metadata", task_id=TEXT, metadata=FREE, merge={**FLAG, "default": False}
    ),
}

_MOVED = thing("batch message", batch=ref("Batch"), message=TEXT)

ANSWERS: dict[str, Json] = {
    "v2_get_project": ref("Project"),
    "v2_get_projects": thing("projects", projects=listed(ref("Project"))),
    "v2_get_batch": ref("Batch"),
    "v2_get_batches": thing("batches", batches=listed(ref("Batch")), next_token=TEXT),
    "v2_create_batch": ref("Batch"),
    "v2_finalize_batch": ref("Batch"),
    "v2_pause_batch": _MOVED,
    "v2_resume_batch": _MOVED,
    "v2_cancel_batch": _MOVED,
    "v2_set_batch_metadata": ref("Batch"),
    "v2_get_task": ref("Task"),
    "v2_get_tasks": thing("tasks", tasks=listed(ref("Task")), next_token=TEXT),
    "v2_create_chat_task": ref("Task"),
    "v2_create_task": ref("Task"),
    "v2_set_task_metadata": ref("Task"),
    "v2_get_annotation": ref("Annotation"),
    "v2_get_deliveries": thing("deliveries", deliveries=listed(ref("Delivery"))),
    "v2_get_delivery": thing(
        "tasks", delivery=_expandable("Delivery"), tasks=listed(ref("Task")), next_token=TEXT
    ),
    "v2_get_delivery_tasks": thing(
        "docs total", docs=listed(ref("DeliveryRow")), total=COUNT, next_token=TEXT
    ),
    "v2_get_schema": thing("schema", schema=ref("Schema")),
    "v2_get_datasets": thing("datasets", datasets=listed(ref("Dataset"))),
    "v2_get_dataset_deliveries": thing("deliveries", deliveries=listed(ref("DatasetDelivery"))),
    "v2_get_dataset_delivery": thing(
        "tasks",
        delivery=_expandable("DatasetDelivery"),
        tasks=listed(ref("DatasetTask")),
        next_token=TEXT,
    ),
    "v2_get_dataset_tasks": thing("tasks", tasks=listed(ref("DatasetTask")), next_token=TEXT),
    "v2_get_dataset_task": ref("DatasetTask"),
}

# As shown, with the guards that let the SDK tell the three kinds of file apart.
_ATTACHMENT = thing(
    content={"anyOf": [TEXT, {"const": False}]},
    mime_type=TEXT,
    scale_url=TEXT,
    url=TEXT,
    name={"anyOf": [TEXT, {"const": False}]},
    file_size_in_bytes={"anyOf": [COUNT, {"const": ""}]},
    duration={"anyOf": [NUMBER, {"const": ""}]},
    transcript=TEXT,
    transcript_url=TEXT,
    transcript_start=NUMBER,
    transcript_end=NUMBER,
)

SCHEMAS: dict[str, Json] = {
    "Attachment": _ATTACHMENT,
    "Project": thing(
        "id name created_at",
        id=TEXT,
        name=TEXT,
        created_at=INSTANT,
        types=listed(TEXT),
        models=listed(TEXT),
    ),
    "Batch": thing(
        "id name project created_at status metadata",
        id=TEXT,
        name=TEXT,
        project=_expandable("Project"),
        created_at=INSTANT,
        status=one_of(*V2_BATCH_STATUSES),
        metadata=FREE,
        completed_at=INSTANT,
        callback=TEXT,
    ),
    "Task": thing(
        "task_id project status created_at",
        task_id=TEXT,
        project=_expandable("Project"),
        batch=_expandable("Batch"),
        status=_TASK_STATUS,
        created_at=INSTANT,
        completed_at=INSTANT,
        metadata=FREE,
        threads=listed(ref("Thread")),
        errors=listed(thing(type=one_of(*ERROR_TYPES), message=TEXT)),
        sensitive_content_reports=listed(thing(type=TEXT, message=TEXT)),
    ),
    "Delivery": thing(
        "id name task_count delivered_at project",
        id=TEXT,
        name=TEXT,
        task_count=COUNT,
        delivered_at=INSTANT,
        project=_expandable("Project"),
    ),
    "DeliveryRow": thing(
        "task_id",
        task_id=TEXT,
        created_at=INSTANT,
        delivery_id=maybe(TEXT),
        delivered_at=maybe(TEXT),
        response_schema_id=maybe(TEXT),
        response=maybe(FREE),
    ),
    "Schema": thing(
        "id json",
        id=TEXT,
        json={"type": "string", "contentMediaType": "application/schema+json"},
        name=TEXT,
        createdBy=TEXT,
        createdAt=INSTANT,
        updatedBy=TEXT,
        updatedAt=INSTANT,
    ),
    "Dataset": thing("id name", id=TEXT, name=TEXT),
    "DatasetDelivery": thing(
        "id name delivered_at metadata",
        id=TEXT,
        name=TEXT,
        delivered_at=INSTANT,
        metadata=thing(task_count=COUNT, turn_count=COUNT),
        dataset=_expandable("Dataset"),
    ),
    "DatasetTask": thing(
        "task_id dataset delivery response",
        task_id=TEXT,
        dataset=_expandable("Dataset"),
        delivery=_expandable("DatasetDelivery"),
        response=FREE,
    ),
}
