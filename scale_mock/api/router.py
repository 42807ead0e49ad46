"""Finds the operation of a request: fixed paths in a table, the others by werkzeug's map."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from scale_mock.api.paths import WrongMethod, decode_path
from scale_mock.config.late import LOADING
from scale_mock.domain.refusals import METHOD_NOT_FOUND, ROUTE_NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.api.operations import Operation
    from scale_mock.api.routing import PathMap


_NAME = re.compile(r"<(?:\w+:)?(\w+)>")
"""A name in a path as the operations spell it; readers see ``{name}``."""


class Router:
    """Finds operations.

    Args:
        operations: All operations with their prefixes, for example ``("/v1", operation)``.
    """

    def __init__(self, operations: Iterable[tuple[str, Operation]]) -> None:
        self._operations = list(operations)
        # Clients poll: the same few paths come again and again.
        self._found = lru_cache(maxsize=4096)(self._search)
        self._paths: dict[str, list[str]] = {}
        self._fixed: dict[tuple[str, str], Operation] = {}
        for prefix, operation in self._operations:
            path = prefix + operation.path
            self._paths.setdefault(path, []).append(operation.method)
            if "<" not in path:
                self._fixed[operation.method, path] = operation

    @property
    def operations(self) -> list[tuple[str, Operation]]:
        """All operations with their prefixes."""
        return list(self._operations)

    @cached_property
    def _map(self) -> PathMap:
        with LOADING:
            from scale_mock.api.routing import PathMap

        return PathMap(self._operations)

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
        try:
            found = self._map.find(method, path)
        except WrongMethod as error:
            raise METHOD_NOT_FOUND(
                method=method, path=raw_path, methods=", ".join(error.methods)
            ) from None
        if found is None:
            raise ROUTE_NOT_FOUND(method=method, path=raw_path, nearest=self._nearest(method, path))
        return found

    def load(self) -> None:
        """Loads what paths with names need, so that no request has to wait for it."""
        self._map.find("GET", "/")

    def _nearest(self, method: str, path: str) -> str:
        """The three known routes that look most like a path."""
        from difflib import SequenceMatcher

        def likeness(known: str) -> float:
            return SequenceMatcher(None, known, path[:200]).ratio()

        best = sorted(self._paths, key=likeness, reverse=True)[:3]
        return ", ".join(
            f"{method if method in self._paths[known] else self._paths[known][0]} "
            + _NAME.sub(r"{\1}", known)
            for known in best
        )
