"""Owns requests on their way in: heads and bodies as bytes, and the WSGI environ made of them."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

    from scale_mock.intercept.hosts import Origin

KEYS_MAX = 512
"""How many header names are remembered with their variables."""

_BASE: WSGIEnvironment = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "scale_mock",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "REMOTE_PORT": "0",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
_keys: dict[str, str] = {}


def make_environ(
    origin: Origin,
    method: str,
    target: str,
    variables: Mapping[str, str],
    body: bytes,
    protocol: str = "HTTP/1.1",
) -> WSGIEnvironment:
    """A request as PEP 3333 shows it.

    Args:
        origin: Where the client connected to.
        method: The method.
        target: Path and query as they were sent, or a whole URL (for a forwarding proxy).
        variables: The headers, names as :func:`variable_of` makes them.
        body: The whole body, decoded.
        protocol: The version of HTTP.
    """
    environ = _BASE.copy()
    environ["REQUEST_METHOD"] = method
    environ["wsgi.url_scheme"], environ["SERVER_NAME"], port = origin
    environ["HTTP_HOST"] = origin.host
    environ["SERVER_PORT"] = str(port)
    environ["SERVER_PROTOCOL"] = protocol
    environ["wsgi.input"] = BytesIO(body)
    environ["wsgi.errors"] = sys.stderr
    environ.update(variables)
    if not target.startswith("/"):
        # The authority of a whole URL wins over the header (RFC 9112, 3.2.2).
        authority, slash, path = target.partition("://")[2].partition("/")
        environ["HTTP_HOST"] = authority
        target = slash + path or "/"
    path, _, query = target.partition("?")
    environ["REQUEST_URI"] = environ["RAW_URI"] = target
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    environ["QUERY_STRING"] = query
    return environ


def variable_of(name: str) -> str:
    """The variable of a header; empty for names with an underscore, which would pass for others."""
    key = _keys.get(name)
    if key is None:
        key = "" if "_" in name else name.upper().replace("-", "_")
        if key and key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        if len(_keys) < KEYS_MAX:
            _keys[name] = key
    return key


class Head:
    """The head of one request, as far as the far end must know it.

    Attributes:
        method: The method.
        protocol: The version of HTTP.
        length: The body's length, if it is not chunked.
        is_chunked: Whether the body comes in chunks.
        expects: Whether the client waits for ``100 Continue``.
        close: Whether the client wants the connection closed after the reply.
    """

    __slots__ = (
        "_target", "_variables", "close", "expects", "is_chunked", "length", "method", "protocol",
    )  # fmt: skip

    def __init__(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self._target, self.protocol = first.split(" ", 2)
        self.close = self.protocol == "HTTP/1.0"
        self.length = 0
        self.is_chunked = self.expects = False
        self._variables: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            key, value = variable_of(name), value.strip()
            if key == "HTTP_TRANSFER_ENCODING":
                # Left out of the environ: the body is shown decoded.
                self.is_chunked = value.lower() == "chunked"
                continue
            if key == "CONTENT_LENGTH":
                self.length = int(value)
            elif key == "HTTP_CONNECTION":
                self.close = "close" in value.lower()
            elif key == "HTTP_EXPECT":
                self.expects = value.lower() == "100-continue"
            if key:
                known = self._variables.get(key)
                self._variables[key] = value if known is None else f"{known},{value}"

    def environ(self, origin: Origin, body: bytes) -> WSGIEnvironment:
        """The request with its body."""
        environ = make_environ(
            origin, self.method, self._target, self._variables, body, self.protocol
        )
        if self.is_chunked:
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ


def unchunked(data: bytes) -> bytes | None:
    """The content of a chunked body; ``None`` while it is not complete."""
    parts: list[bytes] = []
    place = 0
    while True:
        end = data.find(b"\r\n", place)
        if end < 0:
            return None
        size = int(data[place:end].partition(b";")[0], 16)
        place = end + 2
        if size == 0:
            return b"".join(parts)
        if place + size + 2 > len(data):
            return None
        parts.append(data[place : place + size])
        place += size + 2
