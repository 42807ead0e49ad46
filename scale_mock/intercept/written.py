"""Reads hosts as somebody writes them down; says what to write instead of what makes no sense.

Loaded when somebody names a host: most interceptions are those of Scale alone.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from scale_mock.errors import ConfigurationError
from scale_mock.intercept.hosts import PORTS, Place, plain_host

PATHS = ("", "/", "/v1", "/v1/", "/v2", "/v2/")
"""What may follow the host in a base URL; the application knows these paths itself."""
PORT_MAX = 65535
_NO_SLASHES = re.compile(r"https?:/?[^/0-9]|https?:?//[^/]*(?<!:)//|https?/", re.IGNORECASE)
"""A scheme without its two slashes; what looks like a port may be one of a host named so."""
_SOMEWHERE = re.compile(
    r"(?P<scheme>[a-z]*):?/{0,3}(?:[^@/]*@)?(?:\*\.)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|localhost)"
    r"(?P<port>:(?!0|[7-9][0-9]{4})[0-9]{1,5}(?![0-9a-z]))?(?![^:/?#])",
    re.IGNORECASE,
)
"""What is probably meant by something that is no URL: a host behind whatever scheme."""
_ADDRESS = re.compile(r"[0-9a-f:]*:[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
"""An IPv6 address without its brackets."""
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+")


def parse_place(text: object) -> Place:
    """Reads a base URL (one scheme, one port) or a bare host name (both schemes, any port).

    Raises:
        ConfigurationError: It is neither; the text says what to write instead.
    """
    shown = f"hosts={text!r}"
    expected = (
        f"{shown}: expected a base URL such as 'https://labels.example.test', or a host name."
    )
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(expected)
    given = text.strip()
    instead = _instead(given)
    try:
        parts = urlsplit(given if "//" in given else f"//{given}")
        host = plain_host(parts.hostname or "")
    except ValueError as error:
        raise ConfigurationError(f"{shown}: this is no URL ({error}).{instead}") from error
    if not host or parts.scheme not in {"", *PORTS} or _NO_SLASHES.match(given):
        raise ConfigurationError(expected + instead)
    port = _port(parts.netloc.rpartition("@")[2], shown, instead)
    if _NAME.fullmatch(host) is None:
        listed = " Several hosts are a list of texts." if "," in host else instead
        raise ConfigurationError(f"{shown}: {host!r} is no name of a host.{listed}")
    if parts.path not in PATHS or parts.query or parts.fragment:
        rest = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
        raise ConfigurationError(
            f"{shown}: a whole host is intercepted, so leave out what follows it "
            f"({rest}); only /v1 and /v2 may stand there.{instead}"
        )
    if not parts.scheme:
        return Place(host, None, port)
    return Place(host, parts.scheme, port or PORTS[parts.scheme])


def _port(place: str, shown: str, instead: str) -> int | None:
    """The port behind a host; ``None`` for none."""
    digits = place.rpartition("]")[2].partition(":")[2]
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= PORT_MAX):
        raise ConfigurationError(
            f"{shown}: {digits!r} is no port, a number from 1 to {PORT_MAX}.{instead}"
        )
    return int(digits)


def _instead(given: str) -> str:
    """What to write instead of something wrong, if the host in it can be made out."""
    if _ADDRESS.fullmatch(given):
        return f" Write '[{given}]'."
    found = _SOMEWHERE.match(given)
    if found is None:
        return ""
    scheme = "http" if found["scheme"].lower() == "http" else "https"
    return f" Write '{scheme}://{plain_host(found['host'])}{found['port'] or ''}'."
