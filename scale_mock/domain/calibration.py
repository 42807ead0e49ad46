"""Calibration of Rapid projects: what taskers and the customer say of it, as a score.

Scale computes a "Calibration Score" from audit rejections and from the confidence that taskers
report, and recommends 80 and more before production; its formula is not published. Ours::

    score = 80 % x verdicts + 20 % x confidence          (0 to 100, one decimal)

*Verdicts* is the mean over the audited calibration tasks, where the newest audit of each counts:
100 if it accepted the answer, 50 if it fixed it, 0 if it rejected it. *Confidence* is the mean of
what the taskers of those same tasks reported. So a calibration whose answers are all accepted
always reaches 80, and one with more than a quarter rejected never does.

Tasks count for the version of the project's params that they were created with. The project's score
is that of the newest version with an audited task; before the first audit there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import CALIBRATION_NOT_RAPID
from scale_mock.domain.task_index import TaskFilter

if TYPE_CHECKING:
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.side import Side

PASS_SCORE = 80.0
VERDICTS = {"accepted": 100, "fixed": 50, "rejected": 0}


@dataclass(frozen=True, slots=True)
class VersionScore:
    """The calibration of one version of a project's params.

    Attributes:
        version: The version; ``None`` for tasks that inherited none.
        score: 0 to 100; ``None`` while nothing is audited.
        tasks: How many calibration tasks there are.
        verdicts: How many of them were accepted, fixed and rejected.
        confidence: The mean of what taskers reported, in percent; ``None`` before the first report.
    """

    version: int | None
    score: float | None
    tasks: int
    verdicts: dict[str, int]
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of a project.

    Attributes:
        project: The project.
        score: Its calibration score; ``None`` before the first audit.
        versions: Its versions that have calibration tasks, oldest first.
        tasks: Its calibration tasks, oldest first.
    """

    project: Project
    score: float | None
    versions: tuple[VersionScore, ...]
    tasks: tuple[Task, ...]

    @property
    def is_passed(self) -> bool:
        """Whether the score is what Scale recommends for production."""
        return self.score is not None and self.score >= PASS_SCORE

    @property
    def feedback(self) -> tuple[str, ...]:
        """What taskers wrote about the newest version that they saw, each text once."""
        surveyed = [task for task in self.tasks if task.history and task.history.survey]
        if not surveyed:
            return ()
        newest = max(map(_version, surveyed))
        texts = [
            task.history.survey.feedback
            for task in surveyed
            if task.history and task.history.survey and _version(task) == newest
        ]
        return tuple(dict.fromkeys(texts))


def calibration_batches(side: Side, project: Project) -> list[Batch]:
    """A project's calibration batches, oldest first."""
    return [
        batch
        for batch in side.batches.values()
        if batch.project is project and batch.kind == "calibration"
    ]


def calibration_of(side: Side, project: Project) -> Calibration:
    """The calibration of a Rapid project as it stands now.

    Raises:
        Refusal: 400 for a project of another product line.
    """
    if project.product_line != "rapid":
        raise CALIBRATION_NOT_RAPID(project=project.name)
    names = tuple(batch.name for batch in calibration_batches(side, project))
    found = list(side.task_index.matching(TaskFilter(batch=names))) if names else []
    tasks = tuple(sorted(found, key=lambda task: task.seq))
    by_version: dict[int, list[Task]] = {}
    for task in tasks:
        by_version.setdefault(_version(task), []).append(task)
    versions = tuple(_score(by_version[version]) for version in sorted(by_version))
    scored = [version.score for version in versions if version.score is not None]
    return Calibration(project, scored[-1] if scored else None, versions, tasks)


def _score(tasks: list[Task]) -> VersionScore:
    """The score of one version's tasks."""
    verdicts = dict.fromkeys(VERDICTS, 0)
    points: list[int] = []
    reported: list[int] = []
    of_audited: list[int] = []
    for task in tasks:
        past = task.history
        survey = past.survey if past else None
        if survey is not None:
            reported.append(survey.confidence)
        if past is not None and past.verdict is not None:
            verdicts[past.verdict] += 1
            points.append(VERDICTS[past.verdict])
            of_audited.extend([survey.confidence] if survey else [])
    score = None
    if points:
        score = round((4 * _mean(points) + _mean(of_audited or [0])) / 5, 1)
    confidence = round(_mean(reported), 1) if reported else None
    return VersionScore(tasks[0].project_param_version, score, len(tasks), verdicts, confidence)


def _mean(percents: list[int]) -> float:
    return sum(percents) / len(percents)


def _version(task: Task) -> int:
    """The version a task was created with; those that inherited none come before all others."""
    return -1 if task.project_param_version is None else task.project_param_version
