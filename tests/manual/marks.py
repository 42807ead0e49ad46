"""Owns the parts of the README that are generated: where they stand, and writing them anew."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
RENEW = "python -m tests.manual"


def between(name: str, text: str) -> str:
    """What stands between ``<!-- name -->`` and ``<!-- /name -->``; empty if nothing does."""
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]


def replaced(name: str, text: str, new: str) -> str:
    """The text with something else between the marks of a name.

    Raises:
        LookupError: It has no such marks.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if start not in text or end not in text.partition(start)[2]:
        raise LookupError(f"{README.name} has no {start.strip()} ... {end}.")
    before, _, rest = text.partition(start)
    return before + start + new + end + rest.partition(end)[2]


def with_table(name: str, text: str, table: str) -> str:
    """The text with another table behind ``<!-- name -->``; a table ends at an empty line.

    Raises:
        LookupError: It has no such mark.
    """
    start = f"<!-- {name} -->\n"
    before, found, rest = text.partition(start)
    if not found:
        raise LookupError(f"{README.name} has no {start.strip()}.")
    return before + start + table + "\n\n" + rest.partition("\n\n")[2]
