"""The plugin in a pytest run: header, options, no cost where unused, nothing left."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest

from scale_mock import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Run

NOTHING = "def test_nothing(): pass"


def test_the_header_is_one_line(run: Run) -> None:
    result = run(NOTHING)
    lines = [line for line in result.stdout.lines if line.startswith("scale_mock")]
    assert lines == [f"scale_mock {__version__}: seed=0, clock=manual"]


def test_the_header_says_what_was_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_MOCK_CLOCK", "autojump")
    result = run(NOTHING, "--scale-mock-seed=42")
    result.stdout.fnmatch_lines(f"scale_mock {__version__}: seed=42, clock=autojump")


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        (
            "SCALE_MOCK_SEED",
            "abc",
            "SCALE_MOCK_SEED='abc': expected an integer or random (decides every id, fate and "
            "label of a world).",
        ),
        (
            "SCALE_MOCK_STRICT",
            "perhaps",
            "SCALE_MOCK_STRICT='perhaps': expected one of 1, true, yes, on, 0, false, no, off "
            "(fail a passed test for what it left unnoticed).",
        ),
        (
            "SCALE_MOCK_CLOCK",
            "frozen",
            "SCALE_MOCK_CLOCK='frozen': expected one of manual, autojump, realtime, follow (how a "
            "world's clock moves).",
        ),
    ],
)
def test_a_wrong_option_ends_the_run_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = run(NOTHING)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: scale_mock: {text}" in result.stderr.lines


def test_a_yes_or_no_of_an_ini_file_that_is_neither_is_named(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nscale_mock_strict = perhaps\n")
    result = run(NOTHING)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        "ERROR: scale_mock: scale_mock_strict: *'perhaps': expected one of 1, true, yes, on, 0, "
        "false, no, off (fail a passed test for what it left unnoticed)."
    )


def test_a_wrong_flag_is_named_as_it_was_typed(run: Run) -> None:
    result = run(NOTHING, "--scale-mock-seed=1.5")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: scale_mock: --scale-mock-seed='1.5': expected an integer*")


def test_the_marker_and_the_fixtures_are_listed(run: Run) -> None:
    run("", "--markers").stdout.fnmatch_lines("@pytest.mark.scale_mock(seed=, clock=, *")
    fixtures = run("", "--fixtures").stdout
    names = [
        "scale_mock_config [[]session scope[]] -- *",
        "scale_mock -- *",
        "scale_mock_module [[]module scope[]] -- *",
        "scale_mock_session [[]session scope[]] -- *",
        "scale_client -- *",
        "scale_test_client -- *",
        "scale_callbacks -- *",
        "scale_clock -- *",
        "scale_server [[]session scope[]] -- *",
    ]
    fixtures.fnmatch_lines_random(names)
    ours = [line for line in fixtures.lines if "scale_mock/pytest_plugin/__init__.py:" in line]
    assert len(ours) == len(names)
    assert all(line.startswith("scale_") for line in ours)


@pytest.mark.slow
def test_without_the_plugin_no_trace_is_left(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_no_trace(pytestconfig):
    assert not [name for name in sys.modules if name.startswith("scale_mock")]
    assert not pytestconfig.pluginmanager.has_plugin("scale_mock")
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:scale_mock")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("scale_mock 0*")


@pytest.mark.slow
def test_a_run_that_needs_no_world_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_light(scale_mock_config):
    mine = {name for name in sys.modules if name.startswith("scale_mock")}
    light = ("scale_mock.config", "scale_mock.pytest_plugin")
    assert {n for n in mine if not n.startswith(light)} == {"scale_mock", "scale_mock.errors"}
    assert not {"werkzeug", "jsonschema", "scaleapi"} & set(sys.modules)
"""
    )
    # The other plugins of this environment load what they like.
    others = ("hypothesispytest", "faker", "anyio", "pytest_httpserver", "randomly")
    blocked = [word for name in others for word in ("-p", f"no:{name}")]
    pytester.runpytest_subprocess(*blocked).assert_outcomes(passed=1)


def test_fifty_worlds_leave_no_thread_and_no_socket(
    run: Run, pytester: pytest.Pytester, open_sockets: Callable[[], int]
) -> None:
    gc.collect()
    threads, sockets = set(threading.enumerate()), open_sockets()
    result = run(
        """
import pytest, threading
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("turn", range(50))
def test_world(scale_mock, scale_client, turn):
    task = scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock.callbacks.loopback_url,
    )
    scale_mock.callbacks.assert_received(task=task)

@pytest.mark.scale_mock(clock="realtime", rate=3600)
def test_moving_clock(scale_mock, scale_client):
    assert scale_client.tasks().total == 0

def test_still_served_by_one(scale_server):
    assert [t.name for t in threading.enumerate()].count(
        f"scale_mock-serving-{scale_server.url.rpartition(':')[2]}"
    ) == 1
"""
    )
    result.assert_outcomes(passed=52)
    gc.collect()
    assert set(threading.enumerate()) <= threads
    assert open_sockets() <= sockets


def test_an_interrupted_run_stops_the_server(
    pytester: pytest.Pytester,
    without_environment: None,
    open_sockets: Callable[[], int],
    quiet: tuple[str, ...],
) -> None:
    gc.collect()
    threads, sockets = set(threading.enumerate()), open_sockets()
    pytester.makepyfile(
        """
def test_interrupted(scale_mock, scale_server):
    assert scale_server.url
    raise KeyboardInterrupt
"""
    )
    result = pytester.runpytest_inprocess(*quiet, no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    gc.collect()
    assert set(threading.enumerate()) <= threads
    assert open_sockets() <= sockets


def test_what_ends_after_the_tests_may_still_use_the_server(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(
        """
import pytest, requests

urls = []

def answers():
    return requests.get(f"{urls[0]}/_mock/health", timeout=5).status_code == 200

@pytest.fixture(scope="session")
def app():
    yield
    assert answers()
    print("the app has ended")

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    assert answers()
    print("the session has ended")
"""
    )
    result = run(
        """
def test_app(app, scale_server, request):
    request.config.pluginmanager.get_plugin(
        str(request.config.rootpath / "conftest.py")
    ).urls.append(scale_server.url)
""",
        "-s",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*the app has ended", "*the session has ended"])
