"""The WSGI application: from an environ to an operation and a world, and from a reply to bytes."""

from __future__ import annotations

from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING

from scale_mock.api import v1
from scale_mock.api.call import Call
from scale_mock.api.handling import Handling, write_down
from scale_mock.api.reply import Reply
from scale_mock.api.router import Router
from scale_mock.api.strangers import note_stranger
from scale_mock.config.routes import CA_ROUTE
from scale_mock.domain.refusals import CONTROL_KEY, UNAUTHORIZED, Refusal
from scale_mock.envelopes.objects import refusal_body
from scale_mock.registry import parse_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from scale_mock.api.operations import Operation
    from scale_mock.domain.model import Mode
    from scale_mock.registry import Registry
    from scale_mock.world import World

    AfterReply = Callable[[], None]

AFTER_REPLY = "scale_mock.after_reply"
DEFERRED = "scale_mock.deferred"

CONTROL = "/_mock"
"""What the paths of the operations begin with that are ours and not the platform's."""


def _v1() -> Iterable[Operation]:
    return v1.OPERATIONS


def _v2() -> Iterable[Operation]:
    from scale_mock.api import v2

    return v2.OPERATIONS


def _control() -> Iterable[Operation]:
    from scale_mock.api import control, receiver, results

    return (*control.OPERATIONS, *receiver.OPERATIONS, *results.OPERATIONS)


ROUTER = Router({"/v1": _v1, "/v2": _v2, CONTROL: _control})


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
        key = credentials(environ.get("HTTP_AUTHORIZATION", ""))
        try:
            operation, names = ROUTER.match("GET" if method == "HEAD" else method, path)
        except Refusal as refusal:
            if path != CA_ROUTE:
                self._note_unknown(environ, key, path, refusal)
            return _send(_refused(refusal), start_response)
        call = Call(environ, names, self.registry)
        try:
            if not operation.needs_key:
                return _send(operation.run(call), start_response)
            try:
                call.world, call.mode = self._find(operation, key)
            except Refusal as refusal:
                if not ROUTER.is_below(CONTROL, operation):
                    note_stranger(self.registry, environ, operation, key, path, refusal)
                raise
            handling = Handling(operation, call, key=key, path=path)
            reply = self._reply(handling, call, start_response)
        except Refusal as refusal:
            reply = _refused(refusal)
        return _send(reply, start_response)

    def _find(self, operation: Operation, key: str) -> tuple[World, Mode]:
        """The world and mode of a key; routes of our own tell how keys look."""
        try:
            return self.registry.find(key)
        except Refusal as refusal:
            if refusal.text != UNAUTHORIZED.text or not ROUTER.is_below(CONTROL, operation):
                raise
            if not key:
                found = "no key that can be read"
            elif parse_key(key) is None:
                found = "a key of another form"
            else:
                found = "the key of no open world"
            raise CONTROL_KEY(found=found) from None

    def _reply(self, handling: Handling, call: Call, start_response: StartResponse) -> Reply:
        environ = call.environ
        after_reply = environ.get(AFTER_REPLY)
        if handling.may_block():
            deferred = environ.get(DEFERRED)
            if deferred is None:
                return handling.blocking()
            raise deferred(lambda: _send(handling.blocking(), start_response))
        if after_reply is None:
            return handling.in_process()
        if call.world.clock_mode == "follow" and DEFERRED in environ and call.world.pump.is_behind:
            raise environ[DEFERRED](
                lambda: _send(self._caught_up(handling, call, after_reply), start_response)
            )
        return self._over_socket(handling, call, after_reply)

    def _caught_up(self, handling: Handling, call: Call, after_reply: list[AfterReply]) -> Reply:
        """A request that finds the time which its world follows ahead: the world runs first."""
        call.world.pump.catch_up()
        return self._over_socket(handling, call, after_reply)

    def _over_socket(self, handling: Handling, call: Call, after_reply: list[AfterReply]) -> Reply:
        reply, ticket, has_work = handling.over_socket()
        after_reply.append(lambda: self._after(call.world, ticket, has_work))
        return reply

    def _after(self, world: World, ticket: int, has_work: bool) -> None:
        world.tickets.give_back(ticket)
        if has_work and self._wake is not None:
            self._wake(world)

    def _note_unknown(
        self, environ: WSGIEnvironment, key: str, path: str, refusal: Refusal
    ) -> None:
        """Writes an unknown route down in the world of the request's key, or in the only one."""
        try:
            world, mode = self.registry.find(key)
        except Refusal:
            worlds = self.registry.worlds()
            if len(worlds) != 1:
                return
            world, mode = worlds[0], "live"
        world.unknown_routes.append(f"{environ['REQUEST_METHOD']} {path}")
        write_down(
            world,
            mode,
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            status=refusal.status,
            operation=None,
            key=key,
            error=refusal.text,
        )


@lru_cache(maxsize=1024)
def credentials(header: str) -> str:
    """The API key in an ``Authorization`` header: Basic with the key as user, or Bearer.

    Returns:
        The key; empty if there is none.
    """
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except ValueError:
            # Not base64, not ASCII, or not UTF-8 inside.
            return ""
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


def _refused(refusal: Refusal) -> Reply:
    return Reply(refusal_body(refusal), refusal.status)


def _send(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", reply.content_type), *reply.headers]
    body = reply.body
    if isinstance(body, bytes):
        headers.append(("Content-Length", str(len(body))))
        start_response(reply.status_line, headers)
        return [body]
    start_response(reply.status_line, headers)
    return body
