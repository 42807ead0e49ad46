"""Chat tasks: v2's tasks, which a project's template is filled for and whose labels are threads.

In the store they are tasks like all others. Their param ``template_variables`` sets them apart from
the chat tasks of v1, and their response is an object with ``threads``, or with
``sensitive_content_reports`` where the content was reported and is withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scale_mock.domain import fields
from scale_mock.domain.documents import decode_object
from scale_mock.domain.refusals import (
    BATCH_CLOSED,
    CHAT_RESPONSE,
    NOT_REPORTABLE,
    TYPE_MISMATCH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.side import Side
    from scale_mock.domain.tasks import Tasks

CHATS = ("chat", "chatexperimental", "chatlite", "multichat")
"""The types of such tasks."""
VARIABLES = "template_variables"
_MARK = b'"template_variables":'
ERROR_TYPES = (
    "UNSUPPORTED_LANGUAGE",
    "LANGUAGE_MISMATCH",
    "PROMPT_LENGTH_EXCEEDED",
    "INVALID_CATEGORY",
    "PROMPT_INFEASIBLE",
)
"""What v2's error details call an error (the official SDK's closed enumeration)."""
DEFAULT_ERROR = {
    "error": "The prompt cannot be answered as it stands.",
    "type": "PROMPT_INFEASIBLE",
}
REPORTS = "sensitive_content_reports"
MODELS = ("model-a", "model-b")
"""What a project's models are called if nobody says."""


class ChatSetting(NamedTuple):
    """What the labels of a chat task depend on besides its template variables.

    Attributes:
        archetypes: What its project is for; a ``SFT`` project if nobody says.
        models: The models whose replies are shown.
        at: When the labels are handed in.
    """

    archetypes: tuple[str, ...]
    models: tuple[str, ...]
    at: datetime


class Chats:
    """What is special about chat tasks, and what the platform's staff does with them."""

    def __init__(self, core: Core, tasks: Tasks, lifecycle: Lifecycle) -> None:
        self._core = core
        self._tasks = tasks
        self._lifecycle = lifecycle

    def create(
        self,
        side: Side,
        project: Project,
        batch: Batch | None,
        body: Mapping[str, object],
        *,
        idempotency_key: str | None = None,
    ) -> Task:
        """Creates a chat task.

        Args:
            side: The mode's store.
            project: Its project.
            batch: Its batch, if it joins one.
            body: The request; project and batch in it are not looked at.
            idempotency_key: The header of that name, if it was sent.

        Raises:
            Refusal: 400 for a wrong field, project or batch, 409 for a ``unique_id`` or an
                idempotency key that is taken.
        """
        if project.type not in CHATS:
            raise TYPE_MISMATCH(project=project.name, wanted=project.type, found="chat")
        if batch is not None and batch.status in {"completed", "cancelled"}:
            raise BATCH_CLOSED(name=batch.name, status=batch.status)
        callback_url = fields.text_or_none(body, "callback_url") or None
        if callback_url is not None:
            fields.callback_target(callback_url, "callback_url")
        request = {
            "project": project.name,
            "batch": None if batch is None else batch.name,
            VARIABLES: fields.object_or_none(body, VARIABLES) or {},
            "metadata": fields.object_or_none(body, "metadata"),
            "callback_url": callback_url,
            "unique_id": fields.text_or_none(body, "unique_id"),
        }
        return self._tasks.create(side, project.type, request, idempotency_key=idempotency_key)

    def set_up(
        self,
        project: Project,
        *,
        archetypes: Sequence[str] | None = None,
        models: Sequence[str] | None = None,
    ) -> None:
        """Says what a project is for and which models it shows; ``None`` leaves one as it is."""
        if archetypes is not None:
            project.archetypes = tuple(archetypes)
        if models is not None:
            project.models = tuple(models)
        self._core.journal.write(
            project.subject,
            "project.set_up",
            archetypes=list(project.archetypes),
            models=list(project.models),
        )

    def report(self, task: Task, *, kind: str | None, message: str | None) -> None:
        """A contributor reports a task's content as sensitive: it completes, its threads withheld.

        Args:
            task: A pending or completed chat task.
            kind: What kind of content, for example ``personal_information``.
            message: What the contributor wrote.

        Raises:
            Refusal: 400 for another status or type.
        """
        if not is_chat(task):
            raise NOT_REPORTABLE(what=f"of type {task.type}")
        if task.status not in {"pending", "completed"}:
            raise NOT_REPORTABLE(what=task.status)
        report = {"type": kind, "message": message}
        held = decode_object(task.response) if task.response is not None else {}
        earlier = held.get(REPORTS)
        told = {name: value for name, value in report.items() if value is not None}
        reports = [*(earlier if isinstance(earlier, list) else []), told]
        self._core.journal.write(task.subject, "task.reported", **report)
        if task.status == "pending":
            self._lifecycle.complete(task, {REPORTS: reports}, by="a report of sensitive content")
        else:
            self._lifecycle.replace_response(task, {REPORTS: reports})


def is_chat(task: Task) -> bool:
    """True for the chat tasks of v2."""
    return task.type in CHATS and _MARK in task.params


def setting_of(task: Task, at: datetime) -> ChatSetting | None:
    """What the labels of a chat task depend on; ``None`` for other tasks."""
    if not is_chat(task):
        return None
    project = task.project
    if project is None:
        return ChatSetting((), MODELS, at)
    return ChatSetting(project.archetypes, project.models or MODELS, at)


def check_response(core: Core, task: Task, response: Mapping[str, object]) -> None:
    """Refuses a given response that v2 could not show.

    Raises:
        Refusal: 400 that names the first problem.
    """
    if is_chat(task) and (problems := core.task_types.check_response(task.type, response)):
        raise CHAT_RESPONSE(problem=problems[0])


def error_details(response: Mapping[str, object]) -> list[dict[str, str]]:
    """The ``errors`` of an errored task, out of its error response.

    The type comes from the response's ``type``, or from a text that begins with one:
    ``LANGUAGE_MISMATCH: the prompt is French``.
    """
    kind, message = response.get("type"), str(response.get("error", ""))
    head, colon, rest = message.partition(":")
    if head in ERROR_TYPES:
        kind, message = head, rest.strip() if colon else ""
    detail = {"type": kind} if isinstance(kind, str) and kind in ERROR_TYPES else {}
    return [{**detail, "message": message} if message else dict(detail)]
