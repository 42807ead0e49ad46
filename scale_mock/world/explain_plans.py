"""Plain words about what keeps a batch in staging, when a schedule delivers, and failed tasks.

Words in capitals in a call are to be filled in; everything else of it can be run as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.domain.gate import check_finalize
from scale_mock.domain.refusals import Refusal
from scale_mock.selectors.delays import Deliveries
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from scale_mock.domain.model import Batch, Task
    from scale_mock.world.world import World


def staging_waits(world: World, batch: Batch) -> tuple[str, str]:
    """What keeps a staging batch from being finalized, if anything, and the call that does it."""
    name = batch.name
    try:
        check_finalize(world.core.settings, world.core.sides[batch.mode], batch)
    except Refusal as refusal:
        why = refusal.text.removesuffix(".")  # who says it goes on, or ends the sentence
        return (f". {why}", f"what is missing, then client.finalize_batch({name!r})")
    return ("", f"client.finalize_batch({name!r}) or mock.batches.finalize({name!r})")


def by_schedule(world: World, task: Task) -> str:
    """Words about the schedule by which a rule delivers the task; empty where there is none."""
    decision, event = task.decision, task.event
    if decision is None or decision.after is None or event is None:
        return ""
    rule = next((one for one in world.rules if one.name == decision.rule), None)
    if rule is None or not isinstance(rule.after, Deliveries):
        return ""
    due = str(event.data) if event.kind == "task.start" else to_iso(event.due)
    return f"; rule {rule.name!r} delivers it at {due}, up to {rule.after.count} at a time"


def why_failed(task: Task) -> str:
    """The text of a failed task's error."""
    return str(decode_object(task.response or b"{}").get("error"))


def after_failure(task: Task) -> str:
    """What can be done about a failed task."""
    if task.unique_id is None:
        return "nothing: an error is final. Create the task again"
    return (
        "nothing: an error is final. Create the task again, after "
        f"client.clear_task_unique_id({task.task_id!r})"
    )
