"""Quality tasks of Rapid projects: known answers that train taskers and measure them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scale_mock.domain import fields
from scale_mock.domain.documents import encode
from scale_mock.domain.records import QualityTask
from scale_mock.domain.refusals import (
    PROJECT_MISMATCH,
    QUALITY_NOT_FOUND,
    QUALITY_NOT_RAPID,
    QUALITY_TYPE,
    READ_WRONG_MODE,
    TYPE_MISMATCH,
    invalid,
)
from scale_mock.domain.tasks import LIFTED, type_params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.batches import Batches
    from scale_mock.domain.core import Core
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.side import Side
    from scale_mock.domain.taskers import QualityAttempt

QUALITY_TYPES = (
    "categorization",
    "documenttranscription",
    "imageannotation",
    "namedentityrecognition",
    "segmentannotation",
    "textcollection",
    "videoplaybackannotation",
)
"""Official SDK 2.18.4, and categorization from its list of 2021."""
OWN = LIFTED | {"expected_response", "initial_response"}


class Quality:
    """The evaluation and training tasks of a world."""

    def __init__(self, core: Core, projects: Projects, batches: Batches) -> None:
        self._core = core
        self._projects = projects
        self._batches = batches

    def create(
        self,
        side: Side,
        kind: Literal["evaluation", "training"],
        type_name: str,
        body: Mapping[str, object],
    ) -> QualityTask:
        """Creates a quality task; it is in no task list and sends no callback.

        Raises:
            Refusal: 400 for a type or project that has none, or without ``expected_response``.
        """
        types = self._core.task_types
        type_name = types.canonical(type_name)
        if type_name not in QUALITY_TYPES:
            raise QUALITY_TYPE(
                kind=kind.capitalize(), type=type_name, types=", ".join(QUALITY_TYPES)
            )
        body = {key: value for key, value in body.items() if value is not None}
        types.check_common(body)
        batch_name = fields.text_or_none(body, "batch")
        batch = self._batches.referenced(side, batch_name) if batch_name else None
        project = self._projects.referenced(
            side, fields.text(body, "project") if batch is None else batch.project.name
        )
        if batch is not None and body.get("project", project.name) != project.name:
            raise PROJECT_MISMATCH(batch=batch.name, wanted=project.name, found=body.get("project"))
        if project.product_line != "rapid":
            raise QUALITY_NOT_RAPID(project=project.name, kind=kind)
        if project.type != type_name:
            raise TYPE_MISMATCH(project=project.name, wanted=project.type, found=type_name)
        expected = body.get("expected_response")
        if expected is None:
            raise invalid('"expected_response" is required', path="expected_response")
        if not isinstance(expected, dict):
            raise invalid('"expected_response" must be of type object', path="expected_response")
        _, inherited = self._projects.params_for(project, None)
        params = type_params(inherited, body, without=OWN)
        types.check(type_name, params)
        self._core.make_room(side.quality_tasks, "quality tasks")
        task = QualityTask(
            id=self._core.new_id(side, kind, type_name, encode(body)),
            mode=side.mode,
            kind=kind,
            type=type_name,
            project=project,
            params=encode(types.defaults(type_name, params)),
            expected_response=expected,
            initial_response=body.get("initial_response"),
            created_at=self._core.now(),
        )
        side.quality_tasks[task.id] = task
        self._core.journal.write(
            f"{side.mode}/quality_task/{task.id}", f"quality.{kind}_created", project=project.name
        )
        self._core.crowd.learn(task)
        return task

    def attempts(
        self, side: Side, *, task_ids: list[str], emails: list[str]
    ) -> list[QualityAttempt]:
        """Labelers' attempts at quality tasks, oldest first.

        Args:
            side: The mode's store.
            task_ids: Limits the answer to these tasks; empty for all.
            emails: Limits the answer to these labelers; empty for all.

        Raises:
            Refusal: 404 for an unknown quality task; the text says if the other mode has it.
        """
        there = self._core.other_side(side)
        unknown = [task_id for task_id in task_ids if task_id not in side.quality_tasks]
        for one in unknown:
            if one in there.quality_tasks:
                kind = "quality task"
                raise READ_WRONG_MODE(kind=kind, name=one, there=there.mode, here=side.mode)
        if unknown:
            raise QUALITY_NOT_FOUND(ids=", ".join(unknown))
        tasks, labelers = frozenset(task_ids), frozenset(email.lower() for email in emails)
        return [
            attempt
            for attempt in side.attempts
            if (not tasks or attempt.quality_task_id in tasks)
            and (not labelers or attempt.by in labelers)
        ]
