"""Paths with names in them, found by werkzeug's map.

A module of its own, loaded with the first such request: werkzeug takes as long to load as
everything else that a server needs to start, and requests to fixed paths do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule, UnicodeConverter

from scale_mock.api.paths import QUOTED_SLASH, WrongMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.api.operations import Operation


class _NameConverter(UnicodeConverter):
    """A path segment that may hold a quoted slash and anything else."""

    regex = "[^/]+"

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map)
        self.regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace(QUOTED_SLASH, "/")


class _Route(Rule):
    """A rule that is only ever matched.

    Werkzeug compiles two functions for each rule that build its URL, which nobody asks for here and
    which take most of the time that making the map takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _build_nothing


def _build_nothing(_rule: Rule, **_values: object) -> tuple[str, str]:
    raise TypeError("Routes are matched here; no URL is built from them.")


class PathMap:
    """Finds operations by decoded paths.

    Args:
        operations: All operations with their prefixes.
    """

    def __init__(self, operations: Iterable[tuple[str, Operation]]) -> None:
        routes = [
            _Route(
                prefix + operation.path,
                methods=[operation.method],
                endpoint=operation,
                merge_slashes=False,
            )
            for prefix, operation in operations
        ]
        self._adapter = Map(
            routes,
            converters={"name": _NameConverter, "default": _NameConverter},
            merge_slashes=False,
            strict_slashes=False,
            redirect_defaults=False,
        ).bind("scale-mock.invalid")

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
        """The operation and the names in a path; ``None`` if no route is like it.

        Raises:
            WrongMethod: There is a route, but for other methods.
        """
        try:
            operation, names = self._adapter.match(path, method=method)
        except MethodNotAllowed as error:
            raise WrongMethod(error.valid_methods or ()) from None
        except (NotFound, RequestRedirect):
            return None
        found: Operation = operation
        return found, names
