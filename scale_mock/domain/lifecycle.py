"""A task's life: from the moment work can begin to its end, and back again on a redo.

Status changes here and nowhere else, in an event of the clock or at a command of the customer,
never when something is read::

    pending (queued) -> pending (started) -> completed -> (redo) pending
          |                    |                 error
          +-> canceled
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.agenda import FINISH, START, Agenda
from scale_mock.domain.answers import Answers, error_response
from scale_mock.domain.documents import encode
from scale_mock.domain.handwork import check_chat_labels
from scale_mock.domain.refusals import (
    ALREADY_DELETED,
    NOT_PENDING,
    NOT_REDOABLE,
    TASK_COMPLETED,
    TASK_ERRORED,
    TASK_STARTED,
)
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import cut_to_ms, from_iso, to_iso
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.domain.batches import Batches
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.model import Task, TaskStatus
    from scale_mock.domain.task_index import TaskIndex
    from scale_mock.sim.scheduler import Event

START_DELAY_MAX = timedelta(minutes=5)


class Lifecycle:
    """What happens to tasks.

    Attributes:
        answers: What tasks are answered with.
        agenda: What is scheduled for them.
        completed: Told of every task that was completed.
    """

    def __init__(self, core: Core, batches: Batches) -> None:
        self._core = core
        self.completed: Callable[[Task], None] = lambda task: None
        self.answers = Answers(core)
        self._batches = batches
        self.agenda = Agenda(core, self.touch)
        core.scheduler.on(START, self._on_start)
        core.scheduler.on(FINISH, self._on_finish)

    def begin(self, task: Task, again: Decision | None = None) -> None:
        """Work may begin: the task's fate is decided now, and only now.

        Args:
            task: The task.
            again: The same fate as before, for one that its own rule sends back.
        """
        if again is None:
            decision, after = self._core.planner.plan(task)
        else:
            decision, after = again, self._core.planner.again(task, again)
        task.decision = decision
        if decision.outcome == "hold":
            self._core.journal.write(task.subject, "task.held", rule=decision.rule)
            return
        if after is None:
            # A team does the work: it decides when.
            self._core.journal.write(
                task.subject, "task.offered", rule=decision.rule, outcome=decision.outcome
            )
            self._core.workforce.offer(task)
            return
        now = self._core.now()
        due = to_iso(now + after)
        self._core.journal.write(
            task.subject, "task.planned", rule=decision.rule, outcome=decision.outcome, due=due
        )
        if after and decision.outcome != "cancel":
            # Work starts a little after it may, so that cancel has its window.
            starts = cut_to_ms(now + min(after / 2, START_DELAY_MAX))
            self.agenda.put(task, starts, START, due)
        else:
            self.agenda.put(task, now + after, FINISH)

    def start(self, task: Task, *, by: str | None = None) -> None:
        """Work has started: from here on the task cannot be canceled."""
        self._require_pending(task, "start")
        if not task.work_started:
            task.work_started = True
            self.touch(task)
            self._core.journal.write(task.subject, "task.started", **({"by": by} if by else {}))

    def start_early(self, task: Task) -> None:
        """Work starts now, before it was planned to; its end stays where it was planned."""
        planned = task.event
        by = None if task.work_started else self._core.crowd.take(task)
        self.start(task, by=by)
        if planned is not None and planned.kind == START:
            self.agenda.drop(task)
            self.agenda.put(task, from_iso(str(planned.data)), FINISH, by)
        if task.batch is not None and task.task_id in task.batch.parked:
            task.batch.parked[task.task_id].by = by

    def complete(
        self,
        task: Task,
        response: Mapping[str, object] | bytes | None,
        *,
        by: str,
        rule: str | None = None,
        attempts: list[dict[str, object]] | None = None,
    ) -> None:
        """The task is done, with this response.

        Args:
            task: A pending task.
            response: The labels, also as JSON; ``None`` where the platform was recorded to send
                none.
            by: Who labeled it, for the journal.
            rule: What decided that, where it was not whoever labeled it.
            attempts: What each of several respondents answered.
        """
        self._require_pending(task, "complete")
        document = response if response is None or isinstance(response, bytes) else encode(response)
        self.agenda.drop(task)
        task.response = document
        if attempts:
            task.past().attempts = encode([{"response": one} for one in attempts])
        task.work_started = True
        self._end(task, "completed")
        decided = {"rule": rule} if rule else {}
        labels = digest(task.response or b"").hex()
        self._core.journal.write(task.subject, "task.completed", by=by, **decided, response=labels)
        self._core.crowd.report(task, by)
        self._core.callbacks.owe_task(task, reason="completed")
        self.completed(task)

    def fail(
        self,
        task: Task,
        error: str | Mapping[str, object] | None,
        *,
        by: str = "hand",
        rule: str | None = None,
    ) -> None:
        """The task ends in an error, as when an attachment cannot be fetched.

        ``by`` and ``rule`` are as in :meth:`complete`.
        """
        self._require_pending(task, "fail")
        body = error_response(task, error)
        document = encode(body)
        self.agenda.drop(task)
        task.response = document
        self._end(task, "error")
        if task.history is not None and task.history.clear_unique_id_on_error:
            self._index(task).set_unique_id(task, None)
        decided = {"rule": rule} if rule else {}
        text = str(body.get("error"))
        self._core.journal.write(task.subject, "task.errored", by=by, **decided, error=text)
        self._core.callbacks.owe_task(task, reason="error")

    def cancel(self, task: Task, *, clear_unique_id: bool = False) -> None:
        """Cancels a queued task; canceling a canceled one changes nothing.

        Raises:
            Refusal: 400 if the task was completed, errored, or work on it has started.
        """
        if task.status == "completed":
            raise TASK_COMPLETED()
        if task.status == "error":
            raise TASK_ERRORED()
        if task.status == "pending":
            if task.work_started:
                raise TASK_STARTED()
            self._cancel(task, by="customer")
        if clear_unique_id and task.unique_id is not None:
            self._index(task).set_unique_id(task, None)
            self._core.journal.write(task.subject, "task.unique_id_set", unique_id=None)

    def redo(self, task: Task, *, by: str, again: Decision | None = None) -> None:
        """Sends a completed task back to be done again; a recall callback says so.

        Args:
            task: A completed task.
            by: Who does it, for the journal.
            again: The fate that it has once more; by default it is decided anew.
        """
        if task.status != "completed":
            raise NOT_REDOABLE(status=task.status)
        past = task.past()
        past.times_redone += 1
        self.keep_response(task)
        task.response = None
        task.callback_succeeded = None
        past.attempts = past.answer_no = None
        task.work_started = False
        task.decision = None
        self._index(task).set_completed_at(task, None)
        self._set_status(task, "pending")
        self._core.journal.write(task.subject, "task.redone", by=by, times=past.times_redone)
        self._core.callbacks.owe_task(task, reason="recalled")
        if task.batch is None or task.batch.lets_work_begin:
            self.begin(task, again)

    def replan(self, task: Task) -> None:
        """Decides a pending task's fate anew; what was scheduled for it is taken back.

        In a paused batch the new fate is decided when the batch is resumed.
        """
        self.agenda.drop(task)
        if task.batch is not None and task.batch.status == "paused" and not task.work_started:
            task.batch.parked.pop(task.task_id, None)
            task.decision = None
            return
        self.begin(task)

    def replace_response(self, task: Task, response: Mapping[str, object]) -> None:
        """Puts another response in the place of a completed task's; its callback is sent again."""
        task.response = encode(response)
        self.touch(task)
        self._core.journal.write(
            task.subject, "task.response_replaced", response=digest(task.response).hex()
        )
        self._core.callbacks.owe_task(task, reason="completed")

    def delete(self, task: Task) -> None:
        """The platform's staff removes a task, whatever its status; its labels are gone.

        Raises:
            Refusal: 400 if it is deleted already.
        """
        if task.status == "deleted":
            raise ALREADY_DELETED()
        self.agenda.drop(task)
        task.response = None
        if task.history is not None:
            task.history.attempts = None
            task.history.prior_responses.clear()
        if task.completed_at is not None:
            self._index(task).set_completed_at(task, None)
        self._set_status(task, "deleted")
        self._core.journal.write(task.subject, "task.deleted")

    def keep_response(self, task: Task) -> None:
        """Moves a copy of the answer to the prior responses."""
        if task.response is not None:
            task.past().prior_responses.append(task.response)

    def touch(self, task: Task) -> None:
        """Notes that a task changed now."""
        self._index(task).set_updated_at(task, self._core.now())
        task.touched += 1
        if task.batch is not None:
            task.batch.touched += 1

    def _on_start(self, event: Event) -> None:
        task = self.agenda.take(event)
        by = None if task.work_started else self._core.crowd.take(task)
        self.start(task, by=by)
        self.agenda.put(task, from_iso(str(event.data)), FINISH, by)

    def _on_finish(self, event: Event) -> None:
        task = self.agenda.take(event)
        decision = task.decision
        if decision is None:
            raise ConfigurationError(f"{task!r} was to be finished before its fate was decided.")
        by = str(event.data) if event.data else None
        if not task.work_started and decision.outcome != "cancel":
            by = self._core.crowd.take(task)
        try:
            self.finish(task, decision, by=by)
        except Exception as error:
            # Nothing has changed yet: the task says what holds it, and somebody can hand it on.
            task.past().stuck = str(error)
            self._core.journal.write(task.subject, "task.stuck", reason=str(error))
            raise

    def finish(self, task: Task, decision: Decision, *, by: str | None = None) -> None:
        """Brings about what was decided; ``by`` names the tasker who worked on it, if one did."""
        rule = decision.rule if by else None
        if decision.outcome == "cancel":
            self._cancel(task, by=decision.rule)
        elif decision.outcome == "error":
            self.fail(task, decision.error, by=by or decision.rule, rule=rule)
        elif decision.response is None:
            self.complete_synthesized(task, by=by or decision.rule, rule=rule)
        else:
            check_chat_labels(self._core, task, decision.response)
            given = self.answers.given(task, decision)
            self.complete(task, given, by=by or decision.rule, rule=rule)

    def complete_synthesized(self, task: Task, *, by: str, rule: str | None = None) -> None:
        """The task is done, with synthesized labels; by several respondents if it asks for them."""
        response = self.answers.partly(task, self.answers.synthesize(task))
        self.answers.keep_pages(task)
        attempts = self.answers.attempts(task, response)
        self.complete(task, response, by=by, rule=rule, attempts=attempts)

    def _cancel(self, task: Task, *, by: str) -> None:
        self.agenda.drop(task)
        self._end(task, "canceled")
        self._core.journal.write(task.subject, "task.canceled", by=by)

    def _end(self, task: Task, status: TaskStatus) -> None:
        if status == "completed":
            self._index(task).set_completed_at(task, self._core.now())
        self._set_status(task, status)

    def _set_status(self, task: Task, status: TaskStatus) -> None:
        old = task.status
        self._index(task).set_status(task, status)
        task.status = status
        self.touch(task)
        if task.batch is not None:
            self._batches.count(task.batch, old, status)

    def _index(self, task: Task) -> TaskIndex:
        return self._core.sides[task.mode].task_index

    def _require_pending(self, task: Task, verb: str) -> None:
        if task.status != "pending":
            raise NOT_PENDING(verb=verb, status=task.status)
