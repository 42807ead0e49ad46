"""The official Python SDK, pointed at a mock, v1 and v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import MissingDependency

if TYPE_CHECKING:
    import scaleapi


def sdk_client(key: str, url: str) -> scaleapi.ScaleClient:
    """A ``scaleapi.ScaleClient`` for a server's address.

    The SDK hands ``api_instance_url`` to its v1 half only; v2 would go on calling the real service,
    so its host is set here too.

    Args:
        key: The API key.
        url: The server's address, without ``/v1``.

    Raises:
        MissingDependency: The SDK is not installed.
    """
    try:
        import scaleapi
    except ImportError as error:
        raise MissingDependency(
            "The official SDK is not installed. It comes with the extra: "
            "pip install 'scale-mock[sdk]'."
        ) from error
    client = scaleapi.ScaleClient(key, api_instance_url=f"{url}/v1")
    client.v2.api_client.configuration.host = url
    return client
