"""Rapid's taskers as records: who works on a project, and how they were measured.

Plain data, reached as ``side.crowds`` and ``side.attempts``. Who takes which task, who is trained
and who falls off is decided in :mod:`scale_mock.labeling.crowd`.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.records import QualityTask

TaskerStatus = Literal["active", "failed_training", "fell_off"]


@dataclass(slots=True)
class Tasker:
    """One person of a project's crowd.

    Attributes:
        email: Who; an address at ``example.test``.
        name: First and last name.
        skill: How good their work is on average, in percent.
        status: ``active``, or why they take no more tasks.
        left_at: When they stopped being active.
        tasks: How many tasks they took.
        trained: The training tasks that they passed.
        evaluations: How many evaluation tasks they were measured on.
        points: The sum of those scores, in percent.
    """

    email: str
    name: str
    skill: int
    status: TaskerStatus = "active"
    left_at: datetime | None = None
    tasks: int = 0
    trained: list[str] = field(default_factory=list)
    evaluations: int = 0
    points: int = 0


@dataclass(slots=True)
class QualityAttempt:
    """A tasker's attempt at a quality task.

    Attributes:
        quality_task_id: Which.
        kind: ``evaluation`` or ``training``.
        by: Who, by e-mail.
        number: Which of their attempts at this task it is when training, from 1; how often they had
            been measured, this time included, when evaluated.
        score: How far the answer agrees with the expected one, in percent.
        is_passed: Whether that is enough.
        at: When.
    """

    quality_task_id: str
    kind: Literal["evaluation", "training"]
    by: str
    number: int
    score: int
    is_passed: bool
    at: datetime


@dataclass(slots=True)
class Crowd:
    """The crowd of one Rapid project.

    Attributes:
        people: Everybody who ever was in it, in the order they joined.
        active: The places in ``people`` of those who take tasks.
        evaluation: The ids of the evaluation tasks, in an order of their own.
        training: The ids of the training tasks, in the same order.
        is_launched: Whether a batch was launched, so that taskers are at work.
        is_training: Whether they are about to be trained.
        is_reviewing: Whether their measurements are about to be looked at.
    """

    people: list[Tasker] = field(default_factory=list)
    active: list[int] = field(default_factory=list)
    evaluation: list[str] = field(default_factory=list)
    training: list[str] = field(default_factory=list)
    is_launched: bool = False
    is_training: bool = False
    is_reviewing: bool = False

    def note(self, task: QualityTask) -> None:
        """Takes a quality task up; the order does not depend on which came first."""
        insort(self.evaluation if task.kind == "evaluation" else self.training, task.id, key=_rank)


def _rank(task_id: str) -> tuple[str, str]:
    """The identity before the creation second."""
    return task_id[8:], task_id
