"""A world's state over HTTP: taken as JSON, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.bodies import parse_body, read_body
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.domain.documents import encode
from scale_mock.sim.instants import to_iso
from scale_mock.world import snapshots

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def get_snapshot(call: Call) -> Reply:
    """``GET /_mock/snapshot``: everything that the world is."""
    return Reply(encode(snapshots.take(call.world)), as_stored=True)


def restore(call: Call) -> Reply:
    """``POST /_mock/restore``: the body is what ``GET /_mock/snapshot`` answered."""
    world = call.world
    raw = read_body(call.environ, limit=world.settings.snapshot_bytes_max)
    snapshots.put_back(world, parse_body(raw, "application/json"))
    return json_reply({"now": to_iso(world.now()), "digest": world.core.journal.digest()})


OPERATIONS = (
    Operation("get_snapshot", "GET", "/snapshot", get_snapshot, blocks=True),
    Operation("restore", "POST", "/restore", restore, blocks=True),
)
