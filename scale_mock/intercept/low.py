"""Owns the guard's patches of ``socket`` and asyncio: clients that nothing else knows of.

Names are what is guarded, so that these are the places where names are looked up. What is answered
in memory never gets here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.intercept.gate import GATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scale_mock.intercept.patching import Patches

LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
REFUSING = "pytest_socket"
"""Whose lookups refuse every name, and are taken away only while they stand there themselves."""


def patch_socket(module: ModuleType, patches: Patches) -> None:
    """Patches ``socket``."""
    for name in LOOKUPS:
        patches.add(module, name, _lookup)
    # Another tool may have put a class of its own there, which goes later (pytest-socket does).
    python = [kind for kind in module.socket.__mro__ if kind.__module__ == "socket"]
    kind = python[0] if python else module.socket
    patches.add(kind, "connect", _connect)
    patches.add(kind, "connect_ex", _connect)


def patch_asyncio(module: ModuleType, patches: Patches) -> None:
    """Patches ``asyncio.base_events``: it looks names up in a thread that knows no call site."""
    patches.add(module.BaseEventLoop, "getaddrinfo", _loop_lookup)


def _lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(original, "__module__", None) == REFUSING:
        return original

    def lookup(host: Any, *arguments: Any, **more: Any) -> Any:
        GATE.check(host)
        return original(host, *arguments, **more)

    return lookup


def _connect(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: Any, address: Any) -> Any:
        if type(address) is tuple and address:
            GATE.check(address[0])
        return original(self, address)

    return connect


def _loop_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    async def getaddrinfo(self: Any, host: Any, port: Any, **more: Any) -> Any:
        GATE.check(host)
        return await original(self, host, port, **more)

    return getaddrinfo
