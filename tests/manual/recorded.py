"""Owns the recorded answers in ``fixtures/recorded``, and what another answer has apart from them.

The files keep the keys and types of what was recorded, with values of ours. Where the mock answers
otherwise, the exchange names a deviation, which says why; a deviation that is none any more is as
wrong as one that nobody named.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "recorded"


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer.

    Attributes:
        source: Where it was recorded.
        name: What it is called there.
        operation: The operation that it asked for.
        mode: The mode of the key: ``test``, ``live``, or ``unknown`` for a dead key.
        request: ``method``, ``path`` (with ``{task_id}``) and perhaps ``body``.
        status: What was answered.
        body: The same: keys and types.
        before: Requests that come before it; the last one's task is ``{task_id}``.
        exact: The texts count too.
        values: The keys whose values count too.
        deviations: What the mock does otherwise, by kind: paths and the reasons.
        read: What it does otherwise when the task is read afterwards; ``None`` for not read.
    """

    source: str
    name: str
    operation: str
    mode: str
    request: dict[str, Any]
    status: int
    body: Any
    before: list[dict[str, Any]] = field(default_factory=list)
    exact: bool = False
    values: list[str] = field(default_factory=list)
    deviations: dict[str, str] = field(default_factory=dict)
    read: dict[str, str] | None = None


def exchanges() -> list[Exchange]:
    """All recorded exchanges."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        whole = json.loads(file.read_text())
        for one in whole["exchanges"]:
            reasons = _reasons(whole, one.pop("deviations", []))
            read = one.pop("read", None)
            if read is not None:
                read = _reasons(whole, read["deviations"])
            found.append(Exchange(whole["source"], **one, deviations=reasons, read=read))
    return found


def shape(value: Any, path: str = "$") -> dict[str, set[str]]:
    """The types that a value has at each path; the items of a list share one."""
    found: dict[str, set[str]] = {path: {_kind(value)}}
    inside = (
        [(f"{path}.{key}", item) for key, item in value.items()]
        if isinstance(value, dict)
        else [(f"{path}[]", item) for item in value]
        if isinstance(value, list)
        else []
    )
    for where, item in inside:
        for place, kinds in shape(item, where).items():
            found.setdefault(place, set()).update(kinds)
    return found


def differences(recorded: Any, ours: Any) -> set[str]:
    """How an answer differs from a recorded one in keys and types.

    ``+path`` is a key that only ours has, ``-path`` one that only the recorded one has, ``~path``
    a value of another type. What lies below a key that only one has is not told again.
    """
    was, now = shape(recorded), shape(ours)
    more = {path for path in now.keys() - was.keys() if _above(path) in was}
    less = {path for path in was.keys() - now.keys() if _above(path) in now}
    other = {path for path in was.keys() & now.keys() if was[path] != now[path]}
    return {f"+{path}" for path in more} | {f"-{path}" for path in less} | {f"~{p}" for p in other}


def _reasons(whole: dict[str, Any], names: list[str]) -> dict[str, str]:
    """The paths of named deviations, with why."""
    told = [whole["deviations"][name] for name in names]
    return {path: one["why"] for one in told for path in one["paths"]}


def _above(path: str) -> str:
    """The path of what holds something."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__
