"""What callbacks say: v1's documented bodies, and for v2's tasks and batches what is assumed.

No page describes v2's callbacks. The assumption, switched by the setting ``v2_callbacks``: they are
delivered as v1's are and carry v2's object, ``{"task", "task_id"}`` and ``{"batch"}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.chat_forms import is_chat
from scale_mock.domain.documents import encode
from scale_mock.domain.model import Batch
from scale_mock.envelopes.objects import batch_callback_json
from scale_mock.envelopes.tasks import at_door, render_task_callback
from scale_mock.envelopes.v2 import View, batch_json, task_json
from scale_mock.envelopes.v2_threads import SDK_SAFE

if TYPE_CHECKING:
    from scale_mock.config import Settings
    from scale_mock.domain.model import Task


def sends(settings: Settings, owner: Task | Batch) -> bool:
    """False for a task or batch of v2 where such callbacks are switched off."""
    return settings.v2_callbacks != "off" or not _is_of_v2(owner)


def task_body(settings: Settings, task: Task, status: str) -> bytes:
    """The body of a task's callback, its files where the task's creator finds them."""
    if settings.v2_callbacks == "v2" and _is_of_v2(task):
        view = View(opts=frozenset({SDK_SAFE} if settings.attachments == "sdk_safe" else ()))
        body = encode({"task": task_json(task, view), "task_id": task.task_id})
    else:
        body = render_task_callback(task, status=status)
    return at_door(body, task.door)


def batch_body(settings: Settings, batch: Batch) -> bytes:
    """The body of a batch's callback."""
    if settings.v2_callbacks == "v2" and _is_of_v2(batch):
        return encode({"batch": batch_json(batch)})
    return encode(batch_callback_json(batch))


def _is_of_v2(owner: Task | Batch) -> bool:
    """True for what was made through v2, and for tasks that only v2 describes."""
    if isinstance(owner, Batch):
        return owner.api == "v2"
    return is_chat(owner) and owner.project is not None
