"""How often somebody has slept in a row while nothing happened, and what they did in between."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scale_mock.intercept import passed_count
from scale_mock.mock.sleep.places import is_by_user, line_of, place_of, sleeps_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from scale_mock.world import World

TEST = "PYTEST_CURRENT_TEST"


def in_test(frame: FrameType | None) -> bool:
    """True in a test of pytest or unittest; a program may well do nothing for ever."""
    if TEST in os.environ:
        return True
    while frame is not None:
        if frame.f_globals.get("__name__") == "unittest.case":
            return True
        frame = frame.f_back
    return False


class Rounds:
    """How often a thread or a task has slept, and that nothing happened meanwhile.

    Attributes:
        state: Where its worlds stood when it last slept; anything new begins anew.
        count: How often it has slept since, in vain.
        slept: For how long, in seconds.
        asked: How often it has asked in between and found nothing new.
        is_open: Whether somebody unknown may end it: it asks for nothing, counts its rounds, is a
            library's, or others ask as well.
        is_over_network: Whether it asks over a connection of its own.
        is_asleep: Whether it sleeps now.
    """

    def __init__(self) -> None:
        self.state: tuple[object, ...] | None = None
        self.count = 0
        self.slept = 0.0
        self.asked = 0
        self.is_open = False
        self.is_asleep = False
        self.lengths: set[float] = set()
        self.told: tuple[object, ...] | None = None
        self.is_over_network = False
        self._wanted = 0.0
        self._seen: dict[int, _Asked] = {}
        self._was_silent = False
        self._passed = 0
        self._place: tuple[object, ...] = ()
        self._line: tuple[object, ...] = ()

    def note(
        self,
        state: tuple[object, ...],
        worlds: Sequence[World],
        frame: FrameType | None,
        who: Sequence[int],
    ) -> None:
        """Takes notice of what happened since it last slept.

        Args:
            state: Where the worlds stand.
            worlds: All that are open.
            frame: Who sleeps.
            who: What the sleeper's requests are counted under.
        """
        caller = sleeps_for(frame)
        place = place_of(caller) if is_by_user(caller) else ()
        line = (os.environ.get(TEST), *line_of(caller))
        seen = {id(world): _Asked(world, who) for world in worlds}
        passed = passed_count()
        since = _Since(worlds, seen, self._seen, is_connected=passed != self._passed)
        if state != self.state or seen.keys() != self._seen.keys():
            self._forget(state)
        elif since.asked:
            if since.repeats and not since.is_refused and (since.is_own or line == self._line):
                self._count()
                self.asked += 1
                self.is_over_network = not since.is_own
                self.is_open |= line != self._line or since.is_by_others or not is_by_user(caller)
            else:
                self._forget(state)
        elif self.asked and (line != self._line or self._was_silent):
            self._forget(state)  # it has done with asking
        elif place and place == self._place and passed == self._passed and line == self._line:
            self._count()
            self.is_open = True
        elif not self.asked:
            self._forget(state)
        self._was_silent = not since.asked
        self._seen, self._passed, self._place, self._line = seen, passed, place, line

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
        self.is_open = False
        self.lengths = set()


class _Asked:
    """What a world had been asked at an instant.

    Args:
        world: The world.
        who: What the sleeper's requests are counted under.
    """

    def __init__(self, world: World, who: Sequence[int]) -> None:
        with world.lock:
            polls = world.polls
            self.all, self.all_repeats = polls.asked, polls.repeats
            self.own = sum(polls.asked_by.get(one, 0) for one in who)
            self.own_repeats = sum(polls.repeats_by.get(one, 0) for one in who)
            self.last = world.requests[-1] if world.requests else None


class _Since:
    """What worlds were asked since.

    Attributes:
        asked: Whether anything was asked.
        is_own: Whether the sleeper read again what it had read, in its own thread.
        repeats: The same, or somebody did over a connection while this process made one. Reads of
            others are no waiting of its own.
        is_by_others: Whether others asked as well.
        is_refused: Whether a request was refused or meddled with: a retry is no wait.
    """

    def __init__(
        self,
        worlds: Sequence[World],
        now: Mapping[int, _Asked],
        before: Mapping[int, _Asked],
        *,
        is_connected: bool,
    ) -> None:
        pairs = [(one, before.get(key, one)) for key, one in now.items()]
        others = sum(one.all - one.own - old.all + old.own for one, old in pairs)
        self.asked = any(one.all > old.all for one, old in pairs)
        self.is_own = any(one.own_repeats > old.own_repeats for one, old in pairs)
        self.repeats = self.is_own or (
            is_connected and any(one.all_repeats > old.all_repeats for one, old in pairs)
        )
        self.is_by_others = self.is_own and others > 0
        self.is_refused = self.repeats and any(
            _is_refused(world, old.last) for world, (_, old) in zip(worlds, pairs, strict=True)
        )


def _is_refused(world: World, last: object) -> bool:
    with world.lock:
        for request in reversed(world.requests):
            if request is last:
                return False
            if request.status >= 400 or request.fault is not None:
                return True
    return False
