"""The threads that run worlds while nobody in Python does: one per world, while it has work.

They live in real time; everything below them is handed its instants.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.world import World

LINGER_S = 2.0
"""How long an idle thread waits for more work before it ends."""


class PumpWorker:
    """Runs one world's due events and sends its callbacks, on a thread of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changed = threading.Condition()
        self._woken = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something due."""
        with self._changed:
            self._woken = True
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(
                    target=self._run, name="scale-mock-pump", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Ends the thread, once the callback that may be out is back."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=LINGER_S)

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
