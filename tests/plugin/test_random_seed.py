"""A seed that is drawn: once for a run, and told wherever somebody needs it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from scale_mock import __version__

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

SEEN = """
import pytest

def test_one(scale_mock): print("seed", scale_mock.seed)
def test_two(scale_mock_module): print("seed", scale_mock_module.seed)
def test_bad(scale_mock): assert scale_mock.seed is None
def test_server(scale_server):
    with scale_server.open_world() as mock:
        print("seed", mock.seed)
"""


def _seeds(result: pytest.RunResult) -> set[str]:
    return set(re.findall(r"^\.*F?seed (\d+)$", result.stdout.str(), re.MULTILINE))


@pytest.mark.parametrize("where", ["flag", "variable", "ini"])
def test_it_is_drawn_once_and_told(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    quiet: tuple[str, ...],
    where: str,
) -> None:
    args = []
    if where == "flag":
        args.append("--scale-mock-seed=random")
    elif where == "variable":
        monkeypatch.setenv("SCALE_MOCK_SEED", " random ")
    else:
        pytester.makeini("[pytest]\nscale_mock_seed = random\n")
    drawn = set()
    for _ in range(2):
        result = run(SEEN, "-s", *args)
        result.assert_outcomes(passed=3, failed=1)
        (seed,) = _seeds(result)
        result.stdout.fnmatch_lines(f"scale_mock {__version__}: seed={seed} (random), clock=manual")
        (command,) = re.findall(r"to repeat: (pytest .*)", result.stdout.str())
        assert command.startswith(f"pytest --scale-mock-seed={seed} ")
        drawn.add(seed)
    assert len(drawn) == 2
    repeated = pytester.runpytest_inprocess(*quiet, *shlex.split(command)[1:])
    repeated.assert_outcomes(failed=1)
    repeated.stdout.fnmatch_lines(f"scale_mock {__version__}: seed={seed}, clock=manual")


@pytest.mark.parametrize("where", ["marker", "config"])
def test_a_test_may_ask_for_it_and_is_repeated_with_its_number(
    run: Run, pytester: pytest.Pytester, quiet: tuple[str, ...], where: str
) -> None:
    if where == "config":
        pytester.makeconftest(
            """
import pytest

@pytest.fixture(scope="session")
def scale_mock_config():
    return {"seed": "random"}
"""
        )
    mark = 'pytestmark = pytest.mark.scale_mock(seed="random")\n' if where == "marker" else ""
    result = run(SEEN.replace("import pytest\n", f"import pytest\n{mark}"), "-s", "-k", "not serv")
    result.assert_outcomes(passed=2, failed=1, deselected=1)
    (seed,) = _seeds(result)
    assert int(seed) > 0
    (command,) = re.findall(r"to repeat: (pytest .*)", result.stdout.str())
    repeated = pytester.runpytest_inprocess(*quiet, *shlex.split(command)[1:])
    repeated.assert_outcomes(failed=1)
    assert f"assert {seed} is None" in repeated.stdout.str()


def test_the_repeat_command_of_a_matrix_has_the_number(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nscale_mock_seed = random\n")
    result = run(
        """
import pytest

@pytest.mark.scale_seed_matrix(2)
def test_bad(scale_mock):
    print("seed", scale_mock.seed)
    assert scale_mock._world.settings.schedule_seed is None
""",
        "-s",
    )
    result.assert_outcomes(passed=1, failed=1)
    (seed,) = _seeds(result)
    result.stdout.fnmatch_lines(
        f"*to repeat: pytest --scale-mock-seed={seed} --scale-mock-schedule-seed=1 *::test_bad"
    )


def test_another_word_is_refused(run: Run) -> None:
    result = run("", "--scale-mock-seed=chance")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        "ERROR: scale_mock: --scale-mock-seed='chance': expected an integer or random (decides "
        "every id, fate and label of a world)."
    ) in result.stderr.lines
