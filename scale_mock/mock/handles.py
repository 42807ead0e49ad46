"""Handles on a world's objects: what the platform's staff, or a self-labeling customer, can do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.domain.audits import CUSTOMER
from scale_mock.domain.calibration import calibration_of
from scale_mock.envelopes.objects import batch_json, batch_status_json, project_json
from scale_mock.envelopes.rapid import calibration_json, taskers_json
from scale_mock.envelopes.tasks import at_door, render_task
from scale_mock.errors import ConfigurationError
from scale_mock.mock.finding import found_batch, found_project, found_task
from scale_mock.world import staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.domain.model import Batch, Mode, Project, Task
    from scale_mock.domain.side import Side
    from scale_mock.world import World

Json = dict[str, object]


class TaskHandle:
    """The tasks of both modes. Every method takes an SDK task, a dict, or an id."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, task: object) -> Json:
        """The task as the API would answer it.

        Args:
            task: The task.

        Raises:
            Refusal: There is no such task.
        """
        self._world.pump.rest()
        with self._world.lock:
            return self._json(self._find(task))

    def start(self, task: object) -> Json:
        """Work on it starts now: from here on it cannot be canceled.

        Args:
            task: A pending task.

        Raises:
            Refusal: There is no such task, or it is not pending.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.start_task(found)
            return self._json(found)

    def complete(
        self,
        task: object,
        response: Mapping[str, object] | None = None,
        *,
        by: str | None = None,
        validate: bool | None = None,
    ) -> Json:
        """Completes a pending task, with synthesized labels unless some are given.

        Args:
            task: The task.
            response: The labels.
            by: Who labeled it, for the journal.
            validate: Whether the labels must fit the task's type and request; by default those of
                tasks in self-label batches must, others need not.

        Raises:
            ConfigurationError: The response is no object.
            Refusal: The labels do not fit; the text lists what is wrong, with JSON paths.
        """
        __tracebackhide__ = True
        if response is not None and not isinstance(response, Mapping):
            raise ConfigurationError(
                f"complete(): a response is an object, for example {{'category': 'cat'}}, "
                f"not {response!r}."
            )
        with self._world.lock:
            found = self._find(task)
            self._world.complete_task(found, response=response, by=by, validate=validate)
            return self._json(found)

    def fail(self, task: object, error: str | Mapping[str, object] | None = None) -> Json:
        """Ends a pending task in an error.

        Args:
            task: A pending task.
            error: The error's text, or the whole error response; by default that an attachment
                could not be downloaded.

        Raises:
            Refusal: There is no such task, or it is not pending.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.lifecycle.fail(found, error)
            return self._json(found)

    def audit(
        self,
        task: object,
        result: str,
        *,
        comments: str | None = None,
        response: Mapping[str, object] | None = None,
        by: str | None = None,
    ) -> Json:
        """Audits a completed task as the customer.

        Args:
            task: The task.
            result: ``accepted``, ``rejected``, or ``fixed`` (with ``response``).
            comments: What the auditor wrote.
            response: The corrected labels.
            by: The auditor's e-mail address.

        Raises:
            Refusal: There is no such task, it is not completed, or there is no such result.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.audits.audit(
                found, result, comments=comments, response=response, audited_by=by or CUSTOMER
            )
            return self._json(found)

    def redo(self, task: object, *, by: str = "test") -> Json:
        """Sends a completed task back to be done again; a recall callback says so.

        Args:
            task: A completed task.
            by: Who did it, for the journal.

        Raises:
            Refusal: There is no such task, or it is not completed.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.lifecycle.redo(found, by=by)
            return self._json(found)

    def report(
        self,
        task: object,
        type: str | None = None,  # noqa: A002
        message: str | None = None,
    ) -> Json:
        """A contributor reports a chat task's content as sensitive: v2 withholds its threads.

        Args:
            task: A pending task, which is completed by it, or a completed one.
            type: What kind of content, for example ``personal_information``.
            message: What the contributor wrote.

        Raises:
            Refusal: It is no chat task, or has another status.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.chats.report(found, kind=type, message=message)
            return self._json(found)

    def delete(self, task: object) -> Json:
        """Deletes a task and its labels: v2 calls it deleted, v1 canceled.

        Args:
            task: The task.

        Raises:
            Refusal: There is no such task, or it is deleted already.
        """
        with self._world.lock:
            found = self._find(task)
            self._world.lifecycle.delete(found)
            return self._json(found)

    def _find(self, task: object) -> Task:
        return found_task(self._world, task)

    def _json(self, task: Task) -> Json:
        body: Json = json.loads(at_door(render_task(task), task.door))
        return body


class BatchHandle:
    """The batches of both modes, live first. Every method takes an SDK batch, a dict or a name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, batch: object) -> Json:
        """The batch as the API would answer it.

        Args:
            batch: The batch.

        Raises:
            Refusal: There is no such batch.
        """
        self._world.pump.rest()
        with self._world.lock:
            return batch_json(self._find(batch))

    def status(self, batch: object) -> Json:
        """The batch's status and counts, zeros left out.

        Args:
            batch: The batch.

        Raises:
            Refusal: There is no such batch.
        """
        self._world.pump.rest()
        with self._world.lock:
            return batch_status_json(self._find(batch))

    def finalize(self, batch: object) -> Json:
        """Finalizes a staging batch; work on its tasks may begin.

        Args:
            batch: The batch.

        Raises:
            Refusal: There is no such batch, it is finalized already, or its Rapid project is not
                ready.
        """
        with self._world.lock:
            found = self._find(batch)
            return batch_json(self._world.finalize(found.mode, found.name))

    def archive(self, batch: object) -> Json:
        """Archives a batch, which Scale allows in its dashboard only.

        Args:
            batch: The batch.

        Raises:
            Refusal: There is no such batch.
        """
        with self._world.lock:
            found = self._find(batch)
            found.archived = True
            return batch_json(found)

    def _find(self, batch: object) -> Batch:
        return found_batch(self._world, batch)


class ProjectHandle:
    """The projects of both modes, live first."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, name: str) -> Json:
        """The project as the API would answer it.

        Args:
            name: The project's name.

        Raises:
            Refusal: There is no such project.
        """
        with self._world.lock:
            return project_json(self._find(name)[1])

    def calibration(self, name: str) -> Json:
        """A Rapid project's calibration: its score, what taskers wrote, and every task.

        The score is 80 % the customer's verdicts (accepted 100, fixed 50, rejected 0; the newest
        audit of each task counts) and 20 % the confidence that taskers reported; ``None`` before
        the first audit. It is that of the newest version of the project's params that has an
        audited calibration task.

        Args:
            name: The project's name.

        Raises:
            Refusal: There is no such project, or it is not a Rapid project.
        """
        self._world.pump.rest()
        with self._world.lock:
            return calibration_json(calibration_of(*self._find(name)))

    def taskers(self, name: str) -> list[Json]:
        """The people of a Rapid project's crowd, those who fell off included.

        Args:
            name: The project's name.

        Raises:
            Refusal: There is no such project.
        """
        self._world.pump.rest()
        with self._world.lock:
            side, project = self._find(name)
            return taskers_json(side.crowds.get(project.name))

    def set_up(
        self,
        name: str,
        *,
        types: Sequence[str] | None = None,
        models: Sequence[str] | None = None,
        mode: Mode = "live",
    ) -> Json:
        """Says what a chat project is for; makes one if the mode has none of that name.

        Args:
            name: The project's name.
            types: Its archetypes, for example ``["RLHF: Pref Ranking"]``.
            models: The models whose replies its tasks show.
            mode: Whose project it is.

        Returns:
            The project as v2 shows it.

        Raises:
            Refusal: There is a project of that name for another type of tasks.
        """
        with self._world.lock:
            side = self._world.core.sides[mode]
            return staff.set_up_project(self._world, side, name, types=types, models=models)

    def archive(self, name: str) -> Json:
        """Archives a project, which Scale allows in its dashboard only.

        Args:
            name: The project's name.

        Raises:
            Refusal: There is no such project.
        """
        with self._world.lock:
            project = self._find(name)[1]
            project.archived = True
            return project_json(project)

    def _find(self, name: str) -> tuple[Side, Project]:
        return found_project(self._world, name)
