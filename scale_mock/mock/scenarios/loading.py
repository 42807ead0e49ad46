"""Where scenarios come from: those that are shipped, by name, and files, by path."""

from __future__ import annotations

import json
import os
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.mock.scenarios.reading import Scenario, load_scenario, read_scenario
from scale_mock.selectors.documents import read_document
from scale_mock.selectors.where import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

SUFFIX = ".toml"
SCHEMA = "scenario.schema.json"


def shipped() -> dict[str, str]:
    """The scenarios that come with the package, by name, with what each shows."""
    return {name: load_shipped(name).title for name in _names()}


def find_scenario(wanted: object) -> Scenario:
    """The scenario of a name, or in a file.

    Args:
        wanted: The name of a shipped scenario, or a path: what has a directory or a suffix in it.

    Raises:
        ConfigurationError: There is none, or something is wrong with it.
    """
    if isinstance(wanted, Scenario):
        return wanted
    if not isinstance(wanted, str | os.PathLike) or not os.fspath(wanted):
        raise ConfigurationError(
            f"scenario={wanted!r}: expected the name of a shipped scenario, or a file."
        )
    text = os.fspath(wanted)
    if text in _names():
        return load_shipped(text)
    path = Path(text)
    if path.suffix or len(path.parts) > 1 or path.exists():
        return load_scenario(text)
    known = _names()
    raise ConfigurationError(
        f"There is no scenario {text!r}{did_you_mean(text, known)} Scenarios: {', '.join(known)}; "
        "or name a file."
    )


def load_shipped(name: str) -> Scenario:
    """A scenario that comes with the package."""
    file = f"{name}{SUFFIX}"
    document = read_document(_folder().joinpath(file).read_text("utf-8"), file)
    scenario, problems = read_scenario(document)
    if problems:
        raise problems[0]
    return scenario


def schema() -> Mapping[str, Any]:
    """The JSON Schema of scenario files; the part about rules and faults is the rule files' own."""
    own: dict[str, Any] = json.loads(_folder().joinpath(SCHEMA).read_text("utf-8"))
    text = resources("scale_mock.rules").joinpath("rule_file.schema.json").read_text("utf-8")
    shared = json.loads(text)
    own["properties"] |= {kind: shared["properties"][kind] for kind in ("rule", "fault")}
    own["$defs"] = {**shared["$defs"], **own["$defs"]}
    return own


def _names() -> list[str]:
    return sorted(
        file.name.removesuffix(SUFFIX) for file in _folder().iterdir() if file.name.endswith(SUFFIX)
    )


def _folder() -> Traversable:
    return resources("scale_mock.mock.scenarios").joinpath("shipped")
