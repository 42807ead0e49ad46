"""The plugin's modules stand in one order, and it may be turned off again after it was loaded."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from scale_mock import pytest_plugin

if TYPE_CHECKING:
    import pytest

    from tests.plugin.conftest import Run

FLOORS = (
    {"__init__"},
    {"wide"},
    {"shared", "remote", "server", "multiplying", "dumping"},
    {"session"},
    {"running"},
    {"summary", "seeds", "registering"},
    {"checking", "comparing", "hints"},
    {"reading", "differing"},
    {"paths", "variables", "frames", "rooting", "naming", "contradictions"},
)
"""From the hooks and fixtures that wire everything down to what knows nothing of pytest."""
TWICE = ("-p", "scale_mock", "-p", "no:scale_mock")
TURNED_OFF = (
    "The fixture {} is of the plugin scale_mock, which something loads (-p scale_mock, or "
    "pytest_plugins) and -p no:scale_mock, which comes later, turns off again. Drop one of the two."
)


def _imports(path: Path) -> set[str]:
    """The plugin's own modules that one of them imports: late ones and those for types too."""
    package = pytest_plugin.__name__
    return {
        node.module.removeprefix(f"{package}.")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}.")
    }


def test_each_module_imports_only_from_floors_below_its_own() -> None:
    modules = {path.stem: _imports(path) for path in Path(pytest_plugin.__path__[0]).glob("*.py")}
    floors = {name: number for number, names in enumerate(FLOORS) for name in names}
    assert modules.keys() == floors.keys()
    assert len(modules["__init__"]) > 5
    for name, imported in modules.items():
        assert not [other for other in imported if floors[other] <= floors[name]], name


def test_whoever_is_turned_off_again_says_so_where_a_fixture_is_asked_for(run: Run) -> None:
    result = run(
        """
def test_world(scale_mock): pass
def test_client(scale_client): pass
def test_shared(scale_mock_module): pass
def test_server(scale_server): pass
def test_late(request): request.getfixturevalue("scale_clock")
def test_nothing(): pass
""",
        *TWICE,
    )
    result.assert_outcomes(passed=1, failed=1, errors=4)
    text = " ".join(" ".join(result.stdout.lines).split())
    for name in ("scale_mock", "scale_client", "scale_mock_module", "scale_server", "scale_clock"):
        assert TURNED_OFF.format(name) in text
    assert "KeyError" not in text


def test_the_same_with_workers(pytester: pytest.Pytester, without_environment: None) -> None:
    pytester.makepyfile("def test_a(scale_server): pass\ndef test_b(): pass")
    result = pytester.runpytest_subprocess(*TWICE, "-n", "1", "-p", "no:randomly")
    result.assert_outcomes(passed=1, errors=1)
    assert TURNED_OFF.format("scale_server") in " ".join(" ".join(result.stdout.lines).split())


def test_a_fixture_of_that_name_of_your_own_does_not_matter_then(run: Run) -> None:
    module = """
import pytest

@pytest.fixture
def scale_mock(): return "mine"

def test_mine(scale_mock): assert scale_mock == "mine"
"""
    run(module, *TWICE).assert_outcomes(passed=1)


def test_whoever_is_loaded_after_it_was_turned_off_works(run: Run) -> None:
    module = "def test_world(scale_mock): assert scale_mock.seed == 0"
    run(module, "-p", "no:scale_mock", "-p", "scale_mock").assert_outcomes(passed=1)
