"""What is special about chat tasks: v2's tasks, which a project's template is filled for.

How they look in the store, and what tells them apart there, is in
:mod:`scale_mock.domain.chat_forms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.chat_forms import CHATS, REPORTS, VARIABLES, is_chat
from scale_mock.domain.documents import decode_object
from scale_mock.domain.refusals import BATCH_CLOSED, NOT_REPORTABLE, TYPE_MISMATCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.domain.core import Core
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.side import Side
    from scale_mock.domain.tasks import Tasks


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
        given = {"type": kind, "message": message}
        report = {name: fields.text_or_none(given, name) for name in given}
        held = decode_object(task.response) if task.response is not None else {}
        earlier = held.get(REPORTS)
        told = {name: value for name, value in report.items() if value is not None}
        reports = [*(earlier if isinstance(earlier, list) else []), told]
        self._core.journal.write(task.subject, "task.reported", **report)
        if task.status == "pending":
            self._lifecycle.complete(task, {REPORTS: reports}, by="a report of sensitive content")
        else:
            self._lifecycle.replace_response(task, {REPORTS: reports})
