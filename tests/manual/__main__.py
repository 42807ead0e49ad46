"""Renews everything that is generated from the code: ``python -m tests.manual``."""

from __future__ import annotations

from tests import test_readme
from tests.manual import clients, coverage, helping, marks, objects
from tests.manual.driven.node_sdk import why_not_here


def main() -> None:
    """Drives the SDKs, asks every command for help, and writes the README's tables."""
    missing = why_not_here()
    if missing is not None:
        print(f"What Node reaches stays as it was: {missing}.")  # noqa: T201
    coverage.CLIENTS.write_text(clients.text_of(clients.drive()))
    helping.write()
    text = marks.README.read_text()
    text = marks.replaced("coverage", text, coverage.table(coverage.rows()) + "\n")
    text = marks.replaced("objects", text, objects.table())
    text = marks.with_table("settings", text, test_readme.settings_table())
    text = marks.with_table("options", text, test_readme.options_table())
    marks.README.write_text(text)


if __name__ == "__main__":
    main()
