"""Projects on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.envelopes.objects import project_json, template_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply


def create_project(call: Call) -> Reply:
    """``POST /projects``."""
    return json_reply(project_json(call.world.projects.create(call.side, call.json_object())))


def get_project(call: Call) -> Reply:
    """``GET /projects/{name}``."""
    return json_reply(project_json(call.world.projects.get(call.side, call.names["name"])))


def list_projects(call: Call) -> Reply:
    """``GET /projects``: a bare array, in the order of creation."""
    found = call.world.projects.all(call.side, archived=call.flag("archived"))
    return json_reply([project_json(project) for project in found])


def set_project_params(call: Call) -> Reply:
    """``POST /projects/{name}/setParams``."""
    project = call.world.projects.set_params(call.side, call.names["name"], call.json_object())
    return json_reply(project_json(project))


def set_project_ontology(call: Call) -> Reply:
    """``POST /projects/{name}/setOntology``."""
    project = call.world.projects.set_ontology(call.side, call.names["name"], call.json_object())
    return json_reply(project_json(project))


def get_task_template(call: Call) -> Reply:
    """``GET /projects/{name}/taskTemplates``."""
    return json_reply(template_json(*call.world.projects.template(call.side, call.names["name"])))


OPERATIONS = (
    Operation("create_project", "POST", "/projects", create_project),
    Operation("list_projects", "GET", "/projects", list_projects),
    Operation("get_project", "GET", "/projects/<name:name>", get_project),
    Operation("set_project_params", "POST", "/projects/<name:name>/setParams", set_project_params),
    Operation(
        "set_project_ontology", "POST", "/projects/<name:name>/setOntology", set_project_ontology
    ),
    Operation("get_task_template", "GET", "/projects/<name:name>/taskTemplates", get_task_template),
)
