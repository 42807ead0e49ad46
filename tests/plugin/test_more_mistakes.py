"""Further mistakes of people who read the README and no source; each message names the way out.

Those that nearly everybody makes are in test_typical_mistakes.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

TASK = """
import pytest
from scaleapi.tasks import TaskStatus, TaskType

CAR = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}

def submit(client, **more):
    return client.create_task(TaskType.Categorization, **CAR, **more)
"""


class Told(Protocol):
    """Runs tests of which one goes wrong; what pytest said, ids made alike."""

    def __call__(self, test: str, *args: str) -> str: ...


@pytest.fixture
def told(run: Run, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setenv("COLUMNS", "1000")

    def tell(test: str, *args: str) -> str:
        result = run(TASK + test, "--tb=short", *args)
        outcomes = result.parseoutcomes()
        assert outcomes.get("failed", 0) + outcomes.get("errors", outcomes.get("error", 0)) == 1
        text = re.sub(r"\b[0-9a-f]{24}\b", "ID", result.stdout.str())
        return re.sub(r"mock-[0-9]+", "mock-N", text)

    return tell


def fix_of(text: str) -> str:
    """The last advice of an assertion."""
    return re.findall(r"^E   To fix it: (.*)$", text, re.MULTILINE)[-1]


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("404", "give the receiver a route for POST /api/hook, which it answered with 404"),
        ("405", "let the route of /api/hook take POST: the receiver answered 405 (method not "
                "allowed)"),
        ("308", "name the receiver's own address in callback_url, often just with or without the "
                "slash at its end: 308 is a redirect, which is not followed"),
        ("400", "let https://app.test/api/hook take the body: it answered 400. A callback is JSON "
                "(request.get_json()), not a form; its keys are task_id, status, response, task"),
        ("('CSRF verification failed', 403)", "let the view of /api/hook take a POST without a "
                                              "CSRF token (Django: @csrf_exempt)"),
        ("('no', 403)", "compare scale-callback-auth with mock.callback_auth('live') in the "
                        "receiver at https://app.test/api/hook, neither with an API key nor with "
                        "the other mode's callback_auth"),
    ],
)  # fmt: skip
def test_what_a_receiver_answered_says_what_it_wants(told: Told, answer: str, advice: str) -> None:
    text = told(
        f"""
def test_it(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test", lambda request: {answer})
    task = submit(scale_client, callback_url="https://app.test/api/hook")
    scale_mock.callbacks.assert_received(task)
"""
    )
    assert fix_of(text) == advice
    in_section = f"  To fix it: {advice}" in text.split("- scale_mock -")[-1]
    assert in_section is (answer != "('no', 403)")  # which is told there in other words
    assert ("the receiver has to compare it" in text) is (answer == "('no', 403)")


def test_an_application_below_a_prefix_sees_the_whole_path(told: Told) -> None:
    text = told(
        """
def test_it(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test/api", lambda request: 404)
    task = submit(scale_client, callback_url="https://app.test/api/hook")
    scale_mock.callbacks.assert_received(task)
"""
    )
    assert fix_of(text) == (
        "give the receiver a route for POST /api/hook, which it answered with 404. What is mounted "
        "at https://app.test/api sees the whole path"
    )


def test_a_receiver_that_says_nothing_is_told_of_where_no_assertion_asked(told: Told) -> None:
    text = told(
        """
def test_it(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test", lambda request: 404)
    submit(scale_client, callback_url="https://app.test/hook")
    scale_mock.clock.advance(days=20)
    assert False
"""
    )
    assert (
        "The receiver at https://app.test/hook answered 404:\n"
        "  To fix it: give the receiver a route for POST /hook, which it answered with 404\n"
    ) in text


def test_an_assertion_in_a_handler_is_named_by_its_first_line(told: Told) -> None:
    text = told(
        """
def save(request):
    assert request.json["status"] == "error"

def test_it(scale_mock, scale_client):
    scale_mock.callbacks.mount("https://app.test", save)
    submit(scale_client, callback_url="https://app.test/hook")
    scale_mock.clock.advance(days=20)
"""
    )
    assert (
        "  - The handler of https://app.test/hook raised AssertionError: assert 'completed' == "
        "'error' at 2024-01-10T08:22:28.000Z, attempt 1 for task ID (completed), and 20 times more:"
    ) in text
    assert "the last of 21 attempts got AssertionError: assert 'completed' == 'error'\n" in text
    assert "call_handler" not in text  # how a handler is called says nothing about it


def test_a_unique_id_is_no_id(told: Told) -> None:
    text = told(
        """
def test_it(scale_client, scale_callbacks):
    submit(scale_client, unique_id="img-1", callback_url=scale_callbacks.url)
    scale_callbacks.assert_received("img-1")
"""
    )
    assert "there is no task img-1 in this world; it is the unique_id of task ID\n" in text
    assert fix_of(text) == "pass the task, or its id: 'ID'"


def test_nor_is_it_in_a_request(told: Told) -> None:
    text = told(
        """
def test_it(scale_client):
    submit(scale_client, unique_id="img-1")
    scale_client.get_task("img-1")
"""
    )
    assert "    To fix it: pass the task's id, 'ID': 'img-1' is its unique_id\n" in text


def test_a_task_of_another_world(told: Told) -> None:
    text = told(
        """
from scale_mock import ScaleMock

def test_it(scale_mock):
    with ScaleMock() as other:
        task = submit(other.client(), callback_url=scale_mock.callbacks.url)
        scale_mock.callbacks.assert_received(task)
"""
    )
    assert (
        "there is no task ID in this world, which holds no task at all; it is in another open "
        "world: 'mock-N'\n"
    ) in text
    assert fix_of(text) == (
        "ask the mock whose client created it, or create it in this one (mock-N): a test needs one "
        "mock, the fixture scale_mock or a ScaleMock of its own"
    )


def test_a_key_that_params_do_not_have(told: Told) -> None:
    text = told(
        """
def test_it(scale_client):
    image = {"attachment": "https://img.test/1.jpg", "geometries": {"boxes": {}}}
    scale_client.create_task(TaskType.ImageAnnotation, **image)
"""
    )
    assert '"geometries.boxes" is not allowed (at $.geometries.boxes)\n' in text
    assert (
        "    To fix it: the keys of geometries are box, cuboid, ellipse, line, point, polygon; the "
        "nearest to 'boxes' is 'box'\n"
    ) in text


def test_a_request_for_a_task_of_another_world(told: Told) -> None:
    text = told(
        """
import requests
from scale_mock import ScaleMock

@pytest.fixture
def other():
    with ScaleMock(name="b") as mock:
        yield mock

@pytest.mark.scale_mock(name="me")
def test_it(scale_mock, other):
    task = submit(other.client())
    requests.get(f"https://api.scale.com/v1/task/{task.id}", auth=("live_x", ""))
    assert False
"""
    )
    assert (
        "To fix it: use one world for the task and for this call: the account in the key, "
        "live_NAME or test_NAME, is the world's name (it is in 'b'); this world's is 'me'\n"
    ) in text


def test_a_task_from_before_a_reset(told: Told) -> None:
    text = told(
        """
def test_it(scale_mock, scale_client):
    task = submit(scale_client, callback_url=scale_mock.callbacks.url)
    scale_mock.reset()
    scale_mock.callbacks.assert_received(task)
"""
    )
    assert "this world, which holds no task at all since mock.reset()\n" in text
    assert fix_of(text) == (
        "create it after mock.reset(), which takes everything away that was there"
    )


def test_it_cannot_be_read_either(told: Told) -> None:
    text = told(
        """
def test_it(scale_mock, scale_client):
    task = submit(scale_client)
    scale_mock.reset()
    task.refresh()
"""
    )
    assert (
        "    To fix it: create it first: there is no task in live mode since mock.reset(), which "
        "takes everything away\n"
    ) in text


def test_nobody_has_a_callback_url(told: Told) -> None:
    text = told(
        """
def test_it(scale_client, scale_callbacks):
    submit(scale_client)
    scale_callbacks.assert_received()
"""
    )
    assert "; the only task is completed, but has no callback_url: nobody is told\n" in text


def test_nor_have_several(told: Told) -> None:
    text = told(
        """
def test_it(scale_client, scale_callbacks):
    for number in range(3):
        submit(scale_client, unique_id=f"{number}")
    scale_callbacks.assert_received(times=3)
"""
    )
    assert "; all 3 tasks have ended, none with a callback_url: nobody is told\n" in text


def test_a_misspelt_type_in_a_path(told: Told) -> None:
    text = told(
        """
import requests

def test_it(scale_mock):
    url = "https://api.scale.com/v1/task/image-annotation"
    assert requests.post(url, auth=("live_me", ""), json=CAR).status_code == 200
"""
    )
    assert "    To fix it: the nearest type is 'imageannotation'\n" in text


def test_the_version_in_a_path_was_forgotten(told: Told) -> None:
    text = told(
        """
import requests

def test_it(scale_mock):
    url = "https://api.scale.com/task/categorization"
    assert requests.post(url, auth=("live_me", ""), json=CAR).status_code == 200
"""
    )
    assert "called: POST /task/categorization. Nearest: POST /v1/task/{type}, " in text


def test_a_cancel_that_comes_too_late(told: Told) -> None:
    text = told(
        """
def test_it(scale_client, scale_clock):
    task = submit(scale_client)
    scale_clock.advance(hours=1)
    task.cancel()
"""
    )
    assert (
        "    To fix it: cancel it before work on it begins, which was at 2024-01-01T00:05:00.000Z; "
        "a rule with outcome='hold' keeps that off\n"
    ) in text


def test_a_project_that_v2_cannot_make(told: Told) -> None:
    text = told(
        """
def test_it(scale_client):
    scale_client.v2.create_batch({"name": "monday", "project_name": "chat"})
"""
    )
    assert (
        "    To fix it: make it first, which v2 itself cannot: mock.projects.set_up('chat') for "
        "chat tasks, or client.create_project()\n"
    ) in text


def test_a_fault_that_the_sdk_got_over(told: Told) -> None:
    text = told(
        """
def test_it(scale_mock, scale_client):
    scale_mock.faults.add(match={"operation": "create_task", "nth": 1}, status=500)
    with pytest.raises(Exception):
        submit(scale_client)
"""
    )
    assert (
        " create_task: 500 Internal Server Error (by fault 'fault-1'; asked again, it answered "
        "200)\n"
    ) in text


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (
            "rules.add(type='categorization')",
            'rule (1st): type: unknown key; it belongs into match, as {"type": ...}. Keys: ',
        ),
        (
            "rules.add(**{'metadata.kind': 'cat'})",
            "rule (1st): metadata.kind: unknown key; it belongs into match, as "
            '{"metadata.kind": ...}. Keys: ',
        ),
        (
            "rules.add(match={'type': TaskType.Categorization})",
            "rule (1st): match.type: cannot look for TaskType.Categorization, a member of an enum; "
            "pass its value, 'categorization'\n",
        ),
        (
            "rules.add(match={'task_id': 'x'})",
            "rule (1st): match.task_id: unknown field; match the task's unique_id, or hand one "
            "task on with mock.tasks. Fields: ",
        ),
        ("rules.add([{'after': '1h'}])", "[{'after': '1h'}]; add them one by one. Keys: "),
        (
            "rules.add(after='2h-8h')",
            'rule (1st): after: "2h-8h" is not a duration; a range is written "2h..8h"\n',
        ),
        (
            "faults.add(operation='create_task', status=500)",
            'fault: operation: unknown key; it belongs into match, as {"operation": ...}. Keys: ',
        ),
        (
            "faults.add(status=500, times=2)",
            "fault: times: unknown key; how often is said in match, such as "
            '"first": 2 or "nth": [1, 3]. Keys: ',
        ),
        (
            "faults.add([{'status': 500}])",
            "a fault is a table or a Fault, not [{'status': 500}]; add them one by one. Keys: ",
        ),
        (
            "clock.advance('2024-03-01T00:00Z')",
            "advance(): '2024-03-01T00:00Z' is an instant, which advance_to() takes, not a "
            "duration; accepted: ",
        ),
        (
            "clock.advance_to('2 days')",
            "advance_to(): '2 days' is a length, which advance() takes, not an instant; accepted: ",
        ),
        (
            "every('2024-03-01', print)",
            "every(): '2024-03-01' is an instant, which at() takes, not a duration; accepted: ",
        ),
        (
            "at('2h', print)",
            "at(): '2h' is a length, which every() takes, not an instant; accepted: ",
        ),
    ],
)
def test_an_argument_in_the_wrong_place(told: Told, call: str, refusal: str) -> None:
    assert refusal in told(f"def test_it(scale_mock):\n    scale_mock.{call}\n")


@pytest.mark.parametrize(
    ("assertion", "explanation"),
    [
        (
            "task.status in (TaskStatus.Completed, TaskStatus.Canceled)",
            "a text is no TaskStatus, though a value is the same",
        ),
        (
            "task.status in [TaskStatus.Canceled]",
            "a text is no TaskStatus, and no value is the same either",
        ),
        (
            "TaskStatus.Completed in ['completed']",
            "a text is no TaskStatus, though a value is the same",
        ),
    ],
)
def test_a_text_among_members_of_an_enum(told: Told, assertion: str, explanation: str) -> None:
    text = told(
        f"""
def test_it(scale_client, scale_clock):
    task = submit(scale_client)
    scale_clock.advance(days=20)
    task.refresh()
    assert {assertion}
"""
    )
    assert f": {explanation}\nE     The SDK's objects hold plain texts. Write TaskStatus." in text


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        (
            "callback.json['response']['label']",
            "The newest response, of categorization task ID, has the keys category, category_id.",
        ),
        (
            "callback.response",
            "What a callback says is in its json, a dict with the keys task_id, status, response, "
            "task.",
        ),
        ("callback['status']", "What a callback says is in its json: callback.json[...]."),
        ("callback.json()", "A callback's json is a property: callback.json, without ()."),
        ("[callback].json", "With times=, assert_received answers a list of callbacks."),
        (
            "scale_mock.requests[0].body",
            "The log of requests keeps no bodies: what a create said is in the task, "
            "scale_mock.tasks.get(ID).",
        ),
    ],
)
def test_what_is_not_there_is_named_below_pythons_words(
    told: Told, statement: str, hint: str
) -> None:
    text = told(
        f"""
def test_it(scale_mock, scale_client):
    task = submit(scale_client, callback_url=scale_mock.callbacks.url)
    callback = scale_mock.callbacks.assert_received(task)
    {statement}
"""
    )
    assert f"\nE   {hint}\n" in text


CLOCK_S = "It has advance, advance_to, mode, now, patch_datetime, rate, run_next, run_until_idle."


@pytest.mark.parametrize(
    ("statement", "words", "hint"),
    [
        (
            "scale_mock.clock.tick(hours=1)",
            "AttributeError: 'Clock' object has no attribute 'tick'",
            f"Clock has no 'tick'; did you mean advance? {CLOCK_S}",
        ),
        (
            "scale_mock.clock.zzz",
            "AttributeError: 'Clock' object has no attribute 'zzz'",
            f"Clock has no 'zzz'. {CLOCK_S}",
        ),
        (
            "scale_mock.rules.append({})",
            "AttributeError: 'Rules' object has no attribute 'append'",
            "Rules has no 'append'; did you mean add? It has add, clear, load, remove, shadowed, "
            "unused.",
        ),
        (
            "scale_mock.callbacks.receiver.answers_with(500)",
            "AttributeError: 'Receiver' object has no attribute 'answers_with'",
            "Receiver has no 'answers_with'; did you mean answer? It has answer, clear, down, "
            "requests.",
        ),
        (
            "scale_mock.advance(hours=1)",
            "AttributeError: 'ScaleMock' object has no attribute 'advance'",
            "ScaleMock has no 'advance'; did you mean clock.advance?",
        ),
        (
            "scale_mock.callbacks.assert_received(count=1)",
            "TypeError: Callbacks.assert_received() got an unexpected keyword argument 'count'",
            "assert_received() has no argument count=; did you mean times=? It takes task=, "
            "batch=, status=, reason=, url=, times=, within=.",
        ),
        (
            "scale_mock.clock.advance(secs=1)",
            "TypeError: Clock.advance() got an unexpected keyword argument 'secs'",
            "advance() has no argument secs=; did you mean seconds=? It takes by=, weeks=, days=, "
            "hours=, minutes=, seconds=.",
        ),
        (
            "scale_mock.client(kind='live')",
            "TypeError: Clients.client() got an unexpected keyword argument 'kind'",
            "client() has no argument kind=. It takes mode=.",
        ),
    ],
)
def test_a_name_that_is_not_there_names_the_one_that_was_meant(
    told: Told, statement: str, words: str, hint: str
) -> None:
    text = told(f"def test_it(scale_mock):\n    {statement}\n")
    first, *more = re.search(r"\nE   (?P<all>.*(?:\nE   .*)*)", text)["all"].split("\nE   ")
    # Newer Pythons have a guess of their own behind their words.
    assert first.partition(". Did you mean")[0] == words
    assert more == [hint]


def test_a_name_of_somebody_elses_is_left_alone(told: Told) -> None:
    text = told("def test_it(scale_mock):\n    [].tick\n")
    assert "\nE   AttributeError: 'list' object has no attribute 'tick'\n---" in text


def test_other_errors_are_left_alone(told: Told) -> None:
    text = told(
        """
def test_it(scale_client):
    submit(scale_client)
    {}["response"]
"""
    )
    assert "\nE   KeyError: 'response'\n---" in text


@pytest.mark.parametrize(
    ("scope", "name", "hint"),
    [
        (
            "module",
            "scale_client",
            "scale_client is made anew for each test. What a fixture of scope 'module' can fill is "
            "the world of scale_mock_module, which tests share: scale_mock_module.client(), "
            ".callbacks, .clock.",
        ),
        (
            "session",
            "scale_mock_module",
            "scale_mock_module is made anew for each module. What a fixture of scope 'session' can "
            "fill is the world of scale_mock_session, which tests share: "
            "scale_mock_session.client(), .callbacks, .clock.",
        ),
    ],
)
def test_a_fixture_of_a_wider_scope_is_told_which_one_to_take(
    told: Told, scope: str, name: str, hint: str
) -> None:
    text = told(
        f"""
@pytest.fixture(scope={scope!r})
def filled({name}):
    return {name}

def test_it(filled):
    pass
"""
    )
    assert f"\n{hint}\n" in text


def test_a_marker_without_a_fixture(told: Told) -> None:
    text = told(
        """
from scale_mock import ScaleMock

@pytest.mark.scale_mock(seed=7)
def test_it():
    with ScaleMock() as mock:
        assert mock.seed == 7
"""
    )
    assert (
        "\nE   The test's marker scale_mock makes no world: the test takes none of the plugin's "
        "fixtures, such as scale_mock or scale_client.\n"
    ) in text


def test_a_client_outlives_its_mock(told: Told) -> None:
    text = told(
        """
from scale_mock import ScaleMock

def test_it():
    with ScaleMock() as mock:
        client = mock.client()
        submit(client, unique_id="1")
    submit(client, unique_id="2")
"""
    )
    assert re.search(
        r"^E   http://127\.0\.0\.1:\d+ was the server of a ScaleMock that is closed: its client "
        r"lives as long as its `with` block\.$",
        text,
        re.MULTILINE,
    )


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (
            "scale_mock_sed = 7",
            "ERROR: scale_mock: scale_mock_sed: there is no such ini option. Did you mean "
            "scale_mock_seed? Options: scale_mock_seed, scale_mock_clock, *",
        ),
        (
            "scale_mock_crowd_size = 7",
            "ERROR: scale_mock: scale_mock_crowd_size: crowd_size is a setting, which no ini "
            "option sets: say it in the marker, @pytest.mark.scale_mock(crowd_size=...), or for "
            'every test in the fixture scale_mock_config, {"crowd_size": ...}.',
        ),
    ],
)
def test_a_misspelt_ini_option_ends_the_run(
    run: Run, pytester: pytest.Pytester, line: str, refusal: str
) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    result = run("def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([refusal.replace("[", "[[]")])


def test_an_ini_option_of_somebody_elses_may_begin_like_ours(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nscale_mock_pictures = here\n")
    pytester.makeconftest("def pytest_addoption(parser): parser.addini('scale_mock_pictures', '')")
    result = run("def test_it(pytestconfig): assert pytestconfig.getini('scale_mock_pictures')")
    result.assert_outcomes(passed=1)


UNITTEST = """
import unittest

from scaleapi.tasks import TaskType
from scale_mock import mock_scale

@mock_scale(seed=7)
class Case(unittest.TestCase):
    def setUp(self):
        self.client = self.mock.client()

    def test_one(self):
        self.assertEqual(self.mock.seed, 7)
        self.assertEqual(list(self.client.tasks()), [])

    def test_wrong(self):
        self.assertEqual(self.mock.seed, 8)

    def test_hides_a_leak(self):
        import urllib.request
        try:
            urllib.request.urlopen("https://dashboard.scale.com/")
        except Exception:
            pass
"""


def test_pytest_runs_unittest_classes_that_are_decorated(run: Run) -> None:
    result = run(UNITTEST)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["E *LeakError: A connection to dashboard.scale.com was *", "E *AssertionError: 7 != 8"]
    )
