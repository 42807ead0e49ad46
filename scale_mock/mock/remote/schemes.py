"""A client that speaks https to a server of plain http, or the other way round: told as such."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.mock.remote.address import Address

NO_TLS = frozenset({"HTTP_REQUEST", "RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER"})
"""What OpenSSL calls a reply that is not TLS."""
_WANTS_TLS = re.compile(rb"speaks TLS|HTTPS port|HTTPS server", re.IGNORECASE)
"""How servers (ours, nginx, Go's) answer plain http where they speak TLS."""


def is_plain(error: Exception) -> bool:
    """True if a handshake failed since the other side does not speak TLS."""
    return isinstance(error, ssl.SSLError) and error.reason in NO_TLS


def wants_tls(status: int, body: bytes) -> bool:
    """True if a reply says that plain http came where TLS is spoken."""
    return status == 400 and _WANTS_TLS.search(body) is not None


def speaks_plain(address: Address) -> str:
    """What to do about an https address whose server speaks plain http."""
    return f"{address.url} speaks plain http: use {address._replace(scheme='http').url}."


def speaks_tls(address: Address) -> str:
    """What to do about an http address whose server speaks TLS."""
    return f"{address.url} speaks TLS: use {address._replace(scheme='https').url}."
