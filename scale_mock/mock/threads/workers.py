"""The threads that run worlds while nobody in Python does: one per world, while it has work.

They live in real time; everything below them is handed its instants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.mock.threads.background import Background

if TYPE_CHECKING:
    from scale_mock.world import World

LINGER_S = 2.0
"""How long an idle thread waits for more work before it ends."""


class PumpWorker(Background):
    """Runs one world's due events and sends its callbacks, on a thread of its own."""

    def __init__(self, world: World) -> None:
        super().__init__(name="scale-mock-pump", patience_s=LINGER_S)
        self._world = world
        self._woken = False

    def wake(self) -> None:
        """There is something due."""
        with self._changed:
            self._woken = True
            self._start_and_notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._woken and not self._closed:
                    self._changed.wait(LINGER_S)
                if not self._woken or self._closed:
                    self._thread = None
                    return
                self._woken = False
            try:
                self._world.pump.turn()
            except Exception as error:
                self._world.broken.append(error)
