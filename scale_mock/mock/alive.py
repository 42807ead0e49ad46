"""Which worlds of this process are in use, and which servers closed: for who looks elsewhere."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from scale_mock.world import World

WORLDS: WeakSet[World] = WeakSet()
"""Those that somebody has looked at; there is nothing in the others."""

CLOSED: deque[str] = deque(maxlen=100)
"""Where the newest servers listened that were stopped."""


def holders_of(task_id: str, *, but: World) -> list[str]:
    """The names of the open worlds that hold a task, sorted.

    Args:
        task_id: The task's id.
        but: The world that is not asked.
    """
    return sorted(
        world.name
        for world in list(WORLDS)
        if world is not but and any(task_id in side.tasks for side in world.core.sides.values())
    )
