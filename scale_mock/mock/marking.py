"""A world that several tests share: marks to go back to, and what all its tests together used.

A test counts what its rules, faults and answers did, and rewinding takes the counts back. Whether
something that all tests share was ever of use can only be said when the last of them is over; until
then the counts are added up here.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from scale_mock.mock.reports.checks import Finding
from scale_mock.world.rewinding import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scale_mock.mock.facade import ScaleMock

COUNTS = ("counted", "matched", "fired", "examined")
"""What is added up over the tests, where an entry has it."""


class Bookmark:
    """The state of a mock to go back to, its scheduled calls and patched clients included.

    Args:
        mock: The mock.

    Raises:
        PumpBusy: Callbacks go out all the time.
    """

    def __init__(self, mock: ScaleMock) -> None:
        self._mock = mock
        self._mark = Mark(mock._world, vars(mock._appointments))
        self._undo = len(mock._undo)

    @property
    def is_current(self) -> bool:
        """True if nothing has changed since."""
        return len(self._mock._undo) == self._undo and self._mark.is_current

    def rewind(self) -> None:
        """Goes back to this state.

        Raises:
            PumpBusy: A callback is out.
        """
        while len(self._mock._undo) > self._undo:
            self._mock._undo.pop()()
        self._mark.rewind()


class Usefulness:
    """What the rules, faults and answers that tests share did in all of them.

    Args:
        mock: The mock.
    """

    def __init__(self, mock: ScaleMock) -> None:
        self._mock = mock
        self._shared: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._totals: dict[int, tuple[Any, dict[str, Any]]] = {}

    def begin(self) -> None:
        """A test begins: what is there now is not of its making."""
        self._shared = {id(entry): (entry, _said(entry)) for entry in self.entries()}

    def end(self) -> None:
        """The test is over, and its world not rewound yet."""
        for key, (entry, before) in self._shared.items():
            _, total = self._totals.get(key, (entry, before))
            self._totals[key] = entry, _sum(total, before, _said(entry))

    @contextmanager
    def taken_for_granted(self) -> Iterator[None]:
        """Within it, nobody asks what the shared rules, faults and answers are good for."""
        idle = [entry for entry, _ in self._shared.values() if not _was_of_use(entry)]
        for entry in idle:
            _grant(entry, 1)
        try:
            yield
        finally:
            for entry in idle:
                _grant(entry, -1)

    def useless(self, entries: Iterable[Any]) -> list[Finding]:
        """Those of some rules, faults and answers that were of no use in any test, and why."""
        found = []
        for entry in entries:
            whole = copy(entry)
            for name, value in self._totals.get(id(entry), (entry, {}))[1].items():
                setattr(whole, name, value)
            if not _was_of_use(whole):
                found.append(Finding(_check_of(entry), whole.why_unused()))
        return found

    def entries(self) -> list[Any]:
        """The rules, faults and answers that there are now."""
        world = self._mock._world
        return [
            *world.rules.entries(),
            *world.faults.entries(),
            *world.receiver.answers(),
        ]


def _was_of_use(entry: Any) -> bool:
    return bool(entry.is_done if hasattr(entry, "met") else entry.fired)


def _check_of(entry: Any) -> str:
    if hasattr(entry, "met"):
        return "unused_answers"
    return "unused_rules" if hasattr(entry, "rule") else "unused_faults"


def _grant(entry: Any, by: int) -> None:
    """Makes an entry look used, or takes that back."""
    if hasattr(entry, "met"):
        entry.met = by > 0
    else:
        entry.fired += by


def _said(entry: Any) -> dict[str, Any]:
    """What an entry knows about what it did."""
    names = (*COUNTS, "taken_by", "missed", "nearest", "nearest_count", "met")
    return {name: getattr(entry, name) for name in names if hasattr(entry, name)}


def _sum(total: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What all tests together did: counts added up, of the rest what tells most."""
    summed = dict(total)
    for name in COUNTS:
        if name in total:
            summed[name] = total[name] + after[name] - before[name]
    for name in ("taken_by", "missed", "met"):
        if name in total:
            summed[name] = total[name] or after[name]
    if "nearest" in total and after["nearest_count"] < total["nearest_count"]:
        summed |= {name: after[name] for name in ("nearest", "nearest_count")}
    return summed
