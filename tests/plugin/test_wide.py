"""Worlds that several tests share: filled once, seen by each test as they were filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scale_mock.mock.facade import host_of_mocks
from scale_mock.pytest_plugin.session import OF_A_TEST

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

SEEDED = """
import pytest
from scaleapi.tasks import TaskType

def new_task(client, callback, **given):
    return client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=callback, **given,
    )

@pytest.fixture(scope="module")
def tasks(scale_mock_module):
    client = scale_mock_module.client()
    return [
        new_task(client, scale_mock_module.callbacks.url, unique_id=f"u{number}").id
        for number in range(3)
    ]
"""


LAX = "pytestmark = pytest.mark.scale_mock(strict=False)\n"


def test_each_test_sees_the_world_as_it_was_filled(run: Run) -> None:
    result = run(
        SEEDED
        + LAX
        + """
seen = []

@pytest.fixture(scope="module")
def hook(scale_mock_module):
    got = []
    scale_mock_module.callbacks.mount("https://app.test/", lambda request: got.append(1) or 200)
    scale_mock_module.every("1 day", lambda: got.append("day"))
    return got

@pytest.mark.parametrize("turn", range(3))
def test_same(scale_mock_module, scale_mock, scale_client, scale_test_client, scale_callbacks,
              scale_clock, tasks, hook, turn):
    assert scale_mock is scale_mock_module
    assert scale_callbacks is scale_mock.callbacks
    assert scale_clock is scale_mock.clock
    assert scale_client.api.api_key == scale_mock.live_key
    assert scale_test_client.api.api_key == scale_mock.test_key
    seen.append((scale_mock.snapshot()["checksum"], len(scale_mock.requests), len(hook)))
    assert [one.id for one in scale_client.tasks()][::-1] == tasks
    new_task(scale_client, "https://app.test/hook", unique_id="mine")
    scale_mock.faults.add(match={"operation": "list_tasks"}, status=503)
    scale_mock.rules.add(match={"unique_id": "later"}, outcome="hold")
    scale_mock.callbacks.mount("https://other.test/", lambda request: 500)
    scale_mock.callbacks.receiver.answer(500)
    scale_mock.at("2024-02-01T00:00Z", lambda: None)
    scale_client.cancel_task(tasks[0])
    scale_clock.advance(days=20)
    assert scale_client.get_task(tasks[1]).status == "completed"
    assert hook.count(1) == 1
    hook.clear()
    if turn == 1:
        scale_mock.reset()
    if turn == 2:
        assert not "reached"

def test_afterwards(scale_client, scale_mock_module, tasks):
    seen.append((scale_mock_module.snapshot()["checksum"], len(scale_mock_module.requests), 0))
    assert len(set(seen)) == 1
    assert scale_client.get_task(tasks[0]).status == "pending"
    assert scale_mock_module.callbacks.received == []
""",
    )
    result.assert_outcomes(passed=3, failed=1)


def test_the_fixtures_of_a_test_are_over_before_it_is_rewound(run: Run) -> None:
    result = run(
        SEEDED
        + LAX
        + """
@pytest.fixture
def project(scale_client, tasks):
    yield scale_client.create_project("mine", task_type=TaskType.Categorization, params={})
    assert [one.name for one in scale_client.projects()] == ["mine"]

@pytest.mark.parametrize("turn", [1, 2])
def test_mine(scale_mock_module, project, turn):
    assert scale_mock_module.client().get_project("mine").name == "mine"
"""
    )
    result.assert_outcomes(passed=2)


def test_only_the_world_itself_is_rewound_intercepted_and_checked_all_the_same(run: Run) -> None:
    result = run(
        """
import pytest, scaleapi, requests
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("turn", [1, 2])
def test_alone(scale_mock_module, turn):
    client = scaleapi.ScaleClient("live_app")          # https://api.scale.com, unsuspecting
    assert client.projects() == []
    client.create_project("mine", task_type=TaskType.Categorization, params={})

def test_strict(scale_mock_module):
    assert scaleapi.ScaleClient("live_app").projects() == []
    url = "https://api.scale.com/v1/nothing"
    assert requests.get(url, auth=("live_app", ""), timeout=5).status_code == 404

def test_next(scale_mock_module):
    assert scale_mock_module.requests == []
"""
    )
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_strict*",
            "scale_mock found 1 problem (unknown_routes):",
            "  - A route that the platform does not have was called: GET /v1/nothing*",
        ]
    )
    result.stdout.no_fnmatch_line("*ERROR at teardown of test_next*")


def test_a_failing_test_is_told_of_the_world_it_shares(run: Run) -> None:
    result = run(
        SEEDED
        + """
@pytest.fixture(scope="module", autouse=True)
def rules(scale_mock_module):
    scale_mock_module.rules.add(match={"unique_id": "nobody"}, outcome="hold", name="idle")

def test_bad(tasks, scale_clock):
    scale_clock.advance(seconds=1)
    assert not tasks
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- scale_mock -*",
            "seed 0, clock at 2024-01-01T00:00:01.000Z (manual); to repeat: pytest "
            "--scale-mock-seed=0 *::test_bad",
            "3 tasks are pending. *",
        ]
    )
    # That nothing has used the rule yet, others may make good.
    result.stdout.no_fnmatch_line("*decided nothing*")


def test_the_session_world_is_one_for_all_modules(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import pytest
from scaleapi.tasks import TaskType

@pytest.fixture(scope="session")
def shop(scale_mock_session):
    client = scale_mock_session.client()
    return client.create_project("shop", task_type=TaskType.Categorization, params={})

@pytest.fixture(scope="session")
def keys():
    return []
"""
    )
    pytester.makepyfile(
        test_one="""
def test_one(shop, scale_mock, scale_mock_session, keys):
    assert scale_mock is scale_mock_session
    keys.append(scale_mock.live_key)
    scale_mock.projects.archive("shop")
""",
        test_two="""
def test_two(shop, scale_client, scale_mock_session, keys):
    keys.append(scale_mock_session.live_key)
    assert scale_client.get_project("shop").name == "shop"
    assert len(set(keys)) == 1
    assert scale_mock_session.projects.get("shop")["archived"] is False
""",
    )
    run("").assert_outcomes(passed=2)


def test_of_two_worlds_in_one_test_the_narrower_is_meant_and_both_are_rewound(run: Run) -> None:
    result = run(
        """
import pytest
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("turn", [1, 2])
def test_both(scale_mock_session, scale_mock_module, scale_mock, scale_client, turn):
    assert scale_mock is scale_mock_module
    for mock in (scale_mock_module, scale_mock_session):
        client = mock.client()
        assert client.projects() == []
        client.create_project("mine", task_type=TaskType.Categorization, params={})
    assert scale_client.get_project("mine").name == "mine"

def test_one(scale_mock_session, scale_mock):
    assert scale_mock is scale_mock_session
"""
    )
    result.assert_outcomes(passed=3)


def test_a_test_that_does_not_use_the_world_has_its_own_and_nobody_else_s(run: Run) -> None:
    result = run(
        SEEDED
        + """
import requests, scaleapi

def test_shared(scale_mock, scale_mock_module, tasks):
    assert scale_mock is scale_mock_module

def test_own(scale_mock, scale_server):
    assert scaleapi.ScaleClient("live_app").tasks().total == 0   # the only world: any key opens it
    reply = requests.get(f"{scale_server.v1_url}/tasks", auth=("live_app", ""), timeout=5)
    assert reply.json()["total"] == 0

@pytest.mark.scale_mock(allow="leaks")
def test_none():
    with pytest.raises(Exception, match="A connection to api.scale.com was stopped"):
        scaleapi.ScaleClient("live_app").tasks()

def test_shared_again(scale_mock, tasks, scale_server):
    assert scaleapi.ScaleClient("live_app").tasks().total == 3
    reply = requests.get(f"{scale_server.v1_url}/tasks", auth=("live_app", ""), timeout=5)
    assert reply.json()["total"] == 3
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=4)


def test_what_a_class_added_goes_with_it(run: Run) -> None:
    result = run(
        SEEDED
        + """
@pytest.fixture(scope="class")
def more(tasks, scale_mock_module):
    scale_mock_module.clock.advance(minutes=1)
    new_task(scale_mock_module.client(), scale_mock_module.callbacks.url, unique_id="first")
    yield
    assert scale_mock_module.client().tasks().total == 4

@pytest.mark.usefixtures("more")
class TestFirst:
    @pytest.mark.parametrize("turn", [1, 2])
    def test_it(self, scale_client, scale_mock, turn):
        assert scale_client.tasks().total == 4
        scale_client.cancel_task(scale_client.tasks(unique_id="first").docs[0].id)

class TestSecond:
    def test_it(self, scale_client, scale_mock_module, tasks):
        assert scale_client.tasks().total == 3
        assert str(scale_mock_module.clock.now()) == "2024-01-01 00:00:00+00:00"
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=3)


def test_a_layer_under_another_that_lives_stays_until_that_ends(run: Run) -> None:
    result = run(
        """
import pytest
from scaleapi.tasks import TaskType

def project(mock, name):
    mock.client().create_project(name, task_type=TaskType.Categorization, params={})

@pytest.fixture(scope="module", params=["a", "b"])
def one(request, scale_mock_module):
    project(scale_mock_module, request.param)

@pytest.fixture(scope="module")
def two(scale_mock_module):
    project(scale_mock_module, "two")

seen = []

def test_it(one, two, scale_client):
    seen.append(sorted(project.name for project in scale_client.projects()))

def test_last():
    assert seen == [["a", "two"], ["a", "b", "two"]]
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=3)


def test_code_that_knows_nothing_of_the_mock_may_fill_the_world(run: Run) -> None:
    result = run(
        """
import pytest, scaleapi
from scaleapi.tasks import TaskType

@pytest.fixture(scope="module")
def seeded(scale_mock_module):
    client = scaleapi.ScaleClient("live_app")
    client.create_project("theirs", task_type=TaskType.Categorization, params={})
    yield
    assert client.get_project("theirs").name == "theirs"

def test_there(seeded, scale_client):
    assert scale_client.get_project("theirs").name == "theirs"

@pytest.mark.scale_mock(intercept=False, allow="leaks")
def test_not_intercepted(seeded, scale_mock):
    with pytest.raises(Exception, match="was stopped"):
        scaleapi.ScaleClient("live_app").projects()
    assert scale_mock.client().get_project("theirs").name == "theirs"     # over a socket

@pytest.mark.scale_mock(hosts=["https://labels.example.test"], allow="unknown_routes")
def test_further_hosts(seeded, scale_mock):
    import requests
    url = "https://labels.example.test/v1/projects"
    reply = requests.get(url, auth=("live_app", ""), timeout=5)
    assert [one["name"] for one in reply.json()] == ["theirs"]

@pytest.mark.scale_mock(absorb_sleep=True)
def test_sleeping(seeded, scale_clock):
    import time
    before = scale_clock.now()
    time.sleep(3600)
    assert (scale_clock.now() - before).total_seconds() == 3600

def test_not_sleeping(seeded, scale_clock, scale_mock):
    import time
    before = scale_clock.now()
    time.sleep(0)
    assert scale_clock.now() == before
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=5)


def test_a_module_s_markers_make_its_world(run: Run) -> None:
    result = run(
        """
import pytest
pytestmark = pytest.mark.scale_mock(seed=7, start_at="2030-01-01", strict=False)

def test_made(scale_mock_module):
    assert scale_mock_module.seed == 7
    assert scale_mock_module.clock.now().year == 2030

class TestOwn:
    pytestmark = pytest.mark.scale_mock(seed=7, strict=True)

    def test_same(self, scale_mock_module):
        assert scale_mock_module.seed == 7
"""
    )
    result.assert_outcomes(passed=2)


OWN = ", ".join(sorted({*OF_A_TEST, "absorb_sleep"}))


def test_a_test_cannot_have_a_shared_world_made_otherwise(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(seed=7)
def test_module(scale_mock_module):
    pass

@pytest.mark.scale_mock(rapid_gate="off")
def test_session(scale_mock_session):
    pass

def test_fine(scale_mock_module, scale_mock_session):
    pass
"""
    )
    result.assert_outcomes(passed=1, failed=2)
    lines = result.stdout.lines
    assert (
        "@pytest.mark.scale_mock(seed=7): this test uses the world of scale_mock_module, which is "
        "made once for all tests of its module. Say it in the module's pytestmark, for all of its "
        "tests: pytestmark = pytest.mark.scale_mock(seed=7). A test that uses it may say for "
        f"itself: {OWN}."
    ) in lines
    assert (
        "@pytest.mark.scale_mock(rapid_gate='off'): this test uses the world of "
        "scale_mock_session, which is made once for all tests of its session. Say it in the "
        "fixture scale_mock_config, on the command line or in the ini file. A test that uses it "
        f"may say for itself: {OWN}."
    ) in lines


RULED = """
import pytest
from scaleapi.tasks import TaskType

pytestmark = pytest.mark.scale_mock(
    rules=[{"name": "a", "match": {"unique_id": "a"}}, {"name": "b", "match": {"unique_id": "b"}}],
    faults=[{"name": "broken", "match": {"operation": "list_files"}, "status": 500}],
)

@pytest.mark.parametrize("unique_id", ["a", "c"])
def test_task(scale_mock_module, scale_client, unique_id):
    scale_client.create_task(
        TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
        categories=["x", "y"], callback_url=scale_mock_module.callbacks.url, unique_id=unique_id,
    )

def test_nothing(scale_mock_module):
    pass
"""


def test_what_no_test_had_any_use_for_is_found_at_the_end_of_the_module(run: Run) -> None:
    result = run(RULED, "-p", "no:randomly")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines("*ERROR at teardown of test_nothing*")
    start = result.stdout.lines.index(
        "scale_mock_module: looked at over the whole module, in any of its 3 tests:"
    )
    assert result.stdout.lines[start + 1 : start + 6] == [
        "scale_mock found 2 problems (unused_rules, unused_faults):",
        '  - rule "b" decided nothing: no task matched; the nearest was categorization task '
        "'a' (live mode): unique_id wanted 'b', found 'a'",
        '    To allow it: pytestmark = pytest.mark.scale_mock(allow="unused_rules")',
        '  - fault "broken" (500) never fired: no request matched; the nearest was create_task '
        "(POST /v1/task/categorization): operation wanted 'list_files', found 'create_task'",
        '    To allow it: pytestmark = pytest.mark.scale_mock(allow="unused_faults")',
    ]


@pytest.mark.parametrize("args", [("-k", "task"), ("--deselect", "x.py::test_nothing")])
def test_where_not_all_tests_ran_nobody_says_so(run: Run, args: tuple[str, str]) -> None:
    module = "test_where_not_all_tests_ran_nobody_says_so.py"
    first, second = args
    run(RULED, first, second.replace("x.py", module)).assert_outcomes(passed=2, deselected=1)


def test_where_one_test_is_named_nobody_says_so(run: Run) -> None:
    module = "test_where_one_test_is_named_nobody_says_so.py"
    run(RULED, f"{module}::test_nothing").assert_outcomes(passed=1)


def test_where_a_test_failed_nobody_says_so(run: Run) -> None:
    module = (
        RULED
        + """
def test_bad(scale_mock_module):
    assert scale_mock_module is None
"""
    )
    run(module).assert_outcomes(passed=3, failed=1)
    module = RULED.replace("faults=", 'allow=["unused_rules", "unused_faults"], faults=')
    run(module).assert_outcomes(passed=3)


def test_what_a_class_had_no_use_for_is_found_too(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.fixture(scope="class")
def rules(scale_mock_module):
    scale_mock_module.rules.add(name="of the class", outcome="hold")
    scale_mock_module.callbacks.receiver.answer(500)

@pytest.mark.usefixtures("rules")
class TestIt:
    def test_it(self, scale_mock):
        pass

def test_last(scale_mock_module):
    pass
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock_module: looked at over the whole module, in any of its 2 tests:",
            '  - rule "of the class" decided nothing: no task came up for decision while it was *',
            "  - mock.callbacks.receiver.answer(500) never took effect: *",
        ]
    )


def test_a_fixture_that_comes_in_the_middle_of_a_test_is_refused(run: Run) -> None:
    result = run(
        SEEDED
        + """
def test_early_enough(scale_mock_module, request):
    assert len(request.getfixturevalue("tasks")) == 3

@pytest.fixture(scope="module")
def late(scale_mock_module):
    scale_mock_module.clock.advance(days=1)

def test_too_late(scale_mock_module, scale_client, request):
    assert scale_client.tasks().total == 3
    request.getfixturevalue("late")
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=1, failed=1)
    assert (
        "The fixture late (module scope) changes a world that several tests share, "
        "and was asked for in the middle of a test that had used that world already: what is whose "
        "cannot be told apart. Name it among the test's arguments, or in "
        "@pytest.mark.usefixtures, so that it is there before the test begins."
    ) in result.stdout.lines


def test_a_fixture_that_fails_leaves_no_world_open(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import gc, pytest
from scaleapi.tasks import TaskType

@pytest.fixture(scope="session")
def broken(scale_mock_session):
    scale_mock_session.client().create_project("half", task_type=TaskType.Categorization, params={})
    raise RuntimeError("half way")

@pytest.fixture(scope="session")
def scale_mock_config(request):
    return {"seed": 7} if request.config.getoption("verbose") < 1 else {"sed": 7}

def pytest_unconfigure(config):
    from scale_mock.world import World
    from scale_mock.mock.interception import _exchange
    gc.collect()
    assert not config.pluginmanager.has_plugin("scale_mock_wide")
    assert not [one for one in gc.get_objects() if type(one) is World and one.name == "only"]
    print("nothing is left")
"""
    )
    module = """
def test_broken(broken):
    pass

def test_fine(scale_mock_session):
    assert scale_mock_session.seed == 7
    assert scale_mock_session.client().projects() == []
"""
    result = run(module, "-s")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines("nothing is left")
    result = run(module, "-s", "-v")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["scale_mock_config: there is no argument 'sed'. Did you mean 'seed'?*", "*nothing is left"]
    )


def test_unittest_classes_share_it_too(run: Run) -> None:
    result = run(
        """
import unittest, pytest
from scaleapi.tasks import TaskType

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _world(self, scale_mock_module, scale_client):
        self.mock, self.client = scale_mock_module, scale_client

    def setUp(self):
        assert self.client.projects() == []

    def test_one(self):
        self.client.create_project("mine", task_type=TaskType.Categorization, params={})

    test_two = test_one
"""
    )
    result.assert_outcomes(passed=2)


def test_who_closes_the_world_is_named(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(strict=False)
def test_closes(scale_mock, scale_mock_module):
    with scale_mock as mock:
        assert mock.requests == []

@pytest.fixture
def own():
    pass

def test_next(own, scale_mock_module):
    pass
""",
        "-p",
        "no:randomly",
    )
    result.assert_outcomes(passed=1, errors=1)
    assert (
        "The world of scale_mock_module was closed by test_who_closes_the_world_is_named.py::"
        "test_closes, though other tests use it too. It is closed when its module is over: call "
        "neither close() nor enter it in a `with` statement."
    ) in result.stdout.lines


def test_a_server_elsewhere_is_not_rewound(run: Run) -> None:
    host = host_of_mocks()
    host_url = host.url
    try:
        result = run(
            """
def test_shared(scale_mock_module):
    pass

def test_both(scale_mock, scale_mock_session):
    pass
""",
            f"--scale-mock-url={host.url}",
            "-rs",
        )
    finally:
        host.stop()
    result.assert_outcomes(skipped=2)
    text = " ".join(result.stdout.str().split())
    for name, scope, place in (
        ("module", "module", "pytestmark = pytest.mark.scale_mock(remote=False)"),
        ("session", "run", '{"remote": False} from the fixture scale_mock_config'),
    ):
        assert (
            f"scale_mock_{name} is one world for all tests of a {scope}, and each of them is taken "
            f"back in memory: no world of {host_url} (--scale-mock-url) is. To run such a test in "
            f"this process all the same: {place}. To run it there: give it a world of its own, "
            "scale_mock, and have a fixture of function scope fill that."
        ) in text


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_shared_world_stays_in_process_where_somebody_says_so(run: Run, scope: str) -> None:
    host = host_of_mocks()
    try:
        result = run(
            f"""
import pytest
from scaleapi.tasks import TaskType

if {scope == "module"}:
    pytestmark = pytest.mark.scale_mock(remote=False)

@pytest.fixture(scope="session")
def scale_mock_config():
    return {{"remote": False}} if {scope == "session"} else {{}}

@pytest.mark.parametrize("again", [0, 1])
def test_shared(scale_mock_{scope}, scale_client, again):
    assert type(scale_mock_{scope}).__name__ == "ScaleMock"
    scale_client.create_project("a", TaskType.ImageAnnotation, params={{}})
    assert [project.name for project in scale_client.projects()] == ["a"]
""",
            f"--scale-mock-url={host.url}",
        )
        assert host.registry.worlds() == []
    finally:
        host.stop()
    result.assert_outcomes(passed=2)


def test_nonsense_about_where_a_shared_world_is_fails_its_tests(run: Run) -> None:
    result = run(
        """
import pytest

pytestmark = pytest.mark.scale_mock(remote="perhaps")

def test_shared(scale_mock_module):
    pass
""",
        "--scale-mock-url=http://127.0.0.1:9",
    )
    result.assert_outcomes(errors=1)
    assert "remote='perhaps'" in result.stdout.str()


def test_orders_of_a_server_elsewhere_are_repeated_there(run: Run) -> None:
    host = host_of_mocks()
    try:
        result = run(
            """
import pytest

@pytest.mark.scale_seed_matrix(2)
def test_bad(scale_mock):
    assert "[order1]" not in __import__("os").environ["PYTEST_CURRENT_TEST"]
""",
            f"--scale-mock-url={host.url}",
        )
        url = host.url
    finally:
        host.stop()
    result.assert_outcomes(passed=1, failed=1)
    flags = f"--scale-mock-url={url} --scale-mock-schedule-seed=1"
    result.stdout.fnmatch_lines(f"*to repeat: pytest {flags} *::test_bad")
    said = f"to repeat: pytest --scale-mock-url={url} --scale-mock-seed=0 --scale-mock-schedule-"
    assert said in " ".join(result.stdout.str().split())


@pytest.mark.parametrize("name", ["scale_mock", "scale_client", "own"])
def test_a_refused_test_leaves_the_fixtures_of_later_ones_whole(run: Run, name: str) -> None:
    """A fixture whose setup a hook prevents is never finished by pytest."""
    result = run(
        f"""
import pytest

@pytest.fixture
def own(scale_mock):
    return scale_mock

@pytest.mark.scale_mock(seed=5)
def test_refused(scale_mock_module, {name}):
    pass

def test_with_both(scale_mock_module, {name}):
    pass

def test_with_one({name}):
    pass
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.scale_mock(seed=5): this test uses the world of *"])
