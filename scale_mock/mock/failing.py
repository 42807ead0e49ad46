"""What a failed test is told about its world: how it stood, what happened, how to have it again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.facade import ScaleMock

JOURNAL_LINES = 10
"""How many of the newest journal entries are shown."""
LINE_CHARS = 200
"""How much of an entry is shown."""


def state_of(mock: ScaleMock, *, repeat: str, test: str) -> str:
    """The report on the world of a failed test. It never raises: the test's own failure matters.

    Args:
        mock: The test's world, still open.
        repeat: The option that gives another run the same seed, for example
            ``--scale-mock-seed``.
        test: The test's name for the command line.
    """
    lines: list[str] = []
    try:
        lines.append(
            f"seed {mock.seed}, clock at {to_iso(mock.clock.now())} ({mock.clock.mode}); "
            f"to repeat: pytest {repeat}={mock.seed} {shlex.quote(test)}"
        )
        lines.extend(_findings(mock))
        lines.extend(_journal(mock))
    except Exception as error:
        lines.append(f"More cannot be told: {type(error).__name__}: {error}")
    return "\n".join(lines)


def _findings(mock: ScaleMock) -> Iterator[str]:
    """What the strict checks would have said, had the test passed."""
    try:
        mock.check()
    except AssertionError as error:
        yield str(error)


def _journal(mock: ScaleMock) -> Iterator[str]:
    journal = mock.journal
    if not len(journal):
        yield "The journal is empty: nothing has happened in this world."
        return
    shown = min(len(journal), JOURNAL_LINES)
    yield f"The last {shown} of {len(journal)} journal entries:"
    for entry in journal.entries(after=len(journal) - 1 - shown):
        line = f"  {to_iso(entry.at)} {entry.subject} {entry.kind} {entry.details}"
        yield line if len(line) <= LINE_CHARS else f"{line[: LINE_CHARS - 3]}..."
