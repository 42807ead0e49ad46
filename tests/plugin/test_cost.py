"""Owns the proof that a test with a world it does not call loads and does next to nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = (
    "faker",
    "http.server",
    "httpx",
    "jsonschema",
    "requests",
    "scale_mock.api",
    "scale_mock.labeling",
    "scale_mock.serving",
    "scale_mock.tasktypes",
    "scale_mock.world.building",
    "scaleapi",
    "ssl",
    "urllib3",
    "werkzeug",
)
TRIVIAL = """
def test_nothing(scale_mock):
    assert scale_mock.seed == 0
"""
CONFTEST = """
import sys

def pytest_sessionfinish():
    print("LOADED", *sys.modules)
"""


def test_a_trivial_test_loads_nothing_heavy(tmp_path: object) -> None:
    folder = os.fspath(tmp_path)  # type: ignore[call-overload]  # it is a path
    for name, text in (("test_trivial.py", TRIVIAL), ("conftest.py", CONFTEST)):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    options = ("-q", "-s", "-p", "no:cacheprovider", "-p", "scale_mock.pytest_plugin")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, folder],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [one for one in done.stdout.splitlines() if "LOADED" in one]
    loaded = set(line.split())
    assert "scale_mock.mock.facade" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))


@pytest.mark.scale_mock(seed=7)
def test_a_world_asked_for_late_is_that_of_the_test_and_not_of_one_it_ran(
    request: pytest.FixtureRequest, run: Callable[..., object]
) -> None:
    run("def test_inner(scale_mock): assert scale_mock.seed == 0")

    assert request.getfixturevalue("scale_mock").seed == 7
