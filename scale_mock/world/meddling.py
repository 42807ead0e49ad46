"""Faults at the callback desk: a world's faults decide what happens to each try of a callback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.callbacks.meddling import Drip, Meddling

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.callbacks.records import Callback
    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Batch, Task
    from scale_mock.faults.book import FaultBook
    from scale_mock.faults.entry import Struck


class CallbackSubject:
    """One try of a callback, as faults see it.

    Args:
        callback: The callback.
        number: Which try it is.
        owner: The task or batch that it reports about.
    """

    __slots__ = ("_callback", "_number", "_owner")

    def __init__(self, callback: Callback, number: int, owner: Task | Batch | None) -> None:
        self._callback = callback
        self._number = number
        self._owner = owner

    def match_value(self, name: str) -> object:
        """See :class:`scale_mock.domain.ports.Matchable`."""
        own = _OWN.get(name)
        if own is not None:
            return own(self)
        from scale_mock.selectors.matching import TASK_FIELDS

        if self._owner is None or name not in TASK_FIELDS:
            return None
        if self._callback.owner == "task":
            return self._owner.match_value(name)  # type: ignore[union-attr]  # it is a task
        asked = _OF_BATCH.get(name)
        return None if asked is None else asked(self._owner)  # type: ignore[arg-type]  # a batch

    def _title(self) -> str:
        callback = self._callback
        return (
            f"attempt {self._number} of {callback.owner} {callback.subject}'s callback "
            f"({callback.status}) to {callback.url}"
        )


_OWN: dict[str, Callable[[CallbackSubject], object]] = {
    "owner": lambda it: it._callback.owner,
    "status": lambda it: it._callback.status,
    "reason": lambda it: it._callback.reason,
    "url": lambda it: it._callback.url,
    "mode": lambda it: it._callback.mode,
    "attempt": lambda it: it._number,
    "title": CallbackSubject._title,
}
_OF_BATCH: dict[str, Callable[[Batch], object]] = {
    "project": lambda batch: batch.project.name,
    "product_line": lambda batch: batch.project.product_line,
    "type": lambda batch: batch.project.type,
    "batch": lambda batch: batch.name,
    "batch_kind": lambda batch: batch.kind,
}


class CallbackFaults:
    """The :class:`~scale_mock.callbacks.meddling.Meddler` of a world.

    Args:
        core: The world's state.
        faults: The world's faults.
    """

    def __init__(self, core: Core, faults: FaultBook) -> None:
        self._core = core
        self._faults = faults

    def meet(self, callback: Callback, number: int) -> Meddling | None:
        """What happens to a try of a callback; a fault that strikes is written to the journal."""
        core, faults = self._core, self._faults
        if not faults.on_callbacks:
            return None
        from scale_mock.faults.entry import Scene

        side = core.sides[callback.mode]
        owners = side.tasks if callback.owner == "task" else side.batches
        subject = CallbackSubject(callback, number, owners.get(callback.subject))
        identity = f"{callback.id}/{number}"
        clock = core.scheduler.clock
        scene = Scene(core.settings.seed, clock.now(), clock.start_at, identity)
        struck = faults.strike(faults.on_callbacks, subject, scene)
        if struck is None:
            return None
        self._write(callback, number, struck)
        return _meddling(struck)

    def _write(self, callback: Callback, number: int, struck: Struck) -> None:
        fault = struck.fault
        more: dict[str, object] = {"count": struck.number} if struck.number is not None else {}
        self._core.journal.write(
            f"{callback.mode}/fault/{fault.name}",
            "fault.fired",
            callback.id,
            fault=fault.name,
            what=fault.what,
            apply=fault.apply,
            callback=callback.id,
            attempt=number,
            **{callback.owner: callback.subject},
            **more,
        )


def _meddling(struck: Struck) -> Meddling:
    fault = struck.fault
    return Meddling(
        fault=fault.name or "",
        kind=fault.kind,
        reaches=fault.apply == "after",
        status=fault.status,
        text=fault.error or "",
        delay=struck.delay,
        copies=fault.copies,
        has_auth=fault.auth == "wrong",
        drip=Drip(fault.chunk_bytes, fault.pause.total_seconds()),
    )
