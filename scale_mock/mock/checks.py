"""The strict checks: what a test should not leave behind unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import CallFailed, ResponderFailed

if TYPE_CHECKING:
    from scale_mock.world import World

SHOWN = 5


def problems(world: World) -> list[str]:
    """What went wrong in a world without failing anything yet, one text each."""
    with world.lock:
        routes = list(dict.fromkeys(world.unknown_routes))
        found = [
            *(
                str(error)
                if isinstance(error, ResponderFailed | CallFailed)
                else f"An exception inside the mock: {type(error).__name__}: {error}"
                for error in list(world.broken)[:SHOWN]
            ),
            *(
                f"A route that the platform does not have was called: {route}"
                for route in routes[:SHOWN]
            ),
            *world.rules.why_unused(),
            *world.faults.why_unused(),
            *_late_rules(world),
            *_missed_mounts(world),
            *_uncalled_mounts(world),
            *world.receiver.why_unused()[:SHOWN],
        ]
        for callback in world.desk.by_id.values():
            if callback.state == "failed" or (callback.state == "pending" and callback.attempts):
                last = callback.attempts[-1]
                if last.fault is not None:
                    continue  # that it does not arrive is what was asked for
                found.append(
                    f"A callback was never acknowledged: {callback.owner} {callback.subject} "
                    f"({callback.reason}) to {callback.url}; the last of {last.number} attempts "
                    f"got {last.outcome}"
                )
    return found


def _late_rules(world: World) -> list[str]:
    """Rules that decided nothing because the tasks they match had been decided before."""
    found = []
    for rule in world.rules.unused():
        late = [
            task
            for side in world.core.sides.values()
            for task in side.tasks.values()
            if task.decision is not None
            and task.decision.rule != rule.name
            and rule.matcher.matches(task)
        ]
        if late and rule not in world.rules.shadowed():
            found.append(
                f'rule "{rule.name}" was added too late for {late[0]!r}, whose fate had been '
                "decided: add the rule before work on the task can begin, or pass replan=True"
            )
    return found


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


def _some(texts: list[str]) -> str:
    """The first few texts, and how many more there are."""
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")
