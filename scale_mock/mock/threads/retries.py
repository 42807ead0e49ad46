"""The gate before a callback's next try: tries stay apart in real time while a clock runs ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.callbacks.records import Callback
    from scale_mock.sim.scheduler import Event
    from scale_mock.world import World

MOVING = frozenset({"autojump", "realtime"})
"""The modes in which a clock moves without being asked."""
RETRY_S = 1.0
"""The least real time between two tries of one callback, so that a restarting service is met."""


class RetryGate:
    """Keeps the tries of a callback apart in real time while a clock runs ahead."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tried_at: dict[str, float] = {}

    def note(self, callback: Callback) -> None:
        """A callback was tried."""
        from scale_mock.serving.realtime import clock as real

        if callback.state == "pending":
            self._tried_at[callback.id] = real.monotonic()
        else:
            self._tried_at.pop(callback.id, None)

    def may_run(self, event: Event) -> bool:
        """False for a retry whose last try was a moment ago."""
        from scale_mock.callbacks.resending import ATTEMPT
        from scale_mock.serving.realtime import clock as real

        if event.kind != ATTEMPT or self._world.clock_mode != "autojump":
            return True
        tried_at = self._tried_at.get(event.subject)
        return tried_at is None or real.monotonic() - tried_at >= RETRY_S
