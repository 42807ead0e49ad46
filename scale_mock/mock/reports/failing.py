"""What a failed test is told about its world: how it stood, what happened, how to have it again.

Only what there is to tell: of a world in which nothing went wrong and nothing is due there remain
the line that repeats the test, and the journal.
"""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from scale_mock.domain.task_index import TaskFilter
from scale_mock.mock.reports.assertions import said_of
from scale_mock.mock.reports.checks import by_marker, findings, told
from scale_mock.mock.reports.pitfalls import clock_hint, refusal_hint, unread
from scale_mock.mock.reports.receivers import answer_fix, refuses_key
from scale_mock.mock.reports.telling import journal_of, laid_out, next_events, shortened
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import explain_task

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from scale_mock.callbacks.records import Attempt
    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord

TRACEBACKS = 3
"""How many different exceptions of handlers are shown."""
TRACEBACK_LINES = 20
"""How much of a traceback is shown: its end, where the handler is."""
REFUSED = 10
"""How many of the newest refused requests are shown."""
RECEIVERS = 3
"""How many receivers that took nothing are shown."""
ERROR_CHARS = 300
"""How much of a refusal's text is shown."""
SCHEDULE_FLAG = "--scale-mock-schedule-seed"
"""The flag that gives another run the same order of what is due at one instant."""
MOCK = re.compile(r"(?<![\w.])mock\.")
"""A call as the manual writes it, where no fixture is spoken of."""
SHOWN_ELSEWHERE = {"handler_exceptions"}
"""Checks whose findings are told here at greater length."""


def state_of(
    world: World,
    *,
    repeat: str,
    test: str,
    allow: Collection[str] = (),
    leaks: bool = True,
) -> str:
    """The report on the world of a failed test. It never raises: the test's own failure matters.

    Args:
        world: The test's world, still open.
        repeat: The option that gives another run the same seed, for example
            ``--scale-mock-seed``.
        test: The test's name for the command line.
        allow: The checks whose findings the test allows.
        leaks: Whether attempts to reach Scale are told, and count as reported from then on.
    """
    parts: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: [_first(world, repeat, test)],
        lambda: _refused(world, allow),
        lambda: _waiting(world),
        lambda: _findings(world, allow, leaks=leaks),
        lambda: _receivers(world),
        lambda: _raised(world),
        lambda: unread(world),
        lambda: _captured(world),
        lambda: _next(world),
        lambda: journal_of(world),
    )
    lines: list[str] = []
    with suppress(Exception):
        world.pump.rest()  # what is due now belongs to what happened; no lock is held meanwhile
    for part in parts:
        try:
            with world.lock:
                lines.extend(part())
        except Exception as error:
            lines.append(f"Something cannot be told: {type(error).__name__}: {error}")
    if any(MOCK.search(line) for line in lines):
        lines.append("In these calls, mock is the fixture scale_mock.")
    return laid_out(lines, margin=0)


def _first(world: World, repeat: str, test: str) -> str:
    """Where the clock stands, and the command that has it all again; one line, to be copied."""
    seed, order = world.settings.seed, world.settings.schedule_seed
    seeds = "" if order is None else f", schedule_seed {order}"
    flags = "" if order is None else f" {SCHEDULE_FLAG}={order}"
    return (
        f"seed {seed}{seeds}, clock at {to_iso(world.now())} ({world.clock_mode}); "
        f"to repeat: pytest {repeat}={seed}{flags} {shlex.quote(test)}"
    )


def _refused(world: World, allow: Collection[str]) -> Iterator[str]:
    """The requests that were refused: code under test may have hidden the exceptions.

    Unknown routes are a finding of their own, unless they are allowed.
    """
    refused = [
        request
        for request in world.requests
        if request.status >= 400 and (request.operation is not None or "unknown_routes" in allow)
    ]
    if not refused:
        return
    runs = [list(run) for _, run in groupby(refused, key=lambda one: (one.path, one.error))]
    shown = runs[-REFUSED:]
    count = sum(len(run) for run in shown)
    yield (
        f"The last {count} of {len(refused)} requests that were refused:"
        if count < len(refused)
        else "1 request was refused:"
        if count == 1
        else f"{count} requests were refused:"
    )
    for run in shown:
        request = run[-1]
        times = f" ({len(run)} times)" if len(run) > 1 else ""
        what = request.operation or f"{request.method} {request.path}"
        why = shortened(request.error or "", ERROR_CHARS)
        if request.fault:
            why = f"{why} (by fault {request.fault!r}{_asked_again(world, request)})".lstrip()
        yield f"  {to_iso(request.at)} {what}{times}: {request.status} {why}".rstrip()
        if hint := refusal_hint(world, request):
            yield f"    To fix it: {hint}"


def _asked_again(world: World, struck: RequestRecord) -> str:
    """Whether a client got through later with what a fault struck: the SDK tries again itself."""
    requests = list(world.requests)
    later = requests[requests.index(struck) + 1 :]
    what = (struck.method, struck.path)
    got = [one.status for one in later if (one.method, one.path) == what and not one.fault]
    return f"; asked again, it answered {got[0]}" if got else ""


def _waiting(world: World) -> Iterator[str]:
    """What the oldest pending task waits for: often nobody let time go."""
    pending = [
        task
        for side in world.core.sides.values()
        for task in side.task_index.matching(TaskFilter(status=("pending",)))
    ]
    if pending:
        first = min(pending, key=lambda task: (task.created_at, task.seq))
        why = explain_task(world, first)
        count = "1 task is" if len(pending) == 1 else f"{len(pending)} tasks are"
        yield f"{count} pending. {first.subject} waits for {why.waits_for}."
        yield f"To move it: {why.move}."
        yield from clock_hint(world)


def _findings(world: World, allow: Collection[str], *, leaks: bool) -> Iterator[str]:
    """What the strict checks would have said, had the test passed."""
    found = findings(world, allow={*allow, *SHOWN_ELSEWHERE}, leaks=leaks)
    if not found:
        return
    yield from told(found, by_marker, allow).split("\n")


def _receivers(world: World) -> Iterator[str]:
    """What receivers replied that did not take a callback, each once, the newest last."""
    replies = {
        (callback.url, callback.attempts[-1].outcome): callback
        for callback in world.desk.by_id.values()
        if callback.tries and not callback.is_acknowledged
        if callback.attempts[-1].traceback is None and callback.attempts[-1].fault is None
    }
    for callback in list(replies.values())[-RECEIVERS:]:
        said = list(said_of(callback))
        fix = answer_fix(world, callback)
        if fix is not None and not refuses_key(callback):  # said already
            said.append(f"To fix it: {fix}")
        if said:
            yield f"The receiver at {callback.url} answered {callback.attempts[-1].outcome}:"
            yield from (f"  {line}" for line in said)


def _captured(world: World) -> Iterator[str]:
    """Where callbacks went that nobody was there to take: they count as acknowledged."""
    urls = dict.fromkeys(
        callback.url for callback in world.desk.by_id.values() if callback.state == "captured"
    )
    for url in list(urls)[:RECEIVERS]:
        if not world.desk.targets.mounts_beside(url):  # else a strict check tells it
            yield (
                f"A callback to {url} was captured: nothing is mounted there. To have your code "
                f"called: mock.callbacks.mount({url!r}, handler), or callback_hosts=[...] for a "
                "server of yours."
            )


def _raised(world: World) -> Iterator[str]:
    """What mounted handlers raised, each exception once, the newest last."""
    raised: dict[str, list[Attempt]] = {}
    for attempt in world.desk.attempts:
        if attempt.traceback:
            raised.setdefault(attempt.traceback, []).append(attempt)
    for trace, attempts in sorted(raised.items(), key=lambda one: one[1][-1].at)[-TRACEBACKS:]:
        attempt, often = attempts[-1], len(attempts)
        before = f", as {often - 1} before it" if often > 1 else ""
        if before and attempt.status is not None:
            before += "; the framework that caught it has logged each"
        yield (
            f"The handler of {attempt.url} raised at {to_iso(attempt.at)} "
            f"(attempt {attempt.number}, {attempt.outcome}){before}:"
        )
        lines = trace.rstrip().splitlines()
        if len(lines) > TRACEBACK_LINES:
            yield f"  ... {len(lines) - TRACEBACK_LINES} lines"
        yield from (f"  {line}" for line in lines[-TRACEBACK_LINES:])


def _next(world: World) -> Iterator[str]:
    """What the clock would bring next."""
    coming = next_events(world)
    if coming:
        yield "The clock would bring next:"
        yield from (f"  {line}" for line in coming)
