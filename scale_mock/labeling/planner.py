"""Plans the outcome of a task: by the user's rules, else by how the platform usually behaves.

The defaults follow Scale's documentation: Rapid calibration within hours up to a day, production
within days up to a week; Pro (Enterprise) by agreed schedule, for which two weeks is our bound;
Studio by the customer's own team, which decides itself when it works:
:mod:`scale_mock.labeling.workforce`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scale_mock.domain.decisions import Decision
from scale_mock.domain.documents import decode_object
from scale_mock.domain.ports import Moment
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.domain.model import Task
    from scale_mock.domain.ports import OutcomeRules
    from scale_mock.sim.streams import Stream

AT_ONCE = timedelta(0)
SECOND = timedelta(seconds=1)
TURNAROUNDS: dict[tuple[str, str | None], tuple[timedelta, timedelta]] = {
    ("enterprise", None): (timedelta(hours=4), timedelta(days=14)),
    ("enterprise", "plain"): (timedelta(hours=4), timedelta(days=14)),
    ("rapid", "calibration"): (timedelta(hours=1), timedelta(hours=24)),
    ("rapid", "production"): (timedelta(days=1), timedelta(days=7)),
}
"""Shortest and longest turnaround by product line and kind of batch."""
TURNAROUND_SECONDS = {
    line: (low // SECOND, high // SECOND) for line, (low, high) in TURNAROUNDS.items()
}

AT_ONCE_IN_TEST = Decision(rule="default: test mode answers at once", outcome="complete")
BY_TEAM = Decision(rule="default: the Studio team labels it", outcome="complete")
SELF_LABEL = Decision(rule="default: a self-label task waits for the customer", outcome="hold")


class Planner:
    """Decides what becomes of a task when work on it can begin.

    Args:
        seed: The world's seed.
        rules: The user's rules.
        now: Tells the world's time.
        check: Refuses a wrong wish of a task's metadata, told the task's type and the wish.
    """

    def __init__(
        self,
        *,
        seed: int,
        rules: OutcomeRules,
        now: Callable[[], datetime],
        check: Callable[[str, object], None],
    ) -> None:
        self.check_steering = check
        self._seed = seed
        self._rules = rules
        self._now = now
        self._start = now()

    def plan(self, task: Task) -> tuple[Decision, timedelta | None]:
        """The fate of a task and when, counted from now; ``None`` where the Studio team decides.

        Draws only from the task's own stream. In test mode rules decide what happens, never when:
        everything is due at once, as with a real test key.
        """
        chance = self._chance(task)
        decision = self._rules.decide(task, chance, self._moment(task)) or _default(task)
        return decision, _length(task, decision, chance)

    def again(self, task: Task, decision: Decision) -> timedelta | None:
        """When, counted from now, a task is finished that has the same fate once more."""
        return _length(task, decision, self._chance(task))

    def _chance(self, task: Task) -> Stream:
        return stream(self._seed, "outcome", task.mode, task.identity, task.times_redone)

    def _moment(self, task: Task) -> Moment:
        def draw(rule: str) -> Stream:
            # Neither the order of tasks nor other rules enter: only this task and this rule.
            names = ("rule chance", rule, task.mode, task.identity, task.times_redone)
            return stream(self._seed, *names)

        return Moment(self._now(), self._start, draw, steering_of(task.metadata))


def steering_of(metadata: bytes) -> Mapping[str, object] | None:
    """What a task's metadata want done with it, if anything."""
    # A look at the bytes spares all other tasks the decoding.
    if b'"scale_mock"' not in metadata:
        return None
    wanted = decode_object(metadata).get("scale_mock")
    return wanted if isinstance(wanted, Mapping) else None


def _length(task: Task, decision: Decision, chance: Stream) -> timedelta | None:
    if task.mode == "test" or decision.outcome == "hold":
        return AT_ONCE
    if decision.after is not None:
        return decision.after
    return None if task.product_line == "studio" else _turnaround(task, chance)


def _default(task: Task) -> Decision:
    kind = task.batch.kind if task.batch else None
    if kind == "self_label":
        return SELF_LABEL
    if task.mode == "test":
        return AT_ONCE_IN_TEST
    return BY_TEAM if task.product_line == "studio" else _by_turnaround(task.product_line, kind)


@lru_cache
def _by_turnaround(line: str, kind: str | None) -> Decision:
    where = f"{line} {kind}" if kind else line
    return Decision(rule=f"default: turnaround of {where}", outcome="complete")


def _turnaround(task: Task, chance: Stream) -> timedelta:
    kind = task.batch.kind if task.batch else None
    usual = TURNAROUND_SECONDS["enterprise", None]
    low, high = TURNAROUND_SECONDS.get((task.product_line, kind), usual)
    return timedelta(seconds=chance.between(low, high))
