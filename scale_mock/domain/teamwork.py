"""What the steps of a Studio team do to a task: attempts, consensus, review layers, rejections.

A task stays pending from the first attempt to the last review. A rejection returns it to an
attempter: ``times_redone`` grows and the rejected answer joins ``prior_responses``, which can be
read at once. Who takes a step, when, and how well, is decided in :mod:`scale_mock.labeling`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from scale_mock.domain.documents import decode_object, encode
from scale_mock.domain.floor import TeamAnswer, WorkItem
from scale_mock.domain.handwork import check_chat_labels
from scale_mock.domain.worklist import Worklist

if TYPE_CHECKING:
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.lifecycle import Lifecycle
    from scale_mock.domain.model import Task

Verdict = Literal["accepted", "fixed", "rejected"]
FAULTY_FROM = 1000
"""Answers with a fault are numbered from here on, a thousand numbers for each redo."""


class Teamwork:
    """The steps of a world's Studio team.

    Attributes:
        worklist: What waits to be picked up.
    """

    def __init__(self, core: Core, lifecycle: Lifecycle) -> None:
        self._core = core
        self._lifecycle = lifecycle
        self.worklist = Worklist(core)

    def offer(self, task: Task) -> WorkItem:
        """A task comes to the floor."""
        item = self._core.floor.items[task.task_id] = WorkItem(task)
        self.worklist.put(item)
        return item

    def withdraw(self, task: Task) -> WorkItem | None:
        """A task leaves the floor, whatever was done to it there; ``None`` if it was not there."""
        item = self._core.floor.items.pop(task.task_id, None)
        if item is not None:
            self.worklist.take_out(item)
        return item

    def pick_up(self, item: WorkItem, email: str) -> None:
        """Somebody takes it in hand; from the first time on it counts as started."""
        item.holders.append(email)
        self.worklist.put(item)
        if not item.task.work_started:
            self._lifecycle.start(item.task, by=email)

    def put_down(self, item: WorkItem, email: str) -> None:
        """Somebody lets go of it with nothing done; it waits as before."""
        item.holders.remove(email)
        self.worklist.put(item)

    def attempt(self, item: WorkItem, email: str, *, is_faulty: bool) -> str:
        """Somebody is done with their attempt.

        Returns:
            The result, as :class:`scale_mock.domain.floor.Activity` has it.
        """
        task, decision = item.task, _decision(item.task)
        item.holders.remove(email)
        if decision.outcome != "complete":
            self._lifecycle.finish(task, decision)
            return "error" if decision.outcome == "error" else "canceled"
        item.attempts.append(self._answer(item, email, decision, is_faulty=is_faulty))
        item.hands.append(email)
        self._core.journal.write(task.subject, "studio.attempted", by=email)
        if len(item.attempts) < self._core.floor.attempts_needed(task):
            self.worklist.put(item)
        else:
            item.answer = merged(item.attempts)
            self._pass_on(item)
        return "submitted"

    def review(self, item: WorkItem, email: str, verdict: Verdict) -> str:
        """Somebody is done with their review; the result is the verdict."""
        task = item.task
        item.holders.remove(email)
        item.hands.append(email)
        self._core.journal.write(
            task.subject, "studio.reviewed", by=email, layer=item.stage, result=verdict
        )
        if verdict == "rejected":
            self._send_back(item)
            return verdict
        if verdict == "fixed":
            self._keep(item)
            item.answer = self._answer(item, email, _decision(task), is_faulty=False)
            self._lifecycle.touch(task)
        self._pass_on(item)
        return verdict

    def _pass_on(self, item: WorkItem) -> None:
        """On to the next review layer, or out of the floor."""
        if item.stage < self._core.floor.pipeline(item.project).reviews:
            item.stage += 1
            self.worklist.put(item)
        else:
            self._complete(item)

    def _send_back(self, item: WorkItem) -> None:
        """A rejected task is attempted anew, by anybody."""
        self._keep(item)
        task = item.task
        task.past().times_redone += 1
        item.rejections += 1
        item.stage, item.answer = 0, None
        item.hands, item.attempts = [], []
        self._lifecycle.touch(task)
        self._core.journal.write(task.subject, "studio.sent_back", times=task.times_redone)
        self.worklist.put(item)

    def _keep(self, item: WorkItem) -> None:
        """The answer that is not good enough joins the prior responses."""
        if item.answer is not None and item.answer.response is not None:
            item.task.past().prior_responses.append(item.answer.response)

    def _answer(
        self, item: WorkItem, email: str, decision: Decision, *, is_faulty: bool
    ) -> TeamAnswer:
        """What somebody answers: the rule's response if it gives one, else a synthesized one.

        All whose answer is right give the same one; each fault gives another.
        """
        task, answers = item.task, self._lifecycle.answers
        if decision.response is not None:
            check_chat_labels(self._core, task, decision.response)
            return TeamAnswer(email, encode(answers.given(task, decision)), None, is_faulty)
        number = task.times_redone
        if is_faulty:
            number = FAULTY_FROM * (task.times_redone + 1) + len(item.attempts)
        response = answers.partly(task, answers.synthesize(task, number))
        return TeamAnswer(email, None if response is None else encode(response), number, is_faulty)

    def _complete(self, item: WorkItem) -> None:
        task, answer = item.task, item.answer
        if answer is None:
            raise AssertionError(f"{task!r} leaves the floor without an answer.")
        answers = self._lifecycle.answers
        if answer.number is not None:
            if answer.number != task.times_redone:
                task.past().answer_no = answer.number
            answers.keep_pages(task)
        attempts = [_shown(one) for one in item.attempts]
        if len(attempts) < 2:
            given = answer.response
            attempts = answers.attempts(task, None if given is None else decode_object(given))
        by = answer.by if len(item.attempts) < 2 else ", ".join(one.by for one in item.attempts)
        rule = _decision(task).rule
        self._lifecycle.complete(task, answer.response, by=by, rule=rule, attempts=attempts)


def merged(attempts: list[TeamAnswer]) -> TeamAnswer:
    """What most people answered; of answers that are as frequent, the earliest."""
    votes = Counter(attempt.response for attempt in attempts)
    most = max(votes.values())
    return next(attempt for attempt in attempts if votes[attempt.response] == most)


def _shown(attempt: TeamAnswer) -> dict[str, object]:
    return {} if attempt.response is None else decode_object(attempt.response)


def _decision(task: Task) -> Decision:
    if task.decision is None:
        raise AssertionError(f"{task!r} is on the floor before its fate was decided.")
    return task.decision
