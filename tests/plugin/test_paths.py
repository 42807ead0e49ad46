"""Files that tests name are found beside whoever names them, wherever the run starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TEST = """
{marker}
def test_named(scale_mock):
    assert [rule.name for rule in scale_mock.rules] == {names}
    scale_mock.rules.clear()
"""


def rules(*names: str) -> str:
    return "\n".join(
        f'[[rule]]\nname = "{name}"\nmatch = {{ project = "{name}" }}' for name in names
    )


def test_a_marker_s_files_lie_beside_the_test(
    pytester: pytest.Pytester, quiet: tuple[str, ...], without_environment: None
) -> None:
    folder = pytester.mkdir("below")
    marker = "import pytest\n@pytest.mark.scale_mock(rules=['near.toml', {'name': 'plain'}])"
    (folder / "test_it.py").write_text(TEST.format(marker=marker, names=["near", "plain"]))
    (folder / "near.toml").write_text(rules("near"))
    pytester.path.joinpath("near.toml").write_text(rules("far"))
    pytester.runpytest_inprocess(*quiet).assert_outcomes(passed=1)
    (folder / "near.toml").unlink()
    (folder / "test_it.py").write_text(TEST.format(marker=marker, names=["far", "plain"]))
    pytester.runpytest_inprocess(*quiet).assert_outcomes(passed=1)


def test_an_ini_file_s_files_lie_beside_it(
    pytester: pytest.Pytester,
    quiet: tuple[str, ...],
    without_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makeini("[pytest]\nscale_mock_rules = ours.toml")
    pytester.path.joinpath("ours.toml").write_text(rules("ours"))
    folder = pytester.mkdir("below")
    (folder / "test_it.py").write_text(TEST.format(marker="", names=["ours"]))
    monkeypatch.chdir(folder)
    pytester.runpytest_inprocess(*quiet, "-c", "../tox.ini", "test_it.py").assert_outcomes(passed=1)


def test_a_file_that_is_nowhere_is_named_as_it_was_given(
    pytester: pytest.Pytester, quiet: tuple[str, ...], without_environment: None
) -> None:
    marker = "import pytest\n@pytest.mark.scale_mock(rules='nowhere.toml')"
    pytester.makepyfile(TEST.format(marker=marker, names=[]))
    result = pytester.runpytest_inprocess(*quiet)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["nowhere.toml: cannot be read: No such file * (looked in *)"])
