"""The benchmark: one table of ratios against peers that were measured in the same run.

``python tests/bench/run.py [--quick] [--full] [--only NAME]...``

Speed is never a failing assertion: a row that misses its bar says OVER, and the exit code stays 0.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # As a script, its own folder would hide modules of other packages, and ours be out of sight.
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.bench.measure import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.bench.measure import Row

MODULES = ("doors", "startup", "plugin", "engine", "store", "callbacks")
HEAD = ("subject", "what", "ours", "peer", "ratio", "bar", "")


def subjects() -> dict[str, Callable[[Bench], list[Row]]]:
    """Every subject by its name, in the order of the table."""
    found: dict[str, Callable[[Bench], list[Row]]] = {}
    for module in MODULES:
        found.update(importlib.import_module(f"tests.bench.{module}").SUBJECTS)
    return found


def measured(names: Iterable[str], bench: Bench) -> list[Row]:
    """The rows of some subjects."""
    known = subjects()
    rows: list[Row] = []
    with bench.stack:
        for name in names:
            before = perf_counter()
            print(f"{name} ... ", end="", file=sys.stderr, flush=True)
            rows += known[name](bench)
            print(f"{perf_counter() - before:.0f} s", file=sys.stderr, flush=True)
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as text, one line each."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> list[Row]:
    """Runs what was asked for and prints the table; its rows."""
    known = list(subjects())
    parser = argparse.ArgumentParser(description="Figures of scale_mock against its peers.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, two rounds")
    parser.add_argument("--full", action="store_true", help="also a store of 1,000,000 tasks")
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        default=[],
        help=f"only this subject; may be repeated, commas work too: {', '.join(known)}",
    )
    given = parser.parse_args(arguments)
    wanted = [name for text in given.only for name in text.split(",")] or known
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"no such subject: {', '.join(unknown)}. Subjects: {', '.join(known)}.")
    rows = measured(wanted, Bench(quick=given.quick, full=given.full))
    print(table(rows))
    over = sum(row.verdict == "OVER" for row in rows)
    print(f"\n{over} of {sum(row.bar is not None for row in rows)} bars missed.")
    if given.quick:
        print("A quick run shows that the benchmark works; two rounds settle no bar.")
    return rows


if __name__ == "__main__":
    main()
