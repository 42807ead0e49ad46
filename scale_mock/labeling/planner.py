"""Plans the outcome of a task: by the user's rules, else by how the platform usually behaves.

The defaults follow Scale's documentation: Rapid calibration within hours up to a day, production
within days up to a week; Pro (Enterprise) by agreed schedule, for which two weeks is our bound;
Studio by the customer's own team.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scale_mock.domain.decisions import Decision
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from scale_mock.domain.model import Task
    from scale_mock.domain.ports import OutcomeRules
    from scale_mock.sim.streams import Stream

AT_ONCE = timedelta(0)
TURNAROUNDS: dict[tuple[str, str | None], tuple[timedelta, timedelta]] = {
    ("enterprise", None): (timedelta(hours=4), timedelta(days=14)),
    ("enterprise", "plain"): (timedelta(hours=4), timedelta(days=14)),
    ("rapid", "calibration"): (timedelta(hours=1), timedelta(hours=24)),
    ("rapid", "production"): (timedelta(days=1), timedelta(days=7)),
    ("studio", None): (timedelta(hours=1), timedelta(days=2)),
    ("studio", "plain"): (timedelta(hours=1), timedelta(days=2)),
    ("studio", "calibration"): (timedelta(hours=1), timedelta(days=2)),
}
"""Shortest and longest turnaround by product line and kind of batch."""

AT_ONCE_IN_TEST = Decision(rule="default: test mode answers at once", outcome="complete")
SELF_LABEL = Decision(rule="default: a self-label task waits for the customer", outcome="hold")


class Planner:
    """Decides what becomes of a task when work on it can begin.

    Args:
        seed: The world's seed.
        rules: The user's rules.
    """

    def __init__(self, *, seed: int, rules: OutcomeRules) -> None:
        self._seed = seed
        self._rules = rules

    def plan(self, task: Task) -> tuple[Decision, timedelta]:
        """The fate of a task and when, counted from now.

        Draws only from the task's own stream. In test mode rules decide what happens, never when:
        everything is due at once, as with a real test key.
        """
        chance = stream(self._seed, "outcome", task.mode, task.identity, task.times_redone)
        decision = self._rules.decide(task, chance) or _default(task)
        if task.mode == "test" or decision.outcome == "hold":
            return decision, AT_ONCE
        if decision.after is None:
            return decision, _turnaround(task, chance)
        return decision, decision.after


def _default(task: Task) -> Decision:
    kind = task.batch.kind if task.batch else None
    if kind == "self_label":
        return SELF_LABEL
    return AT_ONCE_IN_TEST if task.mode == "test" else _by_turnaround(task.product_line, kind)


@lru_cache
def _by_turnaround(line: str, kind: str | None) -> Decision:
    where = f"{line} {kind}" if kind else line
    return Decision(rule=f"default: turnaround of {where}", outcome="complete")


def _turnaround(task: Task, chance: Stream) -> timedelta:
    kind = task.batch.kind if task.batch else None
    low, high = TURNAROUNDS.get((task.product_line, kind), TURNAROUNDS["enterprise", None])
    second = timedelta(seconds=1)
    return chance.between(low // second, high // second) * second
