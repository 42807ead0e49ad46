"""What the plugin keeps for one test: its world, how it goes, and which test runs now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scale_mock.pytest_plugin.checking import Terms, leaks_found, leaks_left, problems_of
from scale_mock.pytest_plugin.seeds import repeat_of
from scale_mock.pytest_plugin.summary import note_unread

if TYPE_CHECKING:
    from collections.abc import Collection

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.interception import Interception

SEED_FLAG = "--scale-mock-seed"


class Run:
    """One test and its world.

    Attributes:
        item: The test.
        mock: The world.
        terms: What was said about the test's end.
        interception: What sends calls to Scale there, begun already; ``None`` where it is off.
        passed: The test's own part passed.
        failed: Something of it failed, a subtest for example.
    """

    def __init__(
        self,
        item: pytest.Item,
        mock: ScaleMock,
        *,
        terms: Terms,
        interception: Interception[ScaleMock] | None,
    ) -> None:
        self.item = item
        self.mock = mock
        self.terms = terms
        self.interception = interception
        self.passed = False
        self.failed = False

    def check(self) -> str | None:
        """What a passed test left unnoticed; reaching for Scale fails it in any case."""
        if not self.passed or self.failed:
            return None
        leaks = leaks_found(lambda: self.terms.allow)
        problems = self.problems() if self.terms.strict else None
        return "\n".join(text for text in (leaks, problems) if text is not None) or None

    def is_told(self, report: pytest.TestReport) -> bool:
        """Whether a report on the setup or call is told of the world.

        pytest fails a test for its failed subtests after its report was made; what the strict
        checks find by then stands in none of theirs.
        """
        if report.failed or report.when != "call":
            return report.failed
        if self.terms.report == "always":
            return True
        return self.failed and (bool(leaks_left()) or self.problems() is not None)

    def problems(self) -> str | None:
        """What the strict checks have against the world; ``None`` for nothing."""
        return problems_of(self.mock, self.terms.allow)

    def state(self, allow: Collection[str], *, leaks: bool) -> str:
        """What a failed test is told about its world.

        Args:
            allow: The checks that find nothing.
            leaks: Whether connections to Scale are told.
        """
        from scale_mock.mock.reports.failing import state_of

        repeat, test = repeat_of(self.item, SEED_FLAG)
        return state_of(self.mock._world, repeat=repeat, test=test, allow=allow, leaks=leaks)

    def close(self) -> None:
        """Ends the interception and the world; remembers which fields nobody read."""
        self.note_unread()
        if self.interception is not None:
            self.interception.end()
        self.mock.close()

    def note_unread(self) -> None:
        """Remembers which fields nobody read, for the end of the run."""
        world = self.mock._world
        if not world.is_untouched and world.unread_fields:
            note_unread(self.item, self.mock)


RUN = pytest.StashKey[Run]()
RUNNING: list[pytest.Item] = []
"""The tests that run now, the innermost last: a test may run pytest in its own process.

Fixtures that every test may use look here: for each one that takes ``request``, pytest reads the
signature of a function three times in every test, which is a third of what ``scale_mock`` costs.
"""
