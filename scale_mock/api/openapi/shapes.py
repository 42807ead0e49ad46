"""What is known of the operations' shapes, by operation: the tables of the three APIs together."""

from __future__ import annotations

from scale_mock.api.openapi import shapes_calls, shapes_control, shapes_v1, shapes_v2
from scale_mock.api.openapi.parts import COUNT, FREE, TEXT, Json, thing

QUERIES: dict[str, Json] = {**shapes_v1.QUERIES, **shapes_v2.QUERIES, **shapes_control.QUERIES}
"""Query parameters; a name that ends in ``*`` is required."""
BODIES: dict[str, Json] = {
    **shapes_v1.BODIES,
    **shapes_v2.BODIES,
    **shapes_control.BODIES,
    **shapes_calls.BODIES,
}
"""Request bodies."""
ANSWERS: dict[str, Json] = {
    **shapes_v1.ANSWERS,
    **shapes_v2.ANSWERS,
    **shapes_control.ANSWERS,
    **shapes_calls.ANSWERS,
}
"""Bodies of a success."""
STATUSES = {"put_audit": "201", "v2_get_dataset_task_response_url": "302"}
"""The status of a success where it is not 200."""
MEDIA = {
    "export": ("application/jsonl",),
    "list_journal": (
        "application/json",
        "application/jsonl",
        "application/har+json",
        "text/plain",
    ),
    "get_result_file": ("*/*",),
    "get_dataset_file": ("*/*",),
}
"""The media types of a success where they are not JSON alone."""
OF_MEDIA: dict[str, Json] = {
    "application/har+json": thing("log", log=FREE),
    "text/plain": TEXT,
}
"""Bodies of a success in other media than JSON, whichever the operation."""
COMPONENTS: dict[str, dict[str, Json]] = {
    "all": {"Error": thing("status_code error", status_code=COUNT, error=TEXT)},
    "v1": shapes_v1.SCHEMAS,
    "v2": shapes_v2.SCHEMAS,
    "control": shapes_control.SCHEMAS,
}
"""Shared schemas, by API."""
