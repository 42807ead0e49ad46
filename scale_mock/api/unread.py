"""Fields of a body that no operation reads: remembered, or refused where fields are strict.

What is known of a task's params is said by its type's schema, of all other bodies by the OpenAPI
document; the tables of the two are the only lists of names.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.domain.fields import LIFTED
from scale_mock.domain.refusals import UNKNOWN_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.api.call import Call
    from scale_mock.api.operations import Operation
    from scale_mock.api.reply import Reply

OF_A_TYPE = frozenset({"create_task", "create_evaluation_task", "create_training_task"})
"""Operations whose path names the task type of the params in the body."""
NO_TYPE = ""
"""Of a project that does not exist: the operation says so."""
CREATE_TASK = "create_task"
"""Refuses for itself where fields are strict: it knows the project's params as well."""


class Unread(NamedTuple):
    """A field that nobody reads.

    Attributes:
        path: Where it stands in the body.
        known: The names that would be read there.
        type: The task type, where it is about one.
    """

    path: str
    known: frozenset[str]
    type: str | None = None


def watched(operation: Operation) -> Operation:
    """The operation, its body looked through for what nobody reads."""
    if operation.method == "GET":
        return operation
    run, name = operation.run, operation.name

    @wraps(run)
    def watching(call: Call) -> Reply:
        if name != CREATE_TASK and call.world.settings.strict_fields:
            for one in _unread(call, name):
                raise _refusal(one)
        reply = run(call)
        for one in _unread(call, name):
            call.world.unread_fields.note(name, one.type, one.path, one.known)
        return reply

    return operation._replace(run=watching)


def _unread(call: Call, name: str) -> Iterator[Unread]:
    """The fields of a request that nobody reads; ``null`` is the same as none."""
    listed = _listed(name)
    if not listed and name != CREATE_TASK:
        return  # whatever it has as a body, nobody looks at it
    body = call.body
    if not isinstance(body, dict):
        return
    type_name = _type_of(call, name)
    if type_name == NO_TYPE:
        return
    if type_name is not None:
        yield from _of_type(call, type_name, body, listed)
        return
    yield from (Unread(one, listed) for one in _strangers(body, listed))
    if name == "create_project" and isinstance(body.get("params"), dict):
        for one in _of_type(call, str(body.get("type")), body["params"], frozenset()):
            yield one._replace(path=f"params.{one.path}")


def _type_of(call: Call, name: str) -> str | None:
    """The task type whose params the body holds, beside what the operation itself takes."""
    if name in OF_A_TYPE:
        return call.names["type"]
    if name == "set_project_params":
        project = call.side.projects.get(call.names["name"])
        return NO_TYPE if project is None else project.type
    return None


def _of_type(
    call: Call, type_name: str, params: Mapping[str, object], beside: frozenset[str]
) -> Iterator[Unread]:
    """The params that a task type does not know; all of them are fine for one without a schema."""
    types = call.world.core.task_types
    type_name = types.canonical(type_name)
    known = _with_common(types.known_params(type_name), beside)
    if known and not known.issuperset(params):
        yield from (Unread(one, known, type_name) for one in _strangers(params, known))
    for path, names in types.unknown_keys(type_name, params):
        yield Unread(path, names, type_name)


@cache
def _with_common(of_type: frozenset[str], beside: frozenset[str]) -> frozenset[str]:
    """The names that are read where the params of a type stand; empty for any."""
    return of_type.union(LIFTED, beside) if of_type else of_type


def _strangers(fields: Mapping[str, object], known: frozenset[str]) -> Iterator[str]:
    return (name for name in fields if name not in known and fields[name] is not None)


@cache
def _listed(name: str) -> frozenset[str]:
    """The names that the description of an operation lists for its body; empty for any."""
    if name == CREATE_TASK:
        return frozenset()
    # Late: the document is made of the operations, and loading it takes a while.
    from scale_mock.api.openapi.shapes import BODIES

    return frozenset(BODIES.get(name, {}).get("properties", ()))


def _refusal(one: Unread) -> Exception:
    refusal = UNKNOWN_FIELD(field=one.path, known=", ".join(sorted(one.known)))
    refusal.path = one.path
    return refusal
