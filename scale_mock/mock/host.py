"""A host: worlds behind one door, the server in front of them, and the threads that run them."""

from __future__ import annotations

import threading
from functools import cached_property, partial
from typing import TYPE_CHECKING

from scale_mock.mock.alive import CLOSED
from scale_mock.mock.threads.retries import MOVING, RetryGate
from scale_mock.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    from scale_mock.api import App
    from scale_mock.mock.threads.drivers import ClockDriver
    from scale_mock.mock.threads.workers import PumpWorker
    from scale_mock.serving import Server
    from scale_mock.world import World

    Perform = Callable[["Host", World, str, Mapping[str, object]], tuple[int, object]]
    Opener = Callable[["Host", Mapping[str, object]], World]


class Host:
    """Serves any number of worlds.

    Args:
        factory: Makes a world for a new account; without one, worlds are added by hand.
        address: The host name or address to listen on.
        port: The port; 0 lets the system choose.
        worlds_max: How many worlds there may be.
        on_error: Told of exceptions that reach the server; tracebacks go to stderr without it.
        perform: Makes a call of the Python API on a world, given the host, the world, the call's
            name and its arguments; without it, the worlds know no such calls.
        opener: Makes a world as somebody elsewhere wants it, given the host and arguments, and adds
            it; without it, nobody elsewhere opens worlds.

    Attributes:
        callback_hosts: Hosts that callbacks of every world are really sent to which somebody makes
            over the control API.
    """

    def __init__(
        self,
        *,
        factory: Callable[[str], World] | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
        worlds_max: int = 1000,
        on_error: Callable[[BaseException], None] | None = None,
        perform: Perform | None = None,
        opener: Opener | None = None,
    ) -> None:
        self.registry = Registry(
            factory=factory, worlds_max=worlds_max, opened=self._tend, retired=self._retire
        )
        if opener is not None:
            self.registry.make = partial(opener, self)
        self.callback_hosts: tuple[str, ...] = ()
        self._address = address
        self._port = port
        self._on_error = on_error
        self._perform = perform
        self._lock = threading.Lock()
        self._workers: dict[World, PumpWorker] = {}
        self._servers: dict[str, Server] = {}
        self._driver: ClockDriver | None = None
        self._driven_since = 0.0

    @cached_property
    def app(self) -> App:
        """The doors of its worlds; loaded when somebody comes to one."""
        from scale_mock.api import App

        return App(self.registry, wake=self._wake)

    def add(self, world: World) -> None:
        """Takes a world in."""
        self.registry.add(world)
        self._tend(world)

    def remove(self, world: World) -> None:
        """Takes a world out and closes it."""
        self.registry.remove(world.name)

    @property
    def url(self) -> str:
        """The http server's address; the server is started on first use."""
        __tracebackhide__ = True
        return self.url_of("http")

    @property
    def https_url(self) -> str:
        """The https server's address; the server is started on first use.

        Raises:
            MissingDependency: ``trustme`` is not installed.
        """
        return self.url_of("https")

    def url_of(self, scheme: str) -> str:
        """The address of the ``http`` or the ``https`` server, which is started on first use."""
        __tracebackhide__ = True
        with self._lock:
            if scheme not in self._servers:
                server = self._made(scheme)
                server.start()
                self._servers[scheme] = server
            return self._servers[scheme].url

    def _made(self, scheme: str) -> Server:
        from scale_mock.serving import Server

        app: WSGIApplication = self.app
        tls = None
        if scheme == "https":
            from scale_mock.mock.certificates import Authority, with_authority

            authority = Authority.of_process()
            app, tls = with_authority(app, authority.ca_file), authority.context_for(self._address)
        return Server(app, host=self._address, port=self._port, on_error=self._on_error, tls=tls)

    @property
    def is_serving(self) -> bool:
        """True once a server was started."""
        return bool(self._servers)

    def stop(self) -> None:
        """Stops the servers and every thread, and closes every world."""
        self.quiet()
        for world in self.registry.worlds():
            self.registry.remove(world.name)

    def quiet(self) -> None:
        """Stops the servers, and whatever moves clocks; the worlds stay."""
        with self._lock:
            servers, self._servers = list(self._servers.values()), {}
            driver, self._driver = self._driver, None
        for server in servers:
            CLOSED.append(server.url)
            server.stop()
        if driver is not None:
            driver.close()

    def _tend(self, world: World) -> None:
        """Hooks a world up to the threads that run it."""
        gate = RetryGate(world)
        world.may_run = gate.may_run
        world.on_attempt = gate.note
        world.clock_changed = self._watch
        world.make_step = partial(_make_step, world)
        if self._perform is not None:
            world.perform = partial(self._perform, self, world)
        if world.clock_mode in MOVING:
            self._watch()

    def _wake(self, world: World) -> None:
        from scale_mock.mock.threads.workers import PumpWorker

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
        from scale_mock.mock.threads.drivers import ClockDriver
        from scale_mock.serving.realtime import clock as real

        with self._lock:
            if self._driver is None:
                self._driven_since = real.monotonic()
                self._driver = ClockDriver(self.registry.worlds, self._last_activity)
            driver = self._driver
        driver.watch()

    def _last_activity(self) -> float:
        servers = list(self._servers.values())
        if any(server.requests_in_flight for server in servers):
            from scale_mock.serving.realtime import clock as real

            return real.monotonic()
        return max([self._driven_since, *(server.last_activity for server in servers)])


def _make_step(world: World, index: int, number: int, tries: int) -> None:
    """Makes a call of a world's script."""
    from scale_mock.api.stepping import make_step

    make_step(world, index, number, tries)
