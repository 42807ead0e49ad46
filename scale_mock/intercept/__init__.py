"""Interception: a WSGI application answers for host names, below the clients' retry layers.

It knows an application and host names, nothing of Scale. Read it in this order: `hosts` (which
host, which application), `written` (hosts as people write them), `leaks` (what must not be
reached), `passages` (who may all the same), `gate` (all of these, asked at every connection),
`wire` with `requests_in` and `replies_out` (the server's end), `reading` and `sockets` (the
client's end), `classic`, `shortcut`, `low`, `memory_streams`, `transports` (the patches, one module
for each family of clients), `patching` and `late` (how they are put in place).

Clients are patched once, at the first use in a process, and stay patched: the leak guard never
ends. Beginning and ending an interception changes the gate's table only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scale_mock.intercept.gate import GATE
from scale_mock.intercept.hosts import Place
from scale_mock.intercept.late import LatePatches
from scale_mock.intercept.leaks import Leak
from scale_mock.intercept.passages import passage
from scale_mock.intercept.patching import Patches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import ModuleType
    from wsgiref.types import WSGIApplication

__all__ = [
    "Intercepted",
    "Leak",
    "Place",
    "guard",
    "leak_count",
    "passage",
    "passed_count",
    "take_leaks",
]

_PATCHES = Patches()
_LATE = LatePatches()
_lock = threading.Lock()
_is_installed = False


def guard(domains: Collection[str]) -> None:
    """Lets nothing reach these domains from now on, and looks that the patches are in place."""
    global _is_installed  # noqa: PLW0603 - a process is patched once
    GATE.leaks.guard(domains=domains)
    with _lock:
        if not _is_installed:
            _is_installed = True
            _install()
        _LATE.renew()
        _PATCHES.renew()


def take_leaks() -> list[Leak]:
    """The attempts to reach a guarded host that nobody has reported yet."""
    return GATE.leaks.take()


def leak_count() -> int:
    """How many attempts there have been in this process."""
    return GATE.leaks.count


def passed_count() -> int:
    """How many connections and lookups in this process were let through to other hosts."""
    return GATE.passed


class Intercepted:
    """Hosts that an application answers while this is open. It can be opened any number of times.

    Args:
        app: The application.
        hosts: Base URLs or host names; or places that were read already.

    Raises:
        ConfigurationError: A host is none.
    """

    def __init__(self, app: WSGIApplication, hosts: Iterable[str | Place]) -> None:
        self._app = app
        self._places = [host if isinstance(host, Place) else _place(host) for host in hosts]
        self._tokens: list[object] = []

    def open(self) -> None:
        """Begins to answer."""
        self._tokens.append(GATE.open(self._places, self._app))

    def close(self) -> None:
        """Takes the last opening back."""
        GATE.table.close(self._tokens.pop())


def _place(text: str) -> Place:
    """A host as somebody wrote it down."""
    from scale_mock.intercept.written import parse_place

    return parse_place(text)


def _install() -> None:
    def later(name: str, function: str, home: str) -> None:
        def patch(module: ModuleType) -> None:
            import importlib

            getattr(importlib.import_module(f"scale_mock.intercept.{home}"), function)(
                module, _PATCHES
            )

        _LATE.when_imported(name, patch)

    later("socket", "patch_socket", "low")
    later("asyncio.base_events", "patch_asyncio", "low")
    later("http.client", "patch_http_client", "classic")
    later("urllib3.connection", "patch_urllib3", "classic")
    later("urllib3.util.connection", "patch_urllib3_wait", "classic")
    later("urllib3.connectionpool", "patch_pool", "shortcut")
    later("urllib3.poolmanager", "patch_manager", "shortcut")
    later("httpcore", "patch_httpcore", "memory_streams")
    later("aiohttp.connector", "patch_aiohttp", "transports")
