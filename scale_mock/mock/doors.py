"""The doors of one world: its keys, its addresses, and clients that are pointed at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.mock.clients import Clients

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self
    from wsgiref.types import WSGIApplication

    from scale_mock.domain.model import Mode
    from scale_mock.mock.host import Host
    from scale_mock.mock.interception import Interception
    from scale_mock.world import World


class Doors(Clients):
    """What :class:`scale_mock.ScaleMock` offers to get into its world."""

    _world: World
    _host: Host
    _closed: bool
    _https: bool

    def callback_auth(self, mode: Mode = "live") -> str:
        """The value of ``scale-callback-auth`` on the callbacks of a mode.

        Args:
            mode: ``live`` or ``test``.

        Raises:
            ConfigurationError: There is no such mode.
        """
        if mode not in ("live", "test"):
            raise ConfigurationError(f"callback_auth({mode!r}): the modes are 'live' and 'test'.")
        return self._world.auth_key(mode)

    @property
    def url(self) -> str:
        """A real server on loopback, started on first use.

        Raises:
            ConfigurationError: The mock is closed.
            MissingDependency: It speaks https, and ``trustme`` is not installed.
        """
        __tracebackhide__ = True
        if self._closed:
            raise ConfigurationError(f"This ScaleMock ({self.name}) is closed; its world is gone.")
        return self._host.url_of("https" if self._https else "http")

    @property
    def ca_file(self) -> Path | None:
        """The authority that clients of an https server have to trust, as a PEM file.

        ``None`` where the server speaks plain http.

        Raises:
            MissingDependency: ``trustme`` is not installed.
        """
        if not self._https:
            return None
        from scale_mock.mock.certificates import Authority

        return Authority.of_process().ca_file

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API: what ``api_instance_url`` wants."""
        return f"{self.url}/v1"

    @property
    def app(self) -> WSGIApplication:
        """The platform as a WSGI application, for a test client without a socket."""
        return self._host.app

    def intercept(
        self, *, absorb_sleep: bool = False, hosts: Iterable[str] = ()
    ) -> Interception[Self]:
        """Answers ``https://api.scale.com`` in this process, without a socket.

        Clients stay as they are: requests, urllib3, httpx, aiohttp, ``http.client`` and what is
        built on them, with their retries, pools and exceptions. Use it in a ``with`` or an
        ``async with`` statement::

            with ScaleMock() as mock, mock.intercept():
                scaleapi.ScaleClient("live_x").projects()

        Args:
            absorb_sleep: The code under test's sleeping moves the world's clock instead.
            hosts: Further base URLs or host names to answer for.

        Raises:
            ConfigurationError: A host is none, or the mock is closed.
        """
        from scale_mock.mock.interception import Interception

        if self._closed:
            raise ConfigurationError(f"This ScaleMock ({self.name}) is closed; its world is gone.")
        if not isinstance(hosts, Iterable):
            raise ConfigurationError(
                f"hosts={hosts!r}: expected base URLs such as 'https://labels.example.test', or "
                "host names."
            )
        wanted = (hosts,) if isinstance(hosts, str | bytes) else hosts
        return Interception(
            self,
            self._world,
            hosts=wanted,
            absorb_sleep=absorb_sleep,
            is_closed=lambda: self._closed,
        )

    def _entrance(self) -> tuple[str, Path | None]:
        """Where clients of this process find the API, and the authority that they trust for it."""
        from scale_mock.mock.interception import SCALE_URL, is_intercepted

        if is_intercepted(self._world):
            return SCALE_URL, None
        return self.url, self.ca_file

    def env(self) -> dict[str, str]:
        """The environment variables that point another program here.

        They are those of ``scale-mock env``: the Python SDK, v1 and v2, and Node programs are
        sent here unchanged, and https clients trust the server.

        ::

            subprocess.run(["node", "app.js"], env={**os.environ, **mock.env()})
        """
        import os

        from scale_mock.mock.pointing import variables

        return variables(self.url, self.ca_file, os.environ)
