"""``scale-mock check``: what is wrong with rule files and scenarios; schemas for editors."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from typing import TYPE_CHECKING

import click

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.mock.scenarios.reading import Scenario

SCHEMA = "rule_file.schema.json"


def run(*, files: Sequence[str], schema: str | None = None) -> int:
    """Checks files, or prints the schema.

    Args:
        files: The files, in the order in which their rules are tried.
        schema: Print the JSON Schema of ``rules`` or of a ``scenario``, and check nothing.

    Returns:
        The exit code: 0 if nothing is wrong, else 1.

    Raises:
        UsageError: There is nothing to do.
    """
    if schema is not None:
        print(schema_text() if schema == "rules" else scenario_schema_text(), end="")
        return 0
    if not files:
        raise click.UsageError("Name the files to check, or ask for the --schema.")
    from scale_mock.mock.rulefiles import reading

    found = reading()
    problems: list[ConfigurationError] = []
    fine: list[str] = []
    for path in files:
        scenario = _scenario(path)
        if scenario is None:
            found.add_file(path)
        else:
            problems += scenario[1]
            calls = sum(step.get("count", 1) for step in scenario[0].play.steps)
            fine.append(f"{path}: a scenario of {calls} calls")
    problems = [*found.problems, *problems]
    for problem in problems:
        print(problem)
    if problems:
        return 1
    if found.rules or found.faults or not fine:
        fine.insert(0, f"{len(found.rules)} rules and {len(found.faults)} faults are fine.")
    click.echo("\n".join(fine), err=True)
    return 0


def _scenario(path: str) -> tuple[Scenario, list[ConfigurationError]] | None:
    """A scenario and what is wrong with it; ``None`` for another file, or one that is malformed."""
    from scale_mock.mock.scenarios.reading import is_scenario, read_scenario
    from scale_mock.selectors.documents import load_document

    try:
        document = load_document(path)
    except ConfigurationError:
        return None
    return read_scenario(document) if is_scenario(document.data) else None


def scenario_schema_text() -> str:
    """The JSON Schema of scenarios, as it is shipped, with that of rules and faults in it."""
    from scale_mock.mock.scenarios.loading import schema

    return json.dumps(schema(), indent=2) + "\n"


def schema_text() -> str:
    """The JSON Schema of rule files, as it is shipped."""
    return resources("scale_mock.rules").joinpath(SCHEMA).read_text("utf-8")
