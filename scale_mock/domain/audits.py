"""Audits: the customer's verdict on an answer, with and without a fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.documents import encode
from scale_mock.domain.handwork import check_chat_labels
from scale_mock.domain.model import AUDIT_RESULTS, Audit
from scale_mock.domain.records import FixlessAudit
from scale_mock.domain.refusals import (
    AUDIT_NOT_FOUND,
    FIX_NEEDS_RESPONSE,
    NOT_AUDITABLE,
    READ_WRONG_MODE,
    TASK_NOT_FOUND,
    WRONG_MODE,
    invalid,
)
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Task
    from scale_mock.domain.side import Side

CUSTOMER = "customer@example.test"


class Audits:
    """The audits of a world."""

    def __init__(self, core: Core, lifecycle: Lifecycle) -> None:
        self._core = core
        self._lifecycle = lifecycle

    def audit(
        self,
        task: Task,
        result: str,
        *,
        comments: str | None = None,
        response: Mapping[str, object] | None = None,
        audited_by: str = CUSTOMER,
        redo: bool | None = None,
    ) -> None:
        """Records a customer's audit of a completed task; its callback is sent again.

        Args:
            task: A completed task.
            result: ``accepted``, ``rejected`` or ``fixed``.
            comments: What the auditor wrote; comments of several audits accumulate.
            response: The corrected response; for ``fixed`` only.
            audited_by: The auditor's e-mail address.
            redo: Whether a rejected task is sent back; ``None`` leaves it to the setting.

        Raises:
            Refusal: 400 for another status or result.
        """
        fields.one_of(result, "result", AUDIT_RESULTS)
        if (result == "fixed") != (response is not None):
            raise FIX_NEEDS_RESPONSE(result=result)
        if task.status != "completed":
            raise NOT_AUDITABLE(status=task.status)
        if response is not None:
            check_chat_labels(self._core, task, response)
        document = None if response is None else encode(response)
        now = self._core.now()
        past = task.past()
        past.audits.insert(0, Audit(audited_by, now, 0, result, "customer", comments))
        if comments:
            past.review_comments.append(comments)
        past.verdict, past.verdict_by = result, ""
        self._core.sides[task.mode].task_index.set_review_status(task, result)
        if document is not None:
            self._lifecycle.keep_response(task)
            task.response = document
            past.is_customer_fix = True
        if task.batch is not None:
            task.batch.last_audited_at = now
        self._lifecycle.touch(task)
        self._core.journal.write(
            task.subject,
            "task.audited",
            result=result,
            comments=comments,
            response=digest(task.response).hex(),
        )
        self._core.callbacks.owe_task(task, reason="audited")
        sent_back = self._core.settings.auto_redo_rejected if redo is None else redo
        if result == "rejected" and sent_back:
            self._lifecycle.redo(task, by="auto redo of rejected tasks")

    def put_fixless(self, side: Side, body: Mapping[str, object]) -> FixlessAudit:
        """Records an audit that leaves the response as it is.

        The keys are only loosely documented (Scale's page "Fixless audits"); all are kept.
        """
        _check_verdict(body)
        audit_id = fields.text_or_none(body, "id")
        if audit_id is not None:
            audit = self._get(side, audit_id)
            before = audit.body.get("audit_result")
            audit.body.update(body)
            audit.updated_at = self._core.now()
            kind = "audit.changed"
        else:
            audit = self._new_fixless(side, body)
            before = None
            kind = "audit.created"
        _score(side.tasks[audit.task_id], audit, is_first=before is None)
        self._core.journal.write(f"{side.mode}/audit/{audit.id}", kind, task=audit.task_id)
        return audit

    def fixless(
        self, side: Side, *, task_id: str | None = None, audit_id: str | None = None
    ) -> list[FixlessAudit]:
        """The fixless audits of a task, newest first, or the one with an id."""
        if audit_id is not None:
            return [self._get(side, audit_id)]
        if task_id is not None and task_id not in side.tasks:
            there = self._core.other_side(side)
            if task_id in there.tasks:
                raise READ_WRONG_MODE(kind="task", name=task_id, there=there.mode, here=side.mode)
            raise TASK_NOT_FOUND()
        found = [a for a in side.audits.values() if task_id is None or a.task_id == task_id]
        found.reverse()
        return found

    def _get(self, side: Side, audit_id: str) -> FixlessAudit:
        audit, there = side.audits.get(audit_id), self._core.other_side(side)
        if audit is None and audit_id in there.audits:
            raise READ_WRONG_MODE(kind="audit", name=audit_id, there=there.mode, here=side.mode)
        if audit is None:
            raise AUDIT_NOT_FOUND()
        return audit

    def _new_fixless(self, side: Side, body: Mapping[str, object]) -> FixlessAudit:
        task_id = fields.text(body, "task_id")
        task, there = side.tasks.get(task_id), self._core.other_side(side)
        if task is None and task_id in there.tasks:
            raise WRONG_MODE(kind="task", name=task_id, there=there.mode, here=side.mode)
        if task is None:
            raise TASK_NOT_FOUND()
        if task.status != "completed":
            raise NOT_AUDITABLE(status=task.status)
        self._core.make_room(side.audits, "fixless audits")
        now = self._core.now()
        audit_id = self._core.new_id(side, "audit", task_id)
        audit = FixlessAudit(audit_id, task_id, dict(body), now, now)
        side.audits[audit_id] = audit
        return audit


def _score(task: Task, audit: FixlessAudit, *, is_first: bool) -> None:
    """The newest verdict of a task is what counts for scoring (documented).

    Args:
        task: The audited task.
        audit: The audit, as it is now.
        is_first: Whether it had no verdict before. A later change makes an older audit no newer.
    """
    result = audit.body.get("audit_result")
    past = task.past()
    if isinstance(result, str) and (is_first or past.verdict_by == audit.id):
        past.verdict, past.verdict_by = result, audit.id


def _check_verdict(body: Mapping[str, object]) -> None:
    """Checks the keys of a fixless audit whose values are documented."""
    result = fields.text_or_none(body, "audit_result")
    if result is not None:
        fields.one_of(result, "audit_result", AUDIT_RESULTS)
    feedback = body.get("feedback")
    if feedback is not None and not isinstance(feedback, list):
        raise invalid('"feedback" must be an array', path="feedback")
