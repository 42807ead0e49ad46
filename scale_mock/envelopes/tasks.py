"""A task as the wire spells it.

A task's params, metadata and response lie in the store as JSON already; a task is written by
joining them, which costs a tenth of encoding it anew.
"""

from __future__ import annotations

import re
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from mimetypes import guess_type
from typing import TYPE_CHECKING

from scale_mock.domain.core import RESULTS
from scale_mock.domain.documents import encode
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.domain.model import Audit, History, Task, TaskStatus

_TOKEN = re.compile(r"t(0|[1-9a-f][0-9a-f]{0,11})z")
UNKNOWN_TYPE = "application/octet-stream"
_RESULTS = RESULTS.encode()
_text = encode_basestring_ascii
_iso = lru_cache(maxsize=4096)(to_iso)


def render_task(task: Task, *, attachment_urls: bool = False, callback_known: bool = True) -> bytes:
    """The task object.

    Args:
        task: The task.
        attachment_urls: Whether to add ``attachmentS3Downloads`` (``include_attachment_url``).
        callback_known: Whether to say how the callback fared, where that is known.
    """
    completed = f',"completed_at":"{_iso(task.completed_at)}"' if task.completed_at else ""
    started = "true" if task.work_started else "false"
    created = _iso(task.created_at)
    updated = created if task.updated_at is task.created_at else _iso(task.updated_at)
    head = (
        f'{{"task_id":"{task.task_id}","created_at":"{created}","updated_at":"{updated}"{completed}'
        f',"status":"{v1_status(task.status)}","workStarted":{started}'
    )
    if task.unique_id is not None:
        head += f',"unique_id":{_text(task.unique_id)}'
    if task.tags is not None:
        head += f',"tags":[{",".join(map(_text, task.tags))}]'
    if task.priority is not None:
        head += f',"priority":{task.priority}'
    if callback_known and task.callback_succeeded is not None:
        word = "true" if task.callback_succeeded else "false"
        head += f',"callback_succeeded":{word},"callback_completed":{word}'
    shared = _shared(
        task.type,
        task.mode,
        task.urgency,
        task.project_param_version,
        task.instruction,
        task.project.name if task.project is not None else None,
        task.batch.name if task.batch is not None else None,
        task.callback_url,
    )
    past = b',"audits":[]' if task.history is None else _history(task)
    if attachment_urls:
        past += _attachments(task)
    metadata, params, response = task.metadata, task.params, task.response
    if response is None:
        return b'%b%b%b,"metadata":%b,"params":%b}' % (
            head.encode(), shared, past, metadata, params
        )  # fmt: skip
    return b'%b%b%b,"metadata":%b,"params":%b,"response":%b}' % (
        head.encode(), shared, past, metadata, params, response
    )  # fmt: skip


def v1_status(status: TaskStatus) -> str:
    """A task's status as far as v1 can say it: a deleted task is a canceled one there."""
    return "canceled" if status == "deleted" else status


@lru_cache(maxsize=1024)
def _shared(
    type_name: str,
    mode: str,
    urgency: str,
    version: int | None,
    instruction: str | None,
    project: str | None,
    batch: str | None,
    callback_url: str | None,
) -> bytes:
    """The fields that most tasks of a batch have in common, written once for all of them.

    What was not given is absent, not null.
    """
    text = (
        f',"type":"{type_name}","is_test":{"true" if mode == "test" else "false"}'
        f',"urgency":{_text(urgency)}'
        f',"project_param_version":{"null" if version is None else version}'
        ',"processed_attachments":[]'
    )
    optional = {
        "instruction": instruction,
        "project": project,
        "batch": batch,
        "callback_url": callback_url,
    }
    for name, value in optional.items():
        if value is not None:
            text += f',"{name}":{_text(value)}'
    return text.encode()


def render_limited(task: Task) -> bytes:
    """The task object of ``limited_response=true``: five fields (README of the Python SDK)."""
    project = _text(task.project.name) if task.project else "null"
    head = f'{{"task_id":"{task.task_id}","status":"{v1_status(task.status)}","project":{project}'
    return head.encode() + b',"otherVersion":null,"metadata":' + task.metadata + b"}"


def render_task_page(
    tasks: Iterable[bytes],
    *,
    total: int,
    limit: int,
    offset: int,
    next_token: str | None,
) -> bytes:
    """A page of ``GET /tasks``; ``next_token`` is absent on the last page."""
    token = f',"next_token":{_text(next_token)}' if next_token else ""
    more = "true" if next_token else "false"
    tail = f'],"total":{total},"limit":{limit},"offset":{offset},"has_more":{more}{token}}}'
    return b'{"docs":[' + b",".join(tasks) + tail.encode()


def render_task_callback(task: Task, *, status: str) -> bytes:
    """The body of a task's callback.

    Whether the callback succeeds is not known yet when it is sent, so the task in it does not say.
    """
    response = task.response if task.response is not None else b"null"
    rendered = render_task(task, callback_known=False)
    head = f'{{"task_id":"{task.task_id}","status":"{status}","response":'.encode()
    return head + response + b',"task":' + rendered + b"}"


def at_door(document: bytes, door: str) -> bytes:
    """A document with the files of responses where a door serves them.

    Args:
        document: JSON that may name files.
        door: The door's address for such files.
    """
    return document.replace(_RESULTS, door.encode()) if _RESULTS in document else document


def audit_json(audit: Audit) -> dict[str, object]:
    """One entry of ``audits``."""
    body: dict[str, object] = {
        "audited_by": audit.audited_by,
        "audited_at": to_iso(audit.audited_at),
        "audit_time_secs": audit.audit_time_secs,
        "audit_result": audit.audit_result,
        "audit_source": audit.audit_source,
    }
    if audit.comments is not None:
        body["comments"] = audit.comments
    return body


def next_token(seq: int) -> str:
    """The token of the page that follows the task at a position."""
    return f"t{seq:x}z"


def position_of(token: str) -> int | None:
    """The position in a token, or ``None`` if it was never given out."""
    found = _TOKEN.fullmatch(token)
    return int(found[1], 16) if found else None


def _history(task: Task) -> bytes:
    past = task.past()
    body: dict[str, object] = {"audits": [audit_json(audit) for audit in past.audits]}
    if past.review_status is not None:
        body["customer_review_status"] = past.review_status
    if past.review_comments:
        comments = past.review_comments
        body["customer_review_comments"] = comments[0] if len(comments) == 1 else comments
    if past.times_redone:
        body["times_redone"] = past.times_redone
    if past.is_customer_fix:
        body["is_customer_fix"] = True
    attempts = b"" if past.attempts is None else b',"attempts":' + past.attempts
    pages = b"" if past.document_pages is None else b',"document_pages":' + past.document_pages
    return b"," + encode(body)[1:-1] + attempts + pages + _prior(past)


def _prior(past: History) -> bytes:
    if not past.prior_responses:
        return b""
    return b',"prior_responses":[' + b",".join(past.prior_responses) + b"]"


def _attachments(task: Task) -> bytes:
    from scale_mock.domain.answers import attachment_urls

    downloads = [
        {
            "attachmentURL": url,
            "s3URL": f"https://scale-mock.invalid/{task.task_id}/{number}",
            "isConvertedImage": False,
            "metadata": {"mimeType": guess_type(url.partition("?")[0])[0] or UNKNOWN_TYPE},
        }
        for number, url in enumerate(attachment_urls(task))
    ]
    return b',"attachmentS3Downloads":' + encode(downloads)
