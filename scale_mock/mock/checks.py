"""The strict checks: what a test should not leave behind unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.world import World

SHOWN = 5


def problems(world: World) -> list[str]:
    """What went wrong in a world without failing anything yet, one text each."""
    with world.lock:
        routes = list(dict.fromkeys(world.unknown_routes))
        found = [
            *(
                f"An exception inside the mock: {type(error).__name__}: {error}"
                for error in list(world.broken)[:SHOWN]
            ),
            *(
                f"A route that the platform does not have was called: {route}"
                for route in routes[:SHOWN]
            ),
            *world.rules.why_unused(),
        ]
        for callback in world.desk.by_id.values():
            if callback.state == "failed" or (callback.state == "pending" and callback.attempts):
                last = callback.attempts[-1]
                found.append(
                    f"A callback was never acknowledged: {callback.owner} {callback.subject} "
                    f"({callback.reason}) to {callback.url}; the last of {last.number} attempts "
                    f"got {last.outcome}"
                )
    return found
