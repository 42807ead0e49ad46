"""Batches on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.polling import polled_batch, polled_list
from scale_mock.api.reply import json_reply
from scale_mock.domain import fields
from scale_mock.domain.model import BATCH_STATUSES
from scale_mock.envelopes.objects import batch_json, batch_status_json

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply
    from scale_mock.domain.model import Batch

LIMIT_MAX = 100


def create_batch(call: Call) -> Reply:
    """``POST /batches``."""
    return json_reply(batch_json(call.world.batches.create(call.side, call.json_object())))


def get_batch(call: Call) -> Reply:
    """``GET /batches/{name}``."""
    return json_reply(batch_json(_batch(call)))


def get_batch_status(call: Call) -> Reply:
    """``GET /batches/{name}/status``."""
    return json_reply(batch_status_json(_batch(call)))


def list_batches(call: Call) -> Reply:
    """``GET /batches``: newest first, by offset.

    Carries the names of every client: ``totalDocs`` (SDK), ``total`` (documentation), ``nextPage``
    and its like (official downloader).
    """
    limit = call.integer("limit", default=LIMIT_MAX, least=1, most=LIMIT_MAX)
    offset = call.integer("offset", default=0, least=0)
    wanted = _Wanted(call)
    found = [batch for batch in reversed(call.side.batches.values()) if wanted.has(batch)]
    detailed = bool(call.flag("detailed"))
    page = offset // limit + 1
    has_more = offset + limit < len(found)
    return json_reply(
        {
            "docs": [batch_json(b, detailed=detailed) for b in found[offset : offset + limit]],
            "totalDocs": len(found),
            "total": len(found),
            "limit": limit,
            "offset": offset,
            "has_more": has_more,
            "page": page,
            "totalPages": max(-(-len(found) // limit), 1),
            "hasNextPage": has_more,
            "nextPage": page + 1 if has_more else None,
            "hasPrevPage": offset > 0,
            "prevPage": page - 1 if page > 1 else None,
        }
    )


def finalize_batch(call: Call) -> Reply:
    """``POST /batches/{name}/finalize``."""
    return json_reply(batch_json(call.world.finalize(call.mode, call.names["name"])))


def set_batch_metadata(call: Call) -> Reply:
    """``POST /batches/{name}/setMetadata``: the body is the metadata."""
    batch = call.world.batches.set_metadata(call.side, call.names["name"], call.json_object())
    return json_reply(batch_json(batch))


def prioritize_batch(call: Call) -> Reply:
    """``POST /batches/{name}/prioritize``: its reply is known from third parties only."""
    changed = call.world.batches.prioritize(call.side, call.names["name"], call.json_object())
    return json_reply({"result": f"The priority was changed on this many tasks: {changed}."})


class _Wanted:
    """The filters of ``GET /batches``."""

    def __init__(self, call: Call) -> None:
        self.projects = call.many("project")
        self.statuses = call.many("status")
        for status in self.statuses:
            fields.one_of(status, "status", BATCH_STATUSES)
        self.exclude_archived = bool(call.flag("exclude_archived"))
        self.created = (call.instant("start_time"), call.instant("end_time"))
        self.completed = (call.instant("completed_after"), call.instant("completed_before"))
        self.audited = (call.instant("audited_after"), call.instant("audited_before"))

    def has(self, batch: Batch) -> bool:
        return (
            (not self.projects or batch.project.name in self.projects)
            and (not self.statuses or batch.v1_status in self.statuses)
            and not (self.exclude_archived and batch.archived)
            and _within(batch.created_at, self.created)
            and _within(batch.completed_at, self.completed)
            and _within(batch.last_audited_at, self.audited)
        )


def _within(instant: datetime | None, window: tuple[datetime | None, datetime | None]) -> bool:
    """True if an instant lies in a window; both ends count, and an absent one lies in none."""
    after, before = window
    if after is None and before is None:
        return True
    return (
        instant is not None
        and (after is None or instant >= after)
        and (before is None or instant <= before)
    )


def _batch(call: Call) -> Batch:
    return call.world.batches.get(call.side, call.names["name"])


def _awaited_batch(call: Call) -> Batch | None:
    batch = call.side.batches.get(call.names["name"])
    if batch is None:
        return None
    return batch if batch.scheduled or call.world.workforce.due(batch) is not None else None


def _awaited_in_list(call: Call) -> Batch | None:
    """The oldest batch that something is to happen in: it may join the list."""
    return next((batch for batch in call.side.batches.values() if batch.scheduled), None)


OPERATIONS = (
    Operation("create_batch", "POST", "/batches", create_batch),
    Operation(
        "list_batches",
        "GET",
        "/batches",
        list_batches,
        awaited=_awaited_in_list,
        polled=polled_list,
    ),
    Operation(
        "get_batch",
        "GET",
        "/batches/<name:name>",
        get_batch,
        awaited=_awaited_batch,
        polled=polled_batch,
    ),
    Operation(
        "get_batch_status",
        "GET",
        "/batches/<name:name>/status",
        get_batch_status,
        awaited=_awaited_batch,
        polled=polled_batch,
    ),
    Operation("finalize_batch", "POST", "/batches/<name:name>/finalize", finalize_batch),
    Operation("set_batch_metadata", "POST", "/batches/<name:name>/setMetadata", set_batch_metadata),
    Operation("prioritize_batch", "POST", "/batches/<name:name>/prioritize", prioritize_batch),
)
