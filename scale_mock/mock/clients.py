"""What every world offers to the official SDK: its keys, and clients that are pointed at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import scaleapi

    from scale_mock.domain.model import Mode

Client = TypeVar("Client")


class Clients:
    """Clients of a world, whether it is in this process or elsewhere."""

    name: str
    _undo: list[Callable[[], None]]

    @property
    def test_key(self) -> str:
        """The API key of test mode."""
        return f"test_{self.name}"

    @property
    def live_key(self) -> str:
        """The API key of live mode."""
        return f"live_{self.name}"

    def _entrance(self) -> tuple[str, Path | None]:
        """Where clients of this process find the API, and the authority that they trust for it."""
        raise NotImplementedError

    def client(self, mode: Mode = "live") -> scaleapi.ScaleClient:
        """The official SDK's client, pointed here.

        Args:
            mode: ``live`` or ``test``.

        Raises:
            ConfigurationError: There is no such mode.
            MissingDependency: ``scaleapi`` is not installed.
        """
        from scale_mock.mock.client import sdk_client

        if mode not in ("live", "test"):
            raise ConfigurationError(f"mode={mode!r}: a client is for 'live' or 'test' mode.")
        key = self.live_key if mode == "live" else self.test_key
        return sdk_client(key, *self._entrance())

    def patch_client(self, client: Client) -> Client:
        """Points a client of the official SDK that exists already here, v1 and v2.

        It gets this world's key of the mode that its own key has, and has everything back when this
        mock is closed. A key that is not well-formed stays, so that its 401 is seen.

        Args:
            client: A ``scaleapi.ScaleClient``, for example one that the code under test built.

        Returns:
            The same client.

        Raises:
            ConfigurationError: It is no such client.
        """
        from scale_mock.mock.client import point

        keys = self.live_key, self.test_key
        self._undo.append(point(client, *self._entrance(), keys))
        return client
