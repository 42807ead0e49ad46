"""Rapid projects as their customer sees them in the dashboard: calibration and crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.domain.calibration import calibration_of
from scale_mock.envelopes.rapid import calibration_json, taskers_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def get_calibration(call: Call) -> Reply:
    """``GET /_mock/projects/{name}/calibration``."""
    project = call.world.projects.get(call.side, call.names["name"])
    return json_reply(calibration_json(calibration_of(call.side, project)))


def list_taskers(call: Call) -> Reply:
    """``GET /_mock/projects/{name}/taskers``."""
    project = call.world.projects.get(call.side, call.names["name"])
    return json_reply(taskers_json(call.side.crowds.get(project.name)))


OPERATIONS = (
    Operation("mock_get_calibration", "GET", "/projects/<name:name>/calibration", get_calibration),
    Operation("mock_list_taskers", "GET", "/projects/<name:name>/taskers", list_taskers),
)
