"""A request as faults see it: itself, and the task, batch or project that it creates or names."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from scale_mock.domain.documents import canonical
from scale_mock.domain.refusals import Refusal
from scale_mock.selectors.matching import TASK_FIELDS
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.api.call import Call
    from scale_mock.api.operations import Operation
    from scale_mock.domain.model import Batch, Project, Task

_HOOKS = frozenset({"callback", "callback_url"})
"""What of a body names a receiver: its port differs from run to run."""


class RequestSubject:
    """A request that faults can be matched against.

    Args:
        operation: What is asked for.
        call: The request; its world and mode are known.
        key: The API key.
        path: The path as it was sent.
    """

    def __init__(self, operation: Operation, call: Call, *, key: str, path: str) -> None:
        self._operation = operation
        self._call = call
        self._key = key
        self._path = path

    def match_value(self, name: str) -> object:
        """See :class:`scale_mock.domain.ports.Matchable`."""
        own = _OWN.get(name)
        if own is not None:
            return own(self)
        if self.task is not None and name in TASK_FIELDS:
            return self.task.match_value(name)
        asked = _ASKED.get(name)
        return None if asked is None else asked(self)

    @cached_property
    def task(self) -> Task | None:
        """The task that the request names."""
        given = (
            self._call.names.get("task_id") or self._query("task_id") or self.body.get("task_id")
        )
        return self._call.side.tasks.get(given) if isinstance(given, str) else None

    @cached_property
    def body(self) -> Mapping[str, object]:
        """The body, if it is an object; an upload is left for its operation to read."""
        if (self._call.environ.get("CONTENT_TYPE") or "").startswith("multipart/"):
            return {}
        try:
            body = self._call.body
        except Refusal:
            return {}  # the operation says what is wrong with it
        return body if isinstance(body, dict) else {}

    @cached_property
    def identity(self) -> str:
        """What tells the request from others: the same in every run, without keys and ports."""
        body = {name: value for name, value in self.body.items() if name not in _HOOKS}
        query = sorted(parse_qsl(self._call.environ.get("QUERY_STRING") or ""))
        parts = (self._call.mode, self._operation.name, self._path, query, canonical(body))
        return digest(*parts).hex()

    def _title(self) -> str:
        return f"{self._operation.name} ({self._call.environ['REQUEST_METHOD']} {self._path})"

    def _page_token(self) -> object:
        return self._query("next_token") or self._query("cursor") or self.body.get("next_token")

    def _query(self, name: str) -> str | None:
        try:
            return self._call.one(name)
        except Refusal:
            return None

    @cached_property
    def _batch(self) -> Batch | None:
        given = self._batch_name()
        return self._call.side.batches.get(given) if isinstance(given, str) else None

    @cached_property
    def _project(self) -> Project | None:
        if self._batch is not None:
            return self._batch.project
        given = self._project_name()
        return self._call.side.projects.get(given) if isinstance(given, str) else None

    def _batch_name(self) -> object:
        if "/batches" in self._path:
            return self._call.names.get("name") or self.body.get("name")
        return self._given("batch", self._call.side.batches.values())

    def _project_name(self) -> object:
        if "/projects" in self._path:
            return self._call.names.get("name") or self.body.get("name")
        named = self._given("project", self._call.side.projects.values())
        return named or (self._batch.project.name if self._batch is not None else None)

    def _given(self, kind: str, things: Iterable[Batch] | Iterable[Project]) -> object:
        """The name of a batch or project as v1 (``batch``) or v2 (``batch_name``) gives it."""
        for name in (kind, f"{kind}_name"):
            given = self.body.get(name) or self._query(name)
            if given:
                return given
        wanted = self.body.get(f"{kind}_id") or self._query(f"{kind}_id")
        found = (thing.name for thing in things if thing.id == wanted) if wanted else ()
        return next(iter(found), None)

    def _type(self) -> object:
        given = self._call.names.get("type") or self.body.get("type") or self._query("type")
        if isinstance(given, str):
            return self._call.world.core.task_types.canonical(given)
        return self._project.type if self._project is not None else None

    def _tags(self) -> object:
        given = self.body.get("tags")
        return given if isinstance(given, list) else self._call.many("tags")


_OWN: dict[str, Callable[[RequestSubject], object]] = {
    "operation": lambda it: it._operation.name,
    "method": lambda it: it._call.environ["REQUEST_METHOD"],
    "path": lambda it: it._path,
    "mode": lambda it: it._call.mode,
    "account": lambda it: it._call.world.name,
    "key": lambda it: it._key,
    "page_token": RequestSubject._page_token,
    "title": RequestSubject._title,
}
"""What a request says about itself."""

_ASKED: dict[str, Callable[[RequestSubject], object]] = {
    "project": RequestSubject._project_name,
    "product_line": lambda it: it._project.product_line if it._project else None,
    "type": RequestSubject._type,
    "batch": RequestSubject._batch_name,
    "batch_kind": lambda it: it._batch.kind if it._batch else None,
    "tags": RequestSubject._tags,
    "unique_id": lambda it: it.body.get("unique_id") or it._query("unique_id"),
    "metadata": lambda it: it.body.get("metadata") or {},
    "params": lambda it: it.body,
}
"""What it says about a task that is not there yet, or about many."""
