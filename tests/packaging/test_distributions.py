"""What is shipped: the wheel and the sdist hold what they should, and nothing else.

Both are built from this tree by the build backend itself, without a network.
"""

from __future__ import annotations

import configparser
import hashlib
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import scale_mock

if TYPE_CHECKING:
    from email.message import Message

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAME = f"scale_mock-{scale_mock.__version__}"
INFO = f"{NAME}.dist-info"
DATA = (
    "py.typed",
    "mock/preload/point.cjs",
    "mock/scenarios/shipped/*.toml",
    "mock/scenarios/shipped/scenario.schema.json",
    "rules/rule_file.schema.json",
    "tasktypes/shared.json",
    "tasktypes/*/params.json",
    "tasktypes/*/response.json",
)
"""Everything in the package that is no module: a new kind of file is added here on purpose."""
TOP = {
    *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "PKG-INFO", "README.md"),
    *("conftest.py", "fixtures", "pyproject.toml", "scale_mock", "tests"),
}
"""What lies at the top of an sdist."""
NEVER = (
    *("__pycache__", ".pyc", ".egg-info", ".hypothesis", "node_modules", ".venv"),
    *(".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
)


class Built(NamedTuple):
    """The two distributions, unpacked: the files below their top folder, by path."""

    wheel: dict[str, bytes]
    sdist: dict[str, bytes]
    folder: Path


def build(source: Path, target: Path, *kinds: str) -> None:
    """Builds distributions of a source tree."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *kinds, "-d", str(target)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=300,
    )


def unzipped(path: Path) -> dict[str, bytes]:
    """The files of a wheel."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("distributions")
    build(ROOT, folder)
    assert {path.name for path in folder.iterdir()} == {
        f"{NAME}-py3-none-any.whl",
        f"{NAME}.tar.gz",
    }
    with tarfile.open(folder / f"{NAME}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / NAME
    sdist = {
        str(path.relative_to(unpacked)): path.read_bytes()
        for path in unpacked.rglob("*")
        if path.is_file()
    }
    return Built(unzipped(folder / f"{NAME}-py3-none-any.whl"), sdist, unpacked)


def in_tree(folder: str) -> set[str]:
    """The files of a folder of this tree that people have written."""
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not any(word in str(path.relative_to(ROOT)) for word in NEVER)
    }


# The wheel


def test_the_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    outside = {name for name in built.wheel if not name.startswith("scale_mock/")}
    assert outside == {
        f"{INFO}/METADATA",
        f"{INFO}/RECORD",
        f"{INFO}/WHEEL",
        f"{INFO}/entry_points.txt",
        f"{INFO}/licenses/LICENSE",
    }
    assert set(built.wheel) - outside == in_tree("scale_mock")


def test_every_file_that_is_no_module_is_there_on_purpose(built: Built) -> None:
    package = ROOT / "scale_mock"
    known = {
        f"scale_mock/{path.relative_to(package)}"
        for pattern in DATA
        for path in package.glob(pattern)
    }
    data = {name for name in built.wheel if name.startswith("scale_mock/") and name[-3:] != ".py"}
    assert data == known
    for pattern in DATA:
        assert list(package.glob(pattern)), f"{pattern} matches nothing any more"


def test_every_folder_of_the_wheel_s_package_can_be_imported(built: Built) -> None:
    modules = {name for name in built.wheel if name.endswith(".py")}
    alone = {"scale_mock/mock/preload/sitecustomize.py"}  # read by other processes, by its folder
    assert alone <= modules
    for name in modules - alone:
        parts = Path(name).parts[:-1]
        for depth in range(1, len(parts) + 1):
            assert f"{'/'.join(parts[:depth])}/__init__.py" in modules


def metadata(built: Built) -> Message:
    """What the wheel says about itself."""
    return HeaderParser().parsestr(built.wheel[f"{INFO}/METADATA"].decode())


def test_the_metadata_says_who_it_is_for(built: Built) -> None:
    said = metadata(built)
    assert (said["Name"], said["Version"]) == ("scale-mock", scale_mock.__version__)
    assert said["Requires-Python"] == ">=3.11"
    assert (said["License-Expression"], said.get_all("License-File")) == ("Apache-2.0", ["LICENSE"])
    assert said["Description-Content-Type"] == "text/markdown"
    assert str(said.get_payload()).strip() == (ROOT / "README.md").read_text().strip()
    classifiers = said.get_all("Classifier", [])
    assert {"Framework :: Pytest", "Typing :: Typed"} <= set(classifiers)
    assert not [text for text in classifiers if text.startswith(("License", "Private"))]


def test_the_metadata_lists_the_extras_and_no_test_tool_among_what_is_always_needed(
    built: Built,
) -> None:
    said = metadata(built)
    assert {"sdk", "https"} <= set(said.get_all("Provides-Extra", []))
    needed = {
        line.partition(">")[0].strip()
        for line in said.get_all("Requires-Dist", [])
        if "extra ==" not in line
    }
    assert needed == {
        *("werkzeug", "jsonschema", "faker", "freezegun", "pytest", "click", "rich"),
    }


def test_the_entry_points_are_the_command_and_the_plugin(built: Built) -> None:
    points = configparser.ConfigParser()
    points.read_string(built.wheel[f"{INFO}/entry_points.txt"].decode())
    assert {section: dict(points[section]) for section in points.sections()} == {
        "console_scripts": {"scale-mock": "scale_mock.cli:main"},
        "pytest11": {"scale_mock": "scale_mock.pytest_plugin"},
    }


# The sdist


def test_the_sdist_holds_what_is_needed_to_build_and_to_test(built: Built) -> None:
    assert {Path(name).parts[0] for name in built.sdist} == TOP
    for folder in ("scale_mock", "tests", "fixtures", ".ci"):
        found = {name for name in built.sdist if Path(name).parts[0] == folder}
        assert found == in_tree(folder)
    for name, content in built.sdist.items():
        assert not any(word in name for word in NEVER)
        assert name == "PKG-INFO" or content == (ROOT / name).read_bytes()


def test_the_wheel_built_from_the_sdist_is_the_same(built: Built, tmp_path: Path) -> None:
    build(built.folder, tmp_path, "-t", "wheel")
    (wheel,) = tmp_path.iterdir()
    assert hashes(unzipped(wheel)) == hashes(built.wheel)


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    """What the files hold, short enough for a message."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_the_unpacked_sdist_passes_tests_that_need_its_other_files(built: Built) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"),
            *("tests/test_house.py", "tests/unit/rules/test_files.py"),
            *("-k", "not crowded and not stumble"),
        ],
        cwd=built.folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
