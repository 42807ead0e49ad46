"""The built-in receiver over a socket: ``/_mock/receiver`` below the server's address.

A callback finds its world by its ``scale-callback-auth`` header; it needs no API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.control.journal import next_event
from scale_mock.api.control.strict import strict
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.config.late import LOADING
from scale_mock.domain.refusals import UNKNOWN_RECEIVER

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def receive(call: Call) -> Reply:
    """Takes a callback in and answers as the world's receiver is told to."""
    with LOADING:
        from werkzeug.wrappers import Request

    world = call.registry.find_by_auth(call.header("scale-callback-auth") or "")
    if world is None:
        raise UNKNOWN_RECEIVER()
    try:
        status = world.receiver.take(Request(call.environ))
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
