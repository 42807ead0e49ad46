"""Audits on the wire: the customer's verdicts, with and without a task's route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.domain import fields
from scale_mock.domain.refusals import invalid
from scale_mock.envelopes.objects import fixless_audit_json
from scale_mock.envelopes.tasks import render_task

if TYPE_CHECKING:
    from scale_mock.api.call import Call


def audit_task(call: Call) -> Reply:
    """``POST /task/{task_id}/audit``: accept or reject."""
    task = call.world.tasks.get(call.side, call.names["task_id"])
    body = call.json_object()
    if body.get("accepted") is None:
        raise invalid('"accepted" is required', path="accepted")
    accepted = fields.flag(body, "accepted")
    call.world.audits.audit(
        task,
        "accepted" if accepted else "rejected",
        comments=fields.text_or_none(body, "comments"),
    )
    return Reply(render_task(task))


def put_audit(call: Call) -> Reply:
    """``PUT /audits``: the only call that answers 201 (documented)."""
    audit = call.world.audits.put_fixless(call.side, call.json_object())
    return json_reply(fixless_audit_json(audit), status=201)


def list_audits(call: Call) -> Reply:
    """``GET /audits?task_id=`` or ``?id=``."""
    audit_id = call.one("id")
    found = call.world.audits.fixless(call.side, task_id=call.one("task_id"), audit_id=audit_id)
    bodies = [fixless_audit_json(audit) for audit in found]
    return json_reply(bodies[0] if audit_id is not None else bodies)


OPERATIONS = (
    Operation("audit_task", "POST", "/task/<name:task_id>/audit", audit_task),
    Operation("put_audit", "PUT", "/audits", put_audit),
    Operation("list_audits", "GET", "/audits", list_audits),
)
