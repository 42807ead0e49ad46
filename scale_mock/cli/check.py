"""``scale-mock check``: what is wrong with rule files, and the schema for editors."""

from __future__ import annotations

from importlib.resources import files as resources
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = "rule_file.schema.json"


def run(*, files: Sequence[str], schema: bool) -> int:
    """Checks files, or prints the schema.

    Args:
        files: The files, in the order in which their rules are tried.
        schema: Print the JSON Schema of rule files, and check nothing.

    Returns:
        The exit code: 0 if nothing is wrong, else 1.

    Raises:
        UsageError: There is nothing to do.
    """
    if schema:
        print(schema_text(), end="")
        return 0
    if not files:
        raise click.UsageError("Name the files to check, or ask for the --schema.")
    from scale_mock.mock.rulefiles import reading

    found = reading()
    for path in files:
        found.add_file(path)
    for problem in found.problems:
        print(problem)
    if found.problems:
        return 1
    click.echo(f"{len(found.rules)} rules and {len(found.faults)} faults are fine.", err=True)
    return 0


def schema_text() -> str:
    """The JSON Schema of rule files, as it is shipped."""
    return resources("scale_mock.rules").joinpath(SCHEMA).read_text("utf-8")
