"""Addresses of servers, as people write them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from scale_mock.errors import ConfigurationError

PORTS = {"http": 80, "https": 443}
ROOTS = ("", "/", "/v1", "/v1/", "/v2", "/v2/")
"""What may follow the host: the base URLs of clients are taken for the server's."""


class Address(NamedTuple):
    """Where a server listens.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Its name or address.
        port: Its port.
    """

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as clients want it, without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = PORTS[self.scheme] == self.port
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


def parse_address(text: object, *, where: str) -> Address:
    """Reads an address.

    Args:
        text: For example ``http://127.0.0.1:8723``; a base URL that ends in ``/v1`` will do.
        where: Who gave it, for the refusal.

    Raises:
        ConfigurationError: It is none.
    """
    expected = f"{where}={text!r}: expected the address of a server, such as http://127.0.0.1:8723."
    if not isinstance(text, str):
        raise ConfigurationError(expected)
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{expected} ({error})") from None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(expected)
    if parts.path not in ROOTS or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{expected} What follows the host is left out ({parts.path or parts.query})."
        )
    return Address(parts.scheme, parts.hostname, port or PORTS[parts.scheme])
