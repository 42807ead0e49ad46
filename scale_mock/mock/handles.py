"""Handles on a world's objects: what the platform's staff, or a self-labeling customer, can do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import BATCH_NOT_FOUND, PROJECT_NOT_FOUND, TASK_NOT_FOUND
from scale_mock.envelopes.objects import batch_json, batch_status_json, project_json
from scale_mock.envelopes.tasks import at_door, render_task
from scale_mock.errors import ConfigurationError
from scale_mock.world.ruling import add_rules

if TYPE_CHECKING:
    from scale_mock.domain.model import Batch, Task
    from scale_mock.rules.rule import Rule
    from scale_mock.world import World

Json = dict[str, object]


class TaskHandle:
    """The tasks of both modes. Every method takes an SDK task, a dict, or an id."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, task: object) -> Json:
        """The task as the API would answer it.

        Raises:
            Refusal: There is no such task.
        """
        self._world.pump.rest()
        with self._world.lock:
            return self._json(self._find(task))

    def start(self, task: object) -> Json:
        """Work on it starts now: from here on it cannot be canceled."""
        with self._world.lock:
            found = self._find(task)
            self._world.start_task(found)
            return self._json(found)

    def complete(
        self, task: object, response: Mapping[str, object] | None = None, *, by: str | None = None
    ) -> Json:
        """Completes a pending task, with synthesized labels unless some are given.

        Args:
            task: The task.
            response: The labels.
            by: Who labeled it, for the journal.

        Raises:
            ConfigurationError: The response is no object.
        """
        __tracebackhide__ = True
        if response is not None and not isinstance(response, Mapping):
            raise ConfigurationError(
                f"complete(): a response is an object, for example {{'category': 'cat'}}, "
                f"not {response!r}."
            )
        with self._world.lock:
            found = self._find(task)
            self._world.complete_task(found, response=response, by=by)
            return self._json(found)

    def fail(self, task: object, error: str | Mapping[str, object] | None = None) -> Json:
        """Ends a pending task in an error: a text, or the whole error response."""
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
        """
        with self._world.lock:
            found = self._find(task)
            more = {"audited_by": by} if by else {}
            self._world.audits.audit(found, result, comments=comments, response=response, **more)
            return self._json(found)

    def redo(self, task: object, *, by: str = "test") -> Json:
        """Sends a completed task back to be done again; a recall callback says so."""
        with self._world.lock:
            found = self._find(task)
            self._world.lifecycle.redo(found, by=by)
            return self._json(found)

    def _find(self, task: object) -> Task:
        from scale_mock.callbacks.expect import expectation

        found = self._world.find_task(expectation(task=task).task or "")
        if found is None:
            raise TASK_NOT_FOUND()
        return found

    def _json(self, task: Task) -> Json:
        body: Json = json.loads(at_door(render_task(task), task.door))
        return body


class BatchHandle:
    """The batches of both modes, live first. Every method takes an SDK batch, a dict or a name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, batch: object) -> Json:
        """The batch as the API would answer it."""
        self._world.pump.rest()
        with self._world.lock:
            return batch_json(self._find(batch))

    def status(self, batch: object) -> Json:
        """The batch's status and counts, zeros left out."""
        self._world.pump.rest()
        with self._world.lock:
            return batch_status_json(self._find(batch))

    def finalize(self, batch: object) -> Json:
        """Finalizes a staging batch; work on its tasks may begin."""
        with self._world.lock:
            found = self._find(batch)
            return batch_json(self._world.finalize(found.mode, found.name))

    def archive(self, batch: object) -> Json:
        """Archives a batch, which Scale allows in its dashboard only."""
        with self._world.lock:
            found = self._find(batch)
            found.archived = True
            return batch_json(found)

    def _find(self, batch: object) -> Batch:
        from scale_mock.callbacks.expect import expectation

        found = self._world.find_batch(expectation(batch=batch).batch or "")
        if found is None:
            raise BATCH_NOT_FOUND()
        return found


class ProjectHandle:
    """The projects of both modes, live first."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, name: str) -> Json:
        """The project as the API would answer it."""
        with self._world.lock:
            for mode in ("live", "test"):
                if name in self._world.core.sides[mode].projects:
                    return project_json(self._world.core.sides[mode].projects[name])
        raise PROJECT_NOT_FOUND()

    def archive(self, name: str) -> Json:
        """Archives a project, which Scale allows in its dashboard only."""
        with self._world.lock:
            for side in self._world.core.sides.values():
                if name in side.projects:
                    side.projects[name].archived = True
                    return project_json(side.projects[name])
        raise PROJECT_NOT_FOUND()


class Rules:
    """The rules of a world: what happens to which tasks, and when. The first match decides."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, rule: Rule | Mapping[str, object] | None = None, /, **fields: object) -> str:
        """Appends a rule.

        A rule decides when work on a task can begin: at creation (Enterprise) or at finalize
        (Rapid, Studio). Tasks decided before are left alone unless the rule says ``replan=True``.

        Args:
            rule: A :class:`scale_mock.Rule` or a dict; instead of it its fields may be passed.
            fields: ``name``, ``match``, ``outcome``, ``after``, ``error``, ``response``,
                ``replan``.

        Returns:
            The rule's id.

        Raises:
            ConfigurationError: The rule is wrong; the message says where and what is accepted.
        """
        __tracebackhide__ = True
        from scale_mock.rules.rule import Rule

        if rule is not None and fields:
            raise TypeError("Pass a rule or its fields, not both.")
        made = rule if isinstance(rule, Rule) else {**(rule or {}), **fields}
        with self._world.lock:
            return add_rules(self._world, [made])[0]

    def clear(self) -> None:
        """Removes every rule."""
        with self._world.lock:
            self._world.rules.clear()

    def remove(self, id_or_name: str) -> None:
        """Removes one rule."""
        with self._world.lock:
            self._world.rules.remove(id_or_name)

    def unused(self) -> list[Rule]:
        """The rules that have decided nothing so far."""
        with self._world.lock:
            return list(self._world.rules.unused())

    def shadowed(self) -> list[Rule]:
        """The rules that matched only tasks that an earlier rule decided."""
        with self._world.lock:
            return list(self._world.rules.shadowed())

    def __iter__(self) -> object:
        with self._world.lock:
            return iter(list(self._world.rules))

    def __len__(self) -> int:
        return len(self._world.rules)
