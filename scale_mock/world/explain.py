"""Plain words about a task or batch: who decided, what happened, what it waits for, what helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scale_mock.config.printable import printable
from scale_mock.domain.batches import stats
from scale_mock.domain.followups import RECALL
from scale_mock.domain.model import Task
from scale_mock.selectors.durations import format_duration
from scale_mock.sim.instants import from_iso, to_iso
from scale_mock.world.explain_plans import (
    after_failure,
    by_schedule,
    staging_waits,
    why_failed,
)
from scale_mock.world.explain_studio import studio_waits

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.callbacks.records import Callback
    from scale_mock.domain.model import Batch
    from scale_mock.sim.scheduler import Event
    from scale_mock.world.world import World

STEPS_MAX = 20
ENDS = ("task.completed", "task.canceled", "task.errored")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a task or batch stands.

    Attributes:
        subject: What is explained, for example ``live/task/6592...``.
        status: Its status.
        decided_by: The rule or default that decided its fate, or why none did yet.
        steps: What happened, oldest first, each with its instant.
        waits_for: What it waits for now.
        move: The call that would move it.
    """

    subject: str
    status: str
    decided_by: str
    steps: tuple[str, ...]
    waits_for: str
    move: str

    def __str__(self) -> str:
        lines = [
            f"{self.subject}: {self.status}",
            f"  decided by: {self.decided_by}",
            f"  waits for:  {self.waits_for}",
            f"  to move it: {self.move}",
            "  timeline:",
            *(f"    {step}" for step in self.steps),
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The explanation as the control API shows it."""
        return {
            "subject": self.subject,
            "status": self.status,
            "decided_by": self.decided_by,
            "waits_for": self.waits_for,
            "move": self.move,
            "steps": list(self.steps),
        }


def explain_task(world: World, task: Task) -> Explanation:
    """Explains a task."""
    waits_for, move = _task_waits(world, task)
    decided = _decided_by(world, task)
    return Explanation(
        subject=task.subject,
        status=task.status,
        decided_by=decided,
        steps=(*timeline(world, task.subject), *world.script.failures_of(task.task_id)),
        waits_for=waits_for,
        move=move,
    )


def _decided_by(world: World, task: Task) -> str:
    """Who decided a task's fate: whoever ended it, else the rule or default that planned it."""
    planned = task.decision.rule if task.decision else None
    if task.status != "pending":
        entries = world.core.journal.entries(subject=task.subject)
        ends = [entry.as_dict() for entry in entries if entry.kind in ENDS]
        if ends:
            # Only the newest end counts: a task that was sent back ends again.
            return str(ends[-1].get("rule") or ends[-1].get("by"))
    return planned or "nobody yet: work cannot begin"


def explain_batch(world: World, batch: Batch) -> Explanation:
    """Explains a batch."""
    waits_for, move = _batch_waits(world, batch)
    counts = ", ".join(f"{count} {status}" for status, count in stats(batch).items()) or "no tasks"
    return Explanation(
        subject=batch.subject,
        status=f"{batch.status} ({counts})",
        decided_by=f"the {batch.project.product_line} workflow",
        steps=timeline(world, batch.subject),
        waits_for=waits_for,
        move=move,
    )


def timeline(world: World, subject: str) -> tuple[str, ...]:
    """What the journal says of a subject, the newest entries if there are many."""
    entries = list(world.core.journal.entries(subject=subject))
    lines = [_line(entry.as_dict()) for entry in entries[-STEPS_MAX:]]
    if len(entries) > STEPS_MAX:
        lines.insert(0, f"({len(entries) - STEPS_MAX} earlier entries)")
    return tuple(lines)


def upcoming(world: World, count: int) -> list[str]:
    """What the clock would bring next."""
    return [
        f"{in_words(world, event.due)}: {event.kind} {event.subject}".rstrip()
        for event in world.scheduler.soonest(count)
    ]


def in_words(world: World, instant: datetime) -> str:
    """An instant and how far away it is."""
    left = instant - world.now()
    return f"{to_iso(instant)} (in {format_duration(left)})" if left else f"{to_iso(instant)} (now)"


def _line(entry: dict[str, object]) -> str:
    skipped = {"seq", "at", "subject", "kind", "id", "response"}
    details = ", ".join(
        f"{name}={value}"
        for name, value in entry.items()
        if name not in skipped and value is not None
    )
    return f"{entry['at']}  {entry['kind']}" + (f"  {details}" if details else "")


def _task_waits(world: World, task: Task) -> tuple[str, str]:
    if task.status != "pending":
        told = _callback_waits(world, list(world.desk.of("task", task.task_id, task.mode)), task)
        if task.status == "error" and told[1] == "nothing":
            told = (told[0], after_failure(task))
        return _with_followup(world, task, *told)
    batch = task.batch
    if batch is not None and batch.status == "staging":
        missing, move = staging_waits(world, batch)
        return (
            f"batch {batch.name!r}, which is still in staging: nobody works on a "
            f"{batch.project.product_line} batch before it is finalized{missing}",
            move,
        )
    if batch is not None and batch.status == "paused" and not task.work_started:
        return (f"batch {batch.name!r} to be resumed: it is paused", _resume(batch))
    if (on_floor := studio_waits(world, task)) is not None:
        return on_floor
    if task.event is not None:
        return _planned(world, task, task.event)
    complete = f"mock.tasks.complete({task.task_id!r})"
    if batch is not None and batch.kind == "self_label" and task.decision is not None:
        return ("the customer: it is in a self-label batch", complete)
    if task.history is not None and task.history.stuck is not None:
        complete = f"mock.tasks.complete({task.task_id!r}, response=LABELS)"
        return (f"somebody to hand it on: finishing it failed: {task.history.stuck}", complete)
    rule = task.decision.rule if task.decision else "nobody"
    return (f"somebody to hand it on: it is held by rule {rule!r}", complete)


def _planned(world: World, task: Task, event: Event) -> tuple[str, str]:
    """What a task waits for that ends by itself, and the move to its end, not to a stop before."""
    due, start = event.due, ""
    if not task.work_started and event.kind != "task.finish":
        start = f"the start of work at {in_words(world, due)}, then "
        due = from_iso(str(event.data))
    end = f"its end at {in_words(world, due)}{by_schedule(world, task)}"
    return (f"{start}{end}", _move_clock(world, due))


def _with_followup(world: World, task: Task, waits_for: str, move: str) -> tuple[str, str]:
    """What a finished task waits for, and the recall or review that its rule still wants."""
    event = world.followups.upcoming(task)
    if event is None or task.decision is None:
        return waits_for, move
    if event.kind == RECALL:
        number, count = task.times_redone + 1, len(task.decision.recalls)
        what = f"its recall ({number} of {count})"
    else:
        done = task.history.reviews_done if task.history else 0
        reviews = task.decision.reviews
        what = f'the review "{reviews[done].result}" ({done + 1} of {len(reviews)})'
    due = event.due
    what = f"{what} by rule {task.decision.rule!r} at {in_words(world, due)}"
    if not waits_for.startswith("nothing: "):
        return f"{waits_for}; besides, {what}", move
    if move != "nothing":  # Its callback was given up, which is worth knowing all the same.
        what = f"{what}; besides, {waits_for.removeprefix('nothing: ')}"
    return what, _move_clock(world, due)


def _batch_waits(world: World, batch: Batch) -> tuple[str, str]:
    if batch.status == "staging":
        missing, move = staging_waits(world, batch)
        return (f"being finalized: it is still in staging{missing}", move)
    if batch.status == "paused":
        return ("being resumed: it is paused", _resume(batch))
    if batch.status == "cancelled" and not batch.counts.get("pending", 0):
        return ("nothing: it was cancelled, and a cancelled batch sends no callback", "nothing")
    if batch.settling is not None:
        due = batch.settling.due
        return (f"its completion at {in_words(world, due)}", _move_clock(world, due))
    pending = batch.counts.get("pending", 0)
    if pending:
        return _pending_waits(world, batch, pending)
    if not batch.total:
        return ("a first task: a batch without tasks never completes", "create a task in it")
    return _callback_waits(world, list(world.desk.of("batch", batch.name, batch.mode)), batch)


def _pending_waits(world: World, batch: Batch, pending: int) -> tuple[str, str]:
    """What is to come of a batch's pending tasks, by themselves or by its team's hands."""
    tasks = "1 pending task" if pending == 1 else f"{pending} pending tasks"
    first = _first_pending(world, batch)
    move = "nothing"
    if first is not None:
        move = f"mock.explain({first.task_id!r}) tells about the first of them"
        if pending == 1:
            move = f"mock.explain({first.task_id!r}) tells about it"
    due = world.core.workforce.due(batch)
    if due is not None:
        return (f"{tasks}; the team's next step is at {in_words(world, due)}", move)
    if batch.scheduled:
        verb = "has" if batch.scheduled == 1 else "have"
        what = "it has" if pending == 1 else f"{batch.scheduled} of them {verb}"
        return (f"{tasks}; {what} something scheduled", move)
    none = "it has nothing" if pending == 1 else "none of them has anything"
    if first is None:
        return (f"{tasks}; {none} scheduled", move)
    waits, move = _task_waits(world, first)
    who = "it" if pending == 1 else f"the first, {first.task_id},"
    return (f"{tasks}; {none} scheduled: {who} waits for {waits}", move)


def _resume(batch: Batch) -> str:
    return f"client.v2.resume_batch({{'batch_name': {batch.name!r}}})"


def _callback_waits(
    world: World, callbacks: list[Callback], owner: Task | Batch
) -> tuple[str, str]:
    """What a finished task or batch still waits for: at most its callback."""
    pending = [callback for callback in callbacks if callback.state == "pending"]
    if pending:
        callback = pending[0]
        tried = len(callback.attempts)
        made = callback.tries
        last = f"; the last of {tried} got {made[-1].outcome}" if made else ""
        if callback.event is None:
            return (f"its callback, which is being sent{last}", "nothing: it is on its way")
        return (
            f"attempt {tried + 1} of its callback at {in_words(world, callback.event.due)}{last}",
            _move_clock(world, callback.event.due),
        )
    if callbacks and callbacks[-1].state == "failed":
        callback = callbacks[-1]
        return (
            f"nothing: its callback was given up after {len(callback.attempts)} attempts, the "
            f"last of which got {callback.attempts[-1].outcome}",
            f"mock.callbacks.resend({callback.id!r})",
        )
    if not callbacks:
        field = "callback" if hasattr(owner, "counts") else "callback_url"
        why = f"it has no {field}, so no callback is owed"
        if owner.status in {"canceled", "deleted"}:
            why = f"{owner.status} tasks send no callback"
        return (f"nothing: it {_ended(owner)}; {why}", "nothing")
    if callbacks[-1].state == "captured":
        host = printable(urlsplit(callbacks[-1].url).hostname or "")
        return (
            f"nothing: it {_ended(owner)} and its callback was captured, not sent: {host} is "
            f"opened by callback_hosts=[{host!r}] (serve --callback-host {host})",
            "nothing",
        )
    return (f"nothing: it {_ended(owner)} and its callback arrived", "nothing")


def _ended(owner: Task | Batch) -> str:
    if isinstance(owner, Task) and owner.status == "error":
        return f"ended in an error ({why_failed(owner)})"
    return f"is {owner.status}"


def _move_clock(world: World, due: datetime) -> str:
    if world.follower.is_on:
        return world.follower.how_to_reach(due)
    return f"mock.clock.advance_to({to_iso(due)!r}), or an assertion that waits for it"


def _first_pending(world: World, batch: Batch) -> Task | None:
    from scale_mock.domain.task_index import TaskFilter

    index = world.core.sides[batch.mode].task_index
    wanted = TaskFilter(batch=(batch.name,), status=("pending",))
    return next(index.matching(wanted), None)
