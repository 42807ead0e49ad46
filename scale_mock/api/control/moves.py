"""The call that would move a task or batch, said as requests: whoever asks over HTTP has no Python.

The engine words its advice as Python calls, which is what a test reads. Each call that it may name
has its request here; words in capitals stay to be filled in.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN = re.compile(r"\b(?:mock|client)(?:\.\w+)+\(")
_WAITING = ", or an assertion that waits for it"


class _Filling(str):
    """A word that is to be filled in."""

    __slots__ = ()


class _Form(NamedTuple):
    """How a Python call is said over HTTP.

    Attributes:
        request: Method and path, the call's positional arguments in it by number.
        body: The names of the body's fields with the number of the argument that each takes;
            arguments given by name are added as they are.
    """

    request: str
    body: dict[str, int] = {}


FORMS = {
    "client.add_studio_assignments": _Form(
        "POST /v1/studio/assignments/add", {"emails": 0, "projects": 1}
    ),
    "client.assign_studio_batches": _Form("PUT /v1/studio/batches/{0}", {"groups": 1}),
    "client.clear_task_unique_id": _Form("DELETE /v1/task/{0}/unique_id"),
    "client.finalize_batch": _Form("POST /v1/batches/{0}/finalize"),
    "client.invite_teammates": _Form("POST /v1/teams/invite", {"emails": 0, "team_role": 1}),
    "client.update_teammates_role": _Form("POST /v1/teams/set_role", {"emails": 0, "team_role": 1}),
    "client.v2.resume_batch": _Form("POST /v2/batch/resume", {"": 0}),
    "mock.batches.finalize": _Form("POST /v1/batches/{0}/finalize"),
    "mock.callbacks.resend": _Form("POST /_mock/callbacks/{0}/resend"),
    "mock.clock.advance_to": _Form("POST /_mock/clock/advance", {"to": 0}),
    "mock.explain": _Form("GET /_mock/tasks/{0}/explain"),
    "mock.studio.accept": _Form("POST /_mock/studio/accept", {"emails": 0}),
    "mock.studio.configure": _Form("PUT /_mock/studio/projects/{0}"),
    "mock.studio.configure_labeler": _Form("PUT /_mock/studio/labelers/{0}"),
    "mock.tasks.complete": _Form("POST /_mock/tasks/{0}/complete"),
}
"""Every call that the engine's advice may name."""


def over_http(move: str) -> str:
    """The advice of an explanation with requests in place of Python calls.

    Args:
        move: The advice, for example ``client.finalize_batch('first')``.
    """
    text = move.replace(_WAITING, "")
    parts: list[str] = []
    rest = 0
    for begin, end in _calls(text):
        said = _request(text[begin:end])
        parts += [text[rest:begin], said]
        rest = end
    told = "".join([*parts, text[rest:]])
    # Two calls that are one request are said once.
    once, _, again = told.partition(" or ")
    return once if once == again else told


def _calls(text: str) -> Iterator[tuple[int, int]]:
    """Where the calls in a text begin and end."""
    end = 0
    while (found := _BEGIN.search(text, end)) is not None:
        brackets = (place + 1 for place, letter in enumerate(text) if letter == ")")
        ends = (place for place in brackets if place >= found.end())
        # The first bracket after which it is a whole expression: others stand in an argument.
        end = next((place for place in ends if _is_whole(text[found.start() : place])), found.end())
        if end > found.end():
            yield found.start(), end


def _is_whole(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _request(call: str) -> str:
    tree = ast.parse(call, mode="eval").body
    form = FORMS.get(ast.unparse(tree.func)) if isinstance(tree, ast.Call) else None
    if form is None or not isinstance(tree, ast.Call):
        return call
    values = [_value(argument) for argument in tree.args]
    body: dict[str, Any] = {}
    for name, number in form.body.items():
        value = values[number]
        if not name:
            body |= value
        else:
            body[name] = [value] if name == "emails" and isinstance(value, str) else value
    body |= {keyword.arg or "": _value(keyword.value) for keyword in tree.keywords}
    request = form.request.format(*(quote(str(value), safe="@") for value in values))
    return f"{request} {_shown(body)}" if body else request


def _value(node: ast.expr) -> Any:
    """What an argument stands for; a name that is no literal stays as it is written."""
    if isinstance(node, ast.Name):
        return _Filling(node.id)
    if isinstance(node, ast.Attribute):
        return node.attr.lower()  # a member of the SDK's enumerations
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    return ast.literal_eval(node)


def _shown(value: Any) -> str:
    """JSON in which the words to be filled in are no texts."""
    if isinstance(value, _Filling):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}": {_shown(item)}' for name, item in value.items()) + "}"
    return json.dumps(value)
