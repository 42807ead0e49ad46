"""The watch on sleep in vain: a test that really sleeps while its world's clock stands still.

Judged is the thread that opened the world, by what the world knows and by what is asked for: the
seconds it wants to sleep, the reads in between and what they found. Real time is not looked at, so
that the same calls get the same answer. Nothing of it is state of a world.

Two kinds of loops are told from everything else that sleeps. One reads something pending again and
finds it unchanged; the other asks for nothing, and comes back to the very same lines with the very
same variables. Whoever has others at work (threads, child processes, tasks) may sleep longer.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from scale_mock.domain.model import Task
from scale_mock.domain.task_index import TaskFilter
from scale_mock.intercept import passed_count
from scale_mock.mock.sleep import stand_ins
from scale_mock.mock.sleep.outer import PROCESS_TIME
from scale_mock.mock.sleep.places import is_by_user, place_of

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
"""What is too long to be slept even once, where nothing can come of it."""
PENDING = TaskFilter(status=("pending",))


class Rounds:
    """How often a thread or a task has slept, and that nothing happened meanwhile.

    Attributes:
        state: Where its worlds stood when it last slept; anything new begins anew.
        count: How often it has slept since, in vain.
        slept: For how long, in seconds.
        asked: How often it has asked in between and found nothing new.
        is_asleep: Whether it sleeps now.
    """

    def __init__(self) -> None:
        self.state: tuple[object, ...] | None = None
        self.count = 0
        self.slept = 0.0
        self.asked = 0
        self.is_asleep = False
        self.lengths: set[float] = set()
        self.told: tuple[object, ...] | None = None
        self._wanted = 0.0
        self._newest: list[object] = []
        self._repeats = 0
        self._passed = 0
        self._place: tuple[object, ...] = ()

    def note(
        self, state: tuple[object, ...], worlds: Sequence[World], frame: FrameType | None
    ) -> None:
        """Takes notice of what happened since it last slept."""
        newest: list[object] = [world.requests[-1] if world.requests else None for world in worlds]
        repeats, passed = sum(world.polls.repeats for world in worlds), passed_count()
        place = place_of(frame) if is_by_user(frame) else ()
        is_silent = len(newest) == len(self._newest) and all(map(_is, newest, self._newest))
        if state != self.state:
            self._forget(state)
        elif not is_silent:
            if repeats > self._repeats and self._all_went_well(worlds):
                self._count()
                self.asked += 1
            else:
                self._forget(state)
        elif place and place == self._place and passed == self._passed:
            self._count()
        elif not self.asked:
            self._forget(state)
        self._newest, self._repeats, self._passed = newest, repeats, passed
        self._place = place

    def want(self, seconds: float) -> None:
        """It is going to sleep."""
        self._wanted = seconds

    def wake(self) -> None:
        """It has slept on an event loop."""
        self.is_asleep = False

    def is_over(self, limit: float, seconds: float) -> bool:
        """True if some more seconds are too many; tenths that add up to a whole are not."""
        return round(self.slept + seconds - limit, 6) > 0

    def _count(self) -> None:
        self.count += 1
        self.slept += self._wanted
        self.lengths.add(self._wanted)

    def _forget(self, state: tuple[object, ...]) -> None:
        self.state, self.count, self.slept, self.asked = state, 0, 0.0, 0
        self.lengths = set()

    def _all_went_well(self, worlds: Sequence[World]) -> bool:
        """True if no request since was refused or meddled with: a retry is no wait."""
        for world, seen in zip(worlds, self._newest, strict=False):
            for request in reversed(world.requests):
                if request is seen:
                    break
                if request.status >= 400 or request.fault is not None:
                    return False
        return True


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
        rounds.note(state, worlds, caller)
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
            not rounds.count and seconds >= max(LONG_S, limit) and rounds.told != rounds.state
        )
        asked = bool(rounds.asked) or (not rounds.count and _has_just_read(world))
        if is_first and not (asked or is_by_user(caller)):
            return None
        if not is_first and (not rounds.count or not rounds.is_over(limit, seconds)):
            return None
        if self._others_work(own, asked=asked) and (
            is_first or not rounds.is_over(limit * WITH_OTHERS, seconds)
        ):
            return None
        from scale_mock.mock.sleep.vain import error_of

        return error_of(world, rounds, seconds, asked=asked)

    def _others_work(self, own: Sequence[tuple[World, Lookout]], *, asked: bool) -> bool:
        """True if somebody else may bring what is waited for."""
        from scale_mock.mock.sleep.others import has_children, other_tasks, other_threads

        # Only who has the world in hand can move its clock; a callback may be anybody's to handle.
        before = [thread for _, lookout in own for thread in lookout.before] if asked else ()
        if other_threads(before):
            return True
        if has_children() and (not asked or any(lookout.host.is_serving for _, lookout in own)):
            return True
        return _on_loop() and other_tasks(self._asleep_in_vain)

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
