"""The team on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.envelopes.objects import teammate_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def list_teammates(call: Call) -> Reply:
    """``GET /teams``."""
    return json_reply([teammate_json(mate) for mate in call.world.team.all()])


def invite_teammates(call: Call) -> Reply:
    """``POST /teams/invite``; answers the whole team."""
    return json_reply([teammate_json(mate) for mate in call.world.team.invite(call.json_object())])


def set_teammate_roles(call: Call) -> Reply:
    """``POST /teams/set_role``; answers the whole team."""
    return json_reply(
        [teammate_json(mate) for mate in call.world.team.set_role(call.json_object())]
    )


OPERATIONS = (
    Operation("list_teammates", "GET", "/teams", list_teammates),
    Operation("invite_teammates", "POST", "/teams/invite", invite_teammates),
    Operation("set_teammate_roles", "POST", "/teams/set_role", set_teammate_roles),
)
