"""The built-in receiver over a socket: ``/_mock/receiver`` below the server's address.

A callback finds its world by its ``scale-callback-auth`` header; it needs no API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.bodies import read_body
from scale_mock.api.control.journal import next_event
from scale_mock.api.control.strict import strict
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.callbacks.receiver import headers_of
from scale_mock.domain.refusals import UNKNOWN_RECEIVER

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def receive(call: Call) -> Reply:
    """Takes a callback in and answers as the world's receiver is told to."""
    environ = call.environ
    world = call.registry.find_by_auth(call.header("scale-callback-auth") or "")
    if world is None:
        raise UNKNOWN_RECEIVER()
    try:
        body = read_body(environ, limit=world.settings.body_bytes_max)
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        status = world.receiver.take(environ["REQUEST_METHOD"], path, headers_of(environ), body)
    except ConnectionRefusedError:
        # A socket that is already open cannot be refused; 503 is what a dying service says.
        status = 503
    return Reply(b"{}", status)


def list_received(call: Call) -> Reply:
    """``GET /_mock/receiver``: every request that reached the receiver."""
    return json_reply([request.as_dict() for request in call.world.receiver.requests])


OPERATIONS = (
    Operation("receive_callback", "POST", "/receiver", receive, needs_key=False),
    Operation("receive_callback_at", "POST", "/receiver/<path:rest>", receive, needs_key=False),
    strict(Operation("list_received", "GET", "/receiver", list_received, awaited=next_event)),
)
