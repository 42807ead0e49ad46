"""Tasks: creation, retrieval, and the fields that the customer may change afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.answers import wrong_parts
from scale_mock.domain.documents import EMPTY_OBJECT, canonical, decode_object, encode
from scale_mock.domain.model import Task
from scale_mock.domain.references import referenced
from scale_mock.domain.refusals import (
    BATCH_CLOSED,
    BATCH_FINALIZED,
    BATCH_REQUIRED,
    IDEMPOTENCY_KEY_USED,
    PROJECT_MISMATCH,
    READ_WRONG_MODE,
    STEERING_WRONG,
    TASK_NOT_FOUND,
    TYPE_MISMATCH,
    UNIQUE_ID_TAKEN,
    UNKNOWN_FIELD,
    invalid,
)
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from scale_mock.domain.batches import Batches
    from scale_mock.domain.core import Core
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Batch, Project
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.side import Side

TAGS_MAX = 5
LIFTED = frozenset(fields.LIFTED)


class Tasks:
    """The tasks of a world."""

    def __init__(
        self, core: Core, projects: Projects, batches: Batches, lifecycle: Lifecycle
    ) -> None:
        self._core = core
        self._projects = projects
        self._batches = batches
        self._lifecycle = lifecycle

    def create(
        self,
        side: Side,
        type_name: str,
        body: Mapping[str, object],
        *,
        idempotency_key: str | None = None,
    ) -> Task:
        """Creates a task.

        Args:
            side: The mode's store.
            type_name: The type or an alias of it.
            body: The request; ``null`` values count as absent.
            idempotency_key: The header of that name, if it was sent.

        Raises:
            Refusal: 400 for wrong params, states and references, 404 for an unknown project or
                batch, 409 for a ``unique_id`` or idempotency key that is taken.
        """
        types = self._core.task_types
        type_name = types.canonical(type_name)
        body = {key: value for key, value in body.items() if value is not None}
        types.check_common(body)
        fields.no_nul(str(body.get("unique_id", "")), "unique_id")
        project, batch = self._place(side, type_name, body)
        version, inherited = self._projects.params_for(project, _version(body))
        params = type_params(inherited, body)
        if self._core.settings.strict_fields:
            self._refuse_unknown(type_name, params)
        _refuse_missing(types.needs(type_name), body, inherited, project)
        types.check(type_name, params)
        source = referenced(self._core, side, type_name, params)
        self._check_steering(type_name, body.get("metadata"), params)
        self._refuse_duplicates(side, body, idempotency_key)
        self._core.make_room(side.tasks, "tasks", "tasks_max")

        task = Task(
            task_id=self._core.new_id(side, *_identity(type_name, body)),
            seq=len(side.tasks),
            mode=side.mode,
            type=type_name,
            created_at=self._core.now(),
            params=encode(types.defaults(type_name, params)),
            project=project,
            batch=batch,
        )
        _lift(task, body, inherited, types.default_instruction(type_name))
        task.project_param_version = version
        task.door = self._core.door
        if source is not None and source.answer_no:
            task.past().source_redone = source.answer_no
        self._enter(side, task, idempotency_key)
        return task

    def get(self, side: Side, task_id: str) -> Task:
        """The task with that id.

        Raises:
            Refusal: 404 with the recorded text, or one that says that the other mode has it.
        """
        task = side.tasks.get(task_id)
        if task is None:
            there = self._core.other_side(side)
            if task_id in there.tasks:
                raise READ_WRONG_MODE(kind="task", name=task_id, there=there.mode, here=side.mode)
            raise TASK_NOT_FOUND()
        return task

    def set_unique_id(self, side: Side, task_id: str, unique_id: str | None) -> Task:
        """Changes or clears a task's ``unique_id``; 409 if another task holds it."""
        task = self.get(side, task_id)
        if unique_id is not None:
            holder = side.task_index.by_unique_id(unique_id)
            if holder is not None and holder is not task:
                raise UNIQUE_ID_TAKEN(unique_id=unique_id, task_id=holder.task_id)
        if unique_id != task.unique_id:
            side.task_index.set_unique_id(task, unique_id)
            self._changed(task, "task.unique_id_set", unique_id=unique_id)
        return task

    def set_metadata(self, side: Side, task_id: str, metadata: object) -> Task:
        """Replaces a task's metadata."""
        task = self.get(side, task_id)
        self._check_steering(task.type, metadata, decode_object(task.params))
        task.metadata = fields.metadata_document(metadata)
        self._changed(task, "task.metadata_set", metadata=digest(task.metadata).hex())
        return task

    def set_tags(self, side: Side, task_id: str, tags: object) -> Task:
        """Replaces a task's tags; at most five."""
        task = self.get(side, task_id)
        return self._put_tags(side, task, fields.checked_texts(tags, "tags"))

    def add_tags(self, side: Side, task_id: str, tags: object) -> Task:
        """Adds tags; those already there are ignored."""
        task = self.get(side, task_id)
        wanted = [*(task.tags or ()), *fields.checked_texts(tags, "tags")]
        return self._put_tags(side, task, wanted)

    def delete_tags(self, side: Side, task_id: str, tags: object) -> Task:
        """Removes tags; those that are not there are ignored."""
        task = self.get(side, task_id)
        unwanted = set(fields.checked_texts(tags, "tags"))
        return self._put_tags(side, task, [tag for tag in task.tags or () if tag not in unwanted])

    def _place(
        self, side: Side, type_name: str, body: Mapping[str, object]
    ) -> tuple[Project | None, Batch | None]:
        """The project and batch that a new task joins, refused where they do not take it."""
        batch_name, project_name = body.get("batch"), body.get("project")
        batch = self._batches.referenced(side, str(batch_name)) if batch_name else None
        project = self._projects.referenced(side, str(project_name)) if project_name else None
        if batch is not None:
            if project is not None and project is not batch.project:
                raise PROJECT_MISMATCH(
                    batch=batch.name, wanted=batch.project.name, found=project.name
                )
            project = batch.project
        if project is not None and project.type != type_name:
            raise TYPE_MISMATCH(project=project.name, wanted=project.type, found=type_name)
        if batch is not None and batch.status == "cancelled":
            raise BATCH_CLOSED(name=batch.name, status=batch.status)
        if batch is not None and not batch.is_open:
            raise BATCH_FINALIZED(name=batch.name)
        if project is not None and project.product_line == "rapid" and batch is None:
            raise BATCH_REQUIRED(project=project.name)
        return project, batch

    def _refuse_duplicates(
        self, side: Side, body: Mapping[str, object], idempotency_key: str | None
    ) -> None:
        unique_id = body.get("unique_id")
        if isinstance(unique_id, str):
            holder = side.task_index.by_unique_id(unique_id)
            if holder is not None:
                raise UNIQUE_ID_TAKEN(unique_id=unique_id, task_id=holder.task_id)
        if idempotency_key and (first := side.idempotency_keys.get(idempotency_key)):
            raise IDEMPOTENCY_KEY_USED(key=idempotency_key, task_id=first.task_id)

    def _check_steering(
        self, type_name: str, metadata: object, params: Mapping[str, object]
    ) -> None:
        """Refuses metadata that want something impossible done with the task."""
        if isinstance(metadata, Mapping) and "scale_mock" in metadata:
            wanted = metadata["scale_mock"]
            self._core.planner.check_steering(type_name, wanted)
            if (problem := wrong_parts(wanted.get("error"), params)) is not None:
                raise STEERING_WRONG(problem=f"metadata.scale_mock: error: {problem}")

    def _refuse_unknown(self, type_name: str, params: Mapping[str, object]) -> None:
        known = self._core.task_types.known_params(type_name)
        for name in params:
            if known and name not in known:
                raise UNKNOWN_FIELD(field=name, known=", ".join(sorted(known)))
        for path, names in self._core.task_types.unknown_keys(type_name, params):
            refusal = UNKNOWN_FIELD(field=path, known=", ".join(sorted(names)))
            refusal.path = f"$.{path}"
            raise refusal

    def _enter(self, side: Side, task: Task, idempotency_key: str | None) -> None:
        """Takes a finished record into the store; work begins if it may."""
        side.tasks[task.task_id] = task
        side.task_index.add(task)
        if idempotency_key:
            side.idempotency_keys[idempotency_key] = task
        self._core.journal.write(
            task.subject,
            "task.created",
            type=task.type,
            project=task.project.name if task.project else None,
            batch=task.batch.name if task.batch else None,
            unique_id=task.unique_id,
        )
        if task.batch is not None:
            self._batches.count(task.batch, None, "pending")
        if task.batch is None or task.batch.lets_work_begin:
            self._lifecycle.begin(task)

    def _put_tags(self, side: Side, task: Task, tags: list[str]) -> Task:
        distinct = tuple(dict.fromkeys(tags))
        if len(distinct) > TAGS_MAX:
            raise invalid(
                f'"tags" must contain less than or equal to {TAGS_MAX} items', path="tags"
            )
        side.task_index.set_tags(task, distinct)
        self._changed(task, "task.tags_set", tags=list(distinct))
        return task

    def _changed(self, task: Task, kind: str, **details: object) -> None:
        self._lifecycle.touch(task)
        self._core.journal.write(task.subject, kind, **details)


def type_params(
    inherited: Mapping[str, object], body: Mapping[str, object], *, without: frozenset[str] = LIFTED
) -> dict[str, object]:
    """The effective params of a type: the project's, overridden by the body's.

    Args:
        inherited: The project's params.
        body: The request.
        without: The fields of the body that are not the type's.
    """
    params = {name: value for name, value in inherited.items() if name not in LIFTED}
    params.update((name, value) for name, value in body.items() if name not in without)
    return params


def _refuse_missing(
    needs: tuple[tuple[str, ...], ...],
    body: Mapping[str, object],
    inherited: Mapping[str, object],
    project: Project | None,
) -> None:
    """Refuses a task without the common fields that its type cannot do without."""
    for names in needs:
        if project is not None and "project" in names:
            continue  # perhaps by its batch
        if not any(body.get(name) or inherited.get(name) for name in names):
            if len(names) == 1:
                raise invalid(f'"{names[0]}" is required', path=names[0])
            raise invalid(f'"value" must contain at least one of [{", ".join(names)}]', path="$")


def _identity(type_name: str, body: Mapping[str, object]) -> tuple[str, ...]:
    """What a task *is*: its unique id, else all that was sent but where to call back."""
    unique_id = body.get("unique_id")
    if isinstance(unique_id, str):
        return ("unique_id", unique_id)
    rest = {key: value for key, value in body.items() if key != "callback_url"}
    return ("body", type_name, canonical(rest))


def _version(body: Mapping[str, object]) -> int | None:
    """The project version asked for; both spellings occur in Scale's documentation."""
    wanted = fields.integer_or_none(body, "project_version")
    return wanted if wanted is not None else fields.integer_or_none(body, "project_param_version")


def _lift(
    task: Task,
    body: Mapping[str, object],
    inherited: Mapping[str, object],
    default_instruction: str | None,
) -> None:
    """Fills the fields at the top of the task.

    The project's instruction is appended after the task's own (Scale's page "Project creation").
    """
    own, general = body.get("instruction"), inherited.get("instruction")
    texts = [str(text) for text in (own, general) if text]
    # Interned, because a project's tasks mostly say the same here.
    task.instruction = intern("\n\n".join(texts)) if texts else default_instruction
    callback = body.get("callback_url") or inherited.get("callback_url")
    task.callback_url = intern(str(callback)) if callback else None
    metadata = body.get("metadata")
    task.metadata = fields.metadata_document(metadata) if metadata else EMPTY_OBJECT
    tags = body.get("tags")
    if tags:
        listed = [tags] if isinstance(tags, str) else tags
        task.tags = tuple(dict.fromkeys(fields.checked_texts(listed, "tags")))
    task.unique_id = fields.text_or_none(body, "unique_id") or None
    task.priority = fields.integer_or_none(body, "priority")
    task.urgency = fields.text_or_none(body, "urgency") or "standard"
    if fields.flag(body, "clear_unique_id_on_error"):
        task.past().clear_unique_id_on_error = True
