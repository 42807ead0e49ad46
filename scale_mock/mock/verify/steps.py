"""A step of a verification: one request, and what its reply leaves to later ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.model import Mode

WHOLE = "$"
"""Where the list stands that is the reply itself."""

_NAME = re.compile(r"<(\w+)>")


class Unknown(LookupError):
    """A request needs something that no earlier reply has named."""


class Step(NamedTuple):
    """One request.

    Attributes:
        operation: The operation that it calls.
        method: The HTTP method.
        path: The path with its query; ``<name>`` stands for what an earlier step kept.
        body: The JSON body, likewise.
        mode: Whose key it is sent with; ``nobody`` for one that opens nothing.
        keep: What later steps may refer to: names, and where in the reply they stand.
        rows: Where a list stands in the reply; ``WHOLE`` if it is one, empty for no list.
        row_id: What tells its elements apart.
        files: A body of ``multipart/form-data`` instead of JSON: its fields.
        ours: It needs the control API, so it is for mocks only.
        note: What tells it from other steps of the same operation.
        compared: False for what only prepares later steps.
    """

    operation: str
    method: str
    path: str
    body: Any = None
    mode: Mode | Literal["nobody"] = "test"
    keep: Mapping[str, str] = {}
    rows: str = ""
    row_id: str = ""
    files: Mapping[str, str] = {}
    ours: bool = False
    note: str = ""
    compared: bool = True

    @property
    def reads(self) -> bool:
        """True if it changes nothing."""
        return self.method == "GET"

    @property
    def title(self) -> str:
        """The operation, and what is special about this call of it."""
        return f"{self.operation} ({self.note})" if self.note else self.operation


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """A template with what is known in the place of names.

    Raises:
        Unknown: A name is not known.
    """
    if isinstance(value, str):
        return _NAME.sub(lambda found: _known(found[1], known), value)
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, known) for key, item in value.items()}
    return value


def _known(name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise Unknown(f"no reply before it named a {name.rstrip('0123456789')}")
    return known[name]


def found_at(body: Any, path: str) -> Any:
    """What stands at a dotted path of a body; ``None`` for nothing."""
    for part in path.split("."):
        if isinstance(body, list) and part.isdigit():
            body = body[int(part)] if int(part) < len(body) else None
        elif isinstance(body, dict):
            body = body.get(part)
        else:
            return None
    return body
