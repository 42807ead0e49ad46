"""Finds the operation of a request: fixed paths in a table, the others by werkzeug's map."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from scale_mock.api.paths import WrongMethod, decode_path
from scale_mock.config.late import LOADING
from scale_mock.config.routes import CA_ROUTE
from scale_mock.domain.refusals import (
    METHOD_NOT_FOUND,
    NO_AUTHORITY,
    ROOT_NOT_FOUND,
    ROUTE_NOT_FOUND,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.api.operations import Operation
    from scale_mock.api.routing import PathMap
    from scale_mock.domain.refusals import Refusal


_NAME = re.compile(r"<(?:\w+:)?(\w+)>")
"""A name in a path as the operations spell it; readers see ``{name}``."""
PATH_CHARS = 200
"""How much of a path is compared with those that there are, and repeated."""


class _Group:
    """The operations below one prefix.

    Args:
        prefix: The first segment of all their paths, for example ``/v1``.
        operations: They.
    """

    def __init__(self, prefix: str, operations: Iterable[Operation]) -> None:
        self.operations = [(prefix, operation) for operation in operations]
        self.names = frozenset(operation.name for _, operation in self.operations)
        self.paths: dict[str, list[str]] = {}
        self.fixed: dict[tuple[str, str], Operation] = {}
        for _, operation in self.operations:
            path = prefix + operation.path
            self.paths.setdefault(path, []).append(operation.method)
            if "<" not in path:
                self.fixed[operation.method, path] = operation

    @cached_property
    def map(self) -> PathMap:
        with LOADING:
            from scale_mock.api.routing import PathMap

        return PathMap(self.operations)


class Router:
    """Finds operations. Those below a prefix are loaded with the first request for one of them.

    Args:
        loaders: What returns the operations below a prefix, by prefix, for example ``/v1``.
    """

    def __init__(self, loaders: Mapping[str, Callable[[], Iterable[Operation]]]) -> None:
        self._loaders = dict(loaders)
        self._groups: dict[str, _Group] = {}
        # Clients poll: the same few paths come again and again.
        self._found = lru_cache(maxsize=4096)(self._search)
        self._fixed: dict[tuple[str, str], Operation] = {}

    @property
    def operations(self) -> list[tuple[str, Operation]]:
        """All operations with their prefixes."""
        return [pair for prefix in self._loaders for pair in self._group(prefix).operations]

    def is_below(self, prefix: str, operation: Operation) -> bool:
        """Whether an operation that was found is one of those below a prefix."""
        group = self._groups.get(prefix)
        return group is not None and operation.name in group.names

    def match(self, method: str, raw_path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and the names in its path.

        Args:
            method: The HTTP method.
            raw_path: The path as it was sent, still quoted.

        Raises:
            Refusal: 404 that lists the nearest routes, or the methods that the path takes.
        """
        fixed = self._fixed.get((method, raw_path))
        return (fixed, {}) if fixed is not None else self._found(method, raw_path)

    def _search(self, method: str, raw_path: str) -> tuple[Operation, Mapping[str, str]]:
        path = decode_path(raw_path)
        prefix = "/" + path[1:].partition("/")[0]
        if prefix not in self._loaders:
            raise self._no_route(method, raw_path, path)
        group = self._group(prefix)
        fixed = group.fixed.get((method, path))
        if fixed is not None:
            return fixed, {}
        try:
            found = group.map.find(method, path)
        except WrongMethod as error:
            raise METHOD_NOT_FOUND(
                method=method, path=_cut(raw_path), methods=", ".join(error.methods)
            ) from None
        if found is None:
            raise self._no_route(method, raw_path, path)
        return found

    def _group(self, prefix: str) -> _Group:
        group = self._groups.get(prefix)
        if group is None:
            with LOADING:
                group = self._groups.get(prefix)
                if group is None:
                    group = _Group(prefix, self._loaders[prefix]())
                    self._fixed.update(group.fixed)
                    self._groups[prefix] = group
        return group

    def load(self) -> None:
        """Loads all operations and what paths with names need: no request has to wait for it."""
        for prefix in self._loaders:
            self._group(prefix).map.find("GET", "/")

    def _no_route(self, method: str, raw_path: str, path: str) -> Refusal:
        if method == "GET" and path == CA_ROUTE:
            return NO_AUTHORITY(path=path)
        if path.rstrip("/") in {"", *self._loaders}:
            return ROOT_NOT_FOUND(path=_cut(raw_path))
        nearest = self._nearest(method, path)
        return ROUTE_NOT_FOUND(method=_cut(method), path=_cut(raw_path), nearest=nearest)

    def _without_version(self, method: str, path: str) -> list[str]:
        """The known routes that a path is, once ``/v1`` or ``/v2`` is put before it."""
        found = []
        for prefix in self._loaders:
            with suppress(WrongMethod):
                operation = self._group(prefix).map.find(method, prefix + path)
                if operation is not None:
                    found.append(prefix + operation[0].path)
        return found

    def _nearest(self, method: str, path: str) -> str:
        """The three known routes that look most like a path."""
        from difflib import SequenceMatcher

        def likeness(known: str) -> float:
            return SequenceMatcher(None, known, path[:PATH_CHARS]).ratio()

        paths: dict[str, list[str]] = {}
        for prefix in self._loaders:
            paths |= self._group(prefix).paths
        meant = self._without_version(method, path)
        like = sorted(paths.keys() - set(meant), key=lambda known: (-likeness(known), known))
        best = [*meant, *like][:3]
        return ", ".join(
            f"{method if method in paths[known] else paths[known][0]} " + _NAME.sub(r"{\1}", known)
            for known in best
        )


def _cut(text: str) -> str:
    """What a client sent, as far as refusals repeat it."""
    return text if len(text) <= PATH_CHARS else f"{text[: PATH_CHARS - 3]}..."
