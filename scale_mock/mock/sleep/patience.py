"""How long the code under test may sleep for nothing: a loop that waits for ever fails instead.

Code that waits for a callback of its own (``while not received: time.sleep(60)``) asks the platform
for nothing, so no reply can tell it that nothing will come. Its sleep does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.task_index import TaskFilter
from scale_mock.errors import SleptInVain
from scale_mock.selectors.durations import format_duration
from scale_mock.serving.realtime import clock as real
from scale_mock.world.explain import explain_task

if TYPE_CHECKING:
    from scale_mock.world import World

SLEPT = timedelta(days=30)
"""How much sleep for nothing is too much: as long as a wait lasts unless it is told otherwise."""
AT_LEAST_S = 1.0
"""How long that must have taken in real seconds: another process may be what is waited for."""
AT_MOST_S = 30.0
"""How many real seconds are too many, however short the sleeps are."""


class Patience:
    """Watches the sleep in one world.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: tuple[object, ...] = ()
        self._slept = timedelta(0)
        self._since = 0.0

    def spend(self, length: timedelta) -> None:
        """Notes that the code under test is about to sleep.

        Raises:
            SleptInVain: It has slept for too long while nothing happened and nothing could.
        """
        world = self._world
        if not world.settings.stuck_polls_max:
            return
        with world.lock:
            seen = (len(world.core.journal), world.requests[-1] if world.requests else None)
            may_change = world.scheduler.next_event() is not None or world.pump.has_work
        if may_change or seen != self._seen:
            self._seen = () if may_change else seen
            self._slept, self._since = timedelta(0), real.monotonic()
            return
        self._slept += length
        passed = real.monotonic() - self._since
        if passed >= (AT_LEAST_S if self._slept >= SLEPT else AT_MOST_S):
            slept, self._seen = self._slept, ()
            raise SleptInVain(
                f"The code under test has slept for {format_duration(slept)} of the world's time "
                "without a request, while nothing is scheduled: whatever it waits for does not "
                f"come from the platform. {self._pending()} (stuck_polls_max=0 lets it sleep on.)"
            )

    def _pending(self) -> str:
        world = self._world
        with world.lock:
            for side in world.core.sides.values():
                task = next(side.task_index.matching(TaskFilter(status=("pending",))), None)
                if task is not None:
                    why = explain_task(world, task)
                    return f"{why.subject} waits for {why.waits_for}. To move it: {why.move}."
        return "No task is pending."
