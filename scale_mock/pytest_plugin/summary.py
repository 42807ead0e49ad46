"""What a run has to tell at its end: late connections to Scale, and fields that nobody read.

A worker of pytest-xdist hands both to the process that started it, which tells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from scale_mock.pytest_plugin.checking import leaks_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.mock.facade import ScaleMock

LEAKS_OUT = "scale_mock_late_leaks"
UNREAD_OUT = "scale_mock_unread_fields"
ELSEWHERE_OUT = "scale_mock_elsewhere"
"""In the output of a worker."""
FIELDS_MAX = 1_000
"""How many different fields a run remembers; as many as a world does."""
ADVICE = (
    "Scale takes such fields and ignores them, and so does scale_mock. To have them refused: "
    "@pytest.mark.scale_mock(strict_fields=True), or --scale-mock-strict-fields."
)


class Unread:
    """The fields that nobody read, of all tests of a run."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], list[Any]] = {}
        self._last: tuple[ScaleMock, dict[tuple[str, str, str], int]] | None = None

    def add(self, mock: ScaleMock, test: str) -> None:
        """Counts what a test's world has in store; of a world that several share, what is new.

        Args:
            mock: The world.
            test: The test.
        """
        fields = mock.unread_fields
        now = {(one.operation, one.type or "", one.field): one.times for one in fields}
        before = self._last[1] if self._last is not None and self._last[0] is mock else {}
        for one in fields:
            key = (one.operation, one.type or "", one.field)
            old = before.get(key, 0)
            new = one.times - old if one.times >= old else one.times  # it began anew
            if new:
                self._count(key, new, test, one.meant)
        self._last = (mock, now)

    def merge(self, rows: Iterable[list[Any]]) -> None:
        """Takes over what a worker found."""
        for operation, type_name, field, times, test, meant in rows:
            self._count((operation, type_name, field), times, test, meant)

    def rows(self) -> list[list[Any]]:
        """All of it as plain data, for :meth:`merge`; sorted by operation, type and field."""
        return [[*key, *self._found[key]] for key in sorted(self._found)]

    def lines(self) -> list[str]:
        """What the summary says, a line for each field."""
        lines = []
        for operation, type_name, field, times, test, meant in self.rows():
            what = f"{operation} {type_name}".rstrip()
            often = "once, by" if times == 1 else f"{times} times, first by"
            hint = f"; did you mean {meant!r}?" if meant else ""
            lines.append(f"{what}: {field!r} ({often} {test}){hint}")
        return lines

    def _count(self, key: tuple[str, str, str], times: int, test: str, meant: str | None) -> None:
        known = self._found.get(key)
        if known is not None:
            known[0] += times
        elif len(self._found) < FIELDS_MAX:
            self._found[key] = [times, test, meant]


class Seen(Protocol):
    """What a run saw of a server elsewhere."""

    def rows(self) -> list[list[Any]]:
        """All of it as plain data."""

    def merge(self, rows: list[list[Any]]) -> None:
        """Takes over what a worker saw."""

    def show(self, terminal: Any) -> None:
        """Writes the section of the summary."""


LATE_LEAKS = pytest.StashKey[list[str]]()
UNREAD = pytest.StashKey[Unread]()
ELSEWHERE = pytest.StashKey[Seen]()
"""What was seen of the server whose worlds the tests use, where one was named."""


def note_unread(item: pytest.Item, mock: ScaleMock) -> None:
    """Remembers which fields of a test's requests nobody read."""
    item.config.stash.setdefault(UNREAD, Unread()).add(mock, item.nodeid)


def finish(session: pytest.Session) -> None:
    """Fails the run for what threads tried after the last test; a worker hands all of it over."""
    stash = session.config.stash
    output = getattr(session.config, "workeroutput", {})
    if UNREAD in stash:
        output[UNREAD_OUT] = stash[UNREAD].rows()
    if ELSEWHERE in stash:
        output[ELSEWHERE_OUT] = stash[ELSEWHERE].rows()
    texts = [*stash.get(LATE_LEAKS, []), *leaks_left()]
    if texts:
        stash[LATE_LEAKS] = texts
        # A worker of pytest-xdist cannot fail a run; who started it can.
        output[LEAKS_OUT] = texts
        if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def take_over(node: Any) -> None:
    """Takes over what a worker of pytest-xdist has to tell."""
    output, stash = getattr(node, "workeroutput", {}), node.config.stash
    stash.setdefault(LATE_LEAKS, []).extend(output.get(LEAKS_OUT, []))
    if rows := output.get(UNREAD_OUT):
        stash.setdefault(UNREAD, Unread()).merge(rows)
    if (seen := output.get(ELSEWHERE_OUT)) and ELSEWHERE in stash:
        stash[ELSEWHERE].merge(seen)


def show(terminal: Any, config: pytest.Config) -> None:
    """Writes the sections of the summary, those with something in them."""
    texts = config.stash.get(LATE_LEAKS, [])
    if texts:
        terminal.section("scale_mock: connections to Scale after the last test")
        for text in texts:
            terminal.line(text)
    if ELSEWHERE in config.stash:
        config.stash[ELSEWHERE].show(terminal)
    if UNREAD in config.stash:
        from scale_mock.config.width import width
        from scale_mock.mock.reports.telling import broken

        terminal.section("scale_mock: fields that nobody read")
        for line in [*config.stash[UNREAD].lines(), *broken(ADVICE, width())]:
            terminal.line(line)
