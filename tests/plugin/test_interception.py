"""Interception in the plugin: on by default, without a socket, and nothing reaches Scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

LEAK = """
import threading, requests
from contextlib import suppress

def upload():
    with suppress(Exception):
        requests.get("https://dashboard.scale.com/upload", timeout=5)   # line 6

def in_a_thread():
    thread = threading.Thread(target=upload)
    thread.start()
    thread.join()
"""


def test_code_that_knows_nothing_of_a_mock_works_unchanged(run: Run) -> None:
    result = run(
        """
import scaleapi, threading

def code_under_test():
    return scaleapi.ScaleClient("live_x").projects()

before = set(threading.enumerate())

def test_app(scale_mock, scale_client, scale_test_client):
    assert code_under_test() == []
    assert scale_client.api.base_api_url == "https://api.scale.com/v1"
    assert scale_test_client.tasks().total == 0
    assert set(threading.enumerate()) <= before     # no server was started
    assert len(scale_mock.requests) == 2
"""
    )
    result.assert_outcomes(passed=1)


def test_it_can_be_turned_off_for_one_test_and_for_all(run: Run) -> None:
    module = """
import pytest

@pytest.mark.scale_mock(intercept=False)
def test_off(scale_mock, scale_client):
    assert scale_client.api.base_api_url == scale_mock.v1_url
    assert scale_client.tasks().total == 0

def test_as_the_flag_says(scale_mock, scale_client):
    assert scale_client.api.base_api_url == {url}
"""
    run(module.format(url="'https://api.scale.com/v1'")).assert_outcomes(passed=2)
    off = run(module.format(url="scale_mock.v1_url"), "--no-scale-mock-intercept")
    off.assert_outcomes(passed=2)


def test_further_base_urls_come_from_marker_or_ini(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nscale_mock_hosts = https://labels.example.test\n")
    result = run(
        """
import pytest, requests

def status(mock, host):
    return requests.get(f"{host}/v1/tasks", auth=(mock.live_key, ""), timeout=5).status_code

def test_ini(scale_mock):
    assert status(scale_mock, "https://labels.example.test") == 200

@pytest.mark.scale_mock(hosts=["https://other.example.test"])
def test_marker(scale_mock):
    assert status(scale_mock, "https://other.example.test") == 200
"""
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("intercept='no'", "intercept='no' (marker): expected True or False."),
        (
            "hosts=['ftp://a.test']",
            "hosts='ftp://a.test': expected a base URL such as 'https://labels.example.test', or a "
            "host name. Write 'https://a.test'.",
        ),
    ],
)
def test_wrong_arguments_are_refused(run: Run, argument: str, text: str) -> None:
    result = run(
        f"""
import pytest

@pytest.mark.scale_mock({argument})
def test_wrong(scale_mock): pass

def test_the_next_one_is_fine(scale_client):
    assert scale_client.tasks().total == 0
"""
    )
    result.assert_outcomes(errors=1, passed=1)
    assert text in result.stdout.lines


def test_a_wider_world_says_how_it_is_intercepted(run: Run) -> None:
    result = run(
        """
import pytest, scale_mock

def test_wider(scale_server):
    with pytest.raises(scale_mock.ConfigurationError) as caught:
        scale_server.open_world(intercept=True)
    assert str(caught.value) == (
        "scale_server.open_world(): intercept= is for the world of one test. Use mock.intercept() "
        "on what open_world() returns."
    )
"""
    )
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_sockets_may_be_disabled(pytester: pytest.Pytester, without_environment: None) -> None:
    # In a process of its own: pytest-socket leaves its replacements behind.
    pytester.makepyfile(
        """
import pytest, requests, scaleapi
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("turn", [1, 2])
def test_a_day_without_sockets(scale_mock, scale_client, turn):
    task = scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock.callbacks.url,
    )
    assert scale_mock.callbacks.assert_received(task=task).json["task"]["status"] == "completed"
    with pytest.raises(RuntimeError):
        requests.get("http://127.0.0.1:9", timeout=5)
    assert scaleapi.ScaleClient("live_x").tasks().total == 1
"""
    )
    pytester.runpytest_subprocess("--disable-socket").assert_outcomes(passed=2)


@pytest.mark.slow
def test_the_guard_outlasts_the_class_that_disables_sockets(
    pytester: pytest.Pytester, without_environment: None
) -> None:
    # The first world is made while sockets are disabled, the second while they are not.
    pytester.makepyfile(
        """
import pytest, scale_mock, socket
from contextlib import suppress

def test_disabled(scale_mock): pass

@pytest.mark.enable_socket
def test_enabled(request):
    with socket.socket() as mine, pytest.raises(scale_mock.LeakError):
        mine.connect(("api.scale.com", 443))
    assert len(__import__("scale_mock.intercept", fromlist=["x"]).take_leaks()) == 1
"""
    )
    result = pytester.runpytest_subprocess("--disable-socket", "-p", "no:randomly")
    result.assert_outcomes(passed=2)


def test_a_hidden_attempt_in_a_thread_fails_the_test_and_names_the_line(run: Run) -> None:
    result = run(
        LEAK
        + """
def test_hides_it(scale_mock):
    in_a_thread()

def test_fine(scale_mock, scale_client):
    assert scale_client.tasks().total == 0
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_hides_it*",
            "scale_mock found a connection to Scale:",
            "  - A connection to dashboard.scale.com was stopped at*",
            "      */test_a_hidden_attempt_in_a_thread_fails_the_test_and_names_the_line.py:6",
            "      in upload (thread Thread-* (upload)): nothing may reach the real service from a "
            "process that uses a mock.",
        ]
    )


def test_an_attempt_fails_the_test_without_strict_checks_too(run: Run) -> None:
    result = run(
        "import pytest\n"
        + LEAK
        + """
@pytest.mark.scale_mock(strict=False)
def test_hides_it(scale_mock):
    in_a_thread()
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["scale_mock found a connection to Scale:", "  - A connection to dashboard.scale.com *"]
    )


def test_a_client_that_outlives_its_test_fails_the_one_that_uses_it(run: Run) -> None:
    result = run(
        """
import requests
from contextlib import suppress

session = requests.Session()

def call():
    with suppress(Exception):
        session.get("https://api.scale.com/v1/tasks", auth=("live_x", ""), timeout=5)

def test_with_a_world(scale_mock):
    call()
    assert len(scale_mock.requests) == 1

def test_without_one():
    call()

def test_innocent():
    pass
"""
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_without_one*",
            "scale_mock found a connection to Scale:",
            "  - A connection to api.scale.com was stopped at*",
            "*.py:8*",
            "* (thread MainThread)*",
        ]
    )


def test_a_failed_test_is_not_failed_twice(run: Run) -> None:
    result = run(
        LEAK
        + """
def test_fails(scale_mock):
    in_a_thread()
    assert False

def test_fails_without_a_world():
    in_a_thread()
    assert False

def test_open():
    requests.get("https://scale.com", timeout=5)
"""
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["E*LeakError: A connection to scale.com was stopped at *"])


def test_what_a_thread_tries_after_the_last_test_fails_the_run(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(
        LEAK
        + """
def pytest_sessionfinish():
    in_a_thread()
"""
    )
    result = run("def test_fine(scale_mock): pass")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*scale_mock: connections to Scale after the last test*",
            "A connection to dashboard.scale.com was stopped at *conftest.py:6 in upload *",
        ]
    )


@pytest.mark.slow
def test_what_a_thread_tries_in_a_worker_of_xdist_fails_the_run_as_well(
    pytester: pytest.Pytester, without_environment: None
) -> None:
    pytester.makeconftest(
        LEAK
        + """
def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        in_a_thread()
"""
    )
    pytester.makepyfile("def test_fine(scale_mock): pass\ndef test_too(scale_mock): pass")
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-n", "2")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    line = "A connection to dashboard.scale.com was stopped at *conftest.py:6 in upload *"
    result.stdout.fnmatch_lines(["*connections to Scale after the last test*", line, line])


def test_async_tests_of_either_plugin_work(run: Run) -> None:
    result = run(
        """
import httpx, pytest

async def total(mock):
    async with httpx.AsyncClient(auth=(mock.live_key, "")) as client:
        return (await client.get("https://api.scale.com/v1/tasks")).json()["total"]

@pytest.mark.asyncio
async def test_asyncio(scale_mock):
    assert await total(scale_mock) == 0

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_anyio(scale_mock):
    assert await total(scale_mock) == 0
""",
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-W",
        "default",
    )
    result.assert_outcomes(passed=3)


HOSTED = """
import pytest
{module}
{mark}
def test_hosted(scale_mock):
    pass
"""
FIRST, SECOND = "http://scale.test", "http://labels.test"
VAIN = (
    "*hosts={hosts} ({who}) are answered where clients are intercepted, and intercept=False "
    "({whose}) turns that off: drop one of the two. Without interception, point the code under "
    "test at scale_mock.url.*"
)


@pytest.mark.parametrize(
    ("mark", "ini", "flags", "who", "whose"),
    [
        (f'intercept=False, hosts=["{FIRST}"]', "", [], "marker", "marker"),
        (f'hosts=["{FIRST}"]', "scale_mock_intercept = no", [], "marker", "scale_mock_intercept"),
        (
            "",
            f"scale_mock_hosts = {FIRST}",
            ["--scale-mock-hosts", SECOND, "--no-scale-mock-intercept"],
            "--scale-mock-hosts",
            "--scale-mock-intercept",
        ),
    ],
)
def test_hosts_that_nothing_would_answer_are_refused(
    run: Run,
    pytester: pytest.Pytester,
    mark: str,
    ini: str,
    flags: list[str],
    who: str,
    whose: str,
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = run(HOSTED.format(module="", mark=f"@pytest.mark.scale_mock({mark})"), *flags)
    result.assert_outcomes(errors=1)
    hosts = repr((SECOND,)) if flags else repr([FIRST]).replace("[", "[[]")
    result.stdout.fnmatch_lines([VAIN.format(hosts=hosts, who=who, whose=whose)])


@pytest.mark.parametrize(
    ("module", "ini", "flags"),
    [
        ("", f"scale_mock_hosts = {FIRST}", []),
        (f'pytestmark = pytest.mark.scale_mock(hosts=["{FIRST}"])', "", []),
        ("", f"scale_mock_hosts = {FIRST}", ["--no-scale-mock-intercept"]),
    ],
)
def test_whoever_is_nearer_may_turn_interception_off(
    run: Run, pytester: pytest.Pytester, module: str, ini: str, flags: list[str]
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    mark = "" if flags else "@pytest.mark.scale_mock(intercept=False)"
    run(HOSTED.format(module=module, mark=mark), *flags).assert_outcomes(passed=1)


def test_hosts_of_one_line_in_an_ini_file_are_several(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\nscale_mock_hosts = {FIRST}, {SECOND}\n")
    result = run(
        """
import requests

def test_both(scale_mock):
    for host in ("http://scale.test", "http://labels.test"):
        auth = (scale_mock.live_key, "")
        assert requests.get(f"{host}/v1/tasks", auth=auth).json()["total"] == 0
"""
    )
    result.assert_outcomes(passed=1)
