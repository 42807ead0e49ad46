"""Where pytest was started: commands that repeat a test work there, and its ini file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

USE = "def test_use(scale_mock): {body}"
INIS = {
    "pytest.ini": "[pytest]\nscale_mock_seed = 5",
    "tox.ini": "[pytest]\nscale_mock_seed = 5",
    "setup.cfg": "[tool:pytest]\nscale_mock_seed = 5",
    "pyproject.toml": "[tool.pytest.ini_options]\nscale_mock_seed = 5",
}


@pytest.fixture
def elsewhere(pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rule file outside of the project."""
    file = tmp_path_factory.mktemp("elsewhere") / "rules.toml"
    file.write_text("[[rule]]\nafter = '1h'\n")
    return file


@pytest.mark.parametrize("ini", INIS)
def test_a_flag_whose_file_hides_the_ini_file_is_refused(
    pytester: pytest.Pytester,
    quiet: tuple[str, ...],
    without_environment: None,
    elsewhere: Path,
    ini: str,
) -> None:
    pytester.makepyfile(USE.format(body="scale_mock.rules.clear(); assert scale_mock.seed == 5"))
    pytester.path.joinpath(ini).write_text(INIS[ini])
    result = pytester.runpytest_inprocess(*quiet, "--scale-mock-rules", str(elsewhere))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        f"ERROR: scale_mock: pytest takes what follows --scale-mock-rules and a space for a path "
        f"of tests, so that it does not read {pytester.path / ini}. "
        f"Write --scale-mock-rules={elsewhere}"
    )
    joined = pytester.runpytest_inprocess(*quiet, f"--scale-mock-rules={elsewhere}")
    joined.assert_outcomes(passed=1)


def test_such_a_flag_is_no_matter_where_no_ini_file_is_hidden(
    pytester: pytest.Pytester, quiet: tuple[str, ...], without_environment: None, elsewhere: Path
) -> None:
    pytester.makepyfile(USE.format(body="scale_mock.rules.clear()"))
    pytester.path.joinpath("pyproject.toml").write_text("[project]\nname = 'shop'")
    given = ("--scale-mock-rules", str(elsewhere))
    pytester.runpytest_inprocess(*quiet, *given).assert_outcomes(passed=1)
    ini = pytester.makeini("[pytest]\nscale_mock_seed = 5")
    named = pytester.runpytest_inprocess(*quiet, *given, "-c", str(ini))
    named.assert_outcomes(passed=1)
    inside = pytester.path / "own.toml"
    inside.write_text(elsewhere.read_text())
    beside = pytester.runpytest_inprocess(*quiet, "--scale-mock-rules", "own.toml")
    beside.assert_outcomes(passed=1)


def test_the_command_that_repeats_a_test_works_where_pytest_was_started(
    pytester: pytest.Pytester,
    quiet: tuple[str, ...],
    without_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makeini("[pytest]")
    folder = pytester.mkdir("below")
    (folder / "test_it.py").write_text(USE.format(body="assert 1 == 2"))
    other = pytester.mkdir("other")
    commands = {
        pytester.path: "below/test_it.py",
        folder: "test_it.py",
        other: "../below/test_it.py",
    }
    for start, file in commands.items():
        monkeypatch.chdir(start)
        result = pytester.runpytest_inprocess(*quiet, str(folder / "test_it.py"))
        result.assert_outcomes(failed=1)
        end = f"to repeat: pytest --scale-mock-seed=0 {file}::test_use"
        result.stdout.fnmatch_lines(f"seed 0, clock at * (manual); {end}")
        repeated = pytester.runpytest_inprocess(*quiet, "--scale-mock-seed=0", f"{file}::test_use")
        repeated.assert_outcomes(failed=1)


def test_so_does_that_of_an_order(
    pytester: pytest.Pytester,
    quiet: tuple[str, ...],
    without_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makeini("[pytest]")
    folder = pytester.mkdir("below")
    module = "import pytest\n@pytest.mark.scale_seed_matrix(2)\n" + USE.format(body="assert 0")
    (folder / "test_it.py").write_text(module)
    monkeypatch.chdir(folder)
    result = pytester.runpytest_inprocess(*quiet, "test_it.py")
    result.assert_outcomes(failed=2)
    line = "  to repeat: pytest --scale-mock-seeds=1 test_it.py::test_use"
    result.stdout.fnmatch_lines([line])
