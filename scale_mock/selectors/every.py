"""Every problem of a table that people wrote, though whoever reads it stops at the first.

What was refused is taken out of a copy, or changed to something that makes sense, and the copy is
read again, until nothing is refused any more. What only comes of that is not told: a problem with
something that was changed already, or with the table around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scale_mock.selectors.where import Where

    Instead = Mapping[str, Sequence[object]]
    Path = tuple[str, ...]

PROBLEMS_MAX = 50
"""The most problems that are looked for in one table."""
AHEAD_MAX = 10
"""The most that are looked for to tell which of several values makes sense."""


def every_problem(
    data: object, first: ConfigurationError, read: Callable[[Any], object], instead: Instead
) -> list[ConfigurationError]:
    """All problems of a table.

    Args:
        data: The table.
        first: What it was refused for.
        read: Reads a table, and refuses it.
        instead: By the last key of a path: values that make sense there. Of several the one is
            tried on that leaves the fewest problems. What is not here is taken out.

    Returns:
        The first, and all others in the order in which they were found.
    """
    where = None if first.place is None else cast("Where", first.place[0])
    label = "" if where is None else where.label
    return [first, *_Search(_copied(data), label, read, instead).beyond(first)]


@dataclass(slots=True)
class _Search:
    """One table on its way.

    Attributes:
        data: What is left of it.
        label: What it is called.
        read: Reads it, and refuses it.
        instead: What makes sense where.
        stuck: Whether something was refused that could be changed no further.
        changed: The paths, as they were written, of what was changed or taken out.
        moved: By lists' paths: the indexes that their elements had before some were taken out.
        most: How many problems are looked for.
    """

    data: Any
    label: str
    read: Callable[[Any], object]
    instead: Instead
    stuck: bool = False
    changed: tuple[Path, ...] = ()
    moved: dict[Path, list[int]] = field(default_factory=dict)
    most: int = PROBLEMS_MAX

    def beyond(self, error: ConfigurationError | None) -> list[ConfigurationError]:
        """The problems after one that has been told."""
        found: list[ConfigurationError] = []
        while error is not None and error.place is not None and len(found) < self.most:
            where, _ = cast("tuple[Where, str]", error.place)
            path = where.path if error.missing is None else (*where.path, error.missing)
            written = self._as_written(path)
            is_again = written in self.changed
            self.changed = (*self.changed, written)
            # What was changed in vain is taken out.
            others = [] if is_again else self._others(path, error.missing)
            if others:
                best = self._best(others)
                self.data, self.moved = best.data, best.moved
            elif not self._take_out(path):
                self.stuck = True
                return found
            error = self._try()
            if error is not None and self._is_new(error):
                found.append(self._as_told(error))
        return found

    def _best(self, others: list[_Search]) -> _Search:
        """The one that leaves the fewest problems, as far as a look ahead tells.

        Whoever looks ahead takes the first way at every further fork: to go all of them would
        double, or worse, with every problem.
        """
        if len(others) == 1 or self.most == AHEAD_MAX:
            return others[0]
        return min(others, key=lambda other: other._ahead())

    def _ahead(self) -> tuple[bool, int]:
        """How it would go on: whether to a dead end, and with how many problems."""
        ahead = self._copy()
        ahead.most = AHEAD_MAX
        error = ahead._try()
        if error is None:
            return False, 0
        count = int(ahead._is_new(error)) + len(ahead.beyond(error))
        return ahead.stuck, count

    def _copy(self) -> _Search:
        """The same, to be changed apart."""
        moved = {path: list(indexes) for path, indexes in self.moved.items()}
        return replace(self, data=_copied(self.data), moved=moved)

    def _try(self) -> ConfigurationError | None:
        try:
            self.read(self.data)
        except ConfigurationError as error:
            return error
        return None

    def _is_new(self, error: ConfigurationError) -> bool:
        """Whether a problem does not merely come of what was changed."""
        if error.place is None:
            return False
        where, _ = cast("tuple[Where, str]", error.place)
        if error.missing is not None:
            return self._as_written((*where.path, error.missing)) not in self.changed
        path = self._as_written(where.path)
        return not any(one[: len(path)] == path for one in self.changed)

    def _as_told(self, error: ConfigurationError) -> ConfigurationError:
        """The problem where it was written."""
        where, problem = cast("tuple[Where, str]", error.place)
        written = self._as_written(where.path)
        return replace(where, label=self.label, path=written).refuse(problem)

    def _others(self, path: Path, missing: str | None) -> list[_Search]:
        """Copies with something else at a path, where it is known what makes sense there."""
        values = self.instead.get(path[-1], () if missing is None else ("x",)) if path else ()
        around = _find(self.data, path[:-1])
        if not isinstance(around, dict):
            return []
        copies = []
        for value in values:
            copy = self._copy()
            _find(copy.data, path[:-1])[path[-1]] = value
            copies.append(copy)
        return copies

    def _take_out(self, path: Path) -> bool:
        """Takes out what is at a path, or what is around it if that is not there."""
        while path:
            around, index = _find(self.data, path[:-1]), _index(path[-1])
            if isinstance(around, dict) and path[-1] in around:
                del around[path[-1]]
                return True
            if isinstance(around, list) and index is not None and index < len(around):
                written = self._as_written(path[:-1])
                self.moved.setdefault(written, list(range(len(around)))).pop(index)
                del around[index]
                return True
            path = path[:-1]
        return False

    def _as_written(self, path: Path) -> Path:
        """A path with the indexes that things had before others were taken out."""
        written: Path = ()
        for key in path:
            moved, index = self.moved.get(written), _index(key)
            is_moved = moved is not None and index is not None and index < len(moved)
            written = (*written, f"[{moved[index]}]" if is_moved else key)  # type: ignore[index]
        return written


def _find(data: Any, path: Path) -> Any:
    for key in path:
        index = _index(key)
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif isinstance(data, list) and index is not None and index < len(data):
            data = data[index]
        else:
            return None
    return data


def _index(key: str) -> int | None:
    inner = key[1:-1]
    return int(inner) if key[:1] == "[" and key[-1:] == "]" and inner.isdecimal() else None


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
