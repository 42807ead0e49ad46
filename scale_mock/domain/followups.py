"""What follows a completion by its rule's word: recalls, and audits by the customer.

Each is an event of its own, with plain data. Recalls come first, one after each of the first
completions; then the reviews, one after the other. Where a review sends the task back, the next one
follows the next completion, and the task has the same fate once more. A recall or redo by hand ends
neither; it only makes them wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from datetime import timedelta

    from scale_mock.domain.audits import Audits
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Task
    from scale_mock.sim.scheduler import Event

RECALL = "task.recall"
REVIEW = "task.review"


class Followups:
    """The driver of recalls and reviews of one world."""

    def __init__(self, core: Core, lifecycle: Lifecycle, audits: Audits) -> None:
        self._core = core
        self._lifecycle = lifecycle
        self._audits = audits
        core.scheduler.on(RECALL, self._on_recall)
        core.scheduler.on(REVIEW, self._on_review)
        lifecycle.completed = self.follow

    def follow(self, task: Task) -> None:
        """Schedules what follows now that a task was completed, or audited."""
        decision = task.decision
        if decision is None or not (decision.recalls or decision.reviews):
            return
        done = task.history.reviews_done if task.history else 0
        if task.times_redone < len(decision.recalls):
            self._schedule(task, RECALL, decision.recalls[task.times_redone], done)
        elif done < len(decision.reviews):
            self._schedule(task, REVIEW, decision.reviews[done].after, done)

    def _schedule(self, task: Task, kind: str, after: timedelta, done: int) -> None:
        due = self._core.now() + after
        # What it was scheduled for tells, when it is due, whether that still stands.
        data = {"redone": task.times_redone, "reviewed": done}
        self._core.scheduler.at(due, kind, task.subject, data)
        self._core.journal.write(task.subject, f"{kind}_planned", due=to_iso(due))

    def upcoming(self, task: Task) -> Event | None:
        """The recall or review that a completed task still has before it, if there is one."""
        decision = task.decision
        if decision is None or not (decision.recalls or decision.reviews):
            return None
        for event in self._core.scheduler.pending():
            if event.subject == task.subject and event.kind in (RECALL, REVIEW):
                found, _ = self._due(event)
                if found is not None:
                    return event
        return None

    def _on_recall(self, event: Event) -> None:
        task, decision = self._due(event)
        if task is not None and decision is not None:
            self._lifecycle.redo(task, by=decision.rule, again=decision)

    def _on_review(self, event: Event) -> None:
        task, decision = self._due(event)
        if task is None or decision is None:
            return
        past = task.past()
        review = decision.reviews[past.reviews_done]
        past.reviews_done += 1
        response = review.response
        if review.result == "fixed" and response is None:
            response = decode_object(task.response or b"{}")
        by = {"audited_by": review.by} if review.by else {}
        self._audits.audit(
            task, review.result, comments=review.comments, response=response, redo=False, **by
        )
        redo = self._core.settings.auto_redo_rejected if review.redo is None else review.redo
        if review.result == "rejected" and redo:
            self._lifecycle.redo(task, by=decision.rule, again=decision)
        else:
            self.follow(task)

    def _due(self, event: Event) -> tuple[Task | None, Decision | None]:
        """The task and its decision, or nothing if something has come in between."""
        mode, _, task_id = event.subject.split("/", 2)
        side = self._core.sides["test" if mode == "test" else "live"]
        task = side.tasks.get(task_id)
        if task is None or task.status != "completed":
            return None, None
        return (task, task.decision) if still_stands(task, event) else (None, None)


def still_stands(task: Task, event: Event) -> bool:
    """Whether nothing has come in between since a recall or review was scheduled."""
    done = task.history.reviews_done if task.history else 0
    return event.data == {"redone": task.times_redone, "reviewed": done}
