"""Shapes of the control API, beyond what its docstrings say."""

from __future__ import annotations

from scale_mock.api.openapi.parts import (
    COUNT,
    FREE,
    INSTANT,
    NUMBER,
    TEXT,
    Json,
    listed,
    one_of,
    thing,
)
from scale_mock.api.openapi.shapes_v1 import QUERIES as OF_V1
from scale_mock.config.settings import CLOCK_MODES

_DATASET_FILE: Json = {"anyOf": [TEXT, thing(content=TEXT, base64=TEXT, url=TEXT, media_type=TEXT)]}
_ONE_OR_MORE: Json = {"anyOf": [FREE, listed(FREE)]}

QUERIES: dict[str, Json] = {
    "export": {
        name: schema
        for name, schema in OF_V1["list_tasks"].items()
        if name not in {"limit", "offset", "next_token", "limited_response"}
    },
    "list_journal": {"after": COUNT},
}

BODIES: dict[str, Json] = {
    "advance_clock": thing(seconds=NUMBER),
    "set_clock": thing(mode=one_of(*CLOCK_MODES), rate=NUMBER),
    "add_rules": _ONE_OR_MORE,
    "add_faults": _ONE_OR_MORE,
    "mock_complete_task": thing(response=FREE, by=TEXT),
    "mock_fail_task": thing(error={"anyOf": [TEXT, FREE]}),
    "mock_audit_task": thing(
        "result",
        result=one_of("accepted", "fixed", "rejected"),
        comments=TEXT,
        response=FREE,
        by=TEXT,
    ),
    "mock_redo_task": thing(by=TEXT),
    "mock_set_up_project": thing(types=listed(TEXT), models=listed(TEXT)),
    "mock_deliver": thing("project", project=TEXT, tasks=listed(TEXT), name=TEXT),
    "mock_deliver_dataset": thing(
        "tasks",
        tasks=listed(
            thing(
                "response",
                response=FREE,
                files={"type": "object", "additionalProperties": _DATASET_FILE},
                turns=COUNT,
            )
        ),
        name=TEXT,
    ),
    "mock_report_task": thing(type=TEXT, message=TEXT),
    "restore": FREE,
}

ANSWERS: dict[str, Json] = {
    "health": thing("status", status=TEXT, worlds=COUNT),
    "list_worlds": listed(FREE),
    "reset": FREE,
    "get_clock": thing("now", now=INSTANT),
    "list_rules": listed(FREE),
    "list_faults": listed(FREE),
    "list_callbacks": listed(FREE),
    "list_requests": listed(FREE),
    "explain_task": thing("status waits_for", status=TEXT, waits_for=TEXT, steps=listed(TEXT)),
    "explain_batch": thing("status waits_for", status=TEXT, waits_for=TEXT, steps=listed(TEXT)),
    "get_snapshot": FREE,
}
