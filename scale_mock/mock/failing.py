"""What a failed test is told about its world: how it stood, what happened, how to have it again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from scale_mock.domain.task_index import TaskFilter
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import explain_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.facade import ScaleMock

JOURNAL_LINES = 10
"""How many of the newest journal entries are shown."""
TRACEBACKS = 3
"""How many different exceptions of handlers are shown."""
TRACEBACK_LINES = 20
"""How much of a traceback is shown: its end, where the handler is."""
SCHEDULE_FLAG = "--scale-mock-schedule-seed"
"""The flag that gives another run the same order of what is due at one instant."""
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
        order = mock._world.settings.schedule_seed
        seeds = "" if order is None else f", schedule_seed {order}"
        flags = "" if order is None else f" {SCHEDULE_FLAG}={order}"
        lines.append(
            f"seed {mock.seed}{seeds}, clock at {to_iso(mock.clock.now())} ({mock.clock.mode}); "
            f"to repeat: pytest {repeat}={mock.seed}{flags} {shlex.quote(test)}"
        )
        lines.extend(_waiting(mock))
        lines.extend(_findings(mock))
        lines.extend(_raised(mock))
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


def _waiting(mock: ScaleMock) -> Iterator[str]:
    """What the oldest pending task waits for: often nobody let time go."""
    world = mock._world
    with world.lock:
        pending = [
            task
            for side in world.core.sides.values()
            for task in side.task_index.matching(TaskFilter(status=("pending",)))
        ]
        if not pending:
            return
        first = min(pending, key=lambda task: (task.created_at, task.seq))
        why = explain_task(world, first)
        reads = sum(f"/task/{first.task_id}" in request.path for request in world.requests)
    yield f"{len(pending)} pending. {first.subject} waits for {why.waits_for}."
    yield f"To move it: {why.move}."
    if mock.clock.now() == world.start_at and reads > 1:
        yield (
            f"The clock has not moved, and the task was asked for {reads} times: a manual clock "
            "moves when the test says so. Code that polls wants clock='autojump' "
            "(@pytest.mark.scale_mock(clock='autojump'))."
        )


def _raised(mock: ScaleMock) -> Iterator[str]:
    """What mounted handlers raised, each exception once, the newest last."""
    newest = {
        attempt.traceback: attempt for attempt in mock.callbacks.attempts if attempt.traceback
    }
    for trace, attempt in list(newest.items())[-TRACEBACKS:]:
        yield (
            f"The handler of {attempt.url} raised at {to_iso(attempt.at)} "
            f"(attempt {attempt.number}, {attempt.outcome}):"
        )
        lines = trace.rstrip().splitlines()
        if len(lines) > TRACEBACK_LINES:
            yield f"  ... {len(lines) - TRACEBACK_LINES} lines"
        yield from (f"  {line}" for line in lines[-TRACEBACK_LINES:])


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
