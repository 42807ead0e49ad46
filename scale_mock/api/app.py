"""The WSGI application: one request from its bytes to its reply, and the one error boundary.

Over a socket a request first runs the state changes that are due, then itself; callbacks go out
afterwards on the world's own thread. In process the request runs everything that is due, callbacks
included, before itself: there is no other thread.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING

from scale_mock.api import control, receiver, v1
from scale_mock.api.call import Call
from scale_mock.api.operations import Router
from scale_mock.api.reply import Reply
from scale_mock.domain.refusals import Refusal
from scale_mock.envelopes.objects import error_body, refusal_body
from scale_mock.errors import ScaleMockError
from scale_mock.registry import redact
from scale_mock.world.requests import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from scale_mock.registry import Registry
    from scale_mock.world import World

AFTER_REPLY = "scale_mock.after_reply"
DEFERRED = "scale_mock.deferred"

ROUTER = Router(
    [
        *((v1.PREFIX, operation) for operation in v1.OPERATIONS),
        *((control.PREFIX, operation) for operation in control.OPERATIONS),
        *((control.PREFIX, operation) for operation in receiver.OPERATIONS),
    ]
)


class App:
    """The API of every world behind one door.

    Args:
        registry: Keys to worlds.
        wake: Called with a world that has something due, once a reply is out; whoever runs the
            worlds' threads passes it. Without it worlds run only when the next request comes.
    """

    def __init__(self, registry: Registry, *, wake: Callable[[World], None] | None = None) -> None:
        self.registry = registry
        self._wake = wake

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        method, path = environ["REQUEST_METHOD"], _raw_path(environ)
        key = ""
        call: Call | None = None
        try:
            key = credentials(environ.get("HTTP_AUTHORIZATION", ""))
            operation, names = ROUTER.match("GET" if method == "HEAD" else method, path)
            call = Call(environ, operation, names, self.registry)
            if operation.needs_key:
                call.world, call.mode = self.registry.find(key)
            reply = self._reply(call, key, path, start_response)
        except Refusal as refusal:
            reply = Reply(refusal_body(refusal), refusal.status)
            self._log_refused(call, environ, key, path, refusal)
        return _send(reply, start_response)

    def _reply(self, call: Call, key: str, path: str, start_response: StartResponse) -> Reply:
        operation = call.operation
        if not operation.needs_key:
            return operation.run(call)
        deferred = call.environ.get(DEFERRED)
        if operation.moves_clock or self._awaits(call):
            if deferred is None:
                return self._blocking(call, key, path)
            raise deferred(lambda: _send(self._blocking(call, key, path), start_response))
        return self._quick(call, key, path)

    def _quick(self, call: Call, key: str, path: str) -> Reply:
        """Runs an operation that changes or reads state, and nothing else."""
        world = call.world
        after_reply = call.environ.get(AFTER_REPLY)
        if after_reply is None:
            world.pump.turn()
        with world.lock:
            ticket = world.tickets.take() if after_reply is not None else None
            reply = self._guarded(call, lambda: self._run(call))
            _log(call, key, path, reply)
            has_work = world.pump.has_work
        if after_reply is not None and ticket is not None:
            after_reply.append(lambda: self._after(world, ticket, has_work))
        return reply

    def _run(self, call: Call) -> Reply:
        call.world.pump.settle()
        return call.operation.run(call)

    def _blocking(self, call: Call, key: str, path: str) -> Reply:
        """Runs an operation that runs the world; it takes the lock itself where it needs it."""
        world = call.world

        def run() -> Reply:
            if not call.operation.moves_clock:
                self._run_to_awaited(call)
                with world.lock:
                    return self._run(call)
            return call.operation.run(call)

        reply = self._guarded(call, run)
        with world.lock:
            _log(call, key, path, reply)
        return reply

    def _awaits(self, call: Call) -> bool:
        """True if this read makes an ``autojump`` clock run."""
        if call.operation.awaited is None or call.world.clock_mode != "autojump":
            return False
        with call.world.lock:
            call.world.pump.settle()
            return call.operation.awaited(call) is not None

    def _run_to_awaited(self, call: Call) -> None:
        with call.world.lock:
            awaited = call.operation.awaited(call) if call.operation.awaited else None
        if awaited is not None:
            call.world.run_to_next_change(awaited)

    def _guarded(self, call: Call, run: Callable[[], Reply]) -> Reply:
        """Runs an operation; what it raises becomes a reply, and a defect of ours is kept."""
        try:
            return run()
        except Refusal as refusal:
            call.environ["scale_mock.refusal"] = refusal
            return Reply(refusal_body(refusal), refusal.status)
        except ScaleMockError as error:
            return Reply(error_body(400, str(error)), 400)
        except Exception as error:
            call.world.broken.append(error)
            text = (
                "The mock itself failed; this is a defect of scale_mock, not of your code: "
                f"{type(error).__name__}: {error}"
            )
            return Reply(error_body(500, text), 500)

    def _after(self, world: World, ticket: int, has_work: bool) -> None:
        world.tickets.give_back(ticket)
        if has_work and self._wake is not None:
            self._wake(world)

    def _log_refused(
        self, call: Call | None, environ: WSGIEnvironment, key: str, path: str, refusal: Refusal
    ) -> None:
        """Writes down a request that reached no operation, in its key's world if it has one."""
        try:
            world, mode = self.registry.find(key)
        except Refusal:
            return
        with world.lock:
            if call is None:
                world.unknown_routes.append(f"{environ['REQUEST_METHOD']} {path}")
            world.requests.append(
                RequestRecord(
                    at=world.now(),
                    method=environ["REQUEST_METHOD"],
                    path=path,
                    query=environ.get("QUERY_STRING", ""),
                    status=refusal.status,
                    operation=None,
                    mode=mode,
                    key=redact(key),
                    error=refusal.text,
                )
            )


@lru_cache(maxsize=1024)
def credentials(header: str) -> str:
    """The API key in an ``Authorization`` header: Basic with the key as user, or Bearer.

    Raises:
        Refusal: 401 for anything else.
    """
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer" and rest.strip():
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            user = b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            user = ""
        if user:
            return user
    return ""


def _raw_path(environ: WSGIEnvironment) -> str:
    """The path as it was sent: only that tells a quoted slash from one that separates."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        from urllib.parse import quote

        decoded = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return quote(decoded.encode("latin-1"), safe="/:@!$&'()*+,;=~")
    path: str = raw.partition("?")[0]
    if not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def _log(call: Call, key: str, path: str, reply: Reply) -> None:
    refusal = call.environ.get("scale_mock.refusal")
    error = None
    if refusal is not None:
        error = f"{refusal.text} (at {refusal.path})" if refusal.path else refusal.text
    call.world.requests.append(
        RequestRecord(
            at=call.world.now(),
            method=call.environ["REQUEST_METHOD"],
            path=path,
            query=call.environ.get("QUERY_STRING", ""),
            status=reply.status,
            operation=call.operation.name,
            mode=call.mode,
            key=redact(key),
            error=error,
        )
    )


def _send(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", reply.content_type)]
    body = reply.body
    if isinstance(body, bytes):
        headers.append(("Content-Length", str(len(body))))
        start_response(reply.status_line, headers)
        return [body]
    start_response(reply.status_line, headers)
    return body
