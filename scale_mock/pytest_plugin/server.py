"""The fixture ``scale_server``: the HTTP server of a process, and further worlds behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.config.options import from_arguments
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.session import OF_A_TEST

if TYPE_CHECKING:
    from scale_mock.mock.facade import ScaleMock
    from scale_mock.pytest_plugin.session import Session


class ScaleServer:
    """The HTTP server of a pytest process, for code that runs outside of the test's own.

    The key of a request names the world that answers it: that of the test's ``scale_mock``, or one
    that was opened here. While there is only one world, any well-formed key opens it.

    Args:
        session: The plugin's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def url(self) -> str:
        """The server's address, for example ``http://127.0.0.1:40231``.

        Raises:
            ConfigurationError: It is the real platform's, which is reached through ``scale_mock``.
        """
        __tracebackhide__ = True
        if self._session.elsewhere is not None:
            return self._session.elsewhere.open_url
        return self._session.host.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API: what ``api_instance_url`` wants."""
        __tracebackhide__ = True
        return f"{self.url}/v1"

    def open_world(self, **arguments: object) -> ScaleMock:
        """A further world behind this server, for fixtures of a wider scope than one test.

        Flags, environment and ini options hold for it as far as the arguments leave things open;
        ``scale_mock_config`` and markers do not. Close it, or use it in a ``with`` statement.

        Args:
            arguments: Those of :class:`scale_mock.ScaleMock`.

        Raises:
            ConfigurationError: An argument is unknown or makes no sense.
        """
        __tracebackhide__ = True
        place = "scale_server.open_world()"
        for name in OF_A_TEST[3:]:
            if name in arguments:
                raise ConfigurationError(
                    f"{place}: {name}= is for one test: @pytest.mark.scale_mock({name}=...)."
                )
        for name in OF_A_TEST[1:3]:
            if name in arguments:
                raise ConfigurationError(
                    f"{place}: {name}= is for the world of one test. Use mock.intercept() on what "
                    "open_world() returns."
                )
        own = from_arguments(arguments, source=place, place=place)
        if self._session.elsewhere is not None:
            given = {**self._session.below, **self._session.above, **own}
            return self._session.elsewhere.open_world(given)
        return self._session.open_world({**self._session.below, **self._session.above, **own})

    def __repr__(self) -> str:
        if self._session.elsewhere is not None:
            return f"<ScaleServer {self.url}>"
        host = self._session.host
        return f"<ScaleServer {host.url if host.is_serving else 'not started'}>"
