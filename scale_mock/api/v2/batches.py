"""Batches on v2's wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.polling import poll_of_batch, polled_list
from scale_mock.api.reply import json_reply
from scale_mock.api.v2.reading import (
    Paging,
    batch_named,
    choice,
    expansion,
    from_body,
    known_names,
    lies_in,
    operation,
    project_named,
    required_batch,
    window,
)
from scale_mock.domain import fields
from scale_mock.domain.batch_moves import require_staging
from scale_mock.domain.documents import decode_object
from scale_mock.domain.model import V2_BATCH_STATUSES
from scale_mock.domain.refusals import IDENTIFIER_MISSING, NOTHING_FOUND, Refusal, invalid
from scale_mock.envelopes.v2 import batch_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.api.call import Call
    from scale_mock.api.polling import Polled
    from scale_mock.api.reply import Reply
    from scale_mock.domain.model import Batch, Project

EXPANDABLE = ("project",)
PAUSED = "Batch pause initiated. Only unstarted tasks will be paused."
RESUMED = "Batch resume initiated. Previously paused tasks will be resumed."
CANCELLED = "Batch cancellation initiated. Unstarted tasks will be cancelled."


def get_batch(call: Call) -> Reply:
    """``GET /v2/batch``."""
    expand = expansion(call, EXPANDABLE)
    return json_reply(batch_json(required_batch(call, call.one), expand))


def get_batches(call: Call) -> Reply:
    """``GET /v2/batches``: of a project, or of the account; oldest first."""
    project = project_named(call, call.one)
    status = choice(call, "status", V2_BATCH_STATUSES)
    created, completed = window(call, "created"), window(call, "completed")
    expand, paging = expansion(call, EXPANDABLE), Paging(call)
    found = [
        batch
        for batch in call.side.batches.values()
        if (project is None or batch.project is project)
        and (status is None or batch.status == status)
        and lies_in(batch.created_at, created)
        and lies_in(batch.completed_at, completed)
    ]
    page, token = paging.page(found)
    return json_reply({"batches": [batch_json(batch, expand) for batch in page], **token})


def create_batch(call: Call) -> Reply:
    """``POST /v2/batch``; starts in progress unless ``staging_batch`` is set."""
    body = call.json_object()
    project = project_of_body(call, body)
    request = {
        "name": body.get("name"),
        "project": project.name,
        "callback": body.get("callback"),
        "metadata": body.get("metadata"),
    }
    staging = fields.flag(body, "staging_batch")
    batch = call.world.batches.create(call.side, request, api="v2", staging=staging)
    return json_reply(batch_json(batch))


def finalize_batch(call: Call) -> Reply:
    """``POST /v2/batch/finalize``: answers the bare batch."""
    batch = _batch_of_body(call)
    require_staging(batch)
    return json_reply(batch_json(call.world.finalize(call.mode, batch.name)))


def pause_batch(call: Call) -> Reply:
    """``POST /v2/batch/pause``: answers the batch beside a message, as resume and cancel do."""
    batch = _batch_of_body(call)
    call.world.batch_moves.pause(batch)
    return json_reply({"batch": batch_json(batch), "message": PAUSED})


def resume_batch(call: Call) -> Reply:
    """``POST /v2/batch/resume``."""
    batch = _batch_of_body(call)
    call.world.batch_moves.resume(batch)
    return json_reply({"batch": batch_json(batch), "message": RESUMED})


def cancel_batch(call: Call) -> Reply:
    """``POST /v2/batch/cancel``."""
    batch = _batch_of_body(call)
    call.world.batch_moves.cancel(batch)
    return json_reply({"batch": batch_json(batch), "message": CANCELLED})


def set_batch_metadata(call: Call) -> Reply:
    """``POST /v2/batch/metadata``: replaces, or merges with ``merge``."""
    body = call.json_object()
    batch = required_batch(call, from_body(body))
    metadata = new_metadata(body, batch.metadata)
    call.world.batches.set_metadata(call.side, batch.name, metadata)
    return json_reply(batch_json(batch))


def project_of_body(call: Call, body: Mapping[str, object]) -> Project:
    """The project that a body names; an older form has one key ``project``, an id or a name."""
    project = project_named(call, from_body(body))
    if project is not None:
        return project
    either = from_body(body)("project")
    if either is None:
        raise IDENTIFIER_MISSING(names="project_id or project_name")
    for name in ("project_id", "project_name"):
        try:
            found = project_named(call, {name: either}.get)
        except Refusal as refusal:
            if not refusal.text.startswith("Project not found"):
                raise
        else:
            assert found is not None
            return found
    known = known_names("project", reversed(call.side.projects.values()))
    raise NOTHING_FOUND(kind="Project", field="project", value=either, known=known)


def new_metadata(body: Mapping[str, object], held: bytes) -> dict[str, object]:
    """The metadata after a request: the sent ones, or with ``merge`` the held ones overlaid."""
    sent = fields.object_or_none(body, "metadata")
    if sent is None:
        raise invalid('"metadata" is required', path="metadata")
    return merged(decode_object(held), sent) if fields.flag(body, "merge") else sent


def merged(held: dict[str, object], sent: Mapping[str, object]) -> dict[str, object]:
    """Objects are merged key by key, everything else is replaced; lists are, too."""
    result = dict(held)
    for key, value in sent.items():
        below = result.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def _batch_of_body(call: Call) -> Batch:
    return required_batch(call, from_body(call.json_object()))


def _read_batch(call: Call) -> Batch | None:
    """The batch that is read; ``None`` where the read will be refused."""
    try:
        return batch_named(call, call.one)
    except Refusal:
        return None


def _awaited_batch(call: Call) -> Batch | None:
    """The batch that is read, if something is scheduled for it."""
    batch = _read_batch(call)
    if batch is None:
        return None
    return batch if batch.scheduled or call.world.workforce.due(batch) is not None else None


def _polled_batch(call: Call) -> Polled | None:
    """The batch that is read, if something can still become of it."""
    return poll_of_batch(_read_batch(call))


OPERATIONS = (
    operation(
        "v2_get_batch", "GET", "/batch", get_batch, awaited=_awaited_batch, polled=_polled_batch
    ),
    operation("v2_get_batches", "GET", "/batches", get_batches, polled=polled_list),
    operation("v2_create_batch", "POST", "/batch", create_batch),
    operation("v2_finalize_batch", "POST", "/batch/finalize", finalize_batch),
    operation("v2_pause_batch", "POST", "/batch/pause", pause_batch),
    operation("v2_resume_batch", "POST", "/batch/resume", resume_batch),
    operation("v2_cancel_batch", "POST", "/batch/cancel", cancel_batch),
    operation("v2_set_batch_metadata", "POST", "/batch/metadata", set_batch_metadata),
)
