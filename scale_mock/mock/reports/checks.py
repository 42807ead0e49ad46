"""The strict checks: what a test should not leave behind unnoticed, each finding under a name.

The names stand in :mod:`scale_mock.config.checks`; whoever allows one does not hear of it.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.config.checks import CHECKS, names_of, written
from scale_mock.config.printable import printable
from scale_mock.errors import CallFailed, ResponderFailed
from scale_mock.intercept.leaks import is_users
from scale_mock.mock.interception import leak_texts
from scale_mock.mock.reports.tracebacks import FRAME, exception_of
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from scale_mock.callbacks.records import Attempt, Callback
    from scale_mock.world import World

    Relax = Callable[[Collection[str]], str]

SHOWN = 5
"""How many findings of a kind are told one by one."""
ROUTE_CHARS = 200
"""How much of an unknown route is told."""
TRACE_LINES = 6
"""How much of a traceback is shown: the user's line, and the exception."""


class Finding(NamedTuple):
    """Something that went wrong without failing anything.

    Attributes:
        check: The check's name, by which it is allowed.
        text: What was found; further lines belong to the first.
    """

    check: str
    text: str


def findings(world: World, *, allow: Collection[str] = (), leaks: bool = True) -> list[Finding]:
    """What went wrong in a world, and with connections to Scale, without failing anything yet.

    Attempts to reach Scale count as reported from then on, also where they are allowed.

    Args:
        world: The world.
        allow: Checks that find nothing.
        leaks: Whether attempts to reach Scale, which are those of the whole process, are looked
            for.
    """
    texts = leak_texts() if leaks and "leaks" not in allow else []
    if leaks and "leaks" in allow:
        leak_texts()
    if world.is_untouched:
        return [Finding("leaks", text) for text in texts]  # nothing has happened in it
    with world.lock:
        return [
            Finding(check, text)
            for check in CHECKS
            if check not in allow
            for text in (_FINDERS[check](world) if check in _FINDERS else texts)
        ]


def headline(found: list[Finding]) -> str:
    """How many findings there are, and of which checks: all that a short summary shows."""
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    return f"scale_mock found {count} ({', '.join(dict.fromkeys(one.check for one in found))}):"


def told(found: list[Finding], relax: Relax, allow: Collection[str] = ()) -> str:
    """All findings in one text; after those of a check, what allows them.

    Args:
        found: The findings, those of a check together.
        relax: Says how some checks are allowed, given their names.
        allow: What is allowed already.
    """
    lines = [headline(found)]
    for check in dict.fromkeys(finding.check for finding in found):
        texts = [finding.text for finding in found if finding.check == check]
        lines.extend("  - " + text.replace("\n", "\n    ") for text in texts)
        them = "it" if len(texts) == 1 else "them"
        lines.append(f"    To allow {them}: {relax({*allow, check})}")
    return printable("\n".join(lines))


def by_call(names: Iterable[str]) -> str:
    """How ``mock.check`` is told to allow some checks."""
    return f"mock.check(allow={written(names)})"


def by_marker(names: Iterable[str]) -> str:
    """How a test is marked to allow some checks."""
    return f"@pytest.mark.scale_mock(allow={written(names)})"


def raise_findings(world: World, allow: object = ()) -> None:
    """What ``mock.check`` does.

    Raises:
        AssertionError: Something was found that is not allowed.
        ConfigurationError: There is no check of a name in ``allow``.
    """
    __tracebackhide__ = True
    allowed = names_of(allow, f"check(allow={allow!r})") if allow != () else frozenset[str]()
    found = findings(world, allow=allowed)
    if found:
        raise AssertionError(told(found, by_call, allowed))


def _unknown_routes(world: World) -> Iterator[str]:
    """Each route that the platform does not have once, with the routes that look most like it."""
    routes = list(dict.fromkeys(world.unknown_routes))
    nearest = {
        f"{request.method} {request.path}": (request.error or "").partition("Nearest: ")[2]
        for request in world.requests
        if request.operation is None
    }
    for route in routes[:SHOWN]:
        near = nearest.get(route, "").rstrip(".")
        hint = f". Nearest: {near}" if near else ""
        said = route if len(route) <= ROUTE_CHARS else f"{route[:ROUTE_CHARS]}..."
        yield f"A route that the platform does not have was called: {said}{hint}"
    yield from _more(len(routes), "routes that the platform does not have were called")


def _unused_rules(world: World) -> Iterator[str]:
    """Rules that decided nothing, and why; those that came too late besides."""
    for rule, why in zip(world.rules.unused(), world.rules.why_unused(), strict=True):
        late = [
            task
            for side in world.core.sides.values()
            for task in side.tasks.values()
            if task.decision is not None
            and task.decision.rule != rule.name
            and rule.matcher.matches(task)
        ]
        if late and rule not in world.rules.shadowed():
            first = late[0]
            yield (
                f'rule "{rule.name}" was added too late for {first.mode} {first.type} task '
                f"{first.task_id}, whose fate had been decided: add the rule before work on the "
                "task can begin, or pass replan=True"
            )
        else:
            yield why


def _unused_answers(world: World) -> list[str]:
    return world.receiver.why_unused()[:SHOWN]


def _unacknowledged(world: World) -> Iterator[str]:
    """Callbacks that were tried in vain, unless a fault wanted that."""
    found = [
        callback
        for callback in world.desk.by_id.values()
        if callback.state == "failed" or (callback.state == "pending" and callback.tries)
        if callback.attempts[-1].fault is None
    ]
    for callback in found[:SHOWN]:
        last = callback.attempts[-1]
        yield (
            f"A callback was never acknowledged: {_owner(callback)} to {callback.url}; the last of "
            f"{last.number} attempts got {last.outcome}"
        )
    yield from _more(len(found), "callbacks were never acknowledged")


def _misspelt_mounts(world: World) -> Iterator[str]:
    """Callbacks and handlers that missed each other."""
    yield from _missed_mounts(world)
    yield from _uncalled_mounts(world)


def _missed_mounts(world: World) -> list[str]:
    """Callbacks that went past a mounted handler on the same host."""
    found = []
    for callback in world.desk.by_id.values():
        if callback.state == "captured":
            near = world.desk.targets.mounts_beside(callback.url)
            if near:
                found.append(
                    f"A callback to {callback.url} was captured, though a handler is mounted on "
                    f"that host: {', '.join(near)}. Is one of the two addresses misspelt?"
                )
    return list(dict.fromkeys(found))[:SHOWN]


def _uncalled_mounts(world: World) -> list[str]:
    """Handlers that nothing came to while callbacks went where nobody is."""
    desk = world.desk
    captured = [
        url
        for url in dict.fromkeys(
            callback.url for callback in desk.by_id.values() if callback.state == "captured"
        )
        if not desk.targets.mounts_beside(url)  # said already
    ]
    if not captured:
        return []
    uncalled = desk.targets.uncalled(dict.fromkeys(attempt.url for attempt in desk.attempts))
    if not uncalled:
        return []
    handlers = "a handler was" if len(uncalled) == 1 else "handlers were"
    return [
        f"No callback came to {_some(uncalled)}, where {handlers} mounted, while callbacks to "
        f"{_some(captured)} were captured. Is one of the addresses misspelt?"
    ]


def _handler_exceptions(world: World) -> Iterator[str]:
    """What mounted handlers raised, each exception once, also where a later attempt got through.

    A fault asks for trouble, so what it causes is none.
    """
    groups: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in world.desk.attempts:
        if attempt.traceback is not None and attempt.fault is None:
            words = exception_of(attempt.traceback)
            groups.setdefault((attempt.url, words), []).append(attempt)
    for (url, words), attempts in list(groups.items())[:SHOWN]:
        first = attempts[0]
        callback = world.desk.by_id.get(first.callback_id)
        whose = f" for {_owner(callback)}" if callback is not None else ""
        times = "" if len(attempts) == 1 else f", and {len(attempts) - 1} times more"
        trace = _end_of(first.traceback or "")
        yield (
            f"The handler of {url} raised {words} at {to_iso(first.at)}, attempt {first.number}"
            f"{whose}{times}:\n{trace}"
        )
    yield from _more(len(groups), "exceptions of handlers")


def _exceptions(world: World) -> Iterator[str]:
    """What the mock itself, response functions and scheduled calls raised."""
    broken = list(world.broken)
    for error in broken[:SHOWN]:
        if isinstance(error, ResponderFailed | CallFailed):
            text, cause = str(error), error.__cause__
        else:
            text, cause = f"An exception inside the mock: {type(error).__name__}: {error}", error
        if cause is not None and cause.__traceback__ is not None:
            trace = _end_of("".join(traceback.format_exception(cause, chain=False)))
            text = f"{text}\n{trace}"
        yield text
    yield from _more(len(broken), "exceptions")


def _end_of(trace: str) -> str:
    """The user's last line in a traceback, and the exception; what lies between is a library's."""
    lines = [line for line in trace.rstrip().splitlines() if line.strip(" ^~")]
    starts = [number for number, line in enumerate(lines) if line.startswith(FRAME)]
    if not starts:
        return "\n".join(f"  {line}" for line in lines[-TRACE_LINES:])
    ends = [*starts[1:], _end_of_frame(lines, starts[-1])]
    users = [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if is_users(lines[start].removeprefix(FRAME).partition('"')[0])
    ]
    start, end = (users or [(starts[-1], ends[-1])])[-1]
    shown = [*lines[start:end], *lines[ends[-1] :]]
    return "\n".join(f"  {line}" for line in shown[:TRACE_LINES])


def _end_of_frame(lines: list[str], start: int) -> int:
    return next(
        (number for number in range(start, len(lines)) if not lines[number].startswith("  ")),
        len(lines),
    )


def _owner(callback: Callback) -> str:
    return f"{callback.owner} {callback.subject} ({callback.reason})"


def _some(texts: list[str]) -> str:
    """The first few texts, and how many more there are."""
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _more(count: int, what: str) -> Iterator[str]:
    if count > SHOWN:
        yield f"{count - SHOWN} more {what}"


_FINDERS: dict[str, Callable[[World], Iterable[str]]] = {
    "unknown_routes": _unknown_routes,
    "unused_rules": _unused_rules,
    "unused_faults": lambda world: world.faults.why_unused(),
    "unused_answers": _unused_answers,
    "unacknowledged_callbacks": _unacknowledged,
    "misspelt_mounts": _misspelt_mounts,
    "handler_exceptions": _handler_exceptions,
    "exceptions": _exceptions,
}
"""How each check finds what it looks for; leaks are those of the process."""
