"""Rapid's crowds at work: who takes a task, who is trained, who is measured, who falls off.

A task goes to one of the project's active taskers when work on it starts; which one derives from
the task's identity, so that the order of calls changes nothing. When a batch is launched, every
tasker attempts the project's training tasks, up to three times each; who fails one takes no tasks.
One task in ten (setting ``evaluation_every``) has an evaluation task slipped in beside it. An hour
later the measurements are looked at: who was measured three times or more and is below the
threshold on average (setting ``crowd_threshold``) falls off and takes no more tasks; a newcomer is
trained in their place. That taskers train, are measured and fall off is documented by Scale; the
numbers are ours.

How long a task takes is the planner's to say: Scale's crowd is as large as it needs to be, so a
tasker's tasks may overlap.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from scale_mock.labeling.people import People
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Project, Task
    from scale_mock.domain.records import QualityTask
    from scale_mock.domain.side import Side
    from scale_mock.domain.taskers import Crowd, Tasker, TaskerStatus
    from scale_mock.sim.scheduler import Event

TRAIN = "crowd.train"
REVIEW = "crowd.review"
REVIEW_AFTER = timedelta(hours=1)
FIRST_OF_ALL = -1
"""Before everything else of the instant: tasks that start then find the crowd as it is to be."""
TRIES = 3
EVALUATIONS_LEAST = 3
JOINED_PER_SEAT = 10
"""How many people a crowd may have had, for each of those who are in it at a time."""
BY_CROWD = ("calibration", "production")


class Crowds:
    """The crowds of a world; implements :class:`scale_mock.domain.ports.TaskerPool`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        settings = core.settings
        self._people = People(seed=settings.seed, accuracy=round(settings.crowd_accuracy * 100))
        self._threshold = round(settings.crowd_threshold * 100)
        core.scheduler.on(TRAIN, self._on_train)
        core.scheduler.on(REVIEW, self._on_review)

    def take(self, task: Task) -> str | None:
        """Who of the crowd works on a task; ``None`` for what is not the crowd's."""
        batch = task.batch
        if batch is None or batch.kind not in BY_CROWD or task.product_line != "rapid":
            return None
        crowd = self._crowd(batch.project)
        drawn = int.from_bytes(
            digest(self._core.settings.seed, "take", task.mode, task.identity, task.times_redone)
        )
        drawn, place = divmod(drawn, len(crowd.active))
        tasker = crowd.people[crowd.active[place]]
        tasker.tasks += 1
        if crowd.evaluation:
            drawn, due = divmod(drawn, self._core.settings.evaluation_every)
            if due == 0:
                chosen = crowd.evaluation[drawn % len(crowd.evaluation)]
                self._evaluate(batch.project, crowd, tasker, chosen, task)
        return tasker.email

    def report(self, task: Task, by: str) -> None:
        """Whoever completed a calibration task says how sure they were, and of what not."""
        batch = task.batch
        if batch is None or batch.kind != "calibration" or task.product_line != "rapid":
            return
        survey = task.past().survey = self._people.survey(task, by)
        self._core.journal.write(
            task.subject,
            "task.surveyed",
            by=by,
            confidence=survey.confidence,
            feedback=survey.feedback,
        )

    def launch(self, project: Project) -> None:
        """A batch is launched: the crowd gets to work, after its training."""
        crowd = self._crowd(project)
        crowd.is_launched = True
        self._train_soon(project, crowd)

    def learn(self, task: QualityTask) -> None:
        """A quality task is new: it measures from now on, or is attempted by those at work."""
        crowd = self._known(task.project)
        crowd.note(task)
        if task.kind == "training" and crowd.is_launched:
            self._train_soon(task.project, crowd)

    def _crowd(self, project: Project) -> Crowd:
        """A project's crowd, gathered when it is first needed."""
        crowd = self._known(project)
        if not crowd.people:
            for _ in range(self._core.settings.crowd_size):
                self._join(project, crowd)
        return crowd

    def _known(self, project: Project) -> Crowd:
        """A project's crowd, where nobody may be yet."""
        from scale_mock.domain.taskers import Crowd

        return self._core.sides[project.mode].crowds.setdefault(project.name, Crowd())

    def _join(self, project: Project, crowd: Crowd) -> None:
        crowd.active.append(len(crowd.people))
        crowd.people.append(self._people.person(project, len(crowd.people)))

    def _train_soon(self, project: Project, crowd: Crowd) -> None:
        if crowd.training and not crowd.is_training:
            crowd.is_training = True
            self._core.scheduler.at(self._core.now(), TRAIN, project.subject, priority=FIRST_OF_ALL)

    def _on_train(self, event: Event) -> None:
        project, crowd = self._of(event)
        crowd.is_training = False
        self._train(project, crowd)

    def _on_review(self, event: Event) -> None:
        project, crowd = self._of(event)
        crowd.is_reviewing = False
        for place in tuple(crowd.active):
            tasker = crowd.people[place]
            is_measured = tasker.evaluations >= EVALUATIONS_LEAST
            if is_measured and tasker.points < self._threshold * tasker.evaluations:
                self._leave(project, crowd, place, "fell_off")
        self._train(project, crowd)

    def _train(self, project: Project, crowd: Crowd) -> None:
        """Everybody attempts what they have not passed; those who take a lost place do, too."""
        side = self._core.sides[project.mode]
        for place in crowd.active:  # it grows while somebody's place is filled
            tasker = crowd.people[place]
            for task_id in crowd.training if tasker.status == "active" else ():
                if task_id not in tasker.trained and not self._passes(side, tasker, task_id):
                    self._leave(project, crowd, place, "failed_training")
                    break
        crowd.active = [place for place in crowd.active if _is_active(crowd, place)]

    def _passes(self, side: Side, tasker: Tasker, task_id: str) -> bool:
        """Lets a tasker attempt a training task until it is passed, three times at most."""
        for tries in range(TRIES):
            score = self._people.score(tasker, task_id, f"training {tries}", tries=tries)
            if self._note(side, tasker, task_id, "training", tries + 1, score):
                tasker.trained.append(task_id)
                return True
        return False

    def _evaluate(
        self, project: Project, crowd: Crowd, tasker: Tasker, task_id: str, beside: Task
    ) -> None:
        score = self._people.score(tasker, task_id, f"{beside.identity} {beside.times_redone}")
        tasker.evaluations += 1
        tasker.points += score
        side = self._core.sides[project.mode]
        self._note(side, tasker, task_id, "evaluation", tasker.evaluations, score, beside.identity)
        if not crowd.is_reviewing:
            crowd.is_reviewing = True
            due = self._core.now() + REVIEW_AFTER
            self._core.scheduler.at(due, REVIEW, project.subject, priority=FIRST_OF_ALL)

    def _note(
        self,
        side: Side,
        tasker: Tasker,
        task_id: str,
        kind: Literal["evaluation", "training"],
        number: int,
        score: int,
        strand: str = "",
    ) -> bool:
        """Writes an attempt down; whether it was passed.

        Evaluations that start in one instant have a strand each: which comes first is chance.
        """
        from scale_mock.domain.taskers import QualityAttempt

        is_passed = score >= self._threshold
        attempt = QualityAttempt(
            task_id, kind, tasker.email, number, score, is_passed, self._core.now()
        )
        side.attempts.append(attempt)
        if len(side.attempts) > self._core.settings.quality_attempts_max:
            side.attempts.popleft()
        self._core.journal.write(
            f"{side.mode}/tasker/{tasker.email}",
            "tasker.trained" if kind == "training" else "tasker.evaluated",
            strand,
            quality_task=task_id,
            score=score,
            passed=is_passed,
        )
        return is_passed

    def _leave(self, project: Project, crowd: Crowd, place: int, status: TaskerStatus) -> None:
        """A tasker takes no more tasks; somebody new joins.

        Where too many have joined already, the crowd shrinks, but its last member stays: somebody
        has to do the work.
        """
        may_join = len(crowd.people) < self._core.settings.crowd_size * JOINED_PER_SEAT
        if not may_join and sum(_is_active(crowd, one) for one in crowd.active) == 1:
            return
        tasker = crowd.people[place]
        tasker.status = status
        tasker.left_at = self._core.now()
        self._core.journal.write(
            f"{project.mode}/tasker/{tasker.email}", f"tasker.{status}", project=project.name
        )
        if may_join:
            self._join(project, crowd)

    def _of(self, event: Event) -> tuple[Project, Crowd]:
        """The event's project and its crowd."""
        mode, _, name = event.subject.split("/", 2)
        side = self._core.sides["test" if mode == "test" else "live"]
        return side.projects[name], side.crowds[name]


def _is_active(crowd: Crowd, place: int) -> bool:
    return crowd.people[place].status == "active"
