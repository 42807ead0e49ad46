"""Strict by default, relaxed by name: every finding, what it says, and what allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scale_mock import ConfigurationError, ScaleMock, __version__
from scale_mock.config.checks import CHECKS
from scale_mock.config.options import ARGUMENTS

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

HEAD = """
import pytest, requests, threading
from contextlib import suppress

API = "https://api.scale.com/v1"
BODY = {"attachment": "car", "attachment_type": "text", "categories": ["a", "b"]}

def call(mock, path, **body):
    if not body:
        return requests.get(API + path, auth=(mock.live_key, ""))
    return requests.post(API + path, auth=(mock.live_key, ""), json=body).json()

def done(mock, url):
    task = call(mock, "/task/categorization", callback_url=url, unique_id="car-1", **BODY)
    mock.tasks.complete(task)
    mock.clock.advance(minutes=1)
    return task["task_id"]

def upload():
    with suppress(Exception):
        requests.get("https://dashboard.scale.com", timeout=5)

def fails_once(replies=[]):
    def save(request):
        replies.append(1)
        if len(replies) == 1:
            raise LookupError("no such row")
    return save

def explode():
    raise KeyError("boom")
"""

CASES: dict[str, tuple[str, str, list[str]]] = {
    "unknown_routes": (
        "",
        'call(scale_mock, "/tusks")',
        [
            "  - A route that the platform does not have was called: GET /v1/tusks. Nearest: "
            "GET /v1/tasks, GET /v2/tasks, GET",
            "      /v2/task",
        ],
    ),
    "unused_rules": (
        'rules=[{"name": "never", "match": {"unique_id": "x"}}]',
        "pass",
        ['  - rule "never" decided nothing: no task came up for decision while it was there'],
    ),
    "unused_faults": (
        'faults=[{"name": "late", "match": {"operation": "get_task"}, "status": 500}]',
        "pass",
        ['  - fault "late" (500) never fired: no request came while it was there'],
    ),
    "unused_answers": (
        "",
        "scale_mock.callbacks.receiver.answer(503)",
        [
            "  - mock.callbacks.receiver.answer(503) never took effect: no callback reached the "
            "built-in receiver while it held. It",
            "      answers for mock.callbacks.url and loopback_url only; for applications that are "
            "mounted, add a fault:",
            '      match={"callback": True, ...} with status=503.',
        ],
    ),
    "unacknowledged_callbacks": (
        "",
        "scale_mock.callbacks.receiver.answer(503)\n    done(scale_mock, scale_mock.callbacks.url)",
        [
            "  - A callback was never acknowledged: task * (completed) to "
            "http://receiver.scale-mock.test/;",
            "      the last of 2 attempts got 503",
        ],
    ),
    "misspelt_mounts": (
        "",
        'scale_mock.callbacks.mount("https://app.test/", lambda request: None)\n'
        '    done(scale_mock, "https://app.tset/hook")',
        [
            "  - No callback came to https://app.test/, where a handler was mounted, while "
            "callbacks to https://app.tset/hook were",
            "      captured. Is one of the addresses misspelt?",
        ],
    ),
    "handler_exceptions": (
        "",
        'scale_mock.callbacks.mount("https://app.test/", fails_once())\n'
        '    done(scale_mock, "https://app.test/hook")',
        [
            "  - The handler of https://app.test/hook raised LookupError: no such row at "
            "2024-01-01T00:00:00.000Z, attempt 1 for task",
            "      * (completed):",
            '        File "*.py", line 26, in save',
            '          raise LookupError("no such row")',
            "      LookupError: no such row",
        ],
    ),
    "exceptions": (
        "",
        'scale_mock.at("2024-01-01T01:00:00Z", explode)\n    scale_mock.clock.advance(hours=2)',
        [
            "  - The scheduled call explode raised at 2024-01-01T01:00:00.000Z: KeyError: 'boom'",
            '        File "*.py", line 30, in explode',
            '          raise KeyError("boom")',
            "      KeyError: 'boom'",
        ],
    ),
}
RELAX = "To let this test pass all the same, mark it with @pytest.mark.scale_mock(strict=False)."


def module(marker: str, body: str) -> str:
    return f"{HEAD}\n@pytest.mark.scale_mock({marker})\ndef test_it(scale_mock):\n    {body}\n"


@pytest.mark.parametrize("check", CASES)
def test_each_finding_names_what_allows_it(run: Run, check: str) -> None:
    marker, body, text = CASES[check]
    result = run(module(marker, body))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_it*",
            f"scale_mock found 1 problem ({check}):",
            *text,
            f'    To allow it: @pytest.mark.scale_mock(allow="{check}")',
            RELAX,
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(
        [
            "*- scale_mock -*",
            "seed 0, clock at * to repeat: pytest --scale-mock-seed=0 *.py::test_it",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize("check", CASES)
def test_what_it_names_lets_the_test_pass(run: Run, check: str) -> None:
    marker, body, _ = CASES[check]
    run(module(f'allow="{check}", {marker}', body)).assert_outcomes(passed=1)


@pytest.mark.parametrize("check", CASES)
def test_all_the_others_do_not(run: Run, check: str) -> None:
    marker, body, _ = CASES[check]
    others = [name for name in CHECKS if name != check]
    result = run(module(f"allow={others}, {marker}", body))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["    To allow it: @pytest.mark.scale_mock(allow=*"])


def test_every_check_but_the_leaks_is_among_the_cases() -> None:
    assert {*CASES, "leaks"} == set(CHECKS)


LEAK = "thread = threading.Thread(target=upload)\n    thread.start()\n    thread.join()"


def test_a_leak_names_what_allows_it(run: Run) -> None:
    result = run(module("", LEAK))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock found a connection to Scale:",
            "  - A connection to dashboard.scale.com was stopped at*",
            "      */test_a_leak_names_what_allows_it.py:*",
            "      * nothing may reach the real service from a process that uses a mock.",
            '    To allow it: @pytest.mark.scale_mock(allow="leaks")',
            "* scale_mock *",
            "seed 0, clock at *; to repeat: pytest --scale-mock-seed=0 *",
            "*short test summary*",
        ],
    )


def test_a_leak_hides_no_other_finding_and_is_dumped_too(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(module("", f'{LEAK}\n    call(scale_mock, "/tusks")'), "--scale-mock-dump=out")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock found a connection to Scale:",
            "scale_mock found 1 problem (unknown_routes):",
            "  - A route that the platform does not have was called: GET /v1/tusks. *",
        ]
    )
    [report] = pytester.path.glob("out/*/report.txt")
    assert "A connection to dashboard.scale.com was stopped at" in report.read_text("utf-8")


def test_an_allowed_leak_is_still_refused_and_fails_no_later_test(run: Run) -> None:
    result = run(
        HEAD
        + f"""
from scale_mock.errors import LeakError

@pytest.mark.scale_mock(allow="leaks")
def test_guarded(scale_mock):
    with pytest.raises(LeakError, match="dashboard.scale.com was stopped"):
        requests.get("https://dashboard.scale.com", timeout=5)

@pytest.mark.scale_mock(allow="leaks")
def test_hidden(scale_mock):
    {LEAK}

@pytest.mark.scale_mock(allow="leaks")
def test_without_a_world():
    {LEAK}

def test_innocent(scale_mock):
    pass

def test_not_allowed():
    {LEAK}
"""
    )
    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines("*ERROR at teardown of test_not_allowed*")


def test_several_findings_are_allowed_one_by_one_or_together(run: Run) -> None:
    body = 'call(scale_mock, "/tusks")'
    rules = (
        'rules=[{"name": "one", "match": {"batch": "a"}}, {"name": "two", "match": {"batch": "b"}}]'
    )
    result = run(module(rules, body))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock found 3 problems (unknown_routes, unused_rules):",
            "  - A route that the platform does not have was called: GET /v1/tusks. *",
            "      /v2/task",
            '    To allow it: @pytest.mark.scale_mock(allow="unknown_routes")',
            '  - rule "one" decided nothing: no task came up for decision while it was there',
            '  - rule "two" decided nothing: no task came up for decision while it was there',
            '    To allow them: @pytest.mark.scale_mock(allow="unused_rules")',
            RELAX,
        ],
        consecutive=True,
    )
    result = run(module(f'{rules}, allow="unused_rules"', body))
    result.stdout.fnmatch_lines(
        [
            "scale_mock found 1 problem (unknown_routes):",
            "  - A route that the platform does not have was called: GET /v1/tusks. *",
            "      /v2/task",
            '    To allow it: @pytest.mark.scale_mock(allow=["unknown_routes", "unused_rules"])',
        ],
        consecutive=True,
    )
    for names in (
        '["unknown_routes", "unused_rules"]',
        '("unused_rules", "unknown_routes")',
        '"unused_rules, unknown_routes"',
        '"unused_rules unknown_routes"',
    ):
        run(module(f"{rules}, allow={names}", body)).assert_outcomes(passed=1)


LISTED = (
    "Checks: unknown_routes, unused_rules, unused_faults, unused_answers, "
    "unacknowledged_callbacks, misspelt_mounts, handler_exceptions, exceptions, leaks."
)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            '"unused_rule"',
            "allow='unused_rule' (marker): there is no check 'unused_rule'. "
            f"Did you mean 'unused_rules'? {LISTED}",
        ),
        (
            '["leaks", "everything"]',
            "allow=['leaks', 'everything'] (marker): there is no check 'everything'. " + LISTED,
        ),
        (
            "True",
            "allow=True (marker): expected the name of a check, or a list of names. " + LISTED,
        ),
    ],
)
def test_an_unknown_name_is_refused_at_setup(run: Run, given: str, text: str) -> None:
    result = run(module(f"allow={given}", "pass"))
    result.assert_outcomes(errors=1)
    assert text in result.stdout.lines


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("flag", "--scale-mock-allow='leaks,unused_rule'"),
        ("environment", "SCALE_MOCK_ALLOW='leaks,unused_rule'"),
        ("ini", "scale_mock_allow=['leaks', 'unused_rule']"),
    ],
)
def test_an_unknown_name_in_an_option_ends_the_run(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, place: str, named: str
) -> None:
    if place == "ini":
        pytester.makeini("[pytest]\nscale_mock_allow =\n    leaks\n    unused_rule\n")
    if place == "environment":
        monkeypatch.setenv("SCALE_MOCK_ALLOW", "leaks,unused_rule")
    flags = ["--scale-mock-allow=leaks,unused_rule"] if place == "flag" else []
    result = run("def test_it(): pass", *flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        f"ERROR: scale_mock: {named}: there is no check 'unused_rule'. "
        f"Did you mean 'unused_rules'? {LISTED}"
    ) in result.stderr.lines


CONFIG = """
@pytest.fixture(scope="session")
def scale_mock_config():
    return {"allow": "unused_faults"}
"""


@pytest.mark.parametrize(
    ("sources", "allowed"),
    [
        ((), ""),
        (("ini",), "unused_answers"),
        (("ini", "config"), "unused_faults"),
        (("ini", "config", "environment"), "unknown_routes"),
        (("ini", "config", "environment", "flag"), "exceptions"),
        (("ini", "config", "environment", "flag", "marker"), "unused_rules"),
        (("config", "marker"), "unused_rules"),
    ],
)
def test_the_usual_precedence_decides_what_is_allowed(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    sources: tuple[str, ...],
    allowed: str,
) -> None:
    """What is told of the findings is what the others would have allowed."""
    if "ini" in sources:
        pytester.makeini("[pytest]\nscale_mock_allow =\n    unused_answers\n    leaks\n")
    if "environment" in sources:
        monkeypatch.setenv("SCALE_MOCK_ALLOW", "unknown_routes leaks")
    flags = ["--scale-mock-allow=exceptions,leaks"] if "flag" in sources else []
    marker = "@pytest.mark.scale_mock(allow='unused_rules')" if "marker" in sources else ""
    result = run(
        HEAD
        + (CONFIG if "config" in sources else "")
        + f"""
{marker}
def test_it(scale_mock):
    scale_mock.rules.add(name="one", match={{"unique_id": "x"}})
    scale_mock.faults.add(name="two", match={{"operation": "get_task"}}, status=500)
    scale_mock.callbacks.receiver.answer(503)
    scale_mock.at("2024-01-01T01:00:00Z", explode)
    scale_mock.clock.advance(hours=2)
    call(scale_mock, "/tusks")
""",
        *flags,
    )
    result.assert_outcomes(passed=1, errors=1)
    told = "\n".join(line for line in result.stdout.lines if line.startswith("  - "))
    words = {
        "unused_rules": 'rule "one"',
        "unused_faults": 'fault "two"',
        "unused_answers": "receiver.answer(503)",
        "exceptions": "explode raised",
        "unknown_routes": "/v1/tusks",
    }
    assert {name for name, word in words.items() if word not in told} == {allowed} - {""}


def test_a_handler_that_raises_under_a_fault_was_asked_for(run: Run) -> None:
    result = run(
        HEAD
        + """
FAULT = {"match": {"callback": True, "attempt": 1}, "kind": "bad_auth"}

@pytest.mark.scale_mock(faults=[FAULT])
def test_it(scale_mock):
    scale_mock.callbacks.mount("https://app.test/", fails_once())
    done(scale_mock, "https://app.test/hook")
    assert scale_mock.callbacks.attempts[0].traceback
"""
    )
    result.assert_outcomes(passed=1)


def test_an_exception_that_a_framework_turned_into_a_500_is_found(run: Run) -> None:
    result = run(
        HEAD
        + """
import flask

app = flask.Flask(__name__)

@app.post("/hook")
def hook():
    return {"id": flask.request.json["task_idd"]}

def test_it(scale_mock):
    scale_mock.callbacks.mount("https://app.test/", app)
    done(scale_mock, "https://app.test/hook")
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "  - The handler of https://app.test/hook raised KeyError: 'task_idd' at *",
            '        File "*.py", line 38, in hook',
            '          return {"id": flask.request.json["task_idd"]}',
            "      KeyError: 'task_idd'",
            '    To allow it: @pytest.mark.scale_mock(allow="handler_exceptions")',
        ]
    )


def test_the_same_exception_is_told_once_and_five_different_ones_at_most(run: Run) -> None:
    result = run(
        HEAD
        + """
def test_it(scale_mock):
    def save(request):
        raise LookupError(request.path)
    scale_mock.callbacks.mount("https://app.test/", save)
    scale_mock.rules.add(after="1s")
    for number in range(7):
        call(scale_mock, "/task/categorization", callback_url=f"https://app.test/{number}", **BODY)
    scale_mock.clock.run_until_idle()
""",
        "--scale-mock-allow=unacknowledged_callbacks",
    )
    result.assert_outcomes(passed=1, errors=1)
    lines = result.stdout.lines
    assert "scale_mock found 6 problems (handler_exceptions):" in lines
    assert "  - 2 more exceptions of handlers" in lines
    assert sum("and 20 times more:" in line for line in lines) == 5


def test_check_takes_the_same_names() -> None:
    with ScaleMock(rules=[{"name": "never", "match": {"unique_id": "x"}}]) as mock:
        mock.check(allow="unused_rules")
        mock.check(allow=["unused_rules", "leaks"])
        with pytest.raises(AssertionError) as failed:
            mock.check(allow=("leaks",))
        assert str(failed.value) == (
            "scale_mock found 1 problem (unused_rules):\n"
            '  - rule "never" decided nothing: no task came up for decision while it was there\n'
            '    To allow it: mock.check(allow=["unused_rules", "leaks"])'
        )
        with pytest.raises(ConfigurationError) as refused:
            mock.check(allow="unused_rule")
        assert str(refused.value) == (
            "check(allow='unused_rule'): there is no check 'unused_rule'. "
            f"Did you mean 'unused_rules'? {LISTED}"
        )


BOTH = """
import pytest

def test_good(scale_mock):
    pass

def test_bad(scale_mock):
    assert False
"""


@pytest.mark.parametrize(("when", "sections"), [("fail", 1), ("always", 2), ("never", 0)])
def test_the_report_tells_of_the_world_when_it_is_asked_to(
    run: Run, when: str, sections: int
) -> None:
    result = run(BOTH, f"--scale-mock-report={when}", "-rA")
    result.assert_outcomes(passed=1, failed=1)
    titles = [line for line in result.stdout.lines if "- scale_mock -" in line]
    repeats = [line for line in result.stdout.lines if "; to repeat: pytest " in line]
    assert len(titles) == len(repeats) == sections


def test_a_test_has_its_own_say_about_its_report(run: Run) -> None:
    result = run(
        BOTH.replace("def test_bad", '@pytest.mark.scale_mock(report="never")\ndef test_bad'),
    )
    result.stdout.no_fnmatch_line("*- scale_mock -*")
    result = run(BOTH.replace("def test_bad", "@pytest.mark.scale_mock(report=1)\ndef test_bad"))
    assert "report=1 (marker): expected one of fail, always, never." in result.stdout.lines
    result = run(BOTH, "--scale-mock-report=sometimes")
    assert (
        "ERROR: scale_mock: --scale-mock-report='sometimes': expected one of fail, always, never "
        "(which tests are told of their world)."
    ) in result.stderr.lines


def test_the_report_of_a_passed_test_takes_no_leak_away(run: Run) -> None:
    result = run(module("", LEAK), "--scale-mock-report=always")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines("scale_mock found a connection to Scale:")


def test_the_header_tells_what_is_not_as_usual(
    run: Run, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    monkeypatch.setenv("SCALE_MOCK_REPORT", "fail")
    pytester.makeini("[pytest]\nscale_mock_strict_fields = true\n")
    result = run(
        "def test_it(): pass",
        "--no-scale-mock-strict",
        "--scale-mock-allow=leaks,unused_rules",
        "--scale-mock-dump=out",
    )
    line = (
        f"scale_mock {__version__}: seed=0, clock=manual, strict=False, strict_fields=True, "
        "allow=unused_rules,leaks, dump=out"
    )
    assert line in result.stdout.lines


def test_the_marker_lists_every_argument(run: Run) -> None:
    [line] = [text for text in run("", "--markers").stdout.lines if "scale_mock(" in text]
    listed = line.partition("(")[2].partition(")")[0].split(", ")
    assert listed == [f"{name}=" for name in ARGUMENTS]


def test_pytest_s_own_strictness_finds_nothing_wrong(run: Run, pytester: pytest.Pytester) -> None:
    strict = "strict = true\n" if pytest.version_tuple >= (9, 0) else ""
    pytester.makeini(
        f"[pytest]\n{strict}scale_mock_allow = unused_rules\nscale_mock_report = always\n"
        "scale_mock_dump = out\nscale_mock_seed = 3\nscale_mock_strict = true\n"
    )
    result = run(
        """
import pytest

@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.scale_mock(rules=[{"name": "never"}])
def test_it(scale_mock, number):
    assert scale_mock.seed == 3
""",
        "--strict-config",
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("ending", ["pass", "assert False"])
def test_half_letters_do_not_break_a_report(run: Run, ending: str) -> None:
    """pytest-xdist ends the whole run for a report that is no UTF-8."""
    result = run(
        HEAD
        + f"""
def test_it(scale_mock):
    name = "half" + chr(0xDB6B)
    scale_mock.rules.add(name=name, match={{"unique_id": name + "x"}})
    body = {{**BODY, "unique_id": name, "categories": [name], name: name}}
    call(scale_mock, "/task/categorization", **body)
    {ending}
""",
        *("-n", "1", "-p", "xdist"),
    )
    outcome = {"passed": 1, "errors": 1} if ending == "pass" else {"failed": 1}
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines("*half*udb6b*")
