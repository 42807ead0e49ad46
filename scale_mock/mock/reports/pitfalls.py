"""Common mistakes, as a world sees them: refusals, a clock that nobody moved, stale reads."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.api.strangers import ELSEWHERE
from scale_mock.domain.refusals import (
    BATCH_NOT_FOUND,
    PROJECT_NOT_FOUND,
    TASK_NOT_FOUND,
    TASK_STARTED,
    UNAUTHORIZED,
)
from scale_mock.mock.alive import holders_of
from scale_mock.mock.reports.missing import by_unique_id
from scale_mock.selectors.where import nearest
from scale_mock.sim.instants import to_iso
from scale_mock.world.platform import RECEIVER_URL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scale_mock.domain.model import Mode, Task
    from scale_mock.domain.side import Side
    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord

NAMES = 10
"""How many names are listed."""
LOOKED_AT = 1_000
"""How many of the newest tasks are looked at."""
TAKEN = re.compile(r'The unique_id \("(?P<name>.*)"\) is already used .* \((?P<id>[0-9a-f]+)\)')

NO_PROJECT_OF_V2 = re.compile(
    r'Project not found: there is none with project_name "(?P<name>[^"]*)"\. There is no project'
)
NO_TYPE = 'Parameter is invalid, reason: "type" must be one of ['
"""How the refusal of an unknown task type begins, which comes with the path of a create."""


NOT_ALLOWED = re.compile(
    r'Parameter is invalid, reason: "(?P<path>[^"]+\.)(?P<key>[^".]+)" is not allowed \(at '
)
"""How the refusal of a key begins that the params of a task type do not have."""


def refusal_hint(world: World, request: RequestRecord) -> str | None:
    """What to do about a refusal whose text is the platform's own and does not say so."""
    error = request.error or ""
    side = world.core.sides["test" if request.mode == "test" else "live"]
    taken = TAKEN.match(error)
    if taken is not None:
        task_id = taken["id"]
        return (
            "give every task a unique_id of its own; this one is free again after "
            f"client.clear_task_unique_id({task_id!r}) or client.cancel_task({task_id!r}, "
            "clear_unique_id=True). Where a duplicate is no mistake, catch "
            "scaleapi.exceptions.ScaleDuplicateResource"
        )
    if error.startswith(UNAUTHORIZED.text):
        return (
            "use a key of this world: mock.live_key or mock.test_key, as the fixtures scale_client "
            "and scale_test_client do; while it is the only world, any live_NAME or test_NAME"
        )
    if error == PROJECT_NOT_FOUND().text:
        return _unheard_of("project", list(side.projects), side.mode)
    if error == BATCH_NOT_FOUND().text:
        return _unheard_of("batch", list(side.batches), side.mode)
    if error.startswith(TASK_NOT_FOUND().text):
        return _no_such_task(world, request, side)
    key = NOT_ALLOWED.match(error)
    if key is not None and request.operation == "create_task":
        return _keys_there(world, request, key["path"], key["key"])
    unmade = NO_PROJECT_OF_V2.match(error)
    if unmade is not None:
        return (
            f"make it first, which v2 itself cannot: mock.projects.set_up({unmade['name']!r}) for "
            "chat tasks, or client.create_project()"
        )
    if error.startswith(NO_TYPE):
        close = nearest(_last(request.path), world.core.task_types.names)
        return f"the nearest type is {close!r}" if close else None
    if error == TASK_STARTED().text:
        return _too_late(world, request)
    return None


def _last(path: str) -> str:
    """What a path ends with: a task's id, a type."""
    return path.rstrip("/").rpartition("/")[2]


def _keys_there(world: World, request: RequestRecord, path: str, key: str) -> str | None:
    """Which keys there are where one stood that is not allowed."""
    known = sorted(world.core.task_types.known_beside(_last(request.path), path + key))
    if not known:
        return None
    close = nearest(key, known)
    meant = f"; the nearest to {key!r} is {close!r}" if close else ""
    return f"the keys of {path.removesuffix('.')} are {', '.join(known)}{meant}"


def _no_such_task(world: World, request: RequestRecord, side: Side) -> str:
    names = request.path.split("/")
    others = next((found for name in names if (found := holders_of(name, but=world))), None)
    if others or ELSEWHERE in (request.error or ""):
        where = f" (it is in {', '.join(map(repr, others))})" if others else ""
        return (
            f"use one world for the task and for this call: the account in the key, live_NAME or "
            f"test_NAME, is the world's name{where}; this world's is {world.name!r}"
        )
    task = next((one for name in names if name and (one := by_unique_id(world, name))), None)
    if task is not None:
        return f"pass the task's id, {task.task_id!r}: {task.unique_id!r} is its unique_id"
    if not side.tasks:
        since = " since mock.reset(), which takes everything away" if world.was_reset else ""
        return f"create it first: there is no task in {side.mode} mode{since}"
    return f"use the id of a task of this world; {_listed('task', list(side.tasks), side.mode)}"


def _too_late(world: World, request: RequestRecord) -> str | None:
    """When work on a task began that was canceled after it."""
    tasks = [task for name in request.path.split("/") if (task := world.find_task(name))]
    started = [
        entry.at
        for entry in world.core.journal.entries()
        for task in tasks
        if entry.subject == task.subject and entry.kind == "task.started"
    ]
    if not started:
        return None
    return (
        f"cancel it before work on it begins, which was at {to_iso(started[-1])}; a rule with "
        "outcome='hold' keeps that off"
    )


def _unheard_of(what: str, names: list[str], mode: Mode) -> str:
    if not names:
        return f"create it first: there is no {what} in {mode} mode yet"
    return f"create it first, or use another: {_listed(what, names, mode)}"


def _listed(what: str, names: list[str], mode: Mode) -> str:
    shown = ", ".join(repr(name) for name in names[:NAMES])
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    if len(names) == 1:
        return f"the only {what} in {mode} mode is {shown}"
    return f"the {what}{'es' if what == 'batch' else 's'} in {mode} mode are {shown}{more}"


def clock_hint(world: World) -> Iterator[str]:
    """Whether a manual clock stands where it began, though it would bring something."""
    if world.clock_mode != "manual" or world.now() != world.start_at:
        return
    if world.scheduler.next_event() is None:
        return  # no time that passes brings anything
    reads = sum(_reads_progress(request) for request in world.requests)
    if reads > 1:
        yield (
            f"The clock has not moved, and tasks and batches were asked for {reads} times: a "
            "manual clock moves when the test says so (scale_mock.clock.advance(...), or an "
            "assertion that waits). Code that polls wants clock='autojump' "
            "(@pytest.mark.scale_mock(clock='autojump'))."
        )
    else:
        yield (
            "The clock has not moved: it moves when the test says so (scale_mock.clock.advance(...)"
            ", or an assertion that waits)."
        )


def unread(world: World) -> Iterator[str]:
    """Tasks that ended and were not read since: objects of the SDK do not follow."""
    ended = [task for side in world.core.sides.values() for task in _ended_unread(world, side.mode)]
    if not ended:
        return
    last = max(ended, key=lambda task: (task.updated_at, task.seq))
    tasks = "1 task has" if len(ended) == 1 else f"{len(ended)} tasks have"
    yield (
        f"{tasks} ended and not been read since; the last, {last.subject}, is {last.status} since "
        f"{to_iso(last.updated_at)}. What was read before does not follow: read it again "
        "(task.refresh() or client.get_task(ID))."
    )


def _ended_unread(world: World, mode: Mode) -> list[Task]:
    side = world.core.sides[mode]
    listed, read = _last_reads(world, mode)
    told = {
        callback.subject
        for callback in world.desk.by_id.values()
        if callback.attempts and callback.state != "captured" and callback.url != RECEIVER_URL
    }
    newest = list(side.tasks.values())[-LOOKED_AT:]
    return [
        task
        for task in newest
        if task.status in {"completed", "error"}
        and task.task_id not in told
        and max(listed, read.get(task.task_id, listed)) < task.updated_at
    ]


def _last_reads(world: World, mode: Mode) -> tuple[datetime, dict[str, datetime]]:
    """When tasks were last listed, and each of them read."""
    listed = world.start_at - timedelta(days=1)
    read: dict[str, datetime] = {}
    for request in world.requests:
        if request.method != "GET" or request.mode != mode or request.status >= 400:
            continue
        last = request.path.rstrip("/").rpartition("/")[2]
        if last in {"tasks", "get_tasks"}:
            listed = request.at
        else:
            read[last] = request.at
            for name, _, value in (one.partition("=") for one in request.query.split("&")):
                if name == "task_id":
                    read[value] = request.at
    return listed, read


def _reads_progress(request: RequestRecord) -> bool:
    return request.method == "GET" and any(word in request.path for word in ("task", "batch"))
