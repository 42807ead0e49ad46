"""A host: worlds behind one door, the server in front of them, and the threads that run them."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

from scale_mock.api import App
from scale_mock.mock.drivers import ClockDriver, RetryGate
from scale_mock.mock.workers import PumpWorker
from scale_mock.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.serving import Server
    from scale_mock.world import World


class Host:
    """Serves any number of worlds.

    Args:
        factory: Makes a world for a new account; without one, worlds are added by hand.
        address: The host name or address to listen on.
        port: The port; 0 lets the system choose.
        worlds_max: How many worlds there may be.
        on_error: Told of exceptions that reach the server; tracebacks go to stderr without it.
    """

    def __init__(
        self,
        *,
        factory: Callable[[str], World] | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
        worlds_max: int = 1000,
        on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        self.registry = Registry(
            factory=factory, worlds_max=worlds_max, opened=self._tend, retired=self._retire
        )
        self.app = App(self.registry, wake=self._wake)
        self._address = address
        self._port = port
        self._on_error = on_error
        self._lock = threading.Lock()
        self._workers: dict[World, PumpWorker] = {}
        self._server: Server | None = None
        self._driver: ClockDriver | None = None
        self._started_at = monotonic()

    def add(self, world: World) -> None:
        """Takes a world in."""
        self.registry.add(world)
        self._tend(world)

    def remove(self, world: World) -> None:
        """Takes a world out and closes it."""
        self.registry.remove(world.name)

    @property
    def url(self) -> str:
        """The server's address; the server is started on first use."""
        with self._lock:
            if self._server is None:
                from scale_mock.serving import Server

                self._server = Server(
                    self.app, host=self._address, port=self._port, on_error=self._on_error
                )
                self._server.start()
            return self._server.url

    @property
    def is_serving(self) -> bool:
        """True once the server was started."""
        return self._server is not None

    def stop(self) -> None:
        """Stops the server and every thread, and closes every world."""
        with self._lock:
            server, self._server = self._server, None
            driver, self._driver = self._driver, None
        if server is not None:
            server.stop()
        if driver is not None:
            driver.close()
        for world in self.registry.worlds():
            self.registry.remove(world.name)

    def _tend(self, world: World) -> None:
        """Hooks a world up to the threads that run it."""
        gate = RetryGate(world)
        world.may_run = gate.may_run
        world.on_attempt = gate.note
        world.clock_changed = self._watch
        if world.clock_mode != "manual":
            self._watch()

    def _wake(self, world: World) -> None:
        with self._lock:
            worker = self._workers.get(world)
            if worker is None:
                worker = self._workers[world] = PumpWorker(world)
        worker.wake()

    def _retire(self, world: World) -> None:
        with self._lock:
            worker = self._workers.pop(world, None)
        if worker is not None:
            worker.close()

    def _watch(self) -> None:
        with self._lock:
            if self._driver is None:
                self._driver = ClockDriver(self.registry.worlds, self._last_activity)
            driver = self._driver
        driver.watch()

    def _last_activity(self) -> float:
        server = self._server
        if server is None:
            return self._started_at
        if server.requests_in_flight:
            return monotonic()
        return max(self._started_at, server.last_activity)
