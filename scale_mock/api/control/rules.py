"""The world's rules over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.domain.refusals import RULE_NOT_FOUND, Refusal
from scale_mock.errors import ConfigurationError
from scale_mock.rules.parse import locate
from scale_mock.rules.steering import refuse_file
from scale_mock.world import ruling

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def list_rules(call: Call) -> Reply:
    """``GET /_mock/rules``: in the order in which they are tried, with why some are unused."""
    return json_reply(call.world.rules.as_dicts(reasons=True))


def add_rules(call: Call) -> Reply:
    """``POST /_mock/rules``: appends one, or an array of them; all or nothing."""
    many = call.json_objects()
    is_array = isinstance(call.body, list)
    try:
        for rule in many:
            refuse_file(rule, locate(rule))
        ids = ruling.add_rules(call.world, many, one_by_one=not is_array)
    except ConfigurationError as error:
        raise Refusal(400, str(error)) from error
    return json_reply({"ids": ids} if is_array else {"id": ids[0]})


def clear_rules(call: Call) -> Reply:
    """``DELETE /_mock/rules``."""
    call.world.rules.clear()
    return json_reply([])


def delete_rule(call: Call) -> Reply:
    """``DELETE /_mock/rules/{id}``: by id or name."""
    wanted = call.names["id"]
    known = [str(rule[name]) for rule in call.world.rules.as_dicts() for name in ("id", "name")]
    if wanted not in known:
        raise RULE_NOT_FOUND(id=wanted, known=", ".join(dict.fromkeys(known)) or "none")
    call.world.rules.remove(wanted)
    return json_reply(call.world.rules.as_dicts())


OPERATIONS = (
    Operation("list_rules", "GET", "/rules", list_rules),
    Operation("add_rules", "POST", "/rules", add_rules),
    Operation("clear_rules", "DELETE", "/rules", clear_rules),
    Operation("delete_rule", "DELETE", "/rules/<name:id>", delete_rule),
)
