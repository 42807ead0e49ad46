"""Owns the WSGI environ: how a parsed request is shown to the application (PEP 3333)."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from scale_mock.serving.deferred import Deferred

if TYPE_CHECKING:
    from typing import Final

    from _typeshed.wsgi import WSGIEnvironment

    from scale_mock.serving.head import Request

AFTER_REPLY: Final = "scale_mock.after_reply"
DEFERRED: Final = "scale_mock.deferred"

_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_AUTHORITY: Final = re.compile(r"https?://([^/?#]*)(.*)", re.IGNORECASE)
_KEYS_CACHED_MAX: Final = 512


class EnvironBuilder:
    """Builds environs for one server.

    Header names with an underscore are left out: `X_Key` and `X-Key` would share a variable, so
    one could pass for the other (werkzeug and nginx leave them out too). Transfer-Encoding is left
    out as well, because the body comes decoded, with CONTENT_LENGTH set to its length.
    """

    def __init__(self, host: str, port: int, *, scheme: str = "http") -> None:
        self._base: WSGIEnvironment = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_SOFTWARE": "scale_mock",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            DEFERRED: Deferred,
        }
        self._keys: dict[str, str] = {}

    def build(self, request: Request, address: tuple[str, int]) -> WSGIEnvironment:
        """Return the environ of one request; `address` is the client's host and port."""
        environ = self._base.copy()
        keys = self._keys
        for name, value in request.headers.items():
            key = keys.get(name)
            if key is None:
                key = self._key(name)
            if key:
                environ[key] = value
        target = request.target
        path, _, query = self._origin(target, environ).partition("?")
        environ["REQUEST_METHOD"] = request.method
        environ["REQUEST_URI"] = environ["RAW_URI"] = target
        environ["PATH_INFO"] = _unquoted(path) if "%" in path else path
        environ["QUERY_STRING"] = query
        environ["SERVER_PROTOCOL"] = request.version
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = address[0], str(address[1])
        environ["wsgi.input"] = request.body
        environ["wsgi.errors"] = sys.stderr  # looked up each time: test runners exchange it
        if request.body_bytes is not None:
            environ["CONTENT_LENGTH"] = str(request.body_bytes)
        environ[AFTER_REPLY] = []
        return environ

    def _key(self, name: str) -> str:
        """Return the variable of a header, or the empty text if it has none."""
        if "_" in name or name == "transfer-encoding":
            key = ""
        elif name in {"content-type", "content-length"}:
            key = name.upper().replace("-", "_")
        else:
            key = f"HTTP_{name.upper().replace('-', '_')}"
        if len(self._keys) < _KEYS_CACHED_MAX:
            self._keys[name] = key
        return key

    def _origin(self, target: str, environ: WSGIEnvironment) -> str:
        """Return path and query; an absolute URL's authority wins over Host (RFC 9112, 3.2.2)."""
        if target[0] == "/":
            return target
        match = _AUTHORITY.fullmatch(target)
        if match is None:
            return target  # only "*" of OPTIONS gets here
        environ["HTTP_HOST"] = match[1]
        return match[2] if match[2][:1] == "/" else f"/{match[2]}"


def _unquoted(path: str) -> str:
    """Decode escapes to octets, each one a latin-1 character, as PEP 3333 wants them."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)
