"""The Studio team over HTTP: who works how, who did what, and invitations that are accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.domain import fields
from scale_mock.envelopes.objects import teammate_json
from scale_mock.labeling.roster import (
    activities,
    activity_json,
    labeler_json,
    pipeline_json,
    roster,
)

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def get_workforce(call: Call) -> Reply:
    """``GET /_mock/studio/workforce``: who is there, what each holds, and the lines."""
    return json_reply(roster(call.world.core))


def list_activity(call: Call) -> Reply:
    """``GET /_mock/studio/activity?labeler=&task=&batch=``: in the order of pick-ups."""
    found = activities(
        call.world.core.floor,
        labeler=call.one("labeler"),
        task=call.one("task"),
        batch=call.one("batch"),
    )
    return json_reply([activity_json(activity) for activity in found])


def accept_invitations(call: Call) -> Reply:
    """``POST /_mock/studio/accept {"emails": [...]}``; answers the whole team."""
    team = call.world.team.accept(fields.emails(call.json_object(), "emails", least=1))
    return json_reply([teammate_json(mate) for mate in team])


def configure_project(call: Call) -> Reply:
    """``PUT /_mock/studio/projects/{project}``: the arguments of ``mock.studio.configure``."""
    project = call.names["project"]
    call.world.staffing.configure(project, call.json_object())
    return json_reply(pipeline_json(call.world.core, project))


def configure_labeler(call: Call) -> Reply:
    """``PUT /_mock/studio/labelers/{email}``: those of ``mock.studio.configure_labeler``."""
    staffing = call.world.staffing
    return json_reply(
        labeler_json(staffing.configure_labeler(call.names["email"], call.json_object()))
    )


OPERATIONS = (
    Operation("get_studio_workforce", "GET", "/studio/workforce", get_workforce),
    Operation("list_studio_activity", "GET", "/studio/activity", list_activity),
    Operation("accept_invitations", "POST", "/studio/accept", accept_invitations),
    Operation(
        "configure_studio_project", "PUT", "/studio/projects/<name:project>", configure_project
    ),
    Operation("configure_labeler", "PUT", "/studio/labelers/<name:email>", configure_labeler),
)
