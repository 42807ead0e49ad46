"""The strict checks of a test: what it allows, and how a passed test fails for the rest."""

from __future__ import annotations

import sys
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scale_mock.config.checks import names_of
from scale_mock.config.options import REPORTS, default_of
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.reading import from_markers, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from scale_mock.config.options import Given
    from scale_mock.mock.facade import ScaleMock

RELAX = "To let this test pass all the same, mark it with @pytest.mark.scale_mock(strict=False)."
LEAKED = "scale_mock found a connection to Scale:"

TOLD_LATE = pytest.StashKey[str]()
"""What a test is told of its world that failed only when it was over."""
ALLOWED = pytest.StashKey[frozenset[str]]()
"""What a test with a world allows."""


_NONE: frozenset[str] = frozenset()


class Terms:
    """What was said about a test's end. No named tuple: making one slows down every start.

    Attributes:
        strict: Whether a passed test is checked.
        allow: The checks that find nothing.
        report: Which tests are told of their world: ``fail``, ``always`` or ``never``.
        dump: Where a failing test leaves a folder; ``None`` for nowhere.
    """

    __slots__ = ("allow", "dump", "report", "strict")

    def __init__(self, strict: bool, allow: frozenset[str], report: str, dump: Path | None) -> None:
        self.strict = strict
        self.allow = allow
        self.report = report
        self.dump = dump


def terms_of(given: Mapping[str, Given], config: pytest.Config) -> Terms:
    """What was said about a test's end.

    Raises:
        ConfigurationError: Something of it makes no sense; the text says who said it.
    """
    return Terms(
        yes_or_no(given, "strict"), allowed(given), report_of(given), _dump_of(given, config)
    )


def allowed(given: Mapping[str, Given]) -> frozenset[str]:
    """The checks that a test allows.

    Raises:
        ConfigurationError: There is no such check; the text says who named it.
    """
    if "allow" not in given:
        return _NONE
    value, source = given["allow"]
    return names_of(value, f"allow={value!r} ({source})")


def problems_of(mock: ScaleMock, allow: Collection[str]) -> str | None:
    """What the strict checks have against a world, each with what allows it; ``None`` for nothing.

    Connections to Scale are left to :func:`leaks_found`, which no ``strict=False`` turns off.
    """
    if mock._world.is_untouched:
        return None  # nothing has happened in it
    from scale_mock.mock.reports.checks import by_marker, findings, told

    mock._world.rest()
    found = findings(mock._world, allow=allow, leaks=False)
    if not found:
        return None
    from scale_mock.config.width import width
    from scale_mock.mock.reports.telling import broken

    lines: list[str] = []
    for line in told(found, by_marker, allow).splitlines():
        # What is copied, a path or the marker, stays whole.
        lines.extend(broken(line, width()) if line.startswith("  - ") else [line])
    return "\n".join([*lines, RELAX])


def leaks_left() -> list[str]:
    """The attempts to reach Scale that no test was failed for yet; no world, no attempts."""
    interception = sys.modules.get("scale_mock.mock.interception")
    return [] if interception is None else interception.leak_texts()


def renew_guard() -> None:
    """Puts the leak guard's patches back, which other plugins may have removed after a test."""
    interception = sys.modules.get("scale_mock.mock.interception")
    if interception is not None:
        interception.guard_scale()


def leaks_found(allow: Callable[[], Collection[str]]) -> str | None:
    """The attempts to reach Scale that no test was failed for yet, and what allows them.

    Where they are allowed, they count as reported: each was refused when it was made.

    Args:
        allow: Tells the checks that the test allows; asked only if there is something to allow.
    """
    texts = leaks_left()
    if not texts or "leaks" in (known := allow()):
        return None
    from scale_mock.config.width import width
    from scale_mock.mock.reports.checks import by_marker
    from scale_mock.mock.reports.telling import broken

    lines = [line for text in texts for line in broken(f"  - {text}", width())]
    them = "it" if len(texts) == 1 else "them"
    relax = f"    To allow {them}: {by_marker({*known, 'leaks'})}"
    return "\n".join([LEAKED, *lines, relax])


def fail_for_leaks(allow: Callable[[], Collection[str]]) -> None:
    """Fails the test for what :func:`leaks_found` finds."""
    __tracebackhide__ = True
    found = leaks_found(allow)
    if found is not None:
        pytest.fail(found, pytrace=False)


def allowed_by(item: pytest.Item, options: Mapping[str, Given]) -> frozenset[str]:
    """What a test allows, with or without a world; without one ``scale_mock_config`` is unknown."""
    known = item.stash.get(ALLOWED, None)
    if known is not None:
        return known
    try:
        return allowed({**options, **from_markers(item)})
    except ConfigurationError:
        return frozenset()  # it would be refused where it mattered


def report_of(given: Mapping[str, Given]) -> str:
    """When the test is told of its world: ``fail``, ``always`` or ``never``.

    Raises:
        ConfigurationError: It is none of these.
    """
    if "report" not in given:
        return str(default_of("report"))
    value, source = given["report"]
    if value not in REPORTS:
        raise ConfigurationError(
            f"report={value!r} ({source}): expected one of {', '.join(REPORTS)}."
        )
    return str(value)


def _dump_of(given: Mapping[str, Given], config: pytest.Config) -> Path | None:
    """The folder for failing tests: an ini file means one beside it, a command one from here."""
    if "dump" not in given:
        return None
    value, source = given["dump"]
    if value is None:
        return None
    if not isinstance(value, str | PathLike) or not fspath(value):
        raise ConfigurationError(f"dump={value!r} ({source}): expected the path of a directory.")
    typed = source.startswith(("--", "SCALE_MOCK_"))
    # Absolute, and not by the working directory: tests may change that.
    return (config.invocation_params.dir if typed else config.rootpath) / Path(value)
