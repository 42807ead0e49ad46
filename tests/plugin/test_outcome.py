"""What is said at a test's end: strict checks if it passed, its world's state if it failed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

with_subtests = pytest.mark.skipif(
    pytest.version_tuple < (9, 0), reason="subtests come with pytest 9"
)
CALLS_NOWHERE = """
import pytest, requests
def call(mock):
    requests.get(f"{mock.v1_url}/tusks", auth=(mock.live_key, ""), timeout=5)
"""
FOUND = [
    "scale_mock found 1 problem (unknown_routes):",
    "  - A route that the platform does not have was called: GET /v1/tusks. Nearest: "
    "GET /v1/tasks, GET /v2/tasks, GET",
    "      */v2/task",
]
ALLOW = '    To allow it: @pytest.mark.scale_mock(allow="unknown_routes")'
RELAX = "To let this test pass all the same, mark it with @pytest.mark.scale_mock(strict=False)."


def test_a_passed_test_fails_at_teardown_for_what_it_left_unnoticed(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
def test_typo(scale_mock):
    call(scale_mock)
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_typo*",
            *FOUND,
            ALLOW,
            RELAX,
            "*- scale_mock -*",
            "seed 0, clock at 2024-01-01T00:00:00.000Z (manual); to repeat: pytest "
            "--scale-mock-seed=0 "
            "test_a_passed_test_fails_at_teardown_for_what_it_left_unnoticed.py::test_typo",
        ],
        consecutive=True,
    )


def test_strict_false_lets_it_pass(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
@pytest.mark.scale_mock(strict=False)
def test_typo(scale_mock):
    call(scale_mock)
"""
    )
    result.assert_outcomes(passed=1)


def test_a_failed_test_gets_a_section_and_no_second_error(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
@pytest.mark.scale_mock(seed=7)
def test_bad(scale_mock):
    call(scale_mock)
    scale_mock.clock.advance(hours=3)
    assert False, "the test's own reason"
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- scale_mock -*",
            "seed 7, clock at 2024-01-01T03:00:00.000Z (manual); to repeat: "
            "pytest --scale-mock-seed=7 "
            "test_a_failed_test_gets_a_section_and_no_second_error.py::test_bad",
            *FOUND,
            ALLOW,
            "The journal is empty: nothing has happened in this world.",
            "*short test summary*",
            "FAILED *::test_bad - AssertionError: the test's own reason",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*ERROR at teardown*")


def test_a_failed_test_tells_the_schedule_seed_too(run: Run) -> None:
    result = run(
        """
def test_bad(scale_mock):
    assert False
""",
        "--scale-mock-schedule-seed=3",
    )
    result.stdout.fnmatch_lines(
        [
            "seed 0, schedule_seed 3, clock at 2024-01-01T00:00:00.000Z (manual); to repeat: "
            "pytest --scale-mock-seed=0 --scale-mock-schedule-seed=3 "
            "test_a_failed_test_tells_the_schedule_seed_too.py::test_bad",
        ]
    )


def test_the_marker_absorbs_the_sleep_of_the_test(run: Run) -> None:
    result = run(
        """
import time
import pytest

@pytest.mark.scale_mock(absorb_sleep=True)
def test_absorbed(scale_mock):
    time.sleep(3600)
    assert scale_mock.clock.now() - scale_mock._world.start_at == 3600 * SECOND

def test_not_absorbed(scale_mock):
    time.sleep(0.001)
    assert scale_mock.clock.now() == scale_mock._world.start_at

from datetime import timedelta
SECOND = timedelta(seconds=1)
"""
    )
    result.assert_outcomes(passed=2)


def test_a_forgotten_finalize_fails_at_once_and_names_staging(run: Run, staged: str) -> None:
    result = run(
        staged
        + """
def test_forgotten(scale_client, scale_callbacks):
    batch, task = staged(scale_client, scale_callbacks.url)
    scale_callbacks.assert_received(task=task, status="completed")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *Error: Expected a callback for task * (status=completed) within 30 days: none "
            "came by 2024-01-01T00:00Z; the task is pending and waits for batch 'monday', which is "
            "still in staging: nobody works on a rapid batch before it is finalized",
            "E *waits for: *batch 'monday', which is still in staging*",
            "E *to move it: *finalize_batch('monday')*",
            "E       The clock stands at 2024-01-01T00:00:00.000Z (manual). Nothing is sche*",
            "E       To fix it: client.finalize_batch('monday') or mock.batches.finalize('monday')",
            "*- scale_mock -*",
            "seed 0, clock at 2024-01-01T00:00:00.000Z (manual); to repeat: *",
            "All 3 journal entries:",
            "  2024-01-01T00:00:00.000Z live/project/kittens project.created *",
            "  2024-01-01T00:00:00.000Z live/batch/monday batch.created *",
            "  2024-01-01T00:00:00.000Z live/task/* task.created *",
        ]
    )


def test_the_failure_points_at_the_test_and_hides_the_mock(run: Run, staged: str) -> None:
    result = run(
        staged
        + """
def test_forgotten(scale_client, scale_callbacks):
    batch, task = staged(scale_client, scale_callbacks.url)
    scale_callbacks.assert_received(task=task)
"""
    )
    result.stdout.fnmatch_lines("test_the_failure_points_at_*.py:*: AssertionError")
    result.stdout.no_fnmatch_line("*callbacks.py:*")


def test_only_the_newest_journal_entries_are_shown_and_names_stay_whole(run: Run) -> None:
    result = run(
        """
from scaleapi.tasks import TaskType

def test_many(scale_client):
    for number in range(12):
        scale_client.create_project(f"p{number}", task_type=TaskType.Categorization, params={})
    scale_client.create_project("n" * 300, task_type=TaskType.Categorization, params={})
    assert False
"""
    )
    lines = result.stdout.lines
    start = lines.index("The last 10 of 13 journal entries:")
    shown = lines[start + 1 : start + 13]
    assert [line.split()[1] for line in shown[:9]] == [f"live/project/p{n}" for n in range(3, 12)]
    assert shown[9:] == [
        "  2024-01-01T00:00:00.000Z",
        f"      live/project/{'n' * 300}",
        "      project.created product_line=enterprise, type=categorization",
    ]
    assert "short test summary" in lines[start + 13]


def test_a_failed_setup_is_told_about_the_world_too(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
@pytest.fixture
def broken(scale_mock):
    call(scale_mock)
    raise RuntimeError("no seed data")

def test_never(scale_mock, broken):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at setup of test_never*", "*RuntimeError: no seed data", "*- scale_mock -*"]
    )
    result.stdout.fnmatch_lines(FOUND, consecutive=True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pytest.skip('not today')", {"skipped": 1}),
        ("pytest.xfail('known')", {"xfailed": 1}),
    ],
)
def test_a_test_that_stopped_early_is_not_checked(
    run: Run, body: str, expected: dict[str, int]
) -> None:
    result = run(
        CALLS_NOWHERE
        + f"""
def test_early(scale_mock):
    call(scale_mock)
    {body}
"""
    )
    result.assert_outcomes(**expected)


def test_the_next_run_of_a_test_is_judged_by_itself(run: Run, pytester: pytest.Pytester) -> None:
    """What reruns of failed tests do: setup, call and teardown again on the same item."""
    pytester.makeconftest(
        """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
    )
    result = run(
        CALLS_NOWHERE
        + """
turns = []

def test_flaky(scale_mock):
    turns.append(1)
    call(scale_mock)
    assert len(turns) > 1
"""
    )
    result.assert_outcomes(failed=1, passed=1, errors=1)
    result.stdout.fnmatch_lines("*ERROR at teardown of test_flaky*")


def test_a_junit_file_tells_of_the_world_too(run: Run, pytester: pytest.Pytester) -> None:
    run(
        CALLS_NOWHERE
        + """
def test_bad(scale_mock):
    print("captured")
    assert False

def test_late(scale_mock):
    call(scale_mock)
""",
        "--junitxml=junit.xml",
    )
    cases = ElementTree.parse(pytester.path / "junit.xml").getroot().iter("testcase")
    told = {case.get("name"): "".join(child.text or "" for child in case) for case in cases}
    for name, problem in (("test_bad", "assert False"), ("test_late", FOUND[0])):
        assert problem in told[name]
        _, _, section = told[name].partition(" scale_mock ---")
        assert f".py::{name}\n" in section
        assert "The journal is empty: nothing has happened in this world." in section


@pytest.mark.parametrize("show", ["no", "stdout"])
def test_the_section_is_no_captured_output(run: Run, show: str) -> None:
    result = run("def test_bad(scale_mock):\n    assert False\n", f"--show-capture={show}")
    result.stdout.fnmatch_lines("*- scale_mock -*")


@with_subtests
def test_a_failed_subtest_counts_as_a_failure(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
def test_parts(scale_mock, subtests):
    call(scale_mock)
    with subtests.test("one"):
        assert False
    with subtests.test("two"):
        pass
"""
    )
    result.stdout.fnmatch_lines("*- scale_mock -*")
    result.stdout.no_fnmatch_line("*ERROR at teardown*")


@with_subtests
def test_what_is_found_after_a_failed_subtest_is_told_too(run: Run) -> None:
    result = run(
        CALLS_NOWHERE
        + """
def test_parts(scale_mock, subtests):
    with subtests.test("one"):
        assert False
    call(scale_mock)
"""
    )
    result.stdout.no_fnmatch_line("*ERROR at teardown*")
    lines = result.outlines
    after = lines[lines.index("contains 1 failed subtest") :]
    assert "scale_mock found 1 problem (unknown_routes):" in after


@with_subtests
@pytest.mark.parametrize("end", ["skip", "xfail"])
def test_a_test_that_is_skipped_after_a_part_passed_is_not_checked(run: Run, end: str) -> None:
    result = run(
        CALLS_NOWHERE
        + f"""
import pytest

def test_parts(scale_mock, subtests):
    call(scale_mock)
    with subtests.test("one"):
        pass
    pytest.{end}("the rest does not apply")
"""
    )
    result.stdout.no_fnmatch_line("*ERROR at teardown*")
    result.stdout.fnmatch_lines(f"*1 {end}*")


def test_a_world_that_cannot_be_told_does_not_hide_the_failure(run: Run) -> None:
    result = run(
        """
def test_bad(scale_mock):
    scale_mock._world.core.sides = None
    assert False, "the test's own reason"
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "seed 0, clock at 2024-01-01T00:00:00.000Z (manual); to repeat: *",
            "Something cannot be told: AttributeError: *",
            "The journal is empty: nothing has happened in this world.",
            "FAILED *::test_bad - AssertionError: the test's own reason",
        ]
    )


def test_a_failed_test_shows_what_a_mounted_receiver_raised(run: Run) -> None:
    result = run(
        """
from scaleapi.tasks import TaskType

def save(request):
    raise LookupError("no such row")

def test_bad(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test/", save)
    task = scale_client.create_task(
        TaskType.Categorization, attachment_type="text", attachment="car",
        categories=["a", "b"], callback_url="https://app.test/hook")
    scale_mock.tasks.complete(task)
    scale_mock.clock.advance(minutes=1)
    assert False
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "The handler of https://app.test/hook raised at * (attempt 2, LookupError: *), as 1",
            "    before it:",
            '*raise LookupError("no such row")',
            "  LookupError: no such row",
            "All 6 journal entries:",
        ]
    )


def test_a_handler_that_raises_at_each_attempt_is_shown_once_with_their_number(run: Run) -> None:
    result = run(
        """
from flask import Flask
from scaleapi.tasks import TaskType

app = Flask("shop")

@app.post("/hook")
def save():
    raise LookupError("no such row")

def test_bad(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test/", app)
    task = scale_client.create_task(
        TaskType.Categorization, attachment_type="text", attachment="car",
        categories=["a", "b"], callback_url="https://app.test/hook")
    scale_mock.tasks.complete(task)
    scale_mock.clock.advance(days=2)
    assert False
"""
    )
    result.assert_outcomes(failed=1)
    text = " ".join(result.stdout.str().split())
    assert text.count("The handler of https://app.test/hook raised at ") == 1
    assert (
        "(attempt 21, 500), as 20 before it; the framework that caught it has logged each:"
    ) in text


def test_a_marker_makes_the_server_speak_https(run: Run) -> None:
    result = run(
        """
import pytest, requests

@pytest.mark.scale_mock(https=True)
def test_https(scale_mock, scale_server):
    reply = requests.get(f"{scale_mock.v1_url}/tasks", auth=(scale_mock.live_key, ""), timeout=9,
                         verify=str(scale_mock.ca_file))
    assert (scale_mock.url[:8], reply.status_code) == ("https://", 200)
    assert scale_server.url.startswith("http://")
"""
    )
    result.assert_outcomes(passed=1)


TOO_LONG = """
def test_bad(scale_mock):
    scale_mock.callbacks.assert_received(task="65920080d799a03b96f57c87")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_lines_fit_the_terminal_that_pytest_hides_from_the_test(
    pytester: pytest.Pytester,
    without_environment: None,
    quiet: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    workers: tuple[str, ...],
) -> None:
    """A test's output is captured; so the width is looked at before, and told to workers."""
    pty = pytest.importorskip("pty", reason="there are no terminals of that kind here")
    monkeypatch.delenv("COLUMNS")
    pytester.makepyfile(TOO_LONG)
    mine, theirs = pty.openpty()
    termios = pytest.importorskip("termios")
    termios.tcsetwinsize(theirs, (40, 64))
    place = quiet.index("no:xdist")
    others = (*quiet[: place - 1], *quiet[place + 1 :]) if workers else quiet
    command = [sys.executable, "-m", "pytest", "--color=no", *others, *workers]
    with subprocess.Popen(command, cwd=pytester.path, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        text = b"".join(iter(lambda: _read(mine), b"")).decode()
    os.close(mine)
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("E ")][4:] == [
        "E       The journal is empty: nothing has happened in this",
        "E           world.",
        "E       ",
        "E       The clock stands at 2024-01-01T00:00:00.000Z (manual).",
        "E           Nothing is scheduled: without another call, nothing",
        "E           will ever happen.",
        "E       ",
        "E       To fix it: let create_task arrive here: through the",
        "E           fixture scale_client, at mock.v1_url, or while",
        "E           mock.intercept() is on",
    ]


def _read(terminal: int) -> bytes:
    """What came; nothing once the other side is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_there_are_no_colour_codes_off_a_terminal(run: Run, staged: str) -> None:
    result = run(
        staged
        + """
def test_forgotten(scale_client, scale_callbacks):
    batch, task = staged(scale_client, scale_callbacks.url)
    assert task == scale_callbacks.assert_received(task=task)
"""
    )
    assert "\x1b" not in result.stdout.str()
