"""Owns the patches of ``http.client`` and urllib3: connections that are made in memory.

Only connecting is replaced. What the clients do above it is theirs: pools, retries, redirects,
multipart, parsing of replies, exceptions. ``requests``, urllib3 (1.26 and 2) and ``urllib.request``
all come through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scale_mock.intercept.gate import GATE
from scale_mock.intercept.hosts import Origin, plain_host
from scale_mock.intercept.sockets import MemorySocket

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scale_mock.intercept.patching import Patches

OF_A_REQUEST = ("_response_options", "_tunnel_host", "_tunnel_port", "_tunnel_scheme")
"""What urllib3's connections are told before a request, and forget when they close."""


def patch_http_client(module: ModuleType, patches: Patches) -> None:
    """Patches ``http.client``."""
    plain, secure = module.HTTPConnection, module.HTTPSConnection
    patches.add(plain, "connect", lambda original: _connect(original, "http"))
    patches.add(secure, "connect", lambda original: _connect(original, "https"))
    patches.add(plain, "putrequest", _putrequest)


def patch_urllib3(module: ModuleType, patches: Patches) -> None:
    """Patches ``urllib3.connection``."""
    patches.add(module.HTTPConnection, "connect", lambda original: _connect(original, "http"))
    # Where Python has no ssl module, this is a placeholder class that inherits the above.
    patches.add(module.HTTPSConnection, "connect", lambda original: _connect(original, "https"))
    patches.add(module, "wait_for_read", _wait_for_read)


def patch_urllib3_wait(module: ModuleType, patches: Patches) -> None:
    """Patches ``urllib3.util.connection``, where 1.26 asks whether a kept connection is alive."""
    patches.add(module, "wait_for_read", _wait_for_read)


def _connect(original: Callable[..., None], scheme: str) -> Callable[..., None]:
    def connect(self: Any) -> None:
        # Through a proxy, the tunnel's host is the one that is meant.
        tunnel = getattr(self, "_tunnel_host", None)
        host, port = (tunnel, self._tunnel_port) if tunnel else (self.host, self.port)
        wire = GATE.connect(scheme, host, port)
        if wire is None:
            original(self)
            return
        self.sock = MemorySocket(wire, self.timeout)
        if hasattr(self, "is_verified"):
            # urllib3: what it knows of a connection whose certificate was verified.
            self.is_verified = True
            self.proxy_is_verified = None
            if hasattr(self, "_has_connected_to_proxy"):
                self._has_connected_to_proxy = bool(getattr(self, "proxy", None))

    return connect


def _putrequest(original: Callable[..., None]) -> Callable[..., None]:
    """Catches what does not connect anew: kept connections, and forwarding proxies."""

    def putrequest(self: Any, method: str, url: str, *arguments: Any, **more: Any) -> None:
        sock = self.sock
        is_ours = type(sock) is MemorySocket
        if "://" in url[:8]:
            # A forwarding proxy's connection serves any host, request by request.
            origin = _origin_of(url)
            if is_ours and GATE.may_keep(origin, in_memory=True):
                sock.wire.origin = origin
            else:
                _exchange(self, *origin)
                if is_ours and self.sock is sock:
                    _hang_up(self)
        elif is_ours and not GATE.may_keep(sock.wire.origin, in_memory=True):
            # Interception has ended: it connects anew, or is stopped.
            _hang_up(self)
        elif sock is not None and not is_ours:
            tunnel = getattr(self, "_tunnel_host", None)
            host, port = (tunnel, self._tunnel_port) if tunnel else (self.host, self.port)
            _exchange(self, "https" if self.default_port == 443 else "http", host, port)
        original(self, method, url, *arguments, **more)

    return putrequest


def _exchange(connection: Any, scheme: str, host: str, port: int) -> None:
    """Gives a connection to a host that is answered in memory the socket for it."""
    wire = GATE.connect(scheme, host, port)
    if wire is not None:
        if connection.sock is not None:
            _hang_up(connection)
        connection.sock = MemorySocket(wire, connection.timeout)


def _hang_up(connection: Any) -> None:
    """Closes a connection at the beginning of a request, which urllib3 would forget about."""
    known = vars(connection)
    kept = {name: known[name] for name in OF_A_REQUEST if name in known}
    connection.close()
    known.update(kept)


def _origin_of(url: str) -> Origin:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Origin(parts.scheme, plain_host(parts.hostname or ""), port)


def _wait_for_read(original: Callable[..., bool]) -> Callable[..., bool]:
    def wait_for_read(sock: Any, timeout: float | None = None) -> bool:
        if type(sock) is MemorySocket:
            wire = sock.wire
            return sock.is_readable or not GATE.may_keep(wire.origin, in_memory=True)
        return original(sock, timeout)

    return wait_for_read
