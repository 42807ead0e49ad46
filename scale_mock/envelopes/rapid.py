"""Rapid on the wire: calibration, taskers, and their attempts at quality tasks.

Calibration and taskers are the mock's own; they show shares as numbers from 0 to 1 and the score
from 0 to 100, as Scale's dashboard does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from scale_mock.domain.calibration import Calibration, VersionScore
    from scale_mock.domain.model import Task
    from scale_mock.domain.side import Side
    from scale_mock.domain.taskers import Crowd, QualityAttempt, Tasker

Json = dict[str, object]


def calibration_json(calibration: Calibration) -> Json:
    """A project's calibration."""
    from scale_mock.domain.calibration import PASS_SCORE

    return {
        "project": calibration.project.name,
        "score": calibration.score,
        "pass_score": PASS_SCORE,
        "passed": calibration.is_passed,
        "feedback": list(calibration.feedback),
        "versions": [_version_json(version) for version in calibration.versions],
        "tasks": [_task_json(task) for task in calibration.tasks],
    }


def taskers_json(crowd: Crowd | None) -> list[Json]:
    """The people of a crowd, in the order they joined."""
    return [_tasker_json(tasker) for tasker in crowd.people] if crowd else []


def attempt_json(attempt: QualityAttempt, side: Side) -> Json:
    """A labeler's attempt at a quality task; the real shape is not known."""
    task = side.quality_tasks[attempt.quality_task_id]
    return {
        "quality_task_id": task.id,
        "kind": attempt.kind,
        "type": task.type,
        "project": task.project.name,
        "labeler_email": attempt.by,
        "attempt": attempt.number,
        "score": _share(attempt.score),
        "passed": attempt.is_passed,
        "attempted_at": to_iso(attempt.at),
    }


def _version_json(version: VersionScore) -> Json:
    return {
        "version": version.version,
        "score": version.score,
        "tasks": version.tasks,
        "audited": sum(version.verdicts.values()),
        **version.verdicts,
        "confidence": None if version.confidence is None else round(version.confidence / 100, 3),
    }


def _task_json(task: Task) -> Json:
    past = task.history
    survey = past.survey if past else None
    return {
        "task_id": task.task_id,
        "batch": task.batch.name if task.batch else None,
        "status": task.status,
        "project_param_version": task.project_param_version,
        "by": survey.by if survey else None,
        "confidence": _share(survey.confidence) if survey else None,
        "feedback": survey.feedback if survey else None,
        "audit": past.verdict if past else None,
        "times_redone": task.times_redone,
    }


def _tasker_json(tasker: Tasker) -> Json:
    measured = tasker.evaluations
    return {
        "email": tasker.email,
        "name": tasker.name,
        "status": tasker.status,
        "left_at": to_iso(tasker.left_at) if tasker.left_at else None,
        "tasks": tasker.tasks,
        "trained": list(tasker.trained),
        "evaluations": measured,
        "evaluation_score": round(tasker.points / measured / 100, 3) if measured else None,
    }


def _share(percent: int) -> float:
    return percent / 100
