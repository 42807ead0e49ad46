"""The gate before Rapid's production: what must be there first, and what a refusal says of it.

Scale's documentation asks for a calibration batch before production, recommends a score of 80, and
wants training and evaluation tasks before a launch; which call refuses, and with what words, is not
known. The setting ``rapid_gate`` says how much of it holds: ``off``; ``calibration`` (creating a
production batch needs a calibration batch that was finalized: the default for live keys); ``full``
(besides, finalizing it needs the score and both kinds of quality task).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from scale_mock.domain.refusals import GATE_CALIBRATION, GATE_FULL

if TYPE_CHECKING:
    from scale_mock.config import Settings
    from scale_mock.config.settings import RapidGate
    from scale_mock.domain.model import Batch, BatchKind, Project
    from scale_mock.domain.side import Side

NAMED_MAX = 5
"""How many batches a refusal names."""


def gate_of(settings: Settings, side: Side) -> RapidGate:
    """What holds in a mode: the setting, else the mode's default."""
    return settings.rapid_gate or ("off" if side.is_test else "calibration")


def check_create(settings: Settings, side: Side, project: Project, kind: BatchKind) -> None:
    """Refuses a production batch of a project that was not calibrated.

    Raises:
        Refusal: 400 that says which calls are missing.
    """
    if kind != "production" or gate_of(settings, side) == "off" or project.is_calibrated:
        return
    from scale_mock.domain.calibration import calibration_batches

    names = [f'"{batch.name}"' for batch in calibration_batches(side, project)]
    found = (
        'It has none: create one with POST /v1/batches and "calibration_batch": true '
        "(client.create_batch), add tasks to it and finalize it"
    )
    if names:
        more = ", ..." if len(names) > NAMED_MAX else ""
        found = f"Still in staging: {', '.join(names[:NAMED_MAX])}{more}. Finalize one"
    raise GATE_CALIBRATION(project=project.name, found=found)


def check_finalize(settings: Settings, side: Side, batch: Batch) -> None:
    """Refuses to launch a production batch while something that the full gate wants is missing.

    Raises:
        Refusal: 400 that lists everything that is missing, each with the call that supplies it.
    """
    if batch.kind != "production" or gate_of(settings, side) != "full":
        return
    from scale_mock.domain.calibration import calibration_of

    project = batch.project
    crowd = side.crowds.get(project.name)
    missing = []
    calibration = calibration_of(side, project)
    if not calibration.is_passed:
        missing.append(_score_missing(project, calibration.score))
    for kind, there in (
        ("an evaluation", crowd and crowd.evaluation),
        ("a training", crowd and crowd.training),
    ):
        if not there:
            word = kind.split()[1]
            missing.append(
                f"{kind} task (POST /v1/{word}_tasks/{project.type}, client.create_{word}_task)"
            )
    if missing:
        raise GATE_FULL(name=batch.name, missing="; ".join(missing))


def _score_missing(project: Project, score: float | None) -> str:
    from scale_mock.domain.calibration import PASS_SCORE

    wanted = f"a calibration score of at least {PASS_SCORE:.0f}"
    audit = "POST /v1/task/TASK_ID/audit, task.audit"
    if score is None:
        return f"{wanted} (no calibration task was audited yet: {audit})"
    path = f"/v1/projects/{quote(project.name, safe='')}/setParams"
    return (
        f"{wanted} (it is {score:.1f}: improve the instructions with POST {path}, "
        f"client.update_project, calibrate again, and audit: {audit})"
    )
