"""Steps of a scenario: each is a request that no client sent, made while its event runs.

The operation, its faults, the log of requests and the journal are those of any request; only the
wire is missing. Nothing is settled first, because an event comes after whatever else is due at its
instant, and a fault that delays a reply delays nobody.
"""

from __future__ import annotations

import io
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from scale_mock.api.call import Call
from scale_mock.api.handling import DOOR, Handling
from scale_mock.domain.documents import encode
from scale_mock.errors import ScaleMockError
from scale_mock.registry import Registry
from scale_mock.selectors.numbering import fill_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.api.operations import Operation
    from scale_mock.world import World

Json = dict[str, Any]

RETRIES_MAX = 10
"""How often a customer who tries again does so."""
BUSY = 429
LISTS = {
    "set_task_tags": "tags",
    "add_task_tags": "tags",
    "delete_task_tags": "tags",
    "add_rules": "rules",
    "add_faults": "faults",
}
"""Operations whose body is, or may be, a list, and what that argument is called."""
REFERENCE = "scale_mock.made"
"""The only key of what stands, in a step's arguments, for something that an earlier step made."""
_NAME = re.compile("<name:([a-z_]+)>")
_NOBODY = Registry()


class NotMade(ScaleMockError):
    """A step is about something that an earlier step should have made and did not."""


@lru_cache(maxsize=1)
def operations() -> Mapping[str, tuple[str, Operation]]:
    """The operations that steps can call, by name, with the prefix of each.

    Those that move the clock, put a world back or need no key are none of them.
    """
    from scale_mock.api.app import ROUTER

    return {
        operation.name: (prefix, operation)
        for prefix, operation in ROUTER.operations
        if operation.needs_key and not operation.blocks and operation.name != "upload_file"
    }


def path_names(operation: Operation) -> list[str]:
    """The arguments that stand in an operation's path."""
    return _NAME.findall(operation.path)


def make_step(world: World, index: int, number: int, tries: int) -> None:
    """Makes one call of a world's script; what goes wrong is kept for the check.

    Args:
        world: The world, its lock held.
        index: The step's number in the script.
        number: Which of its calls.
        tries: The how many'th try it is.
    """
    script = world.script
    step: Json = script.state["steps"][index]
    tasks: list[str] = []
    try:
        given = step["arguments"]
        if step.get("numbered"):
            given = fill_in(given, number)
        arguments = _resolved(given, script.state["made"], tasks)
        status, body = call(world, step["call"], arguments, mode=step.get("mode", "live"))
    except NotMade as error:
        world.broken.append(script.failed(step, str(error), tasks))
        return
    keep = step.get("keep")
    if keep is not None and status < 400:
        script.state["made"].setdefault(keep, {})[str(number)] = _essence(body)
    if _is_expected(status, step.get("expect")):
        return
    if step.get("retry_ms") is not None and _is_passing(status) and tries <= RETRIES_MAX:
        script.try_again(index, number, tries)
        return
    said = body.get("error", "") if isinstance(body, dict) else ""
    which = f" (call {number} of {step['count']})" if step.get("count", 1) > 1 else ""
    wanted = f", expected {step['expect']}" if step.get("expect") is not None else ""
    problem = (
        f"{step['call']}{which} got {status}{wanted}: {said}"
        if said
        else (f"{step['call']}{which} got {status}{wanted}")
    )
    world.broken.append(script.failed(step, problem, tasks))


def call(world: World, name: str, arguments: Json, *, mode: str) -> tuple[int, Any]:
    """Calls an operation as a client with the key of a mode would.

    Args:
        world: The world, its lock held.
        name: The operation's name.
        arguments: What its path names, and the rest: the query of a read, else the body.
        mode: ``live`` or ``test``.

    Returns:
        The status and the parsed body of the reply.
    """
    from scale_mock.api.openapi.shapes import QUERIES

    prefix, operation = operations()[name]
    asked = QUERIES.get(name, {})
    names = {key: str(arguments[key]) for key in path_names(operation)}
    query = {
        key: value
        for key, value in arguments.items()
        if key not in names and (operation.method == "GET" or key in asked or f"{key}*" in asked)
    }
    rest: Any = {
        key: value for key, value in arguments.items() if key not in names and key not in query
    }
    rest = rest.get(LISTS.get(name, ""), rest)
    body = encode(rest) if rest else b""
    environ = {
        "REQUEST_METHOD": operation.method,
        "QUERY_STRING": urlencode(query, doseq=True),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        DOOR: world.core.door,
    }
    made = Call(environ, names, _NOBODY)
    made.world, made.mode = world, mode  # type: ignore[assignment]  # checked when it was read
    path = prefix + _NAME.sub(lambda found: quote(names[found[1]], safe=""), operation.path)
    reply = Handling(operation, made, key=f"{mode}_{world.name}", path=path).as_step()
    content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    try:
        return reply.status, json.loads(content)
    except ValueError:
        return reply.status, None  # a fault spoiled it


def _resolved(value: object, made: Mapping[str, Any], tasks: list[str]) -> Any:
    """Arguments in which what earlier steps made stands for the references to it.

    Raises:
        NotMade: An earlier step made nothing.
    """
    if isinstance(value, list):
        return [_resolved(item, made, tasks) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {REFERENCE}:
        keep, number, field, shown = value[REFERENCE]
        body = made.get(keep, {}).get(str(number))
        if body is None or body.get(field) is None:
            raise NotMade(f"{shown} was never made")
        if field == "task_id":
            tasks.append(body[field])
        return body[field]
    return {key: _resolved(item, made, tasks) for key, item in value.items()}


def _essence(body: object) -> Json:
    """What later steps may refer to: the texts and numbers of a reply, not its contents."""
    if not isinstance(body, dict):
        return {}
    return {
        key: value
        for key, value in body.items()
        if (key == "name" or key.endswith("id")) and isinstance(value, str | int)
    }


def _is_expected(status: int, wanted: list[int] | None) -> bool:
    return status < 400 if wanted is None else status in wanted


def _is_passing(status: int) -> bool:
    """Whether a customer's client would try again, as the official SDK does."""
    return status == BUSY or status >= 500
