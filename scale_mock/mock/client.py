"""The official Python SDK, pointed at a mock, v1 and v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError, MissingDependency
from scale_mock.mock.patch import Patch
from scale_mock.registry.keys import parse_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FunctionType
    from typing import Any

    import scaleapi
    from urllib3 import PoolManager


def sdk_client(key: str, url: str, ca_file: Path | None = None) -> scaleapi.ScaleClient:
    """A ``scaleapi.ScaleClient`` for a server's address.

    Args:
        key: The API key.
        url: The server's address, without ``/v1``.
        ca_file: The authority to trust, for an https server.

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
    client = scaleapi.ScaleClient(key)
    point(client, url, ca_file)
    return client


def point(
    client: scaleapi.ScaleClient,
    url: str,
    ca_file: Path | None = None,
    keys: tuple[str, str] | None = None,
) -> Callable[[], None]:
    """Points a client that exists already at a server, both of its halves.

    The SDK hands ``api_instance_url`` to its v1 half only; v2 would go on calling the real service,
    so its host is set too.

    Args:
        client: A ``scaleapi.ScaleClient``.
        url: The server's address, without ``/v1``.
        ca_file: The authority to trust, for an https server.
        keys: The live and the test key to use from now on; by default it keeps its own. A key that
            is not well-formed stays, so that code which brings one sees the 401.

    Returns:
        What undoes it.

    Raises:
        ConfigurationError: It is no client of the SDK.
    """
    try:
        api, configuration = client.api, client.v2.api_client.configuration
        pools = client.v2.api_client.rest_client.pool_manager
    except AttributeError as error:
        raise ConfigurationError(
            f"patch_client({client!r}): expected a scaleapi.ScaleClient of scaleapi 2.15 or later, "
            f"with its two halves .api and .v2 ({error})."
        ) from error
    patch = Patch(client)
    patch.change(api, "base_api_url", f"{url}/v1")
    patch.change(configuration, "host", url)
    known = parse_key(api.api_key)
    if keys is not None and known is not None:
        key = keys[1] if known.mode == "test" else keys[0]
        patch.change(api, "api_key", key)
        patch.change(api, "_auth", (key, ""))
        patch.change(configuration, "access_token", key)
    if ca_file is not None:
        patch.change(api, "verify", str(ca_file))
        patch.change(api, "_http_request", _trusting(api._http_request, str(ca_file)))
        patch.change(configuration, "ssl_ca_cert", str(ca_file))
        patch.change(_Trust(pools), "ca_certs", str(ca_file))
    return patch.take_back


def _trusting(send: FunctionType, ca_file: str) -> Callable[..., object]:
    """The SDK's own function that sends, for an authority that nothing else knows.

    Two traps lie in it: the request that follows a 409 forgets ``verify``, and requests prefers
    ``REQUESTS_CA_BUNDLE`` to a session's ``verify``. So the same code runs with a session that
    names the authority with each request.
    """
    from types import FunctionType, SimpleNamespace

    import requests

    send = getattr(send, "of", send)  # another mock may have made one of its own

    class Session(requests.Session):
        def request(self, *args: Any, **more: Any) -> requests.Response:
            return super().request(*args, **{**more, "verify": ca_file})

    requests_module = SimpleNamespace(Session=Session)

    def sending(*args: Any, **more: Any) -> object:
        # Made anew for each call, so that what a test changes in the SDK's module is heeded.
        names = {**send.__globals__, "requests": requests_module}
        own = FunctionType(send.__code__, names, send.__name__, send.__defaults__, send.__closure__)
        own.__kwdefaults__ = send.__kwdefaults__
        return own(*args, **more)

    sending.of = send  # type: ignore[attr-defined]
    return sending


class _Trust:
    """The authority that a connection pool trusts, from its next connection on."""

    def __init__(self, pools: PoolManager) -> None:
        self.pools = pools

    @property
    def ca_certs(self) -> str | None:
        """The authority's file; ``None`` for those that everybody trusts."""
        found: str | None = self.pools.connection_pool_kw.get("ca_certs")
        return found

    @ca_certs.setter
    def ca_certs(self, ca_file: str | None) -> None:
        self.pools.connection_pool_kw["ca_certs"] = ca_file
        self.pools.clear()
