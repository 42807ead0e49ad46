"""House rules that no other tool holds."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import scale_mock

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "scale_mock").rglob("*.py"))
LINES_MAX = 400
FUNCTION_LINES_MAX = 60


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_owns_and_is_not_crowded(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens by saying what it owns"
    assert len(text.splitlines()) <= LINES_MAX
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


def test_the_public_names_are_sorted_and_there() -> None:
    assert scale_mock.__all__ == sorted(scale_mock.__all__)
    for name in scale_mock.__all__:
        assert getattr(scale_mock, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'ScaleMok'"):
        _ = scale_mock.ScaleMok  # type: ignore[attr-defined]


def test_the_version_is_said_once_and_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == scale_mock.__version__


def test_every_runtime_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text.partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    for reason, dependency in zip(block[::2], block[1::2], strict=True):
        assert reason.strip().startswith("# ")
        assert re.match(r'\s+"[\w-]+[><=]', dependency)


def test_the_package_needs_no_file_of_the_machine() -> None:
    for path in [*MODULES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        assert not re.search(r"(?<![\w.])/(tmp|work|root|home)/", path.read_text()), path
