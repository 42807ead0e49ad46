"""Sending again: the same callback once more, because somebody asked for it.

It keeps its id and its bytes, and the number of its attempts goes on; retries begin anew. A task
that has changed since gets a callback of its own, because a callback's bytes never change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scale_mock.callbacks.bodies import task_body
from scale_mock.callbacks.meddling import MET
from scale_mock.domain.refusals import NO_CALLBACK
from scale_mock.errors import LimitReached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.callbacks.records import Callback, Owner
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import CallbackReason
    from scale_mock.domain.model import Mode, Task

ATTEMPT = "callback.attempt"
"""The event that hands a callback out."""


class Resending:
    """What the desk does for those who want a callback again."""

    _core: Core
    by_id: dict[str, Callback]

    def of(self, owner: Owner, subject: str, mode: Mode) -> Iterator[Callback]:
        """The callbacks of one task or batch, oldest first."""
        return (
            callback
            for callback in self.by_id.values()
            if callback.subject == subject and callback.owner == owner and callback.mode == mode
        )

    def resend_task(self, task: Task) -> Callback:
        """Sends a finished task's callback again; a new one if the task has changed since.

        Raises:
            Refusal: 400 if the task is not finished or has no ``callback_url``.
        """
        if task.status not in {"completed", "error"} or not task.callback_url:
            raise NO_CALLBACK()
        url, body = task.callback_url, task_body(self._core.settings, task, task.status)
        for callback in self.of("task", task.task_id, task.mode):
            if callback.copy_of is None and (callback.url, callback.body) == (url, body):
                return self.resend(callback)
        return self._owe("task", task.task_id, task.mode, task.status, "resent", url, body)

    def resend(self, callback: Callback) -> Callback:
        """Sends a callback again: the same id and bytes, and the number of its attempts goes on.

        A retry that is due later comes now instead. What is on its way already is waited for.

        Args:
            callback: Any record of it.

        Returns:
            Its present record.

        Raises:
            LimitReached: It has been tried as often as attempts are kept.
        """
        callback = self.by_id.get(callback.id, callback)
        limit = self._core.settings.callbacks_max
        if len(callback.attempts) + callback.asked >= limit:
            raise LimitReached("Attempts of one callback", limit=limit, setting="callbacks_max")
        # Whether it is asked for before or after the last try came back is chance over a socket.
        subject = f"{callback.mode}/{callback.owner}/{callback.subject}"
        strand = f"{callback.id}/resent"
        self._core.journal.write(subject, "callback.resent", strand, id=callback.id)
        return self._send_again(callback)

    def _send_again(self, callback: Callback) -> Callback:
        now, event = self._core.now(), callback.event
        if callback.state != "pending":
            callback = replace(
                callback, reason="resent", owed_at=now, state="pending", at=None, event=None,
                begun=len(callback.attempts),
            )  # fmt: skip
            if self.by_id.pop(callback.id, None) is None:
                self._make_room()
            self.by_id[callback.id] = callback  # the newest, again
        elif event is not None and callback.attempts and event.due > now and event.data != MET:
            self._core.scheduler.cancel(event)
        else:
            callback.asked += 1
            return callback
        callback.event = self._core.scheduler.at(now, ATTEMPT, callback.id)
        return callback

    def _ask_again(self, callback: Callback) -> None:
        """Sends it again, if that was asked for while it was on its way."""
        if callback.asked:
            callback.asked -= 1
            self._send_again(callback)

    def _make_room(self) -> None:
        raise NotImplementedError

    def _owe(
        self,
        owner: Owner,
        subject: str,
        mode: Mode,
        status: str,
        reason: CallbackReason,
        url: str,
        body: bytes,
    ) -> Callback:
        raise NotImplementedError
