"""A world from inside: what whoever holds one may do with it, whoever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.mock.appointments import AppointmentBook
from scale_mock.mock.doors import Doors
from scale_mock.mock.furniture import Furniture
from scale_mock.mock.hindsight import Hindsight
from scale_mock.mock.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta
    from pathlib import Path

    from scale_mock.domain.journal import Journal
    from scale_mock.domain.model import Mode
    from scale_mock.mock.appointments import Appointment
    from scale_mock.world.explain import Explanation


class Inside(Doors, Furniture, Hindsight, Snapshots):
    """What :class:`scale_mock.ScaleMock` offers on its world, and on that of somebody else."""

    def _furnish(self) -> None:
        """Lends the world what it needs of us; the handles on it come as they are asked for."""
        self._appointments = AppointmentBook(self._world)

    @property
    def seed(self) -> int:
        """The world's seed."""
        return self._world.settings.seed

    @property
    def journal(self) -> Journal:
        """The record of everything that happened; ``.digest()`` is a hash over it."""
        self._world.pump.rest()
        return self._world.core.journal

    def export(self, path: str | Path, *, mode: Mode = "live", **filters: object) -> int:
        """Writes the matching tasks with their responses to a file, as JSON lines, newest first.

        Args:
            path: Where to; an existing file is replaced.
            mode: Whose tasks.
            filters: The filters of ``GET /tasks``: ``project="p"``, ``status=["completed"]``,
                ``completed_after="2024-01-02"``...

        Returns:
            How many tasks were written.

        Raises:
            ConfigurationError: A filter is not one.
        """
        from scale_mock.envelopes.tasks import at_door
        from scale_mock.mock.export import filter_of

        wanted = filter_of(filters)
        self._world.pump.rest()
        count = 0
        with open(path, "wb") as file:
            for lines in self._world.export(mode, wanted):
                count += lines.count(b"\n")
                file.write(at_door(lines, self._world.core.door))
        return count

    def deliver(
        self,
        project: object,
        tasks: Iterable[object] | None = None,
        name: str | None = None,
        *,
        mode: Mode = "live",
    ) -> dict[str, object]:
        """Delivers completed tasks of a project, as the platform's staff does (v2).

        Args:
            project: The project: an SDK project, a dict, or its name.
            tasks: SDK tasks, dicts or ids; by default all completed ones not delivered yet.
            name: The delivery's name; by default one with the date.
            mode: Whose project it is.

        Returns:
            The delivery as v2 shows it.

        Raises:
            Refusal: There is no such project or task, a task cannot be delivered, or the name is
                taken.
        """
        from scale_mock.callbacks.expect import expectation
        from scale_mock.world import staff

        some = [tasks] if isinstance(tasks, str) else tasks
        ids = None if some is None else [expectation(task=one).task or "" for one in some]
        self._world.pump.rest()
        with self._world.lock:
            side = self._world.core.sides[mode]
            owner = expectation(batch=project).batch or ""
            return staff.deliver(self._world, side, owner, tasks=ids, name=name)

    def explain(self, task: object) -> Explanation:
        """Where a task stands: who decided, what happened, what it waits for, what would move it.

        Args:
            task: An SDK task, a dict, or an id.

        Raises:
            Refusal: There is no such task.
        """
        from scale_mock.mock.finding import found_task
        from scale_mock.world.explain import explain_task

        self._world.pump.rest()
        with self._world.lock:
            return explain_task(self._world, found_task(self._world, task))

    def explain_batch(self, batch: object) -> Explanation:
        """Where a batch stands.

        Args:
            batch: An SDK batch, a dict, or a name.

        Raises:
            Refusal: There is no such batch.
        """
        from scale_mock.mock.finding import found_batch
        from scale_mock.world.explain import explain_batch

        self._world.pump.rest()
        with self._world.lock:
            return explain_batch(self._world, found_batch(self._world, batch))

    def at(self, instant: datetime | str, function: Callable[[], object]) -> Appointment:
        """Has a function called once, when the clock gets to an instant.

        It runs outside of every lock and may call the platform; what it raises is reported by
        :meth:`check`.

        Args:
            instant: When: a datetime, or ISO text (UTC without an offset).
            function: Called without arguments.

        Raises:
            ConfigurationError: The instant lies in the past, or the function cannot be called so.
        """
        return self._appointments.at(instant, function)

    def every(self, period: timedelta | float | str, function: Callable[[], object]) -> Appointment:
        """Has a function called again and again, the first time after one period.

        Recurring calls do not keep ``clock.run_until_idle()`` going.

        Args:
            period: A timedelta, a number of seconds, or text such as ``"150s"``.
            function: Called without arguments.

        Raises:
            ConfigurationError: The period is not longer than nothing, or the function cannot be
                called so.
        """
        return self._appointments.every(period, function)

    def reset(self) -> None:
        """Goes back to the beginning: no objects, the first instant, the first rules."""
        self._world.reset()
        self._appointments.forget()
