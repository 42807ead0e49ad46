"""What kind of server an address leads to: one of ours, or the real platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.callbacks.targets import is_loopback
from scale_mock.errors import ConfigurationError
from scale_mock.mock.interception import DOMAINS

if TYPE_CHECKING:
    from scale_mock.mock.remote.address import Address
    from scale_mock.mock.remote.line import Line

HEALTH = "/_mock/health"
NO_MOCK = (
    "{url} is no scale_mock server (those answer " + HEALTH + "), so it is taken for the real "
    "platform. To reach it all the same, name the environment variable that holds a key of its "
    "test mode: {switch}. Nothing but reads is then sent there, and never a live key."
)


def is_scale(host: str) -> bool:
    """True for a host of Scale's own, which is not even asked what it is."""
    name = host.lower().rstrip(".")
    return name in DOMAINS or name.endswith(tuple(f".{domain}" for domain in DOMAINS))


def is_mock(line: Line) -> bool:
    """True if a server says that it is one of ours.

    Raises:
        Unreachable: It does not answer.
    """
    answer = line.ask("GET", HEALTH)
    found = answer.json() if answer.status == 200 else None
    return isinstance(found, dict) and found.get("status") == "ok"


def require_privacy(address: Address) -> None:
    """Lets a key go to this machine, or over TLS.

    Raises:
        ConfigurationError: Others could read it on its way.
    """
    if address.scheme == "https" or is_loopback(address.host):
        return
    raise ConfigurationError(
        f"{address.url}: a key is sent over https only; anybody on the way could read it here. Use "
        f"https://{address.host}."
    )
