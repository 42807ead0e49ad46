"""What the control API takes is what its OpenAPI document says: any other key is refused.

The tables of the document are the only lists of keys and parameters, so that the two agree.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from scale_mock.domain.refusals import UNKNOWN_KEY, UNKNOWN_PARAMETER
from scale_mock.selectors.where import did_you_mean

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.operations import Operation
    from scale_mock.api.reply import Reply

WITH_BODY = frozenset({"POST", "PUT"})
READ_ELSEWHERE = frozenset(
    {"configure_studio_project", "configure_labeler", "call_python", "create_world"}
)
"""Operations that hand their body to what Python calls too, which refuses unknown keys itself."""
NOTHING: dict[str, Any] = {"type": "object", "properties": {}}


def strict(operation: Operation) -> Operation:
    """The operation, refusing keys and query parameters that its description does not have."""
    run = operation.run

    @wraps(run)
    def checked(call: Call) -> Reply:
        _check_query(call, operation.name)
        if operation.method in WITH_BODY and operation.name not in READ_ELSEWHERE:
            _check_body(call, operation.name)
        return run(call)

    return operation._replace(run=checked)


def _check_query(call: Call, name: str) -> None:
    text = call.environ.get("QUERY_STRING") or ""
    if not text:
        return
    _ = call.query  # refuses what cannot be read
    # Late: the document is made of the operations, and few requests have a query.
    from scale_mock.api.openapi.shapes import QUERIES

    known = [one.rstrip("*") for one in QUERIES.get(name, ())]
    for given in parse_qs(text, keep_blank_values=True, errors="replace"):
        key = given.removesuffix("[]")
        if key not in known:
            raise UNKNOWN_PARAMETER(
                key=key, meant=did_you_mean(key, known), known=", ".join(known) or "none"
            )


def _check_body(call: Call, name: str) -> None:
    from scale_mock.api.openapi.shapes import BODIES

    schema = BODIES.get(name, NOTHING)
    if "properties" in schema:
        check_keys(call.body, schema, "")


def check_keys(value: object, schema: dict[str, Any], path: str) -> None:
    """Refuses the first key that a schema does not name, here or further down."""
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            check_keys(item, schema["items"], f"{path}[{number}]")
    if not isinstance(value, dict) or "properties" not in schema:
        return
    known = schema["properties"]
    for key, item in value.items():
        place = f"{path}.{key}" if path else key
        if key not in known:
            refusal = UNKNOWN_KEY(
                key=place, meant=did_you_mean(key, known), known=", ".join(known) or "none"
            )
            refusal.path = place
            raise refusal
        check_keys(item, known[key], place)
