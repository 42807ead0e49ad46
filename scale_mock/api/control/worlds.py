"""Health, worlds and their reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.domain.model import MODES
from scale_mock.domain.refusals import WORLD_NOT_FOUND
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply
    from scale_mock.world import World


def health(call: Call) -> Reply:
    """``GET /_mock/health``: needs no key."""
    return json_reply({"status": "ok", "worlds": len(call.registry.worlds())})


def list_worlds(call: Call) -> Reply:
    """``GET /_mock/worlds``: every world behind this door."""
    return json_reply([world_json(world) for world in call.registry.worlds()])


def delete_world(call: Call) -> Reply:
    """``DELETE /_mock/worlds/{name}``: its next key opens a new one."""
    world = call.registry.remove(call.names["name"])
    if world is None:
        known = ", ".join(world.name for world in call.registry.worlds()) or "none"
        raise WORLD_NOT_FOUND(name=call.names["name"], known=known)
    return json_reply({"deleted": world.name})


def reset(call: Call) -> Reply:
    """``POST /_mock/reset``: back to the beginning."""
    call.world.reset()
    return json_reply(world_json(call.world))


def world_json(world: World) -> dict[str, object]:
    """A world as the control API shows it."""
    with world.lock:
        return {
            "name": world.name,
            "seed": world.settings.seed,
            "now": to_iso(world.now()),
            "clock": world.clock_mode,
            "callback_auth": {mode: world.auth_key(mode) for mode in MODES},
            "tasks": {mode: len(world.core.sides[mode].tasks) for mode in MODES},
            "batches": {mode: len(world.core.sides[mode].batches) for mode in MODES},
            "projects": {mode: len(world.core.sides[mode].projects) for mode in MODES},
            "callbacks": len(world.desk.by_id),
            "journal_entries": len(world.core.journal),
        }


OPERATIONS = (
    Operation("health", "GET", "/health", health, needs_key=False),
    Operation("list_worlds", "GET", "/worlds", list_worlds, needs_key=False),
    Operation("delete_world", "DELETE", "/worlds/<name:name>", delete_world, needs_key=False),
    Operation("reset", "POST", "/reset", reset, blocks=True),
)
