"""Ways to run pytest, each with the plugin: what they show, what they open, what they leave."""

from __future__ import annotations

import gc
import threading
import time
from typing import TYPE_CHECKING

import pytest

from scale_mock import ScaleMock, __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.plugin.conftest import Run

TASK = """
from scaleapi.tasks import TaskType

def a_task(client, url):
    return client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=url,
    )
"""
THREE = """
import pytest

def test_first(scale_mock):
    assert scale_mock.seed == 1

def test_second(scale_mock):
    assert scale_mock.seed == 1

def test_third(scale_mock):
    assert scale_mock.seed == 0
"""


@pytest.fixture
def nothing_left(open_sockets: Callable[[], int]) -> Iterator[None]:
    """Afterwards no thread, socket, world or absorbed sleep is left that was not there before."""
    gc.collect()
    threads, sockets, sleep = set(threading.enumerate()), open_sockets(), time.sleep
    yield
    gc.collect()
    assert time.sleep is sleep
    assert set(threading.enumerate()) <= threads
    assert open_sockets() <= sockets
    from scale_mock.mock import interception

    assert interception._exchange._times == {}


# What opens nothing


@pytest.mark.parametrize("args", [("--collect-only",), ("--co", "-q"), ("--markers",)])
@pytest.mark.usefixtures("nothing_left")
def test_looking_opens_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    made: list[object] = []
    monkeypatch.setattr("scale_mock.mock.host.Host.__init__", lambda *_, **__: made.append(1))
    result = run(
        """
import pytest

@pytest.fixture(scope="session", autouse=True)
def server(scale_server): pass

@pytest.mark.scale_mock(clock="realtime")
def test_moving(scale_mock): pass
""",
        *args,
    )
    assert result.ret == pytest.ExitCode.OK
    assert made == []


def test_collecting_lists_the_tests(run: Run) -> None:
    result = run(THREE, "--co", "-q")
    names = [f"test_collecting_lists_the_tests.py::test_{one}" for one in ("first", "second")]
    result.stdout.fnmatch_lines(names)


# What stops early


@pytest.mark.parametrize("stage", ["test", "fixture", "teardown"])
@pytest.mark.usefixtures("nothing_left")
def test_an_interrupt_leaves_nothing_behind(
    pytester: pytest.Pytester, without_environment: None, quiet: tuple[str, ...], stage: str
) -> None:
    pytester.makepyfile(
        TASK
        + f"""
import pytest

STAGE = {stage!r}

@pytest.fixture
def around(scale_mock, scale_server):
    if STAGE == "fixture":
        raise KeyboardInterrupt
    yield
    if STAGE == "teardown":
        raise KeyboardInterrupt

@pytest.mark.scale_mock(clock="realtime", absorb_sleep=True)
def test_interrupted(around, scale_mock, scale_client):
    a_task(scale_client, scale_mock.callbacks.loopback_url)
    if STAGE == "test":
        raise KeyboardInterrupt
    scale_mock.clock.run_until_idle()

def test_never():
    assert False
"""
    )
    result = pytester.runpytest_inprocess(*quiet, no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines("*! KeyboardInterrupt !*")
    result.stdout.no_fnmatch_line("*test_never*")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("-x",), {"failed": 1}),
        (("--maxfail=2",), {"failed": 2}),
        (("--maxfail=3",), {"failed": 2, "passed": 1}),
    ],
)
@pytest.mark.usefixtures("nothing_left")
def test_stopping_after_some_failures(
    run: Run, args: tuple[str, ...], expected: dict[str, int]
) -> None:
    result = run(THREE, *args)
    result.assert_outcomes(**expected)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_finding_at_teardown_counts_for_x(run: Run) -> None:
    result = run(
        """
import requests

def test_typo(scale_mock):
    requests.get("https://api.scale.com/v1/tusks", auth=(scale_mock.live_key, ""), timeout=5)

def test_never(scale_mock): pass
""",
        "-x",
    )
    result.assert_outcomes(passed=1, errors=1)


def test_the_last_failed_are_run_again_among_them_those_that_failed_at_teardown(
    pytester: pytest.Pytester, without_environment: None, quiet: tuple[str, ...]
) -> None:
    module = (
        THREE
        + """
def test_typo(scale_mock):
    import requests
    requests.get("https://api.scale.com/v1/tusks", auth=(scale_mock.live_key, ""), timeout=5)
"""
    )
    pytester.makepyfile(module)
    at = quiet.index("no:cacheprovider")
    args = (*quiet[: at - 1], *quiet[at + 1 :])
    expected = {"failed": 2, "passed": 2, "errors": 1}
    assert pytester.runpytest_inprocess(*args).parseoutcomes() == expected
    expected = {"failed": 2, "passed": 1, "errors": 1}
    assert pytester.runpytest_inprocess(*args, "--lf").parseoutcomes() == expected


# How it is shown


def test_without_a_terminal_reporter(run: Run) -> None:
    result = run(THREE, "-p", "no:terminal")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.stdout.lines in ([], [""])
    assert result.stderr.lines in ([], [""])


def test_the_header_is_left_out_where_it_is_asked_for(run: Run) -> None:
    result = run(THREE, "--no-header", "-q")
    result.stdout.no_fnmatch_line(f"scale_mock {__version__}*")


@pytest.mark.slow
def test_pytest_lists_the_plugin(pytester: pytest.Pytester, without_environment: None) -> None:
    result = pytester.runpytest_subprocess("--trace-config", "--co")
    result.stdout.fnmatch_lines(
        [
            "PLUGIN registered: <module 'scale_mock.pytest_plugin' from *",
            f"  scale-mock-{__version__} at *__init__.py",
            "    scale_mock          : *__init__.py",
            f"scale_mock {__version__}: seed=0, clock=manual",
        ]
    )


# Kinds of tests


def test_doctests_may_take_fixtures(run: Run, pytester: pytest.Pytester) -> None:
    pytester.maketxtfile(
        manual="""
>>> mock = getfixture("scale_mock")
>>> mock.seed
0
>>> getfixture("scale_client").tasks().total
0
"""
    )
    result = run(
        '''
def labels():
    """Counts.

    >>> getfixture("scale_client").tasks().total
    0
    """
''',
        "--doctest-modules",
        "--doctest-glob=*.txt",
    )
    result.assert_outcomes(passed=2)


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="subtests come with pytest 9")
def test_parts_of_a_test_share_its_world_and_show_it_when_they_fail(run: Run) -> None:
    result = run(
        TASK
        + """
import pytest

def test_parts(scale_mock, scale_client, subtests):
    for number in range(3):
        with subtests.test(number=number):
            a_task(scale_client, scale_mock.callbacks.url)
            assert scale_client.tasks().total == number + 1
            assert number != 1
    scale_mock.clock.advance(days=30)
"""
    )
    assert result.parseoutcomes() == {"failed": 2}
    result.stdout.fnmatch_lines(["*test_parts*number=1*", "*- scale_mock -*", "seed 0, *"])


# The fixtures, overridden


def test_the_nearest_scale_mock_config_counts(run: Run, pytester: pytest.Pytester) -> None:
    config = """
import pytest

@pytest.fixture(scope="session")
def scale_mock_config({taken}):
    return {returned}
"""
    below = pytester.mkpydir("below")
    pytester.makeconftest(config.format(taken="", returned="{'seed': 3, 'tasks_max': 5}"))
    (below / "conftest.py").write_text(
        config.format(taken="scale_mock_config", returned="{**scale_mock_config, 'seed': 4}")
    )
    (below / "test_below.py").write_text(
        "def test_below(scale_mock):\n"
        "    assert (scale_mock.seed, scale_mock._world.settings.tasks_max) == (4, 5)\n"
    )
    result = run(
        """
import pytest

def test_above(scale_mock):
    assert (scale_mock.seed, scale_mock._world.settings.tasks_max) == (3, 5)

class TestOwn:
    @pytest.fixture
    def scale_mock_config(self, scale_mock_config):
        return {**scale_mock_config, "seed": 5}

    def test_class(self, scale_mock):
        assert (scale_mock.seed, scale_mock._world.settings.tasks_max) == (5, 5)
"""
    )
    result.assert_outcomes(passed=3)


def test_scale_mock_itself_may_be_overridden(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import pytest

@pytest.fixture
def scale_mock(scale_mock):
    scale_mock.rules.add(name="slow", after="40 days")
    yield scale_mock
    scale_mock.clock.advance(days=50)
"""
    )
    result = run(
        TASK
        + """
def test_seeded(scale_mock, scale_client, scale_clock):
    task = a_task(scale_client, scale_mock.callbacks.url)
    scale_clock.advance(days=30)
    task.refresh()
    assert task.status == "pending"

def test_the_checks_still_run(scale_mock):
    pass
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines("*ERROR at teardown of test_the_checks_still_run*")


def test_a_replaced_scale_mock_serves_the_other_fixtures(run: Run) -> None:
    result = run(
        TASK
        + """
import pytest
from scale_mock import ScaleMock

@pytest.fixture
def scale_mock():
    with ScaleMock(seed=11) as mock, mock.intercept():
        yield mock

def test_replaced(scale_mock, scale_client, scale_callbacks):
    assert scale_mock.seed == 11
    scale_callbacks.assert_received(task=a_task(scale_client, scale_callbacks.url))
    assert len(scale_mock.requests) == 1
"""
    )
    result.assert_outcomes(passed=1)


# Several runs in one process


@pytest.mark.usefixtures("nothing_left")
def test_a_run_inside_a_test_that_has_a_world(run: Run) -> None:
    """What somebody does who tests a plugin of their own."""
    with ScaleMock(seed=5) as mock, mock.intercept():
        client = mock.client()
        assert client.tasks().total == 0
        result = run(
            TASK
            + """
def test_inner(scale_mock, scale_client):
    assert scale_mock.seed == 0
    a_task(scale_client, scale_mock.callbacks.url)
    assert scale_client.tasks().total == 1
    scale_mock.clock.advance(days=30)
"""
        )
        result.assert_outcomes(passed=1)
        assert client.tasks().total == 0
        assert len(mock.requests) == 2


@pytest.mark.slow
def test_pytest_main_twice_in_one_process(
    pytester: pytest.Pytester, without_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        test_app=TASK
        + """
def test_day(scale_mock, scale_client, scale_server):
    task = a_task(scale_client, scale_mock.callbacks.loopback_url)
    scale_mock.callbacks.assert_received(task=task)
    print("url", scale_server.url, "digest", scale_mock.journal.digest())
"""
    )
    script = pytester.makepyfile(
        twice="""
import threading, pytest

for _ in range(2):
    assert pytest.main(["-s", "-q", "-p", "scale_mock", "test_app.py", "-W", "error"]) == 0
    assert threading.enumerate() == [threading.main_thread()]
"""
    )
    result = pytester.runpython(script)
    assert result.ret == 0
    first, second = (line.split() for line in result.stdout.lines if line.startswith("url"))
    assert first[3] == second[3]
    result.stderr.no_fnmatch_line("*Warning*")


# The help pages


def test_the_help_says_choices_defaults_and_where_else_an_option_may_stand(run: Run) -> None:
    result = run("", "--help")
    text = " ".join(" ".join(result.stdout.lines).split())
    for part in (
        "scale_mock: the Scale AI labeling platform in memory (each option NAME is also an ini "
        "option, scale_mock_NAME, and a variable, SCALE_MOCK_NAME): ",
        "--scale-mock-clock=MODE how a world's clock moves: manual, autojump, realtime, follow ",
        "--no-scale-mock-strict do not fail a passed test for what it left unnoticed ",
        "scale_mock_strict (bool): fail a passed test for what it left unnoticed (default: true) ",
        "scale_mock_rules (linelist): rule files; in Python also the rules themselves (unset by "
        "default) ",
        "scale_mock_start_at (string): the first instant of a world (default: "
        "2024-01-01T00:00:00Z) ",
    ):
        assert part in text


def test_without_the_plugin_there_is_no_option_marker_fixture_or_line_of_it(run: Run) -> None:
    without = ("-p", "no:scale_mock")
    for args in ((), ("--markers",), ("--fixtures",), ("--help",)):
        result = run("def test_nothing(): pass", *without, *args)
        assert result.ret == pytest.ExitCode.OK
        for line in result.stdout.lines:
            assert "scale_mock" not in line
    refused = run("def test_nothing(): pass", *without, "--scale-mock-seed=1")
    refused.stderr.fnmatch_lines("*: error: unrecognized arguments: --scale-mock-seed=1")


@pytest.mark.slow
def test_without_the_plugin_its_marker_is_unknown(
    pytester: pytest.Pytester, without_environment: None, quiet: tuple[str, ...]
) -> None:
    # In a process of its own: pytest remembers every marker it has seen.
    pytester.makepyfile("import pytest\n@pytest.mark.scale_mock(seed=1)\ndef test_a(): pass")
    result = pytester.runpytest_subprocess(*quiet, "-p", "no:scale_mock")
    result.stdout.fnmatch_lines("'scale_mock' not found in `markers` configuration option")
