"""Worlds as a test wants them, and every call of the Python API, for tests in other processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.bodies import parse_body, read_body
from scale_mock.api.control.strict import check_keys
from scale_mock.api.control.worlds import world_json
from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.config.settings import Settings
from scale_mock.domain.refusals import BODY_NOT_OBJECT, Refusal
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def create_world(call: Call) -> Reply:
    """``POST /_mock/worlds {"name":, ...}``: the arguments of ``ScaleMock``, rules as objects."""
    raw = read_body(call.environ, limit=Settings().body_bytes_max)
    given = parse_body(raw, "application/json")
    if not isinstance(given, dict):
        raise BODY_NOT_OBJECT(wanted="object", found=type(given).__name__)
    # Late: the document is made of the operations.
    from scale_mock.api.openapi.shapes import BODIES

    check_keys(given, BODIES["create_world"], "")
    try:
        return json_reply(world_json(call.registry.make(given)))
    except ConfigurationError as error:
        raise Refusal(400, str(error)) from error


def call_python(call: Call) -> Reply:
    """``POST /_mock/call/{name}``: a call of the Python API with its arguments, by name."""
    status, body = call.world.perform(call.names["name"], call.json_object())
    return json_reply(body, status=status)


OPERATIONS = (
    Operation("create_world", "POST", "/worlds", create_world, needs_key=False),
    Operation("call_python", "POST", "/call/<name:name>", call_python, blocks=True, quiet=True),
)
