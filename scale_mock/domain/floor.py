"""The floor where a Studio team works, as records: people, pipelines, work, and who did what.

Plain data, reached as ``core.floor``. What may be done with it is in
:mod:`scale_mock.domain.teamwork` and :mod:`scale_mock.domain.worklist`; who does it, and when, in
:mod:`scale_mock.labeling.workforce`. Only live mode has a floor: test mode answers at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.model import Project, Task
    from scale_mock.sim.scheduler import Event

Role = Literal["attempter", "reviewer"]
ROLES: tuple[Role, ...] = ("attempter", "reviewer")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONSENSUS_ATTEMPTS = 3
"""How many people label a task of a consensus project that does not say (ours)."""


@dataclass(slots=True)
class Pipeline:
    """How the team goes about a project's tasks.

    Attributes:
        reviews: How many review layers follow the attempts.
        attempts: How many people label each task; ``None`` leaves it to the project.
        rejects: The share of noticed faults that a reviewer sends back instead of fixing.
        rejections_max: After so many rejections of one task, reviewers fix it.
        review_own: Whether somebody may review what they worked on themselves.
    """

    reviews: int = 0
    attempts: int | None = None
    rejects: float = 0.5
    rejections_max: int = 3
    review_own: bool = False


@dataclass(slots=True)
class Activity:
    """Somebody's work on one task, from the pick-up on.

    Attributes:
        number: Its place in the order of pick-ups, from 1.
        labeler: Who, by e-mail.
        task: The task's id.
        project: The project's name.
        batch: The batch's name, if the task is in one.
        kind: ``attempt`` or ``review``.
        layer: The review layer, from 1; 0 for an attempt.
        picked_up: When it began.
        finished: When it ended; ``None`` while it is in hand.
        result: ``submitted``, ``accepted``, ``fixed``, ``rejected``, ``error``, ``canceled``;
            ``dropped`` if the labeler was taken off it, ``withdrawn`` if the task was taken away,
            ``failed`` if it could not be finished; ``None`` while it is in hand.
    """

    number: int
    labeler: str
    task: str
    project: str
    batch: str | None
    kind: Literal["attempt", "review"]
    layer: int
    picked_up: datetime
    finished: datetime | None = None
    result: str | None = None


@dataclass(slots=True)
class Labeler:
    """A teammate as a worker.

    Attributes:
        email: Who.
        pace: How long an attempt takes, in working time.
        review_pace: How long a review takes; ``None`` means as long as an attempt.
        spread: How far the time may be off, as a share of the pace: 0.2 is 80 % to 120 %.
        accuracy: The share of attempts that are right, and of faults that a review notices.
        roles: What they do in every project that ``project_roles`` does not name.
        project_roles: What they do, by project.
        hours: Working hours such as ``09:00-17:00``; ``None`` is around the clock.
        weekdays: The days on which those begin, Monday is 0.
        timezone: The IANA time zone of the hours.
        doing: What is in hand.
        event: The end of what is in hand, or the next pick-up.
    """

    email: str
    pace: timedelta = timedelta(minutes=20)
    review_pace: timedelta | None = None
    spread: float = 0.2
    accuracy: float = 0.95
    roles: tuple[Role, ...] = ROLES
    project_roles: dict[str, tuple[Role, ...]] = field(default_factory=dict)
    hours: str | None = None
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    timezone: str = "UTC"
    doing: Activity | None = None
    event: Event | None = None

    def roles_in(self, project: str) -> tuple[Role, ...]:
        """What they do in a project."""
        return self.project_roles.get(project, self.roles)


@dataclass(slots=True)
class TeamAnswer:
    """One labeler's answer to a task.

    Attributes:
        by: Who gave it.
        response: The labels, as JSON.
        number: Which of the task's synthesized answers it is; ``None`` for a given one.
        is_faulty: Whether there is something in it for a reviewer to notice.
    """

    by: str
    response: bytes | None
    number: int | None
    is_faulty: bool


@dataclass(slots=True)
class WorkItem:
    """A task on the floor.

    Attributes:
        task: The task.
        stage: 0 while it is attempted, then the review layer that it is in or waits for.
        hands: Who finished a step of it since the last rejection.
        holders: Who has it in hand now.
        attempts: The answers so far since the last rejection.
        answer: What came of the attempts, and of a reviewer's fix.
        rejections: How often a reviewer sent it back.
        token: Grows whenever it leaves its line; tells stale places in the line.
    """

    task: Task
    stage: int = 0
    hands: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    attempts: list[TeamAnswer] = field(default_factory=list)
    answer: TeamAnswer | None = None
    rejections: int = 0
    token: int = 0

    @property
    def role(self) -> Role:
        """Whose turn it is."""
        return "reviewer" if self.stage else "attempter"

    @property
    def project(self) -> str:
        """The project's name; only tasks of projects come here."""
        return self.task.project.name if self.task.project else ""


@dataclass(slots=True)
class Floor:
    """A world's floor.

    Attributes:
        labelers: Whoever was configured or worked, by e-mail.
        pipelines: The pipelines that were configured, by project.
        items: What is worked on or waits to be, by task id.
        activity: What was finished, oldest pick-up of a labeler first.
        numbered: How many pick-ups there were.
    """

    labelers: dict[str, Labeler] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    items: dict[str, WorkItem] = field(default_factory=dict)
    activity: deque[Activity] = field(default_factory=deque)
    numbered: int = 0

    def labeler(self, email: str) -> Labeler:
        """A teammate as a worker, with the defaults until something is configured."""
        found = self.labelers.get(email)
        if found is None:
            found = self.labelers[email] = Labeler(email)
        return found

    def peek(self, email: str) -> Labeler:
        """Like :meth:`labeler`, for a look that changes nothing."""
        return self.labelers.get(email) or Labeler(email)

    def pipeline(self, project: str) -> Pipeline:
        """A project's pipeline; the default one until something is configured."""
        return self.pipelines.get(project) or DEFAULT_PIPELINE

    def attempts_needed(self, task: Task) -> int:
        """How many people label a task before anybody reviews it."""
        return 1 if task.project is None else self.attempts_of(task.project)

    def attempts_of(self, project: Project) -> int:
        """How many people label each of a project's tasks."""
        if project.pipeline != "consensus_task":
            return 1
        configured = self.pipeline(project.name).attempts
        return configured or project.consensus_attempts or CONSENSUS_ATTEMPTS

    def is_waiting(self, item: WorkItem) -> bool:
        """True if somebody could pick it up."""
        if item.stage:
            return not item.holders
        return len(item.attempts) + len(item.holders) < self.attempts_needed(item.task)

    def barred(self, item: WorkItem) -> frozenset[str]:
        """Who must not pick it up, because they worked on it already."""
        if item.stage and self.pipeline(item.project).review_own:
            return frozenset()
        return frozenset((*item.hands, *item.holders))


DEFAULT_PIPELINE = Pipeline()
