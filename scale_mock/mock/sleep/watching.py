"""The watch on sleep in vain: a test that really sleeps while its world's clock stands still.

Judged is the thread that opened the world, by what the world knows and by what is asked for: the
seconds it wants to sleep, the reads in between and what they found. How long anything took is not
looked at. Nothing of it is state of a world.

An honest test must never be broken, so only one kind of loop is judged after ``vain_sleep_s``: it
reads something pending again in the same lines and finds it unchanged. Who asks for nothing while a
callback is owed, counts its rounds, or has others at work beside it, may sleep longer.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from scale_mock.domain.model import Task
from scale_mock.domain.task_index import TaskFilter
from scale_mock.mock.sleep import stand_ins
from scale_mock.mock.sleep.outer import PROCESS_TIME
from scale_mock.mock.sleep.rounds import Rounds, in_test

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from types import FrameType

    from scale_mock.domain.model import Batch
    from scale_mock.errors import SleptInVain
    from scale_mock.mock.sleep.lookout import Lookout
    from scale_mock.world import World

WITH_OTHERS = 15
"""How many times as long one may sleep who has others at work."""
LONG_S = 60.0
"""What is too long to be slept even once by who has just read something pending."""
PENDING = TaskFilter(status=("pending",))


class Watch:
    """The worlds that were looked at and are open, and who sleeps beside them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._open: WeakKeyDictionary[World, Lookout] = WeakKeyDictionary()
        self._rounds: WeakKeyDictionary[Any, Rounds] = WeakKeyDictionary()

    def add(self, world: World, lookout: Lookout) -> None:
        """A world was looked at."""
        with self._lock:
            self._open[world] = lookout
            self._pid = os.getpid()
            stand_ins.watcher = self
            stand_ins.STAND_INS.watch()

    def remove(self, world: World) -> None:
        """A world ends."""
        with self._lock:
            if self._open.pop(world, None) is not None and not self._open:
                stand_ins.STAND_INS.watch_no_more()
                stand_ins.watcher = None
                self._rounds.clear()

    def before_sleep(self, seconds: float, caller: FrameType) -> None:
        """See :class:`scale_mock.mock.sleep.stand_ins.Watcher`.

        Raises:
            SleptInVain: It would be in vain, once more.
        """
        __tracebackhide__ = True
        error = self._judge(threading.current_thread(), seconds, caller)
        if error is not None:
            raise error

    def before_nap(self, delay: float, caller: FrameType) -> Callable[[], None]:
        """See :class:`scale_mock.mock.sleep.stand_ins.Watcher`.

        Raises:
            SleptInVain: It would be in vain, once more.
        """
        __tracebackhide__ = True
        import asyncio

        task = asyncio.current_task() if _on_loop() else None
        if task is None:
            return _nothing
        error = self._judge(task, delay, caller)
        if error is not None:
            raise error
        rounds = self._rounds.get(task)
        if rounds is None:
            return _nothing
        rounds.is_asleep = True
        return rounds.wake

    def _judge(self, who: object, seconds: object, caller: FrameType | None) -> SleptInVain | None:
        """The error to raise, if this sleep would be one too many."""
        here = threading.current_thread()
        with self._lock:
            watched = list(self._open.items())
        own = [(world, lookout) for world, lookout in watched if lookout.thread is here]
        if not own or not isinstance(seconds, int | float) or not seconds > 0:
            return None
        if self._pid != os.getpid():
            return None  # a process that was forked off has no world
        rounds = self._rounds.setdefault(who, Rounds())
        if any(_moves_by_itself(world) for world, _ in own):
            rounds.state = None
            return None
        worlds = [world for world, _ in watched]
        state = tuple(_state_of(world) for world in worlds)
        rounds.note(state, worlds, caller, (threading.get_ident(), id(who)))
        error = self._error(rounds, own, float(seconds), caller)
        rounds.want(float(seconds))
        if error is not None:
            # Code that goes on after the error is let sleep again: it must not spin.
            rounds.state, rounds.told = None, state
        return error

    def _error(
        self,
        rounds: Rounds,
        own: Sequence[tuple[World, Lookout]],
        seconds: float,
        caller: FrameType | None,
    ) -> SleptInVain | None:
        world = next((one for one, _ in reversed(own) if _waits(one)), None)
        limit = world.settings.vain_sleep_s if world is not None else 0
        if world is None or not limit:
            return None
        if rounds.asked:
            world = max((one for one, _ in own), key=lambda one: one.polls.repeats)
        is_first = (
            not rounds.count
            and seconds >= max(LONG_S, limit)
            and rounds.told != rounds.state
            and _has_just_read(world)
        )
        asked = is_first or bool(rounds.asked)
        if not asked and not (in_test(caller) and _owes_callback(world)):
            return None  # it waits for something else, or is a program that keeps running
        if not is_first and (not rounds.count or not rounds.is_over(limit, seconds)):
            return None
        is_patient = rounds.is_open or self._others_work(rounds, own, limit)
        if is_patient and (is_first or not rounds.is_over(limit * WITH_OTHERS, seconds)):
            return None
        from scale_mock.mock.sleep.vain import error_of

        return error_of(world, rounds, seconds, asked=asked)

    def _others_work(
        self, rounds: Rounds, own: Sequence[tuple[World, Lookout]], limit: float
    ) -> bool:
        """True if somebody else may bring what is waited for."""
        from scale_mock.mock.sleep.others import (
            has_alarm,
            has_children,
            has_timers,
            other_tasks,
            other_threads,
        )

        within = limit * WITH_OTHERS
        if has_alarm(within) or has_children() or other_threads():
            return True
        if not rounds.is_over_network and _is_served(own):
            return True
        return _on_loop() and (has_timers(within) or other_tasks(self._asleep_in_vain))

    def _asleep_in_vain(self, task: object) -> bool | None:
        rounds = self._rounds.get(task)
        if rounds is None or not rounds.is_asleep:
            return None
        return bool(rounds.count)


def _nothing() -> None:
    """What is to be done after a nap that nobody judges."""


def _is(one: object, other: object) -> bool:
    return one is other


def _on_loop() -> bool:
    events = sys.modules.get("asyncio")
    return events is not None and events._get_running_loop() is not None


def _moves_by_itself(world: World) -> bool:
    """True if sleep is no mistake: the clock moves meanwhile, or somebody is out."""
    if world.clock_mode == "realtime" or world.absorbing or world.pump.is_out or world.pump.is_mine:
        return True
    return world.clock_mode == "autojump" and not world.scheduler.is_idle


def _is_open(newest: tuple[Hashable, Task | Batch] | None) -> bool:
    """True if what was read last is not done."""
    if newest is None:
        return False
    thing = newest[1]
    if isinstance(thing, Task):
        return thing.status == "pending"
    return thing.v1_status != "completed"


def _is_served(own: Sequence[tuple[World, Lookout]]) -> bool:
    """True if somebody may come over the network who is not this thread."""
    here = threading.get_ident()
    for world, lookout in own:
        with world.lock:
            # Who comes over the network only is the one who is served.
            if lookout.host.is_serving and world.polls.asked_by.get(here, 0):
                return True
    return False


def _owes_callback(world: World) -> bool:
    """True if somebody will be told of something pending."""
    with world.lock:
        return any(
            task.callback_url
            for side in world.core.sides.values()
            for task in side.task_index.matching(PENDING)
        ) or any(
            batch.callback and batch.v1_status != "completed"
            for side in world.core.sides.values()
            for batch in side.batches.values()
        )


def _has_just_read(world: World) -> bool:
    """True if the last request read something pending."""
    with world.lock:
        last = world.requests[-1] if world.requests else None
        return last is not None and last.method == "GET" and world.polls.newest is not None


def _state_of(world: World) -> tuple[object, ...]:
    """Whatever changes when something happens in a world; a reset makes a new core."""
    with world.lock:
        outer = PROCESS_TIME.now() if world.clock_mode == "follow" else None
        scheduler = world.scheduler
        return (
            id(world.core),
            len(world.core.journal),
            scheduler.clock.now(),
            scheduler.ran,
            id(scheduler.next_event()),
            world.clock_mode,
            outer,
        )


def _waits(world: World) -> bool:
    """True if there is something in a world that one may wait for."""
    with world.lock:
        if not world.scheduler.is_idle or _is_open(world.polls.newest):
            return True
        sides = world.core.sides.values()
        return any(next(side.task_index.matching(PENDING), None) is not None for side in sides)


WATCH = Watch()
"""There is one process."""
