"""Who else may be at work while a test sleeps: threads, child processes, tasks on its event loop.

Whoever sleeps until somebody else is done is not judged as quickly as one who is alone. Asked is
only who there is, never how long anything took.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import thread as pools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Task = asyncio.Task[Any]

OWN_THREADS = ("scale-mock", "scale_mock")
TOOLS = ("_pytest", "pytest", "xdist", "execnet", "pydevd", "_pydevd", "coverage")
"""How the modules begin whose threads run beside every test, and do nothing for it."""
IDLE = pools._worker.__code__  # how an idle thread of a pool shows
ASYNCIO = os.path.dirname(asyncio.__file__) + os.sep
PARKED = frozenset(
    ASYNCIO + name for name in ("tasks.py", "taskgroups.py", "locks.py", "queues.py")
)
"""Where a task stands that waits for another task."""
PARENTS = frozenset({"__aexit__", "_call_in_runner_task"})
"""The same in anyio: the end of a task group, and a test that a runner runs."""


def other_threads(but: Collection[threading.Thread]) -> bool:
    """True if a thread may be at work that is neither this one, nor one of these, nor ours."""
    here = threading.current_thread()
    others = [one for one in threading.enumerate() if one is not here and one not in but]
    frames = sys._current_frames() if others else {}
    return any(_may_work(one, frames.get(one.ident or 0)) for one in others)


def _may_work(thread: threading.Thread, frame: Any) -> bool:
    if thread.name.startswith(OWN_THREADS) or isinstance(thread, threading.Timer):
        return False
    if frame is not None and frame.f_code is IDLE:
        return False
    target: Any = getattr(thread, "_target", None)
    homes = {type(thread).__module__, getattr(target, "__module__", None) or ""}
    return not any(home.startswith(TOOLS) for home in homes)


def has_children() -> bool:
    """True if this process has started another one that it has not seen the end of."""
    if not hasattr(os, "waitid"):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return True


def other_tasks(asleep_in_vain: Callable[[Task], bool | None]) -> bool:
    """True if another task on this event loop may be at work.

    Args:
        asleep_in_vain: Whether a task that sleeps does so in vain; ``None`` if it does not sleep.
    """
    me = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is me:
            continue
        vain = asleep_in_vain(task)
        if vain is False or (vain is None and not _is_parked(task)):
            return True
    return False


def _is_parked(task: Task) -> bool:
    """True if a task waits for another one, and does nothing by itself."""
    if isinstance(getattr(task, "_fut_waiter", None), asyncio.Task):
        return True
    inner: Any = task.get_coro()
    while hasattr(getattr(inner, "cr_await", None), "cr_code"):
        inner = inner.cr_await
    code = getattr(inner, "cr_code", None)
    if code is None or code.co_name == "sleep":
        return False
    if code.co_filename in PARKED or code.co_name in PARENTS:
        return True
    return isinstance(getattr(task, "_fut_waiter", None), asyncio.tasks._GatheringFuture)  # type: ignore[attr-defined]
