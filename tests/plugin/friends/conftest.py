"""Runs a user's tests in a process of its own, with the plugins a test names and no others.

The other plugins patch things that an inner run in this process could not undo: sockets, `random`,
the event loop's policy, the whole of pytest's collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS_MAX = 120.0


class Beside(Protocol):
    """Runs pytest on modules, beside the plugins named, warnings being errors."""

    def __call__(
        self, modules: str | Mapping[str, str], *args: str, plugins: str = ""
    ) -> pytest.RunResult: ...


@pytest.fixture
def beside(
    pytester: pytest.Pytester, without_environment: None, monkeypatch: pytest.MonkeyPatch
) -> Beside:
    # Whoever runs this suite may be a worker of pytest-xdist.
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_beside(
        modules: str | Mapping[str, str], *args: str, plugins: str = ""
    ) -> pytest.RunResult:
        for name, text in ({"test_app": modules} if isinstance(modules, str) else modules).items():
            pytester.makepyfile(**{name: text})
        named = [word for name in ("scale_mock", *plugins.split()) for word in ("-p", name)]
        quiet = ("-p", "no:cacheprovider", "--strict-markers", "-W", "error")
        return pytester.runpytest_subprocess(*named, *quiet, *args, timeout=_SECONDS_MAX)

    return run_beside
