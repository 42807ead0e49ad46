"""Operations: what the API can do, by name, method and path, and how a path finds its operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule, UnicodeConverter

from scale_mock.domain.refusals import METHOD_NOT_FOUND, ROUTE_NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply

# A quoted slash inside a name must not split it: it travels through the router as this lone
# surrogate, which no decoded URL can contain.
_SLASH = "\udc2f"


class Scheduled(Protocol):
    """Something pending that has an event coming: a task, a batch, or the world."""

    @property
    def touched(self) -> int:
        """Grows when an event changes it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API can do.

    Attributes:
        name: Verb and resource, as in the OpenAPI document.
        method: The HTTP method.
        path: The path below the API's prefix, names in angle brackets.
        run: Does it, under the world's lock.
        moves_clock: It runs the world, so it takes its own locks and may block.
        needs_key: False for the few that need no world.
        awaited: What an ``autojump`` clock runs to before this is read; ``None`` if nothing.
    """

    name: str
    method: str
    path: str
    run: Callable[[Call], Reply]
    moves_clock: bool = False
    needs_key: bool = True
    awaited: Callable[[Call], Scheduled | None] | None = None


class _NameConverter(UnicodeConverter):
    """A path segment that may hold a quoted slash and anything else."""

    regex = "[^/]+"

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map)
        self.regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace(_SLASH, "/")


class Router:
    """Finds operations.

    Args:
        operations: All operations with their prefixes, for example ``("/v1", operation)``.
    """

    def __init__(self, operations: Iterable[tuple[str, Operation]]) -> None:
        self._paths: dict[str, list[str]] = {}
        rules = []
        for prefix, operation in operations:
            path = prefix + operation.path
            self._paths.setdefault(path, []).append(operation.method)
            rules.append(
                Rule(path, methods=[operation.method], endpoint=operation, merge_slashes=False)
            )
        self._map = Map(
            rules,
            converters={"name": _NameConverter, "default": _NameConverter},
            merge_slashes=False,
            strict_slashes=False,
            redirect_defaults=False,
        )
        self._adapter = self._map.bind("scale-mock.invalid")

    def match(self, method: str, raw_path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and the names in its path.

        Args:
            method: The HTTP method.
            raw_path: The path as it was sent, still quoted.

        Raises:
            Refusal: 404 that lists the nearest routes, or the methods that the path takes.
        """
        path = decode_path(raw_path)
        try:
            operation, names = self._adapter.match(path, method=method)
        except MethodNotAllowed as error:
            methods = sorted(set(error.valid_methods or ()) - {"HEAD"})
            raise METHOD_NOT_FOUND(
                method=method, path=raw_path, methods=", ".join(methods)
            ) from None
        except (NotFound, RequestRedirect):
            raise ROUTE_NOT_FOUND(
                method=method, path=raw_path, nearest=self._nearest(method, path)
            ) from None
        found: Operation = operation
        return found, names

    def _nearest(self, method: str, path: str) -> str:
        """The three known routes that look most like a path."""
        from difflib import SequenceMatcher

        def likeness(known: str) -> float:
            return SequenceMatcher(None, known, path[:200]).ratio()

        best = sorted(self._paths, key=likeness, reverse=True)[:3]
        return ", ".join(
            f"{method if method in self._paths[known] else self._paths[known][0]} {known}"
            for known in best
        )


def decode_path(raw_path: str) -> str:
    """Unquotes a path, keeping a quoted slash apart from one that separates; ``//`` is ``/``."""
    if "//" in raw_path:
        while "//" in raw_path:
            raw_path = raw_path.replace("//", "/")
    if "%" not in raw_path:
        return raw_path
    marked = raw_path.replace("%2f", "%2F").split("%2F")
    return _SLASH.join(unquote(part, errors="replace") for part in marked)
