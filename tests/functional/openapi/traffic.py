"""Listens to what the application is asked and answers, and holds it against the documents."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator

from scale_mock.api.app import ROUTER, App
from scale_mock.api.openapi import APIS, document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

DOCUMENTS = {api: document(api) for api in APIS}
OPERATIONS = {
    one["operationId"]: (api, one)
    for api, whole in DOCUMENTS.items()
    for methods in whole["paths"].values()
    for one in methods.values()
}
ANNOTATED = {"value", "possible_values"}
"""What an annotation's type describes, under ``if`` and ``then``."""


@cache
def _validator(api: str, schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": DOCUMENTS[api]["components"]})


def problems(api: str, schema: dict[str, Any], body: Any) -> Iterator[str]:
    """Where a body is not as described, or has what is not described."""
    checker = _validator(api, json.dumps(schema))
    wrong = [f"{error.json_path}: {error.message}" for error in checker.iter_errors(body)]
    yield from wrong or undescribed(api, schema, body)


def undescribed(api: str, schema: dict[str, Any], value: Any, path: str = "$") -> Iterator[str]:
    """The properties that a schema does not know, unless it says that it takes any."""
    if "$ref" in schema:
        schema = DOCUMENTS[api]["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema and "properties" not in schema:
        fitting = [
            list(undescribed(api, one, value, path))
            for one in schema["anyOf"]
            if _validator(api, json.dumps(one)).is_valid(value)
        ]
        yield from min(fitting, key=len)
    elif isinstance(value, dict):
        yield from _undescribed_keys(api, schema, value, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from undescribed(api, schema.get("items", {}), item, f"{path}[{number}]")


def _undescribed_keys(
    api: str, schema: dict[str, Any], value: dict[str, Any], path: str
) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    is_open = not known or others is True or isinstance(others, dict)
    for key, item in value.items():
        if key in known or isinstance(others, dict):
            yield from undescribed(api, known.get(key, others), item, f"{path}.{key}")
        elif not is_open and not (key in ANNOTATED and "allOf" in schema):
            yield f"{path}.{key} is not described"


class Traffic:
    """What went through the application while it was listened to.

    Attributes:
        answered: The operations that were answered with a success.
        wrong: What was not as described.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered: set[str] = set()
        self.wrong: list[str] = []
        answer = App.__call__

        def listen(app: App, environ: Any, start_response: Any) -> Iterable[bytes]:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            asked = environ["wsgi.input"].read(length)
            environ["wsgi.input"] = io.BytesIO(asked)
            started: list[Any] = []

            def start(status: str, headers: Any, exc_info: Any = None) -> Any:
                started[:] = [int(status.partition(" ")[0]), dict(headers)]
                return start_response(status, headers)

            body = b"".join(answer(app, environ, start))
            self._look_at(environ, asked, *started, body)
            return [body]

        monkeypatch.setattr(App, "__call__", listen)

    def _look_at(
        self, environ: Any, asked: bytes, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        path = environ["REQUEST_URI"].partition("?")[0]
        name = ROUTER.match(environ["REQUEST_METHOD"], path)[0].name
        api, one = OPERATIONS[name]
        found = list(self._answer(api, one, status, headers, body))
        if status < 400:
            self.answered.add(name)
            found += self._question(api, one, environ, asked)
        self.wrong += [f"{name} {status}: {problem}" for problem in found]

    def _answer(
        self, api: str, one: Any, status: int, headers: dict[str, str], body: bytes
    ) -> Iterator[str]:
        if status < 400 and str(status) not in one["responses"]:
            yield "the status is not described"
            return
        content = one["responses"].get(str(status), one["responses"]["default"]).get("content", {})
        media = headers["Content-Type"].partition(";")[0]
        if "*/*" in content or (not content and not body):
            return
        if media not in content:
            yield f"{media} is not described"
        elif media == "application/json":
            yield from problems(api, content[media]["schema"], json.loads(body))

    def _question(self, api: str, one: Any, environ: Any, asked: bytes) -> Iterator[str]:
        known = {part["name"]: part for part in one["parameters"] if part["in"] == "query"}
        given = {name for name, _ in parse_qsl(environ["QUERY_STRING"])}
        yield from (f"query {name} is not described" for name in given - known.keys())
        needed = {name for name, part in known.items() if part["required"]}
        yield from (f"query {name} is not required after all" for name in needed - given)
        content = one.get("requestBody", {}).get("content", {})
        if asked and "application/json" in content:
            # The params of tasks are the task types' own schemas, which are tested there.
            schema = content["application/json"]["schema"]
            is_task = one["operationId"] == "create_task"
            for problem in () if is_task else problems(api, schema, json.loads(asked)):
                yield f"body: {problem}"
