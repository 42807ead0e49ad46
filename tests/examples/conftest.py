"""Runs an example's own tests on a copy of it: no other plugins, no sockets, no warnings."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import scale_mock
from scale_mock.config.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = ("randomly", "cacheprovider", "asyncio", "django", "rerunfailures", "xdist")
ALONE = tuple(word for other in OTHERS for word in ("-p", f"no:{other}"))
# An event loop wakes itself up through a pair of Unix sockets.
SOCKETLESS = ("--disable-socket", "--allow-unix-socket")
COLUMNS = "100"


@dataclass(frozen=True)
class Lab:
    """Where examples are copied to and run.

    Attributes:
        pytester: pytest's own tool for running pytest.
        monkeypatch: Changes of folder, taken back.
    """

    pytester: pytest.Pytester
    monkeypatch: pytest.MonkeyPatch

    def copy(self, example: Path, name: str) -> Path:
        """A copy of an example in a folder of its own."""
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        return shutil.copytree(example, self.pytester.path / name / example.name, ignore=ignored)

    def run(self, project: Path, arguments: list[str]) -> pytest.RunResult:
        """What ``pytest`` does with these arguments in a project's folder."""
        self.monkeypatch.chdir(project)
        return self.pytester.runpytest_inprocess(*ALONE, *SOCKETLESS, *arguments)


@pytest.fixture(scope="session")
def loaded() -> None:
    """Imports what the examples stand on: pytester forgets what an inner run imported.

    Each would import it anew, and worse: the first patches the HTTP libraries, and a second copy of
    what they then call would be another program.
    """
    for name in ("flask.testing", "httpx", "httpcore", "requests", "scaleapi", "freezegun"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(scale_mock.__path__, "scale_mock."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@pytest.fixture
def lab(loaded: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Lab:
    for option in OPTIONS:
        monkeypatch.delenv(option.variable, raising=False)
    for variable in ("PYTEST_ADDOPTS", "FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", COLUMNS)
    return Lab(pytester, monkeypatch)
