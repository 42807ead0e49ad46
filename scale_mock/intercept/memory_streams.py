"""Owns the patches of httpcore, which httpx stands on: streams in memory, sync and async.

httpcore's pools make their connections as ever; for a host that is answered here, the connection
gets a network backend of ours. HTTP/2 is left aside, since it needs TLS to be agreed upon.
"""

from __future__ import annotations

import ssl
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from scale_mock.intercept.gate import GATE
from scale_mock.intercept.hosts import Origin, plain_host
from scale_mock.intercept.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scale_mock.intercept.patching import Patches
    from scale_mock.intercept.wire import Wire

POOLS = ("ConnectionPool", "HTTPProxy", "SOCKSProxy")
KEPT = ("HTTPConnection", "ForwardHTTPConnection", "TunnelHTTPConnection", "Socks5Connection")
"""The kinds of connections that pools keep; what is inside of them is left as it is."""


def patch_httpcore(module: ModuleType, patches: Patches) -> None:
    """Patches ``httpcore``: every kind of pool, since through a proxy the target's host counts."""
    sync, asynchronous = _streams(module)
    for name in POOLS:
        for prefix, connection, backend in (
            ("", module.HTTPConnection, sync),
            ("Async", module.AsyncHTTPConnection, asynchronous),
        ):
            pool = getattr(module, prefix + name, None)
            # A class that inherits the method is patched with its parent.
            if pool is not None and "create_connection" in vars(pool):
                patches.add(pool, "create_connection", _create(connection, backend))
    for prefix, interface in (
        ("", module.ConnectionInterface),
        ("Async", module.AsyncConnectionInterface),
    ):
        for kind in interface.__subclasses__():
            if kind.__name__ in {prefix + name for name in KEPT}:
                patches.add(kind, "is_available", _is_available)


def _create(
    connection: Callable[..., Any], backend: Callable[[Wire], Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def create_connection(self: Any, origin: Any) -> Any:
            scheme = origin.scheme.decode("ascii")
            wire = GATE.connect(scheme, origin.host, origin.port)
            if wire is None:
                return original(self, origin)
            return connection(
                origin=origin,
                ssl_context=_unused_context() if scheme == "https" else None,
                keepalive_expiry=getattr(self, "_keepalive_expiry", None),
                network_backend=backend(wire),
            )

        return create_connection

    return make


def _is_available(original: Callable[..., bool]) -> Callable[..., bool]:
    """Passes over kept connections that lead elsewhere than a new one would."""

    def is_available(self: Any) -> bool:
        target = getattr(self, "_remote_origin", None) or self._origin
        scheme, host = target.scheme.decode("ascii"), plain_host(target.host)
        backend = getattr(self, "_network_backend", None)
        in_memory = isinstance(backend, _SyncBackend | _AsyncBackend)
        return original(self) and GATE.may_keep(
            Origin(scheme, host, target.port), in_memory=in_memory
        )

    return is_available


@cache
def _unused_context() -> ssl.SSLContext:
    """Nothing is encrypted; without one, httpcore would load all certificates."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Stream:
    """What the two kinds of stream share."""

    def __init__(self, core: ModuleType, wire: Wire) -> None:
        self._core = core
        self._wire = wire
        self._reader = Reader(wire)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks between requests is whether the server has closed."""
        if info == "is_readable":
            return self._reader.is_ended
        if info == "server_addr":
            return (self._wire.origin.host, self._wire.origin.port)
        if info == "client_addr":
            return ("127.0.0.1", 0)
        return None

    def _read(self, most: int, timeout: float | None) -> bytes:
        try:
            return self._reader.pull(most, timeout)
        except TimeoutError as error:
            raise self._core.ReadTimeout(str(error)) from error
        except OSError as error:
            raise self._core.ReadError(str(error)) from error

    def _write(self, data: bytes) -> None:
        if self._reader.is_ended:
            raise self._core.WriteError("[Errno 32] Broken pipe")
        self._wire.feed(data)


def _streams(core: ModuleType) -> tuple[Callable[[Wire], Any], Callable[[Wire], Any]]:
    """Two network backends: httpcore's own base classes are there only once it is imported."""
    stream = type("MemoryStream", (_SyncStream, core.NetworkStream), {})
    async_stream = type("AsyncMemoryStream", (_AsyncStream, core.AsyncNetworkStream), {})
    backend = type("MemoryBackend", (_SyncBackend, core.NetworkBackend), {})
    async_backend = type("AsyncMemoryBackend", (_AsyncBackend, core.AsyncNetworkBackend), {})
    return (
        lambda wire: backend(partial(stream, core, wire)),
        lambda wire: async_backend(partial(async_stream, core, wire)),
    )


class _SyncStream(_Stream):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._write(buffer)

    def close(self) -> None:
        self._wire.is_over = True

    def start_tls(self, *_: object, **__: object) -> Any:
        return self


class _AsyncStream(_Stream):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._write(buffer)

    async def aclose(self) -> None:
        self._wire.is_over = True

    async def start_tls(self, *_: object, **__: object) -> Any:
        return self


class _SyncBackend:
    def __init__(self, stream: Callable[[], Any]) -> None:
        self._stream = stream

    def connect_tcp(self, *_: object, **__: object) -> Any:
        return self._stream()


class _AsyncBackend:
    def __init__(self, stream: Callable[[], Any]) -> None:
        self._stream = stream

    async def connect_tcp(self, *_: object, **__: object) -> Any:
        return self._stream()
