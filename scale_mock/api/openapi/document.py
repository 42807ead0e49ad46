"""The OpenAPI document: every operation of the router, with what is known of its shapes.

Name, method and path come from the operations table, the summary from the function's docstring,
params and answers from :mod:`~scale_mock.api.openapi.shapes` and the task types' schemas. The
control API's docstrings name the fields of bodies (``{"response":, "by":}``) and queries
(``?after=seq``), and are read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from scale_mock.api import control, receiver, results, v1, v2
from scale_mock.api.openapi.components import components
from scale_mock.api.openapi.shapes import ANSWERS, BODIES, MEDIA, OF_MEDIA, QUERIES, STATUSES
from scale_mock.config.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.api.operations import Operation

Json = dict[str, Any]
Api = Literal["v1", "v2", "control"]
APIS: tuple[Api, ...] = ("v1", "v2", "control")
TITLES = {
    "v1": "Scale AI API v1, as scale_mock implements it",
    "v2": "Scale AI API v2 (GenAI), as scale_mock implements it",
    "control": "Control API of scale_mock",
}
_NAME = re.compile(r"<(?:\w+:)?(\w+)>")
_FIELD = re.compile(r'"(\w+)":')
_QUERY = re.compile(r"[?&](\w+)=")
ANYTHING: Json = {}


def document(api: Api) -> Json:
    """The document of one API: ``v1``, ``v2`` or ``control``."""
    paths: dict[str, Json] = {}
    spelled = _spelled(_operations(api))
    for prefix, operation in _operations(api):
        path = spelled[_NAME.sub("{}", prefix + operation.path)]
        paths.setdefault(path, {})[operation.method.lower()] = describe(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLES[api], "version": VERSION},
        "servers": [{"url": "https://api.scale.com" if api != "control" else "/"}],
        "security": [{"basicAuth": []}, {"bearerAuth": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basicAuth": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The API key as user, no password.",
                },
                "bearerAuth": {"type": "http", "scheme": "bearer"},
            },
            "schemas": components(api),
        },
    }


def _spelled(operations: Sequence[tuple[str, Operation]]) -> dict[str, str]:
    """Paths with their names, by the paths without.

    Two operations may call the same part of a path differently (``/task/{type}`` to create,
    ``/task/{task_id}`` to read); the document needs one name for both.
    """
    names: dict[str, list[dict[str, None]]] = {}
    for prefix, operation in operations:
        bare = _NAME.sub("{}", prefix + operation.path)
        found = _NAME.findall(operation.path)
        slots = names.setdefault(bare, [{} for _ in found])
        for slot, name in zip(slots, found, strict=True):
            slot[name] = None
    return {
        bare: bare.format(*("{" + "_or_".join(slot) + "}" for slot in slots))
        for bare, slots in names.items()
    }


def describe(operation: Operation, path: str) -> Json:
    """One operation at a path of the document."""
    told = _docstring(operation)
    described: Json = {
        "operationId": operation.name,
        "summary": told.replace("``", "`"),
        "parameters": [*_path_parameters(path), *_query_parameters(operation, told)],
        "responses": {**_success(operation), "default": _refusal()},
    }
    body = _body(operation, told)
    if body is not None:
        described["requestBody"] = body
    if not operation.needs_key:
        described["security"] = []
    return described


def _operations(api: Api) -> Sequence[tuple[str, Operation]]:
    tables = {
        "v1": (v1.PREFIX, v1.OPERATIONS),
        "v2": (v2.PREFIX, v2.OPERATIONS),
        "control": (
            control.PREFIX,
            (*control.OPERATIONS, *receiver.OPERATIONS, *results.OPERATIONS),
        ),
    }
    prefix, operations = tables[api]
    return [(prefix, operation) for operation in operations]


def _docstring(operation: Operation) -> str:
    return (operation.run.__doc__ or operation.name).strip().partition("\n")[0].rstrip(".")


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(operation: Operation, told: str) -> list[Json]:
    known = QUERIES.get(operation.name)
    if known is None:
        known = {name: {"type": "string"} for name in _QUERY.findall(told)}
    return [
        {
            "name": name.rstrip("*"),
            "in": "query",
            "required": name.endswith("*"),
            "schema": schema,
        }
        for name, schema in known.items()
    ]


def _body(operation: Operation, told: str) -> Json | None:
    if operation.method not in {"POST", "PUT", "DELETE", "PATCH"}:
        return None
    schema = BODIES.get(operation.name)
    if schema is None:
        names = _FIELD.findall(told)
        if not names and operation.method == "DELETE":
            return None
        schema = {"type": "object", "properties": {name: {} for name in names}}
    if "x-content" in schema:
        return {"content": {str(schema["x-content"]): {"schema": ANYTHING}}, "required": True}
    return {"content": {"application/json": {"schema": schema}}, "required": "required" in schema}


def _success(operation: Operation) -> Json:
    status = STATUSES.get(operation.name, "200")
    if status == "302":
        header = {"Location": {"schema": {"type": "string", "format": "uri"}, "required": True}}
        return {status: {"description": "Where the file lies", "headers": header}}
    schema = ANSWERS.get(operation.name, ANYTHING)
    medias = MEDIA.get(operation.name, ())
    content = {media: {"schema": OF_MEDIA.get(media, schema)} for media in medias}
    shown = content or {"application/json": {"schema": schema}}
    return {status: {"description": "Success", "content": shown}}


def _refusal() -> Json:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": "Refused", "content": {"application/json": {"schema": schema}}}
