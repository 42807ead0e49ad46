"""Holds the OpenAPI documents against the specification, the router, and bodies of the API."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from scale_mock.api import v2
from scale_mock.api.app import ROUTER
from scale_mock.api.openapi import APIS, document
from scale_mock.api.openapi.shapes import ANSWERS, BODIES, QUERIES, STATUSES
from scale_mock.cli.main import commands
from tests.functional.helpers import image_task, ok, project

if TYPE_CHECKING:
    from tests.functional.doors import Door

DOCUMENTS = {api: document(api) for api in APIS}
ROUTES = [(prefix, operation) for prefix, operation in ROUTER.operations]
PREFIXES = {"/v1": "v1", "/v2": "v2", "/_mock": "control"}


def described(operation_id: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and description of an operation."""
    found = [
        (method, path, one)
        for whole in DOCUMENTS.values()
        for path, methods in whole["paths"].items()
        for method, one in methods.items()
        if one["operationId"] == operation_id
    ]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("api", APIS)
def test_the_document_is_valid(api: str) -> None:
    validate(DOCUMENTS[api])
    for schema in DOCUMENTS[api]["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("prefix", "operation"), ROUTES, ids=lambda it: getattr(it, "name", ""))
def test_every_operation_of_the_router_is_described(prefix: str, operation: Any) -> None:
    method, path, one = described(operation.name)
    assert method == operation.method.lower()
    assert re.sub(r"<(\w+:)?\w+>", "{}", prefix + operation.path) == re.sub(r"{\w+}", "{}", path)
    assert path in DOCUMENTS[PREFIXES[prefix]]["paths"]
    assert one["summary"]
    in_path = [part["name"] for part in one["parameters"] if part["in"] == "path"]
    assert in_path == re.findall(r"{(\w+)}", path)
    if method in {"post", "put"}:
        assert one["requestBody"]["content"]
    assert ("security" in one) == (not operation.needs_key)


@pytest.mark.parametrize("operation", v2.OPERATIONS, ids=lambda it: it.name)
def test_nothing_of_v2_is_left_to_guess(operation: Any) -> None:
    if operation.method == "GET":
        assert operation.name in QUERIES
    else:
        assert operation.name in BODIES
    assert operation.name in ANSWERS or STATUSES[operation.name] == "302"


def test_the_tables_describe_nothing_that_is_not_there() -> None:
    names = {operation.name for _, operation in ROUTES}
    for table in (QUERIES, BODIES, ANSWERS, STATUSES):
        assert sorted(set(table) - names) == []


def test_two_names_for_one_part_of_a_path_become_one() -> None:
    assert {"get", "post"} == set(DOCUMENTS["v1"]["paths"]["/v1/task/{type_or_task_id}"])


@pytest.mark.parametrize("api", APIS)
def test_the_command_prints_the_document(api: str) -> None:
    result = CliRunner().invoke(commands, ["openapi", "--api", api])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == DOCUMENTS[api]


def test_the_first_api_is_the_default_and_others_are_refused() -> None:
    assert json.loads(CliRunner().invoke(commands, ["openapi"]).stdout) == DOCUMENTS["v1"]
    wrong = CliRunner().invoke(commands, ["openapi", "--api", "v3"])
    assert wrong.exit_code == 2
    assert "'v1', 'v2', 'control'" in wrong.stderr


def check(api: str, name: str, body: Any) -> None:
    """A body fits what its operation is described to answer."""
    _, _, one = described(name)
    schema = one["responses"][STATUSES.get(name, "200")]["content"]["application/json"]["schema"]
    components = {"components": DOCUMENTS[api]["components"]}
    Draft202012Validator({**schema, **components}).validate(body)


def test_the_first_api_answers_as_described(door: Door) -> None:
    project(door)
    task = image_task(door, project="bikes")
    check("v1", "get_task", ok(door.get(f"/task/{task.id}")))
    door.mock.tasks.complete(task)
    check("v1", "get_task", ok(door.get(f"/task/{task.id}")))
    check("v1", "list_tasks", ok(door.get("/tasks")))
    check("v1", "list_projects", ok(door.get("/projects")))
    check("v1", "create_batch", ok(door.post("/batches", json={"name": "b", "project": "bikes"})))
    check("v1", "list_batches", ok(door.get("/batches")))
