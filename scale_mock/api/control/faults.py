"""The world's faults over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.faulting import add_fault, add_faults
from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.domain.refusals import FAULT_NOT_FOUND, Refusal
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def list_faults(call: Call) -> Reply:
    """``GET /_mock/faults``: in the order in which they are tried, with their counts."""
    return json_reply(call.world.faults.as_dicts())


def add_faults_of_body(call: Call) -> Reply:
    """``POST /_mock/faults``: appends one, or an array of them; all or nothing."""
    many = call.json_objects()
    try:
        if isinstance(call.body, list):
            return json_reply({"ids": add_faults(call.world, many)})
        return json_reply({"id": add_fault(call.world, many[0])})
    except ConfigurationError as error:
        raise Refusal(400, str(error)) from error


def clear_faults(call: Call) -> Reply:
    """``DELETE /_mock/faults``."""
    call.world.faults.clear()
    return json_reply([])


def delete_fault(call: Call) -> Reply:
    """``DELETE /_mock/faults/{id}``: by id or name."""
    wanted = call.names["id"]
    known = [str(fault[name]) for fault in call.world.faults.as_dicts() for name in ("id", "name")]
    if wanted not in known:
        raise FAULT_NOT_FOUND(id=wanted, known=", ".join(dict.fromkeys(known)) or "none")
    call.world.faults.remove(wanted)
    return json_reply(call.world.faults.as_dicts())


OPERATIONS = (
    Operation("list_faults", "GET", "/faults", list_faults),
    Operation("add_faults", "POST", "/faults", add_faults_of_body),
    Operation("clear_faults", "DELETE", "/faults", clear_faults),
    Operation("delete_fault", "DELETE", "/faults/<name:id>", delete_fault),
)
