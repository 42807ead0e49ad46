"""The doors of one world: its keys, its addresses, and clients that are pointed at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    import scaleapi

    from scale_mock.domain.model import Mode
    from scale_mock.mock.host import Host
    from scale_mock.world import World


class Doors:
    """What :class:`scale_mock.ScaleMock` offers to get into its world."""

    name: str
    _world: World
    _host: Host
    _closed: bool

    @property
    def test_key(self) -> str:
        """The API key of test mode."""
        return f"test_{self.name}"

    @property
    def live_key(self) -> str:
        """The API key of live mode."""
        return f"live_{self.name}"

    def callback_auth(self, mode: Mode = "live") -> str:
        """The value of ``scale-callback-auth`` on the callbacks of a mode.

        Raises:
            ConfigurationError: There is no such mode.
        """
        if mode not in {"live", "test"}:
            raise ConfigurationError(f"callback_auth({mode!r}): the modes are 'live' and 'test'.")
        return self._world.auth_key(mode)

    @property
    def url(self) -> str:
        """A real server on loopback, started on first use.

        Raises:
            ConfigurationError: The mock is closed.
        """
        if self._closed:
            raise ConfigurationError(f"This ScaleMock ({self.name}) is closed; its world is gone.")
        return self._host.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API: what ``api_instance_url`` wants."""
        return f"{self.url}/v1"

    @property
    def app(self) -> WSGIApplication:
        """The platform as a WSGI application, for a test client without a socket."""
        return self._host.app

    def client(self, mode: Mode = "live") -> scaleapi.ScaleClient:
        """The official SDK's client, pointed here.

        Args:
            mode: ``live`` or ``test``.

        Raises:
            MissingDependency: ``scaleapi`` is not installed.
        """
        from scale_mock.mock.client import sdk_client

        if mode not in {"live", "test"}:
            raise ConfigurationError(f"mode={mode!r}: a client is for 'live' or 'test' mode.")
        return sdk_client(self.live_key if mode == "live" else self.test_key, self.url)
