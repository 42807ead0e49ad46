"""Who else may be at work while a test sleeps: threads, child processes, tasks on its event loop.

Whoever sleeps until somebody else is done is not judged as quickly as one who is alone. Asked is
only who there is, never how long anything took.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from concurrent.futures import thread as pools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

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
IDLE_FRAMES = 6
CLIENTS = ("aiohttp", "httpcore")
"""Whose timers look after connections."""
SLEEPERS_END = asyncio.futures._set_result_unless_cancelled  # type: ignore[attr-defined]
PARENTS = frozenset({"__aexit__", "_call_in_runner_task"})
"""The same in anyio: the end of a task group, and a test that a runner runs."""


def other_threads() -> bool:
    """True if a thread may be at work that is neither this one nor ours."""
    here = threading.current_thread()
    others = [one for one in threading.enumerate() if one is not here]
    frames = sys._current_frames() if others else {}
    return any(_may_work(one, frames.get(one.ident or 0)) for one in others)


def _may_work(thread: threading.Thread, frame: Any) -> bool:
    if thread.name.startswith(OWN_THREADS) or (frame is not None and _is_idle(frame)):
        return False
    target: Any = getattr(thread, "function", None) or getattr(thread, "_target", None)
    target = getattr(target, "func", target)
    homes = {type(thread).__module__, getattr(target, "__module__", None) or ""}
    return not any(home.startswith(TOOLS) for home in homes)


def _is_idle(frame: Any) -> bool:
    """True if a thread does nothing until this process, or a client, gives it something to do."""
    if frame.f_code is IDLE:
        return True
    for _ in range(IDLE_FRAMES):
        home, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        if (home, name) == ("socketserver", "serve_forever"):
            return True
        if home == "threading" and name == "wait" and frame.f_locals.get("timeout", 0) is None:
            return True
        if home not in {"threading", "queue", "selectors", "socketserver"} or not frame.f_back:
            return False
        frame = frame.f_back
    return False


def has_alarm(within: float) -> bool:
    """True if a signal rings in some seconds; one that ends a test for pytest does not count."""
    if not hasattr(signal, "getitimer"):
        return False
    if not 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= within:
        return False
    handler: Any = signal.getsignal(signal.SIGALRM)
    return not str(getattr(handler, "__module__", "")).startswith(TOOLS)


def has_timers(within: float) -> bool:
    """True if this event loop will call something in some seconds that is no sleeper's end."""
    loop = asyncio.get_running_loop()
    for handle in list(getattr(loop, "_scheduled", ())):
        call = getattr(handle, "_callback", None)
        call = getattr(call, "func", call)
        home = str(getattr(call, "__module__", ""))
        if handle.cancelled() or home.startswith(CLIENTS) or call is SLEEPERS_END:
            continue
        if handle.when() - loop.time() <= within:
            return True
    return False


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
