"""Owns the short way of urllib3 2: a plain request and a plain reply need not become bytes.

Everything that a caller can tell apart stays urllib3's: the pool manager, the pool, its retries and
their history, redirects, the response object. Left out is what lies below, writing a request and
parsing a reply of which both sides are known, and making a pool for each session that lives for one
call only, as the official SDK's do. Whatever is not plain (bodies in parts, streamed replies,
faults, cookies, debug logs) takes the long way through ``http.client``.
"""

from __future__ import annotations

import logging
import re
import threading
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from scale_mock.intercept.gate import GATE
from scale_mock.intercept.hosts import Origin, plain_host
from scale_mock.intercept.replies_out import answer
from scale_mock.intercept.requests_in import make_environ, variable_of
from scale_mock.intercept.sockets import MemorySocket

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scale_mock.intercept.patching import Patches
    from scale_mock.intercept.replies_out import Reply

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
BODILESS = frozenset({"GET", "HEAD", "DELETE"})
"""Methods for which a missing body is no empty one."""
SPECIAL = frozenset({"transfer-encoding", "expect", "te", "upgrade"})
"""Request headers that mean something to a server beyond the application."""
POOLS_MAX = 64
"""How many pools a thread keeps."""

_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_log = logging.getLogger("urllib3.connectionpool")
_kept = threading.local()


def patch_pool(module: ModuleType, patches: Patches) -> None:
    """Patches ``urllib3.connectionpool``; version 1.26 goes the long way only."""
    from urllib3._version import __version__

    # The package itself is half imported at this moment.
    if __version__.startswith("2."):
        patches.add(module.HTTPConnectionPool, "_make_request", _make_request)


def _make_request(original: Callable[..., Any]) -> Callable[..., Any]:
    # Filled late: the package is half imported when it is patched.
    classes: list[Any] = []

    def make_request(
        self: Any, conn: Any, method: str, url: str, *arguments: Any, **more: Any
    ) -> Any:
        reply = None
        if GATE.table.is_used and not arguments and not _log.isEnabledFor(logging.DEBUG):
            reply = _plain_reply(self, conn, method, url, more)
        if reply is None:
            return original(self, conn, method, url, *arguments, **more)
        if not classes:
            import urllib3

            classes.extend((urllib3.HTTPResponse, urllib3.HTTPHeaderDict))
        self.num_requests += 1
        body = b"".join(reply.body)
        code, _, reason = reply.status.partition(" ")
        response = classes[0](
            body=BytesIO(body),
            headers=classes[1](reply.headers),
            status=int(code),
            version=11,
            version_string="HTTP/1.1",
            reason=reason,
            preload_content=more.get("preload_content", True),
            decode_content=more.get("decode_content", True),
            enforce_content_length=more.get("enforce_content_length", True),
            request_method=method,
            request_url=url,
        )
        response.retries = more.get("retries")
        response._pool = self
        if more.get("response_conn") is not None:
            # The reply is read: the connection is free for the next request.
            self._put_conn(conn)
        return response

    return make_request


def _plain_reply(pool: Any, conn: Any, method: str, url: str, more: dict[str, Any]) -> Reply | None:
    """The application's reply; ``None`` if this request or this reply takes the long way."""
    variables = _plain_variables(method, url, more)
    if variables is None:
        return None
    if conn.is_closed:
        tunnel = conn._tunnel_host
        host, port = (tunnel, conn._tunnel_port) if tunnel else (conn.host, conn.port)
        if GATE.table.find(Origin(pool.scheme, plain_host(host), port)) is None:
            return None
        pool._validate_conn(conn)
        if conn.is_closed:
            conn.connect()
    sock = conn.sock
    if type(sock) is not MemorySocket or sock.wire.is_over:
        return None
    body = more.get("body") or b""
    if isinstance(body, str):
        body = body.encode()
    reply = answer(sock.wire.app(), make_environ(sock.wire.origin, method, url, variables, body))
    if reply.is_plain and not any(name.lower() == "set-cookie" for name, _ in reply.headers):
        return reply
    sock.wire.prepared = reply
    return None


def _plain_variables(method: str, url: str, more: dict[str, Any]) -> dict[str, str] | None:
    """The request's headers as variables; ``None`` if anything about it is unusual."""
    body = more.get("body")
    if not (body is None or isinstance(body, bytes | str)) or more.get("chunked"):
        return None
    if method not in METHODS or url[:1] != "/" or " " in url or not _is_plain_text(url):
        return None
    headers = more.get("headers") or {}
    variables = {}
    for name, value in headers.items():
        pair = _plain_pair(name, value)
        if pair is None:
            return None
        variables[pair[0]] = pair[1]
    if len(variables) != len(headers) or "HTTP_USER_AGENT" not in variables:
        return None
    variables.setdefault("HTTP_ACCEPT_ENCODING", "identity")
    if body is not None or method not in BODILESS:
        length = str(len(body.encode() if isinstance(body, str) else body or b""))
        if variables.setdefault("CONTENT_LENGTH", length) != length:
            return None
    return variables


@lru_cache(maxsize=1024)
def _plain_pair(name: object, value: object) -> tuple[str, str] | None:
    """A header's variable and value; ``None`` if it is unusual, or means something by itself."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        return None
    # Values that begin so make urllib3 leave a header out.
    if not isinstance(value, str) or not _is_plain_text(value) or value.startswith("@@@"):
        return None
    lowered = name.lower()
    if lowered in SPECIAL or (lowered == "connection" and value.lower() != "keep-alive"):
        return None
    return variable_of(name), value.strip()


def _is_plain_text(text: str) -> bool:
    return text.isascii() and text.isprintable()


def patch_manager(module: ModuleType, patches: Patches) -> None:
    """Patches ``urllib3.poolmanager``."""
    patches.add(module.PoolManager, "connection_from_context", _kept_pool)


def _kept_pool(original: Callable[..., Any]) -> Callable[..., Any]:
    def connection_from_context(self: Any, request_context: dict[str, Any]) -> Any:
        table = GATE.table
        if not table.is_used or "strict" in request_context or request_context.get("block"):
            # One that lets callers wait for its connections must not be shared: they would wait
            # for those of other sessions.
            return original(self, request_context)
        # A thread has its own, so that no pool is ever fuller than it would be.
        pools: dict[Any, Any] | None = getattr(_kept, "pools", None)
        if pools is None or _kept.version != table.version or len(pools) >= POOLS_MAX:
            pools = _kept.pools = {}
            _kept.version = table.version
        try:
            kind = self.pool_classes_by_scheme.get(request_context["scheme"])
            key = (type(self), kind, *request_context.items())
            pool = pools.get(key)
        except TypeError:
            # Something in it cannot be compared by its hash, headers of the pool's own for example.
            return original(self, request_context)
        if pool is None:
            scheme, port = request_context["scheme"], request_context["port"]
            origin = Origin(scheme, plain_host(request_context["host"]), port)
            if table.find(origin) is None:
                return original(self, request_context)
            # The manager must not know it: its end is not the pool's.
            pool = pools[key] = self._new_pool(
                scheme, origin.host, port, request_context=dict(request_context)
            )
        return pool

    return connection_from_context
