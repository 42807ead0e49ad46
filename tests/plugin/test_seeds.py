"""Seeds as a matrix: marked tests under several orders of what is due at one instant."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

PLANTED = """
import pytest
from scaleapi.tasks import TaskType

class Shop:
    '''Shows the newest label, and takes for granted that they come in the order of the tasks.'''

    def __init__(self):
        self.shown = None

    def hook(self, request):
        self.shown = request.json["task"]["unique_id"]

@pytest.fixture
def shop(scale_callbacks):
    shop = Shop()
    scale_callbacks.mount("https://shop.test/", shop.hook)
    return shop

@pytest.mark.scale_mock(rules=[{"after": "1h"}])
@pytest.mark.parametrize("name", ["today"])
def test_the_newest_is_shown(shop, scale_client, scale_clock, name):
    for unique_id in ("yesterday", name):
        scale_client.create_task(
            TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
            categories=["x", "y"], callback_url="https://shop.test/hook", unique_id=unique_id,
        )
    scale_clock.advance(hours=1)
    assert shop.shown == name
"""
FILE = "test_a_bug_that_hangs_on_an_order_is_found_and_repeated.py"


def test_a_bug_that_hangs_on_an_order_is_found_and_repeated(
    run: Run, pytester: pytest.Pytester, quiet: tuple[str, ...]
) -> None:
    run(PLANTED).assert_outcomes(passed=1)
    result = run(PLANTED, "--scale-mock-seeds=6")
    result.assert_outcomes(passed=3, failed=3)
    lines = result.stdout.lines
    (start,) = (
        number
        for number, line in enumerate(lines)
        if line.strip("= ") == "scale_mock: tests that failed under some order"
    )
    test = f"{FILE}::test_the_newest_is_shown[today]"
    command = f"pytest --scale-mock-schedule-seed=2 '{test}'"
    assert lines[start + 1 : start + 3] == [
        f"{test}: failed under 3 of 6 orders, first under order 2",
        f"  to repeat: {command}",
    ]
    whole = f"pytest --scale-mock-seed=0 --scale-mock-schedule-seed=2 '{test}'"
    result.stdout.fnmatch_lines(f"seed 0, schedule_seed 2, *; to repeat: {_escaped(whole)}")
    for printed in (command, whole):
        repeated = pytester.runpytest_inprocess(*quiet, *shlex.split(printed)[1:])
        repeated.assert_outcomes(failed=1)
        assert "assert 'yesterday' == 'today'" in repeated.stdout.str()
        repeated.stdout.no_fnmatch_line("*tests that failed under some order*")


def _escaped(text: str) -> str:
    return text.replace("[", "[[]")


def test_the_natural_order_is_repeated_as_such(
    run: Run, pytester: pytest.Pytester, quiet: tuple[str, ...]
) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_seed_matrix(3)
def test_bad(scale_mock):
    assert scale_mock.seed == 9
""",
        "--scale-mock-seed=7",
    )
    result.assert_outcomes(failed=3)
    test = "test_the_natural_order_is_repeated_as_such.py::test_bad"
    command = f"pytest --scale-mock-seeds=1 --scale-mock-seed=7 {test}"
    assert f"{test}: failed under 3 of 3 orders, first under order 0, the natural one" in (
        result.stdout.lines
    )
    assert f"  to repeat: {command}" in result.stdout.lines
    result.stdout.fnmatch_lines(f"seed 7, clock *; to repeat: {command}")
    repeated = pytester.runpytest_inprocess(*quiet, *command.split()[1:])
    repeated.assert_outcomes(failed=1)


MARKED = """
import pytest, unittest

@pytest.fixture
def order(scale_mock):
    return scale_mock._world.settings.schedule_seed

def test_unmarked(order): pass

@pytest.mark.scale_mock(seed=3)
def test_marked(order): pass

@pytest.mark.scale_mock(schedule_seed=3)
def test_fixed(order): assert order == 3

@pytest.mark.scale_seed_matrix
def test_bare(order): pass

@pytest.mark.scale_seed_matrix(2)
def test_told(order): pass

@pytest.mark.scale_seed_matrix(n=2)
class TestClass:
    @pytest.mark.parametrize("a", [1, 2])
    def test_in_class(self, order, a): pass

@pytest.mark.scale_seed_matrix(2)
def test_without_a_world(): pass

@pytest.mark.scale_seed_matrix(2)
class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _world(self, scale_mock): pass
    def test_old(self): pass
"""
FIXED = ["test_fixed", "test_unmarked", "test_without_a_world", "TestOld::test_old"]


def _times(name: str, orders: int, before: str = "") -> list[str]:
    return [f"{name}[{before}order{number}]" for number in range(orders)]


def _twice(orders: int) -> list[str]:
    return [one for a in "12" for one in _times("TestClass::test_in_class", orders, f"{a}-")]


ONCE = ["TestClass::test_in_class[1]", "TestClass::test_in_class[2]"]


@pytest.mark.parametrize(
    ("args", "multiplied"),
    [
        ((), ["test_marked", "test_bare", *_times("test_told", 2), *_twice(2)]),
        (
            ("--scale-mock-seeds=3",),
            [
                *_times("test_marked", 3),
                *_times("test_bare", 3),
                *_times("test_told", 3),
                *_twice(3),
            ],
        ),
        (("--scale-mock-seeds=1",), ["test_marked", "test_bare", "test_told", *ONCE]),
        (
            ("--scale-mock-seeds=3", "--scale-mock-schedule-seed=5"),
            ["test_marked", "test_bare", "test_told", *ONCE],
        ),
    ],
    ids=["no flag", "flag", "one", "fixed"],
)
def test_what_is_marked_is_multiplied(
    run: Run, args: tuple[str, ...], multiplied: list[str]
) -> None:
    result = run(MARKED, "--collect-only", "-q", *args)
    names = [line.partition("::")[2] for line in result.stdout.lines if "::" in line]
    assert sorted(names) == sorted([*multiplied, *FIXED])
    result = run(MARKED, *args)
    result.assert_outcomes(passed=len(names))


@pytest.mark.parametrize("where", ["variable", "ini"])
def test_the_number_may_be_said_anywhere(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "ini":
        pytester.makeini("[pytest]\nscale_mock_seeds = 2\n")
    else:
        monkeypatch.setenv("SCALE_MOCK_SEEDS", "2")
    result = run(
        """
import pytest
pytestmark = pytest.mark.scale_mock(seed=1)

orders = []

def test_it(scale_mock):
    orders.append(scale_mock._world.settings.schedule_seed)

def test_all():
    assert orders == [None, 1]
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=3)


def test_a_shared_world_is_made_anew_for_each_order(run: Run) -> None:
    result = run(
        """
import pytest
from scaleapi.tasks import TaskType

made = []

@pytest.fixture(scope="module")
def filled(scale_mock_module):
    made.append(scale_mock_module._world.settings.schedule_seed)

@pytest.mark.scale_seed_matrix(3)
@pytest.mark.parametrize("name", ["a", "b"])
def test_it(filled, scale_mock, name):
    assert scale_mock._world.settings.schedule_seed == made[-1]

def test_all():
    assert made == [None, 1, 2]
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=7)


def test_a_fixture_that_the_user_gives_parameters_is_left_alone(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_seed_matrix(3)
@pytest.mark.parametrize("scale_mock", [5], indirect=True)
def test_it(scale_mock):
    assert scale_mock._world.settings.schedule_seed is None
"""
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("text", ["0", "1001"])
def test_a_number_that_makes_no_sense_ends_the_run(run: Run, text: str) -> None:
    result = run("", f"--scale-mock-seeds={text}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        f"ERROR: scale_mock: --scale-mock-seeds={text}: expected how many event orders marked "
        "tests run under, 1 to 1000."
    ) in result.stderr.lines


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("2, 3", "expected how many orders the test runs under, for example "
         "@pytest.mark.scale_seed_matrix(5), or nothing."),
        ("m=3", "expected how many orders the test runs under, for example "
         "@pytest.mark.scale_seed_matrix(5), or nothing."),
        ("'many'", "expected how many event orders marked tests run under, 1 to 1000."),
    ],
)  # fmt: skip
def test_a_marker_that_makes_no_sense_is_refused(run: Run, given: str, text: str) -> None:
    result = run(
        f"""
import pytest

@pytest.mark.scale_seed_matrix({given})
def test_it(scale_mock): pass
"""
    )
    result.assert_outcomes(errors=1)
    (line,) = (line for line in result.stdout.lines if line.startswith("test_a_marker"))
    test = "test_a_marker_that_makes_no_sense_is_refused.py::test_it"
    assert line == f"{test}: @pytest.mark.scale_seed_matrix({given}): {text}"


def test_an_argument_of_a_run_is_none_of_a_marker(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(seeds=3)
def test_it(scale_mock): pass
"""
    )
    result.stdout.fnmatch_lines("*@pytest.mark.scale_mock(seeds=3): there is no argument 'seeds'.*")


def test_the_markers_are_registered(run: Run) -> None:
    run("", "--markers").stdout.fnmatch_lines("@pytest.mark.scale_seed_matrix(n): runs a test *")
