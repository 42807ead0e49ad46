"""The callback desk of a world: notes what is owed, tries it on the clock, records how it went.

A due attempt is an event that only *hands out* the callback; sending happens afterwards, outside
the world's lock, in :meth:`CallbackDesk.send_next`, so that a receiver may call the platform back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scale_mock.callbacks.bodies import batch_body, sends, task_body
from scale_mock.callbacks.meddling import HELD_FOR, MET
from scale_mock.callbacks.records import Attempt, Callback, Mail
from scale_mock.callbacks.resending import ATTEMPT, Resending
from scale_mock.callbacks.schedule import ATTEMPTS, delay_of
from scale_mock.errors import LimitReached
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from scale_mock.callbacks.answer import Answer
    from scale_mock.callbacks.meddling import Meddler, Meddling
    from scale_mock.callbacks.records import Owner, State
    from scale_mock.callbacks.targets import Targets
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import CallbackReason
    from scale_mock.domain.model import Batch, Mode, Task
    from scale_mock.sim.scheduler import Event

AUTH_HEADER = "scale-callback-auth"
STATUS_OF = {
    "completed": "completed",
    "error": "error",
    "audited": "completed",
    "recalled": "pending",
}
"""The ``status`` that a task's callback reports, by what made it due (Scale's page "Callbacks")."""


class CallbackDesk(Resending):
    """The callbacks of one world.

    Args:
        core: The world's state.
        targets: How receivers are reached.
        auth: The callback auth key of each mode, sent as ``scale-callback-auth``.
        guard: The world's lock.
        ticket: Number of the newest request that was taken in; see :meth:`send_next`.

    Attributes:
        meddler: Asked before each try whether something goes wrong with it.
    """

    def __init__(
        self,
        core: Core,
        *,
        targets: Targets,
        auth: Mapping[Mode, str],
        guard: AbstractContextManager[object],
        ticket: Callable[[], int],
    ) -> None:
        self._core = core
        self._guard = guard
        self._ticket = ticket
        self._auth = auth
        self._counts: dict[str, int] = {}
        self._outbox: deque[tuple[int, Callback, Meddling | None]] = deque()
        self._held: list[str] = []
        self.meddler: Meddler | None = None
        self.targets = targets
        self.on_attempt: Callable[[Callback], None] = lambda callback: None
        self.by_id: dict[str, Callback] = {}
        self.attempts: deque[Attempt] = deque(maxlen=core.settings.callbacks_max)
        self.acknowledged: list[Callback] = []
        self.acknowledged_ever = 0
        self.inbox: list[Mail] = []
        core.scheduler.on(ATTEMPT, self._hand_out)

    def owe_task(self, task: Task, *, reason: CallbackReason) -> None:
        """A task completed, errored, was audited or recalled; nothing without a destination."""
        if task.callback_url and sends(self._core.settings, task):
            status = STATUS_OF[reason]
            body = task_body(self._core.settings, task, status)
            self._owe("task", task.task_id, task.mode, status, reason, task.callback_url, body)

    def owe_batch(self, batch: Batch) -> None:
        """A batch completed; nothing without a destination."""
        if batch.callback and sends(self._core.settings, batch):
            self._owe("batch", batch.name, batch.mode, batch.status, "completed", batch.callback,
                      batch_body(self._core.settings, batch))  # fmt: skip

    @property
    def has_mail_out(self) -> bool:
        """True if a callback is handed out and not sent yet."""
        return bool(self._outbox)

    def send_next(self, *, unanswered: int | None = None) -> bool:
        """Sends the callback that was handed out first; called without the world's lock.

        Args:
            unanswered: The lowest number of a request whose reply is not out yet; a callback never
                goes before the reply to the request that caused it.

        Returns:
            False if there was nothing that may be sent.
        """
        with self._guard:
            if not self._outbox:
                return False
            ticket, callback, meddling = self._outbox[0]
            if unanswered is not None and ticket >= unanswered:
                return False
            self._outbox.popleft()
        route = self.targets.route(callback.url)
        if meddling is not None and meddling.loses_answer:
            if meddling.reaches and route in {"mounted", "loopback"}:
                self.targets.send(callback.url, callback.body, callback.headers)
            with self._guard:
                self._record(callback, meddling.answer(), meddling)
            return True
        if route == "captured":
            self.targets.warn_captured(callback.url)
        if route in {"mounted", "loopback"}:
            sent = self._send(callback, meddling)
            with self._guard:
                self._record(callback, sent, meddling)
        else:
            with self._guard:
                self._keep(callback, meddling, mail=route == "inbox")
        return True

    def forget(self) -> None:
        """Drops what was handed out and closes kept connections."""
        self._outbox.clear()
        self._held.clear()
        self.targets.close()

    def dump(self) -> dict[str, object]:
        """What is owed and how it fared; see :meth:`load`. The auth header is the door's."""
        return {
            "counts": self._counts,
            "held": self._held,
            "callbacks": [replace(one, headers={}) for one in self.by_id.values()],
            "attempts": [[one.callback_id, one.number] for one in self.attempts],
            "acknowledged": [
                one.id if one is self.by_id[one.id] else replace(one, headers={}, attempts=[])
                for one in self.acknowledged
            ],
            "acknowledged_ever": self.acknowledged_ever,
            "inbox": self.inbox,
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Goes on from where another desk was dumped, while nothing was handed out."""
        self._counts = data["counts"]
        self._held = data["held"]
        self.by_id = {one.id: one for one in data["callbacks"]}
        for callback in self.by_id.values():
            callback.headers = self._headers(callback.mode)
        # A callback that was forgotten took its tries along.
        known = {name: one for name, one in self.by_id.items() if one.attempts}
        self.attempts.extend(
            known[name].attempts[number - 1] for name, number in data["attempts"] if name in known
        )
        self.acknowledged = [
            self.by_id[one]
            if isinstance(one, str)
            else replace(one, headers=self._headers(one.mode), attempts=self.by_id[one.id].attempts)
            for one in data["acknowledged"]
        ]
        self.acknowledged_ever = data["acknowledged_ever"]
        self.inbox = data["inbox"]

    def _headers(self, mode: Mode) -> dict[str, str]:
        return {"Content-Type": "application/json", AUTH_HEADER: self._auth[mode]}

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
        self._make_room()
        name = f"{mode}/{owner}/{subject}"
        number = self._counts[name] = self._counts.get(name, 0) + 1
        callback = Callback(
            id="cb_" + digest(self._core.settings.seed, "callback", name, number).hex()[:24],
            owner=owner,
            subject=subject,
            mode=mode,
            status=status,
            reason=reason,
            url=url,
            body=body,
            headers=self._headers(mode),
            owed_at=self._core.now(),
        )
        self.by_id[callback.id] = callback
        self._write(callback, "owed", id=callback.id, reason=reason, status=status)
        self._schedule(callback, 1)
        return callback

    def _make_room(self) -> None:
        """Forgets the oldest callback where as many are kept as the settings allow."""
        limit = self._core.settings.callbacks_max
        if len(self.by_id) >= limit:
            oldest = next(iter(self.by_id.values()))
            if oldest.state == "pending":
                raise LimitReached("Callbacks still owed", limit=limit, setting="callbacks_max")
            del self.by_id[oldest.id]
            if oldest.begun:
                self.acknowledged = [one for one in self.acknowledged if one.id != oldest.id]
            elif oldest.is_acknowledged and oldest in self.acknowledged:
                # Near the front, but not always at it: a callback that needed retries came later.
                self.acknowledged.remove(oldest)

    def _schedule(self, callback: Callback, number: int) -> None:
        """Schedules an attempt of the present sending, counted from 1."""
        first = callback.tries[0].at if callback.tries else self._core.now()
        callback.event = self._core.scheduler.at(first + delay_of(number), ATTEMPT, callback.id)

    def _hand_out(self, event: Event) -> None:
        callback = self.by_id[event.subject]
        callback.event = None
        meddling = None
        if self.meddler is not None and event.data != MET and callback.copy_of is None:
            meddling = self.meddler.meet(callback, len(callback.attempts) + 1)
        if meddling is not None and self._is_put_off(callback, meddling):
            return
        self._outbox.append((self._ticket(), callback, meddling))
        if meddling is not None and meddling.kind == "duplicate":
            self._copy(callback, meddling)
        if self._held:
            self._release(callback)

    def _is_put_off(self, callback: Callback, meddling: Meddling) -> bool:
        """True if the try comes later: after a while, or after the next callback."""
        if meddling.kind == "reorder" and not self._held:
            self._held.append(callback.id)
            self._put_off(callback, meddling.delay or HELD_FOR)
            return True
        if meddling.kind == "delay":
            self._put_off(callback, meddling.delay)
            return True
        return False

    def _put_off(self, callback: Callback, by: timedelta) -> None:
        due = self._core.now() + by
        callback.event = self._core.scheduler.at(due, ATTEMPT, callback.id, MET)

    def _release(self, after: Callback) -> None:
        """Hands out what was held back until another callback is out."""
        held, self._held = self._held, []
        for name in held:
            callback = self.by_id.get(name)
            if callback is None or callback is after:
                continue  # nothing came that it could follow, so its time has come alone
            if callback.event is not None:
                self._core.scheduler.cancel(callback.event)
                callback.event = None
            self._outbox.append((self._ticket(), callback, None))

    def _copy(self, callback: Callback, meddling: Meddling) -> None:
        """Owes duplicates: callbacks of their own with the same bytes, which meet no faults."""
        for number in range(1, meddling.copies + 1):
            copy = self._owe(
                callback.owner, callback.subject, callback.mode, callback.status, callback.reason,
                callback.url, callback.body,
            )  # fmt: skip
            copy.copy_of = callback.id
            if meddling.delay and copy.event is not None:
                self._core.scheduler.cancel(copy.event)
                self._put_off(copy, meddling.delay * number)

    def _send(self, callback: Callback, meddling: Meddling | None) -> Answer:
        if meddling is None:
            return self.targets.send(callback.url, callback.body, callback.headers)
        return self.targets.send(
            callback.url,
            meddling.body(callback.body),
            meddling.headers(callback.headers, AUTH_HEADER),
            drip=meddling.drip if meddling.kind == "slow" else None,
        )

    def _record(self, callback: Callback, answer: Answer, meddling: Meddling | None = None) -> None:
        number = len(callback.attempts) + 1
        fault = meddling.fault if meddling is not None else None
        now, url = self._core.now(), callback.url
        attempt = Attempt(callback.id, number, now, url, *answer, fault=fault)
        callback.attempts.append(attempt)
        self.attempts.append(attempt)
        self._write(callback, "attempted", id=callback.id, number=number, outcome=attempt.outcome)
        if attempt.succeeded:
            self._close(callback, "acknowledged")
        elif len(callback.tries) < ATTEMPTS:
            self._schedule(callback, len(callback.tries) + 1)
        else:
            callback.state = "failed"
            self._write(callback, "given_up", id=callback.id, attempts=number)
            self._tell_task(callback, succeeded=False)
        self._ask_again(callback)
        self.on_attempt(callback)

    def _keep(self, callback: Callback, meddling: Meddling | None, *, mail: bool) -> None:
        """A callback that no receiver is asked about: it counts as arrived."""
        now = self._core.now()
        state: State = "mailed" if mail else "captured"
        number = len(callback.attempts) + 1
        fault = meddling.fault if meddling is not None else None
        attempt = Attempt(callback.id, number, now, callback.url, None, state, fault=fault)
        callback.attempts.append(attempt)
        self.attempts.append(attempt)
        if mail:
            self.inbox.append(Mail(callback.url, now, callback.id, callback.body.decode()))
        self._close(callback, state)
        self._ask_again(callback)

    def _close(self, callback: Callback, state: State) -> None:
        callback.state = state
        callback.at = self._core.now()
        if len(self.acknowledged) >= self._core.settings.callbacks_max:
            del self.acknowledged[0]  # one that was sent again and again
        self.acknowledged.append(callback)
        self.acknowledged_ever += 1
        self._write(callback, state, id=callback.id)
        self._tell_task(callback, succeeded=True)

    def _tell_task(self, callback: Callback, *, succeeded: bool) -> None:
        if callback.owner == "task":
            task = self._core.sides[callback.mode].tasks[callback.subject]
            task.callback_succeeded = succeeded
            task.touched += 1

    def _write(self, callback: Callback, kind: str, **details: object) -> None:
        subject = f"{callback.mode}/{callback.owner}/{callback.subject}"
        self._core.journal.write(subject, f"callback.{kind}", callback.id, **details)
