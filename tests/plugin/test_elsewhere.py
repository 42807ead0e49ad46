"""``--scale-mock-url``: the same tests against a running server, and the real platform."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.mock.certificates import Authority
from tests.functional.remote.servers import Altered, Changed, served, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.mock.host import Host
    from scale_mock.serving import Server
    from tests.plugin.conftest import Run

STORY = """
    import pytest
    from scaleapi import ScaleClient
    from scaleapi.tasks import TaskType

    BOXES = {"box": {"objects_to_annotate": ["a"]}}
    IMAGE = {"attachment": "https://e.test/1.jpg", "geometries": BOXES}

    def create(client, **more):
        return client.create_task(TaskType.ImageAnnotation, **IMAGE, **more)
"""


def story(text: str) -> str:
    """A module that begins like every other one here."""
    from textwrap import dedent

    return f"{dedent(STORY)}\n{dedent(text)}"


@pytest.fixture
def host() -> Iterator[Host]:
    made = serving()
    yield made
    made.stop()


@pytest.fixture
def platform(host: Host) -> Iterator[Callable[..., tuple[Server, Altered]]]:
    """Plays the real platform: the same API on a port of its own, without a control API."""
    servers: list[Server] = []

    def start(**more: Any) -> tuple[Server, Altered]:
        app = Altered(host.app, hidden=("/_mock",), **more)
        servers.append(served(app))
        return servers[-1], app

    yield start
    for server in servers:
        server.stop()


def flat(result: pytest.RunResult) -> str:
    """The output on one line: texts are laid out for the terminal's width."""
    return re.sub(r"\s+", " ", result.stdout.str())


def test_an_address_with_the_wrong_scheme_says_which_one_to_use(run: Run, host: Host) -> None:
    module = "def test_it(scale_client): pass"
    plain, secret = host.url, host.https_url
    wrong = plain.replace("http:", "https:"), secret.replace("https:", "http:")
    found = run(module, f"--scale-mock-url={wrong[0]}")
    found.assert_outcomes(errors=1)
    assert f"{wrong[0]} speaks plain http: use {plain}. " in flat(found)
    found = run(module, f"--scale-mock-url={wrong[1]}")
    found.assert_outcomes(errors=1)
    assert (
        f"{wrong[1]} speaks TLS: use {secret}. Name the file with its authority too: --ca-file "
        "FILE, in tests --scale-mock-ca-file FILE or ca_file=. "
    ) in flat(found).replace(" E ", " ")


def test_names_that_are_not_there_and_lookups_that_fail_are_explained_elsewhere_too(
    run: Run, host: Host
) -> None:
    module = """
        def test_name(scale_clock):
            scale_clock.tick(hours=1)

        def test_argument(scale_callbacks):
            scale_callbacks.assert_received(count=1)

        def test_lookup(scale_mock):
            scale_mock.tasks.get("none")
    """
    result = run(story(module), f"--scale-mock-url={host.url}", "--tb=short")
    result.assert_outcomes(failed=3)
    text = result.stdout.str()
    for told in (
        "Clock has no 'tick'; did you mean advance? It has advance, advance_to, mode, now, "
        "rate, run_next, run_until_idle.",
        "assert_received() has no argument count=; did you mean times=? It takes task=, batch=, "
        "status=, reason=, url=, times=, within=.",
        "There is no task none in this world, which holds no task at all.",
        "To fix it: let create_task arrive here: through the fixture scale_client, at mock.v1_url, "
        "or while mock.intercept() is on.",
    ):
        assert f"\nE   {told}\n" in text


FIXTURES = """
    def test_everything(
        scale_mock, scale_client, scale_test_client, scale_callbacks, scale_clock, scale_server
    ):
        assert type(scale_mock).__name__ == "RemoteMock"
        assert scale_server.url == scale_mock.url == "{url}"
        task = create(scale_client, callback_url=scale_callbacks.url)
        callback = scale_callbacks.assert_received(task)
        assert scale_clock.now() == callback.at
        assert scale_client.get_task(task.id).status == "completed"
        assert list(scale_test_client.tasks()) == []
        assert ScaleClient("live_own").get_task(task.id).id == task.id

    @pytest.mark.scale_mock(seed=7, start_at="2024-03-01", rules=[{{"match": {{}}, "after": "2h"}}])
    @pytest.mark.parametrize("number", range(3))
    def test_a_world_of_its_own(scale_mock, scale_client, number):
        assert (scale_mock.seed, scale_mock.clock.now().month) == (7, 3)
        create(scale_client)
        assert len(list(scale_client.tasks())) == 1
        assert scale_mock.clock.advance("2h").kinds["task.finish"] == 1

    def test_a_further_world(scale_server):
        with scale_server.open_world(seed=3) as mock:
            assert mock.seed == 3
            create(mock.client())
"""


def test_the_fixtures_use_worlds_of_the_server(run: Run, host: Host) -> None:
    result = run(story(FIXTURES.format(url=host.url)), f"--scale-mock-url={host.url}")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        [
            f"scale_mock *: seed=0, clock=manual, url={host.url}",
            f"*= scale_mock: replies of {host.url} =*",
            "Differences in shape from what is documented: none, in * replies.",
        ]
    )
    assert host.registry.worlds() == [], "every world was taken back"


def test_an_https_server_is_trusted_by_its_authority(
    run: Run, host: Host, pytester: pytest.Pytester
) -> None:
    ca_file = Authority.of_process().ca_file
    (pytester.path / "ca.pem").write_bytes(ca_file.read_bytes())
    pytester.makeini(f"[pytest]\nscale_mock_url = {host.https_url}\nscale_mock_ca_file = ca.pem\n")
    run(story(FIXTURES.format(url=host.https_url))).assert_outcomes(passed=5)


def test_the_environment_names_the_server_too(
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_MOCK_URL", f"{host.url}/v1")
    run(story(FIXTURES.format(url=host.url))).assert_outcomes(passed=5)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["load", "loadscope", "each", "worksteal"])
def test_all_workers_of_xdist_share_one_server(
    pytester: pytest.Pytester, without_environment: None, host: Host, mode: str
) -> None:
    pytester.makepyfile(
        story(
            """
            @pytest.mark.parametrize("number", range(12))
            def test_alone(scale_mock, scale_client, number):
                create(scale_client, unique_id="the same for all")
                assert len(list(scale_client.tasks())) == 1
                assert scale_mock.clock.advance("30 days").kinds["task.finish"] == 1
            """
        )
    )
    args = ("-p", "no:randomly", "-p", "no:cacheprovider", "-n", "4", "--dist", mode)
    result = pytester.runpytest_subprocess(*args, f"--scale-mock-url={host.url}")
    result.assert_outcomes(passed=48 if mode == "each" else 12)
    replies = 96 if mode == "each" else 24
    result.stdout.fnmatch_lines(
        [f"Differences in shape from what is documented: none, in {replies} replies."]
    )
    assert host.registry.worlds() == []


def test_a_failing_test_is_told_of_its_world_and_how_to_repeat_it(run: Run, host: Host) -> None:
    module = """
        @pytest.mark.scale_mock(seed=5)
        def test_impatient(scale_client):
            assert scale_client.get_task(create(scale_client).id).status == "completed"
    """
    result = run(story(module), f"--scale-mock-url={host.url}")
    result.assert_outcomes(failed=1)
    told = flat(result)
    name = "test_a_failing_test_is_told_of_its_world_and_how_to_repeat_it.py::test_impatient"
    assert (
        "seed 5, clock at 2024-01-01T00:00:00.000Z (manual); to repeat: pytest "
        f"--scale-mock-url={host.url} --scale-mock-seed=5 {name}"
    ) in told
    assert "1 task is pending." in told
    assert "To move it: mock.clock.advance_to(" in told


def test_a_failing_assertion_reads_as_in_process(run: Run, host: Host) -> None:
    module = """
        def test_it(scale_client, scale_callbacks):
            task = create(scale_client, callback_url=scale_callbacks.url)
            scale_callbacks.assert_received(task, status="error")
    """

    def lines(*args: str) -> list[str]:
        result = run(story(module), *args)
        result.assert_outcomes(failed=1)
        return [line for line in result.outlines if line.startswith("E  ")]

    assert lines(f"--scale-mock-url={host.url}") == lines()


def test_strict_checks_fail_a_passed_test_there_too(run: Run, host: Host) -> None:
    module = """
        RULES = [{"name": "idle", "match": {"project": "none"}, "after": "2h"}]

        @pytest.mark.scale_mock(rules=RULES)
        def test_strict(scale_mock): pass

        @pytest.mark.scale_mock(rules=RULES, allow="unused_rules")
        def test_allowed(scale_mock): pass

        @pytest.mark.scale_mock(rules=RULES, strict=False)
        def test_relaxed(scale_mock): pass
    """
    here = run(story(module))
    there = run(story(module), f"--scale-mock-url={host.url}")
    for result in (here, there):
        result.assert_outcomes(passed=3, errors=1)
        assert 'To allow it: @pytest.mark.scale_mock(allow="unused_rules")' in flat(result)
    assert 'rule "idle" decided nothing' in flat(there)


def test_fields_that_nobody_read_are_listed(run: Run, host: Host) -> None:
    module = """
        def test_it(scale_client):
            create(scale_client, callbackurl="https://x.test/")
    """
    result = run(story(module), f"--scale-mock-url={host.url}")
    result.assert_outcomes(passed=1)
    assert "create_task imageannotation: 'callbackurl' (once, by " in flat(result)


def test_what_cannot_leave_the_process_is_refused_and_may_stay(run: Run, host: Host) -> None:
    module = """
        def test_there(scale_mock):
            scale_mock.callbacks.mount("https://app.test/", lambda request: None)

        @pytest.mark.scale_mock(remote=False, absorb_sleep=True)
        def test_here(scale_mock):
            assert type(scale_mock).__name__ == "ScaleMock"
            scale_mock.callbacks.mount("https://app.test/", lambda request: None)

        @pytest.mark.scale_mock(absorb_sleep=True)
        def test_asleep(scale_mock): pass

        def test_shared(scale_mock_module): pass
    """
    result = run(story(module), f"--scale-mock-url={host.url}")
    result.assert_outcomes(passed=1, failed=1, errors=1, skipped=1)
    told = flat(result)
    assert (
        f"mock.callbacks.mount needs a world in this process, and this one is at {host.url}: an "
        "application in Python cannot be called from another process"
    ) in told
    assert "Keep this test in process: @pytest.mark.scale_mock(remote=False)" in told
    assert "absorb_sleep needs a world in this process: the code under test sleeps here" in told


def test_the_server_is_no_argument_of_a_marker(run: Run) -> None:
    module = """
        @pytest.mark.scale_mock(url="http://127.0.0.1:1")
        def test_it(scale_mock): pass
    """
    result = run(story(module))
    result.assert_outcomes(errors=1)
    assert "there is no argument 'url'." in flat(result)


def test_what_is_no_address_ends_the_run(run: Run) -> None:
    result = run("def test_it(scale_mock): pass", "--scale-mock-url=localhost")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: scale_mock: --scale-mock-url='localhost': expected the address of a server, "
            "such as http://127.0.0.1:8723."
        ]
    )


def test_a_server_that_is_not_there_is_said_so(run: Run) -> None:
    result = run("def test_it(scale_mock): pass", "--scale-mock-url=http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    told = flat(result)
    assert "http://127.0.0.1:9 does not answer: ConnectionRefusedError" in told
    assert "The tests' server: http://127.0.0.1:9 (--scale-mock-url)." in told


def test_a_failing_test_is_dumped_with_a_snapshot_as_in_process(
    run: Run, host: Host, pytester: pytest.Pytester
) -> None:
    module = """
        def test_it(scale_client, scale_mock):
            create(scale_client, callback_url=scale_mock.callbacks.url)
            scale_mock.clock.advance("20 days")
            assert False
    """

    def dumped(name: str, *args: str) -> tuple[str, dict[str, str]]:
        dump = pytester.path / name
        result = run(story(module), *args, f"--scale-mock-dump={dump}")
        (folder,) = dump.iterdir()
        look = f"To look at it: scale-mock serve --snapshot {folder / 'snapshot.json'}, key live_d"
        assert re.sub(r"\s", "", look) in re.sub(r"\s", "", result.stdout.str())
        return flat(result), {file.name: file.read_text() for file in folder.iterdir()}

    _, here = dumped("here")
    told, there = dumped("there", f"--scale-mock-url={host.url}")
    assert "It has no snapshot" not in told
    assert sorted(there) == sorted(here)
    worlds = [json.loads(files["snapshot.json"])["worlds"] for files in (here, there)]
    assert [list(known) for known in worlds] == [["dump"], ["dump"]]
    assert worlds[0]["dump"]["journal"] == worlds[1]["dump"]["journal"]
    assert there["journal.jsonl"] == here["journal.jsonl"]
    assert json.loads(there["requests.jsonl"])["operation"] == "create_task"
    assert "live_pytest" not in "".join(there.values())


def test_a_dumped_snapshot_is_served(run: Run, host: Host, pytester: pytest.Pytester) -> None:
    from scale_mock.mock.worldfile import WorldFile

    module = """
        @pytest.mark.scale_mock(seed=5)
        def test_it(scale_client, scale_mock):
            create(scale_client, unique_id="mine", metadata={"key": scale_mock.live_key})
            assert False
    """
    dump = pytester.path / "dump"
    run(story(module), f"--scale-mock-url={host.url}", f"--scale-mock-dump={dump}")
    (file,) = dump.rglob("snapshot.json")
    assert "live_***" in file.read_text()
    assert "live_pytest" not in file.read_text()
    WorldFile(file).open_worlds(host)
    world, _ = host.registry.find("live_dump")
    assert world.settings.seed == 5
    assert [task.unique_id for task in world.core.sides["live"].tasks.values()] == ["mine"]


def test_differences_in_shape_are_listed(run: Run, host: Host) -> None:
    def change(method: str, path: str, reply: Changed) -> Changed:
        status, body, kind = reply
        if path.startswith("/v1/task/") and method == "GET":
            body["status"] = 3
            body.pop("created_at")
        return status, body, kind

    server = served(Altered(host.app, change))
    module = """
        def test_it(scale_client):
            task = create(scale_client)
            scale_client.get_task(task.id)
            scale_client.get_task(task.id)
    """
    try:
        result = run(story(module), f"--scale-mock-url={server.url}")
    finally:
        server.stop()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "get_task: $.created_at is missing (2 replies)",
            "get_task: $.status is a number, described as string (2 replies)",
            "Differences in shape from what is documented: 2 differences, in 3 replies.",
        ]
    )


READS = """
    def test_reads(scale_mock, scale_test_client):
        assert type(scale_mock).__name__ == "RealPlatform"
        assert list(scale_test_client.tasks()) == []
        assert ScaleClient("test_own").api.get_request("tasks", params={})["total"] == 0
        assert [request.status for request in scale_mock.requests] == [200, 200]
"""


def test_the_real_platform_is_reached_with_leave_only(
    run: Run, platform: Callable[..., tuple[Server, Altered]]
) -> None:
    server, app = platform()
    result = run(story(READS), f"--scale-mock-url={server.url}")
    result.assert_outcomes(errors=1)
    assert (
        f"{server.url} is no scale_mock server (those answer /_mock/health), so it is taken for "
        "the real platform. To reach it all the same, name the environment variable that holds a "
        "key of its test mode: --scale-mock-key-from VARIABLE. Nothing but reads is then sent "
        "there, and never a live key."
    ) in flat(result)
    assert [(method, path) for method, path, _ in app.seen] == [("GET", "/_mock/health")]


def test_scale_itself_is_not_even_asked_what_it_is(run: Run) -> None:
    result = run(story(READS), "--scale-mock-url=https://api.scale.com")
    result.assert_outcomes(errors=1)
    assert "https://api.scale.com is no scale_mock server" in flat(result)


def test_the_real_platform_is_read_from(
    run: Run,
    platform: Callable[..., tuple[Server, Altered]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from scale_mock.mock.remote.keys import basic

    monkeypatch.setenv("MY_KEY", "test_mine")
    server, app = platform()
    args = (f"--scale-mock-url={server.url}", "--scale-mock-key-from=MY_KEY")
    result = run(story(READS), *args)
    result.assert_outcomes(passed=1)
    sent = {(method, key) for method, path, key in app.seen if path != "/_mock/health"}
    assert sent == {("GET", basic("test_mine"))}, "no other key leaves the process"
    assert "test_mine" not in result.stdout.str()


WRITES = """
    def test_writes(scale_mock, scale_test_client):
        create(scale_test_client)

    def test_hides_it(scale_mock, scale_test_client):
        try:
            create(scale_test_client)
        except Exception:
            pass
"""


def test_nothing_is_written_to_the_real_platform(
    run: Run,
    platform: Callable[..., tuple[Server, Altered]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", "test_mine")
    server, app = platform()
    args = (f"--scale-mock-url={server.url}", "--scale-mock-key-from=MY_KEY")
    result = run(story(WRITES), *args)
    result.assert_outcomes(passed=1, failed=1, errors=1)
    assert (
        f"LeakError: POST /v1/task/imageannotation would write to the real platform "
        f"({server.url}), from which tests only read: nothing was sent. To let them write to its "
        "test mode: --scale-mock-allow-writes. To keep the test in process: "
        "@pytest.mark.scale_mock(remote=False)."
    ) in flat(result)
    assert "scale_mock stopped requests to the real platform:" in flat(result)
    assert {method for method, _, _ in app.seen} == {"GET"}
    run(story(WRITES), *args, "--scale-mock-allow-writes").assert_outcomes(passed=2)
    assert {method for method, _, _ in app.seen} == {"GET", "POST"}


def test_a_live_key_never_leaves_the_process(
    run: Run,
    platform: Callable[..., tuple[Server, Altered]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, app = platform()
    args = (f"--scale-mock-url={server.url}", "--scale-mock-key-from=MY_KEY")
    monkeypatch.setenv("MY_KEY", "live_mine")
    result = run(story(READS), *args)
    result.assert_outcomes(errors=1)
    assert (
        "--scale-mock-key-from=MY_KEY: this environment variable holds a live key. Only a key of "
        "test mode (test_...) is ever sent to the real platform; nothing was sent."
    ) in flat(result)
    monkeypatch.setenv("MY_KEY", "test_mine")
    module = """
        def test_live(scale_mock):
            ScaleClient("live_own").api.get_request("tasks", params={})

        def test_client(scale_client): pass
    """
    result = run(story(module), *args)
    result.assert_outcomes(failed=1, errors=1)
    told = flat(result)
    assert (
        f"LeakError: GET /v1/tasks carries a live key, and only test mode of the real platform "
        f"({server.url}) is ever reached: nothing was sent."
    ) in told
    assert (
        f"mock.client('live') is not there at the real platform ({server.url}): nobody can steer "
        "it. Only its test mode is ever reached."
    ) in told
    assert {path for _, path, _ in app.seen} == {"/_mock/health"}


def test_what_steers_a_mock_is_not_there_at_the_real_platform(
    run: Run,
    platform: Callable[..., tuple[Server, Altered]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", "test_mine")
    server, _ = platform()
    module = """
        @pytest.mark.parametrize("name", ["clock", "rules", "callbacks", "journal", "snapshot"])
        def test_it(scale_mock, name):
            with pytest.raises(Exception) as refused:
                getattr(scale_mock, name)
            assert str(refused.value).startswith(f"mock.{name} is not there at the real platform (")

        @pytest.mark.scale_mock(intercept=False)
        def test_unguarded(scale_mock): pass
    """
    args = (f"--scale-mock-url={server.url}", "--scale-mock-key-from=MY_KEY")
    result = run(story(module), *args)
    result.assert_outcomes(passed=5, errors=1)
    assert "is looked at before it leaves this process" in flat(result)


def test_a_key_is_told_by_its_variable_and_not_on_the_command_line(run: Run, host: Host) -> None:
    server = served(Altered(host.app, hidden=("/_mock",)))
    try:
        result = run(
            story(READS), f"--scale-mock-url={server.url}", "--scale-mock-key-from=test_secret"
        )
    finally:
        server.stop()
    result.assert_outcomes(errors=1)
    assert (
        "--scale-mock-key-from: expected the name of an environment variable that holds the key, "
        "not a key"
    ) in flat(result)
