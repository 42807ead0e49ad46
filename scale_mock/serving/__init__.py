"""Owns the serving loop: a small HTTP/1.1 WSGI server on `selectors` that knows nothing of Scale.

Own code, because no well-kept server gives both what mocking needs: a quick start and stop with
connections kept alive, and the socket itself for faults. It imports the standard library only,
and little of it, since every test run and every `serve` pays for what is imported here.

Read it in this order: `parser` (bytes to requests), `environ` (requests to WSGI), `reply` (WSGI to
bytes), `exchange` (one request through the application), `connection` (one socket), `loop`
(all sockets), `server` (the thread).
"""

from __future__ import annotations

from scale_mock.serving.deferred import Deferred
from scale_mock.serving.limits import Limits
from scale_mock.serving.server import Server, ServerStartError

__all__ = ["Deferred", "Limits", "Server", "ServerStartError"]
