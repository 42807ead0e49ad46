"""Owns the worker threads for deferred requests.

`concurrent.futures` would join its threads when the interpreter exits, so one deferred request
that never returns would hang the process; importing it also costs more than this whole package.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from scale_mock.serving.realtime import clock as time

if TYPE_CHECKING:
    from collections.abc import Callable


class WorkerPool:
    """Daemon threads, started one by one when no idle one is left.

    All methods may be called from any thread.

    Args:
        threads_max: Threads at most; more jobs wait in order.
        name: Prefix of the threads' names.
    """

    def __init__(self, threads_max: int, *, name: str) -> None:
        self._threads_max = threads_max
        self._name = name
        self._changed = threading.Condition(threading.Lock())
        self._jobs: deque[tuple[float, Callable[[], None], Callable[[], None]]] = deque()
        self._threads: set[threading.Thread] = set()
        self._idle: set[threading.Thread] = set()
        self._is_closed = False

    def submit(self, job: Callable[[], None], *, give_up: Callable[[], None]) -> None:
        """Run `job` in a worker, or later `give_up` where :meth:`expire` is called."""
        with self._changed:
            self._jobs.append((time.monotonic(), job, give_up))
            if len(self._jobs) > len(self._idle) and len(self._threads) < self._threads_max:
                name = f"{self._name}-worker-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._threads.add(thread)
                thread.start()
            else:
                self._changed.notify()

    def expire(self, submitted_before: float) -> None:
        """Give up jobs that were submitted before this instant (monotonic) and have not begun."""
        expired = []
        with self._changed:
            while self._jobs and self._jobs[0][0] < submitted_before:
                expired.append(self._jobs.popleft()[2])
        for give_up in expired:
            give_up()

    def close(self) -> None:
        """End all idle workers; those at work end with their job. Waiting jobs are given up."""
        with self._changed:
            self._is_closed = True
            waiting = list(self._jobs)
            self._jobs.clear()
            ending = self._idle - {threading.current_thread()}
            self._changed.notify_all()
        for _, _, give_up in waiting:
            give_up()
        for thread in ending:
            thread.join()

    def _work(self) -> None:
        thread = threading.current_thread()
        while True:
            with self._changed:
                self._idle.add(thread)
                while not self._jobs and not self._is_closed:
                    self._changed.wait()
                self._idle.discard(thread)
                if self._is_closed:
                    self._threads.discard(thread)
                    return
                _, job, _ = self._jobs.popleft()
            job()
            del job  # an idle worker must not hold on to the last request
