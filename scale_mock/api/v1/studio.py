"""Studio on the wire: assignments, project groups, batches and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.envelopes.objects import group_json, studio_batch_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply
    from scale_mock.domain.model import Batch


def list_assignments(call: Call) -> Reply:
    """``GET /studio/assignments``: e-mails to project names."""
    return json_reply(call.world.studio.assignments(call.side))


def add_assignments(call: Call) -> Reply:
    """``POST /studio/assignments/add``; answers the whole map."""
    return json_reply(call.world.studio.assign(call.side, call.json_object()))


def remove_assignments(call: Call) -> Reply:
    """``POST /studio/assignments/remove``; answers the whole map."""
    return json_reply(call.world.studio.unassign(call.side, call.json_object()))


def list_groups(call: Call) -> Reply:
    """``GET /studio/projects/{project}/groups``."""
    groups = call.world.studio.groups(call.side, call.names["project"])
    return json_reply([group_json(group, call.world.core) for group in groups])


def create_group(call: Call) -> Reply:
    """``POST /studio/projects/{project}/groups``."""
    group = call.world.studio.create_group(call.side, call.names["project"], call.json_object())
    return json_reply(group_json(group, call.world.core))


def update_group(call: Call) -> Reply:
    """``PUT /studio/projects/{project}/groups/{group}``."""
    group = call.world.studio.update_group(
        call.side, call.names["project"], call.names["group"], call.json_object()
    )
    return json_reply(group_json(group, call.world.core))


def list_studio_batches(call: Call) -> Reply:
    """``GET /studio/batches``: the pending ones in the order of work."""
    return _listed(call.world.studio.batches(call.side))


def assign_studio_batch(call: Call) -> Reply:
    """``PUT /studio/batches/{name}``: sets the groups that may work on it."""
    batch = call.world.studio.limit_batch(call.side, call.names["name"], call.json_object())
    return json_reply(studio_batch_json(batch))


def set_studio_priorities(call: Call) -> Reply:
    """``POST /studio/batches/set_priorities``."""
    return _listed(call.world.studio.set_priorities(call.side, call.json_object()))


def reset_studio_priorities(call: Call) -> Reply:
    """``POST /studio/batches/reset_priorities``."""
    return _listed(call.world.studio.reset_priorities(call.side))


def _listed(batches: Iterable[Batch]) -> Reply:
    return json_reply([studio_batch_json(batch) for batch in batches])


_GROUPS = "/studio/projects/<name:project>/groups"
OPERATIONS = (
    Operation("list_assignments", "GET", "/studio/assignments", list_assignments),
    Operation("add_assignments", "POST", "/studio/assignments/add", add_assignments),
    Operation("remove_assignments", "POST", "/studio/assignments/remove", remove_assignments),
    Operation("list_groups", "GET", _GROUPS, list_groups),
    Operation("create_group", "POST", _GROUPS, create_group),
    Operation("update_group", "PUT", f"{_GROUPS}/<name:group>", update_group),
    Operation("list_studio_batches", "GET", "/studio/batches", list_studio_batches),
    Operation("assign_studio_batch", "PUT", "/studio/batches/<name:name>", assign_studio_batch),
    Operation(
        "set_studio_priorities", "POST", "/studio/batches/set_priorities", set_studio_priorities
    ),
    Operation(
        "reset_studio_priorities",
        "POST",
        "/studio/batches/reset_priorities",
        reset_studio_priorities,
    ),
)
