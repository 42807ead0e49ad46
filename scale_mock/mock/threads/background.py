"""A thread that runs while there is something for it to do, and ends when it is told."""

from __future__ import annotations

import threading


class Background:
    """Starts, wakes and ends one daemon thread; what it does is for the subclass to say.

    Args:
        name: The thread's name.
        patience_s: How long :meth:`close` waits for it, in seconds.
    """

    def __init__(self, *, name: str, patience_s: float) -> None:
        self._name = name
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """Ends the thread, once what it is doing now is done."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=self._patience_s)

    def _start_and_notify(self, *, needed: bool = True) -> None:
        """Starts the thread if it is needed and does not run; called with ``_changed`` held."""
        if needed and self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        """What the thread does; sets ``_thread`` to ``None`` under ``_changed`` before it ends."""
        raise TypeError(f"{type(self).__name__} does not say what its thread does.")
