"""Shapes of the control API, beyond what its docstrings say."""

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
    thing,
)
from scale_mock.api.openapi.shapes_v1 import QUERIES as OF_V1
from scale_mock.api.openapi.shapes_v1 import TASK, TASK_REQUIRED
from scale_mock.api.openapi.shapes_v1_more import EMAILS, TEAMMATE
from scale_mock.api.openapi.shapes_v2 import SCHEMAS as OF_V2
from scale_mock.config.settings import CLOCK_MODES
from scale_mock.domain.model import MODES

_DATASET_FILE: Json = {"anyOf": [TEXT, thing(content=TEXT, base64=TEXT, url=TEXT, media_type=TEXT)]}
_LENGTH: Json = {"anyOf": [NUMBER, TEXT]}
_TEXTS: Json = {"anyOf": [TEXT, listed(TEXT)]}
_PIPELINE: dict[str, Json] = {
    "reviews": COUNT,
    "attempts": COUNT,
    "rejects": NUMBER,
    "rejections_max": COUNT,
    "review_own": FLAG,
}
_ONE_OR_MORE: Json = {"anyOf": [FREE, listed(FREE)]}

QUERIES: dict[str, Json] = {
    "export": {
        name: schema
        for name, schema in OF_V1["list_tasks"].items()
        if name not in {"limit", "offset", "next_token", "limited_response"}
    },
    "list_journal": {"after": COUNT, "format": one_of("json", "jsonl", "har", "mermaid")},
    "list_studio_activity": {"labeler": TEXT, "task": TEXT, "batch": TEXT},
}

BODIES: dict[str, Json] = {
    "advance_clock": {
        **thing(
            seconds=NUMBER,
            by=_LENGTH,
            to=INSTANT,
            minutes=NUMBER,
            hours=NUMBER,
            days=NUMBER,
            weeks=NUMBER,
        ),
        "description": "One way: by, to, or some of the others, which add up.",
    },
    "run_until_idle": thing(events_max=maybe(COUNT)),
    "set_clock": thing(mode=one_of(*CLOCK_MODES), rate=NUMBER),
    "add_rules": _ONE_OR_MORE,
    "add_faults": _ONE_OR_MORE,
    "mock_complete_task": thing(response=FREE, by=TEXT, validate=FLAG),
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
    "receive_callback": {},
    "receive_callback_at": {},
    "accept_invitations": thing("emails", emails=EMAILS),
    "configure_studio_project": thing(**_PIPELINE),
    "configure_labeler": thing(
        pace=_LENGTH,
        review_pace=maybe(_LENGTH),
        spread=NUMBER,
        accuracy=NUMBER,
        roles={"anyOf": [_TEXTS, by_name(_TEXTS)]},
        hours=maybe(TEXT),
        weekdays=_TEXTS,
        timezone=TEXT,
    ),
}

_CLOCK: dict[str, Json] = {
    "world": {**TEXT, "description": "The name of the world, which its keys hold."},
    "now": INSTANT,
    "mode": one_of(*CLOCK_MODES),
    "rate": NUMBER,
    "idle": FLAG,
    "upcoming": listed(TEXT),
}
_MOVED = thing(
    "world now mode rate idle upcoming started_at events kinds",
    **_CLOCK,
    started_at=INSTANT,
    events=COUNT,
    kinds=by_name(COUNT),
)
_IDS: Json = {
    "anyOf": [thing("id", id=TEXT), thing("ids", ids=listed(TEXT))],
    "description": "The id of one; the ids of an array.",
}
_EXPLANATION: dict[str, Json] = {
    "subject": TEXT,
    "status": TEXT,
    "decided_by": TEXT,
    "waits_for": TEXT,
    "move": TEXT,
    "move_http": TEXT,
    "steps": listed(TEXT),
}
_EXPLAINED = "subject status decided_by waits_for move move_http steps"
_PER_MODE = thing(" ".join(MODES), **dict.fromkeys(MODES, COUNT))

ANSWERS: dict[str, Json] = {
    "health": thing("status worlds", status=TEXT, worlds=COUNT),
    "list_worlds": listed(ref("World")),
    "delete_world": thing("deleted", deleted=TEXT),
    "reset": ref("World"),
    "get_snapshot": FREE,
    "restore": thing("now digest", now=INSTANT, digest=TEXT),
    "get_clock": thing(" ".join(_CLOCK), **_CLOCK),
    "set_clock": thing(" ".join(_CLOCK), **_CLOCK),
    "advance_clock": _MOVED,
    "run_next": _MOVED,
    "run_until_idle": _MOVED,
    "list_rules": listed(ref("Rule")),
    "add_rules": _IDS,
    "clear_rules": listed(ref("Rule")),
    "delete_rule": listed(ref("Rule")),
    "list_faults": listed(ref("Fault")),
    "add_faults": _IDS,
    "clear_faults": listed(ref("Fault")),
    "delete_fault": listed(ref("Fault")),
    **dict.fromkeys(
        (
            "mock_start_task",
            "mock_complete_task",
            "mock_fail_task",
            "mock_audit_task",
            "mock_redo_task",
            "mock_report_task",
            "mock_delete_task",
        ),
        ref("Task"),
    ),
    "explain_task": thing(f"{_EXPLAINED} response_url", **_EXPLANATION, response_url=TEXT),
    "explain_batch": thing(_EXPLAINED, **_EXPLANATION),
    "mock_get_calibration": ref("Calibration"),
    "mock_list_taskers": listed(ref("Tasker")),
    "mock_set_up_project": ref("Project"),
    "mock_deliver": ref("Delivery"),
    "mock_deliver_dataset": {
        **OF_V2["DatasetDelivery"],
        "properties": {**OF_V2["DatasetDelivery"]["properties"], "task_ids": listed(TEXT)},
    },
    "list_callbacks": listed(ref("Callback")),
    "resend_callback": ref("Callback"),
    "list_requests": listed(ref("Request")),
    "list_unread_fields": listed(ref("UnreadField")),
    "list_received": listed(ref("Received")),
    "receive_callback": thing(),
    "receive_callback_at": thing(),
    "list_journal": listed(ref("Entry")),
    "get_journal_digest": thing("digest entries", digest=TEXT, entries=COUNT),
    "get_studio_workforce": thing(
        "labelers projects queues",
        labelers=listed(ref("BusyLabeler")),
        projects=by_name(ref("Pipeline")),
        queues=listed(ref("Queue")),
    ),
    "list_studio_activity": listed(ref("Activity")),
    "accept_invitations": listed(TEAMMATE),
    "configure_studio_project": ref("Pipeline"),
    "configure_labeler": ref("Labeler"),
}

_LABELER: dict[str, Json] = {
    "email": TEXT,
    "pace": TEXT,
    "review_pace": TEXT,
    "spread": NUMBER,
    "accuracy": NUMBER,
    "roles": listed(TEXT),
    "project_roles": by_name(listed(TEXT)),
    "hours": maybe(TEXT),
    "weekdays": listed(TEXT),
    "timezone": TEXT,
}
_BUSY: dict[str, Json] = {
    "role": TEXT,
    "is_active": FLAG,
    "projects": listed(TEXT),
    "doing": maybe(ref("Activity")),
    "until": maybe(INSTANT),
    "next_pick_up": maybe(INSTANT),
}
_ATTEMPT: dict[str, Json] = {
    "number": COUNT,
    "at": INSTANT,
    "url": TEXT,
    "status": maybe(COUNT),
    "error": maybe(TEXT),
    "reply": TEXT,
    "traceback": maybe(TEXT),
    "fault": maybe(TEXT),
}
_VERSION: dict[str, Json] = {
    "version": maybe(COUNT),
    "score": maybe(NUMBER),
    "tasks": COUNT,
    "audited": COUNT,
    "accepted": COUNT,
    "fixed": COUNT,
    "rejected": COUNT,
    "confidence": maybe(NUMBER),
}
_CALIBRATED: dict[str, Json] = {
    "task_id": TEXT,
    "batch": maybe(TEXT),
    "status": TEXT,
    "project_param_version": maybe(COUNT),
    "by": maybe(TEXT),
    "confidence": maybe(NUMBER),
    "feedback": maybe(TEXT),
    "audit": maybe(TEXT),
    "times_redone": COUNT,
}


def _whole(properties: dict[str, Json]) -> Json:
    """An object that has all of its properties."""
    return thing(" ".join(properties), **properties)


SCHEMAS: dict[str, Json] = {
    "Task": thing(TASK_REQUIRED, **TASK),
    "Project": OF_V2["Project"],
    "Dataset": OF_V2["Dataset"],
    "Delivery": OF_V2["Delivery"],
    "World": thing(
        "name seed now clock callback_auth tasks batches projects callbacks journal_entries",
        name=TEXT,
        seed=COUNT,
        now=INSTANT,
        clock=one_of(*CLOCK_MODES),
        callback_auth=thing(" ".join(MODES), **dict.fromkeys(MODES, TEXT)),
        tasks=_PER_MODE,
        batches=_PER_MODE,
        projects=_PER_MODE,
        callbacks=COUNT,
        journal_entries=COUNT,
    ),
    "Rule": open_thing(
        "id name match outcome matched fired",
        id=TEXT,
        name=TEXT,
        match=FREE,
        outcome=maybe(TEXT),
        matched=COUNT,
        fired=COUNT,
        unused=maybe(TEXT),
    ),
    "Fault": open_thing(
        "id name match status error retry_after kind apply delay matched fired",
        id=TEXT,
        name=TEXT,
        match=FREE,
        status=maybe(COUNT),
        error=maybe(TEXT),
        retry_after=maybe(NUMBER),
        kind=maybe(TEXT),
        apply=one_of("before", "after"),
        matched=COUNT,
        fired=COUNT,
    ),
    "Callback": {
        **thing(
            "id owner mode status reason url state owed_at attempts body",
            id=TEXT,
            owner=one_of("task", "batch"),
            task=TEXT,
            batch=TEXT,
            mode=one_of(*MODES),
            status=TEXT,
            reason=TEXT,
            copy_of=maybe(TEXT),
            url=TEXT,
            state=TEXT,
            owed_at=INSTANT,
            acknowledged_at=maybe(INSTANT),
            next_attempt_at=maybe(INSTANT),
            attempts=listed(_whole(_ATTEMPT)),
            body=FREE,
        ),
        "anyOf": [{"required": ["task"]}, {"required": ["batch"]}],
    },
    "UnreadField": _whole(
        {
            "operation": TEXT,
            "type": maybe(TEXT),
            "field": TEXT,
            "times": COUNT,
            "meant": maybe(TEXT),
        }
    ),
    "Request": _whole(
        {
            "at": INSTANT,
            "method": TEXT,
            "path": TEXT,
            "query": TEXT,
            "status": COUNT,
            "operation": maybe(TEXT),
            "mode": one_of(*MODES),
            "key": TEXT,
            "error": maybe(TEXT),
            "fault": maybe(TEXT),
        }
    ),
    "Received": _whole(
        {"at": INSTANT, "method": TEXT, "path": TEXT, "answered": maybe(COUNT), "body": TEXT}
    ),
    "Entry": open_thing("seq at subject kind", seq=COUNT, at=INSTANT, subject=TEXT, kind=TEXT),
    "Calibration": _whole(
        {
            "project": TEXT,
            "score": maybe(NUMBER),
            "pass_score": NUMBER,
            "passed": FLAG,
            "feedback": listed(TEXT),
            "versions": listed(_whole(_VERSION)),
            "tasks": listed(_whole(_CALIBRATED)),
        }
    ),
    "Tasker": _whole(
        {
            "email": TEXT,
            "name": TEXT,
            "status": TEXT,
            "left_at": maybe(INSTANT),
            "tasks": COUNT,
            "trained": listed(TEXT),
            "evaluations": COUNT,
            "evaluation_score": maybe(NUMBER),
        }
    ),
    "Labeler": _whole(_LABELER),
    "BusyLabeler": _whole({**_LABELER, **_BUSY}),
    "Pipeline": _whole({**_PIPELINE, "pipeline": TEXT}),
    "Queue": _whole(
        {
            "project": TEXT,
            "batch": maybe(TEXT),
            "attempts_waiting": COUNT,
            "reviews_waiting": COUNT,
            "in_hand": COUNT,
        }
    ),
    "Activity": _whole(
        {
            "number": COUNT,
            "labeler": TEXT,
            "task": TEXT,
            "project": TEXT,
            "batch": maybe(TEXT),
            "kind": one_of("attempt", "review"),
            "layer": COUNT,
            "picked_up": INSTANT,
            "finished": maybe(INSTANT),
            "result": maybe(TEXT),
        }
    ),
}
"""Shared schemas."""
