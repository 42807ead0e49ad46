"""Owns the README's table of operations: what is documented, served, driven and recorded.

Nothing in it is written by hand but the reasons: what is served comes from the operations of the
application, what is driven from requests that the SDKs really sent, what is recorded from the
recordings that the mock is held against.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scale_mock.api import control, v1, v2
from tests.manual.recorded import exchanges

ROOT = Path(__file__).parents[2]
DOCUMENTED = ROOT / "fixtures" / "coverage" / "documented.toml"
CLIENTS = ROOT / "fixtures" / "coverage" / "clients.json"
HOLE = re.compile(r"<[a-z]+:")
"""How a name in a path begins."""
COLUMNS = ("documented", "implemented", "Python SDK", "Node SDK", "recorded answer")
WORDS = (
    "are documented",
    "implemented",
    "driven by the Python SDK",
    "by the Node SDK",
    "checked against a recorded answer",
)
"""The columns in a sentence, each with its count."""
KEYS = {
    "undocumented": "documented",
    "unimplemented": "implemented",
    "python": "Python SDK",
    "node": "Node SDK",
    "recorded": "recorded answer",
}
"""Where a row of the file gives the reason of a no, and which column that is."""


NEWER = "newer"
"""The reason of what plain Node drives."""


class Stale(AssertionError):
    """The file of operations and what is really so contradict each other."""


@dataclass
class Row:
    """One line of the table.

    Attributes:
        resource: The heading that it stands under.
        name: The operation's name, if it is served.
        call: Method and path.
        page: The address of its documentation.
        yes: The columns that hold.
        reasons: Why the others do not.
    """

    resource: str
    name: str
    call: str
    page: str | None = None
    yes: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)


def served() -> dict[str, str]:
    """The name of each operation of Scale's APIs that is served, by method and path."""
    return {
        f"{one.method} {api.PREFIX}{HOLE.sub('{', one.path).replace('>', '}')}": one.name
        for api in (v1, v2)
        for one in api.OPERATIONS
    }


def driven(client: str) -> set[str]:
    """The operations that a client's methods reached when they were last driven."""
    calls = json.loads(CLIENTS.read_text())[client]["calls"]
    return {name for operations in calls.values() for name in operations}


def rows() -> list[Row]:
    """All rows, in the file's order.

    Raises:
        Stale: The file lacks an operation that is served, gives a reason for what is so, or none
            for what is not.
    """
    whole = tomllib.loads(DOCUMENTED.read_text())
    names, entries = served(), whole["operation"]
    listed = [one["call"] for one in entries]
    if missing := sorted(set(names) - set(listed)):
        raise Stale(f"{DOCUMENTED.name} lacks what is served: {', '.join(missing)}")
    if twice := sorted({call for call in listed if listed.count(call) > 1}):
        raise Stale(f"{DOCUMENTED.name} has twice: {', '.join(twice)}")
    facts = {
        "Python SDK": driven("python"),
        "Node SDK": driven("node"),
        "recorded answer": {one.operation for one in exchanges()},
    }
    found = [_row(one, whole, names.get(one["call"]), facts) for one in entries]
    _check_newer(entries, found)
    return found


def _check_newer(entries: list[dict[str, str]], found: list[Row]) -> None:
    """The note about Scale's newer Node client stands where its wire forms were driven."""
    reached = set(json.loads(CLIENTS.read_text())["newer node"])
    for one, row in zip(entries, found, strict=True):
        has_note, is_so = one.get("node") == NEWER, row.name in reached
        if "Node SDK" not in row.yes and has_note != is_so:
            raise Stale(f"{row.call}: node = {NEWER!r} should {'' if is_so else 'not '}be there.")


def _row(
    one: dict[str, str], whole: dict[str, Any], served_as: str | None, facts: dict[str, set[str]]
) -> Row:
    is_sent = "name" in one
    kind = "sent" if is_sent else "v2" if " /v2" in one["call"] else "v1"
    row = Row(one["resource"], served_as or one.get("name", ""), one["call"])
    if "page" in one:
        row.page = "/".join(filter(None, (whole["pages"][one["page"]], one.get("at"))))
        row.yes.add("documented")
    if served_as or is_sent:
        row.yes.add("implemented")
    row.yes |= {column for column, operations in facts.items() if row.name in operations}
    for key, column in KEYS.items():
        own = one.get(key)
        if column in row.yes:
            if own is not None:
                raise Stale(f"{row.call}: {column} is a yes; the reason {own!r} is out of date.")
            continue
        reason = own or whole["defaults"][kind].get(key)
        if reason is None:
            raise Stale(f"{row.call}: {column} is a no, and {DOCUMENTED.name} does not say why.")
        row.reasons[column] = whole["reasons"][reason].replace("{node}", _client("node"))
    return row


def table(lines: list[Row]) -> str:
    """The table and its notes, as Markdown."""
    notes: dict[str, int] = {}
    written = [
        f"| operation | {' | '.join(COLUMNS)} |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    resource = ""
    for row in lines:
        if row.resource != resource:
            resource = row.resource
            written.append(f"| **{resource}** |" + " |" * len(COLUMNS))
        cells = [_cell(row, column, notes) for column in COLUMNS]
        name = f"`{row.name}` " if row.name else ""
        written.append(f"| {name}{row.call} | {' | '.join(cells)} |")
    numbered = [f"{number}. {reason}" for reason, number in notes.items()]
    return "\n".join([*written, "", "Why not:", "", *numbered, "", *_summary(lines)])


def _client(name: str) -> str:
    """Name and version of a client that was driven."""
    version: str = json.loads(CLIENTS.read_text())[name]["client"]
    return version


def _cell(row: Row, column: str, notes: dict[str, int]) -> str:
    if column in row.yes:
        return f"[yes]({row.page})" if column == "documented" else "yes"
    return f"no ({notes.setdefault(row.reasons[column], len(notes) + 1)})"


def _summary(lines: list[Row]) -> list[str]:
    told = [
        f"{sum(column in row.yes for row in lines)} {words}"
        for column, words in zip(COLUMNS, WORDS, strict=True)
    ]
    return [
        f"Of {len(lines)} operations {', '.join(told)}. Every public method of {_client('python')} "
        f"(PyPI) and {_client('node')} (npm) was called.",
        f"The {len(control.OPERATIONS)} operations of [the control API](#the-control-api) are the "
        "mock's own and not in the table.",
    ]
