"""Projects on v2's wire. v2 makes none: they come from v1, from Python or from the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.reply import json_reply
from scale_mock.api.v2.reading import lies_in, operation, required_project, window
from scale_mock.envelopes.v2 import project_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def get_project(call: Call) -> Reply:
    """``GET /v2/project``."""
    return json_reply(project_json(required_project(call, call.one)))


def get_projects(call: Call) -> Reply:
    """``GET /v2/projects``: all of the account's, in the order of creation; no pages."""
    created = window(call, "created")
    found = [
        project for project in call.side.projects.values() if lies_in(project.created_at, created)
    ]
    return json_reply({"projects": [project_json(project) for project in found]})


OPERATIONS = (
    operation("v2_get_project", "GET", "/project", get_project),
    operation("v2_get_projects", "GET", "/projects", get_projects),
)
