"""A world on a server: the same calls, the same answers, and a clear word where that cannot be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
import scaleapi
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, Fault, Refusal, Rule, ScaleMock
from scale_mock.mock.certificates import Authority
from scale_mock.mock.remote import calls
from scale_mock.mock.remote.line import Unreachable
from scale_mock.mock.remote.mock import RemoteMock
from scale_mock.mock.remote.wire import argument, decode, encode
from scale_mock.verdicts import Verdict, from_header
from tests.functional.helpers import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scale_mock.mock.host import Host

TASK = {**IMAGE, "callback_url": "http://receiver.scale-mock.test/"}


def create(mock: Any, **more: Any) -> Any:
    return mock.client().create_task(TaskType.ImageAnnotation, **{**TASK, **more})


def text_of(call: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as caught:
        call()
    return str(caught.value)


def told(mock: Any) -> list[Any]:
    """A story with a bit of everything, and everything that it answers."""
    found: list[Any] = []
    with mock, mock.intercept():
        mock.rules.add(Rule(name="late", match={"tags": ["late"]}, after="3 days"))
        mock.rules.add(match={"tags": ["bad"]}, outcome="error", error="no image", after="1h")
        mock.faults.add(Fault(match={"operation": "cancel_task"}, status=429, retry_after=1))
        good, late, bad = (create(mock, tags=[tag]) for tag in ("good", "late", "bad"))
        found += [good.id, late.id, bad.id]
        found.append(mock.callbacks.assert_received(bad, status="error").json)
        found.append(mock.callbacks.assert_received(late, within="4 days").at)
        found.append(text_of(lambda: mock.callbacks.assert_received(late, times=2, within="1 day")))
        found.append(text_of(lambda: mock.callbacks.assert_not_received(late)))
        found.append(mock.clock.advance(timedelta(days=14)))
        found.append([one.id for one in mock.callbacks.assert_order([bad, late, {"task": good}])])
        found.append(mock.tasks.audit(good, "rejected", comments="no"))
        found.append(mock.tasks.get(good)["audits"])
        found += [str(mock.explain(good)), [str(rule) for rule in mock.rules]]
        found.append([rule.name for rule in mock.rules.unused()])
        found.append([one.operation for one in mock.requests])
        found.append([(one.url, one.status) for one in mock.callbacks.attempts])
        found.append(next(callback.headers for callback in mock.callbacks.received).keys())
        found.append(list(mock.journal.entries()))
        found.append(text_of(mock.check))
        found += [mock.clock.now(), mock.journal.digest()]
    return found


@pytest.mark.slow
def test_a_story_is_the_same_here_and_there(host: Host) -> None:
    assert told(RemoteMock(host.url, seed=5)) == told(ScaleMock(seed=5))


@pytest.mark.slow
def test_a_story_is_the_same_over_https(host: Host) -> None:
    ca_file = Authority.of_process().ca_file
    assert told(RemoteMock(host.https_url, seed=5, ca_file=ca_file)) == told(ScaleMock(seed=5))


def test_the_server_makes_the_world_and_takes_it_back(host: Host) -> None:
    with RemoteMock(host.url, seed=3, start_at=datetime(2024, 3, 1, 9, tzinfo=UTC)) as mock:
        (world,) = host.registry.worlds()
        assert (world.name, world.settings.seed, mock.seed) == (mock.name, 3, 3)
        assert world.clock_mode == "manual", "as in process, and not as the server's own worlds"
        assert mock.clock.now() == datetime(2024, 3, 1, 9, tzinfo=UTC)
        assert mock.callback_auth("live") == world.auth_key("live")
    assert host.registry.worlds() == []
    mock.close()  # twice is the same as once


def test_two_worlds_do_not_see_each_other(host: Host) -> None:
    with RemoteMock(host.url) as one, RemoteMock(host.url) as other:
        task = create(one)
        assert one.client().get_task(task.id).id == task.id
        assert list(other.client().tasks()) == []
        one.clock.advance("1 day")
        assert other.clock.now() < one.clock.now()


def test_clients_that_nobody_pointed_there_arrive(host: Host) -> None:
    with RemoteMock(host.url) as mock, mock.intercept(hosts=["https://labels.example.test"]):
        own = scaleapi.ScaleClient("live_whatever")
        task = own.create_task(TaskType.ImageAnnotation, **TASK)
        assert own.get_task(task.id).status == "pending"
        base = "https://labels.example.test/v1"
        reply = requests.get(f"{base}/tasks?limit=1", auth=("live_mine", ""), timeout=5)
        assert [one["task_id"] for one in reply.json()["docs"]] == [task.id]
        assert requests.get(f"{base}/tasks", auth=("nonsense", ""), timeout=5).status_code == 401
        assert own.v2.api_client.configuration.host == "https://api.scale.com"
        assert own.v2.get_projects().projects == []


def test_the_key_decides_between_two_worlds(host: Host) -> None:
    url = "https://api.scale.com/v1/tasks"
    with (
        RemoteMock(host.url) as one,
        RemoteMock(host.url) as other,
        one.intercept(),
        other.intercept(),
    ):
        create(one)
        for mock, count in ((one, 1), (other, 0)):
            reply = requests.get(url, auth=(mock.live_key, ""), timeout=5)
            assert reply.json()["total"] == count
        assert requests.get(url, auth=("live_x", ""), timeout=5).status_code == 401


FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"kind": "reset"},
    {"kind": "reset", "after_headers": True},
    {"kind": "empty"},
    {"kind": "timeout"},
    {"kind": "timeout", "apply": "after"},
    {"kind": "slow", "pause": "10m"},
    {"delay": {"clock": "real", "by": "10m"}},
    {"kind": "timeout", "delay": {"clock": "real", "by": "2s"}},
    {"kind": "truncated"},
    {"kind": "malformed_json"},
    {"kind": "wrong_content_type"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_fault_looks_the_same_through_both(host: Host, fault: dict[str, Any]) -> None:
    def seen(mock: Any) -> object:
        with mock, mock.intercept():
            mock.faults.add(match={"operation": "list_tasks"}, **fault)
            try:
                reply = requests.get(
                    "https://api.scale.com/v1/tasks", auth=(mock.live_key, ""), timeout=3600
                )
            except requests.RequestException as error:
                return type(error), type(getattr(error.args[0], "args", [None])[-1])
            return reply.status_code, reply.content, reply.headers["content-type"]

    assert seen(RemoteMock(host.url)) == seen(ScaleMock())


def test_a_fault_is_carried_out_on_the_socket_for_whoever_is_on_one(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        mock.faults.add(match={"operation": "list_tasks"}, kind="empty")
        with pytest.raises(requests.ConnectionError, match="RemoteDisconnected"):
            requests.get(f"{mock.v1_url}/tasks", auth=(mock.live_key, ""), timeout=5)
        told = {"Scale-Mock-Verdict": "tell"}
        reply = requests.get(
            f"{mock.v1_url}/tasks", auth=(mock.live_key, ""), timeout=5, headers=told
        )
        assert from_header(reply.headers["Scale-Mock-Verdict"]) == Verdict("empty")


def test_the_receiver_of_the_world_can_be_down(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        mock.callbacks.receiver.down(lasting="20 days")
        task = create(mock)
        mock.clock.advance("14 days")
        assert [one.error for one in mock.callbacks.attempts][:1] == ["refused"]
        (owed,) = mock.callbacks.owed
        assert owed.state != "acknowledged"
        mock.callbacks.receiver.clear()
        mock.callbacks.resend(task)
        assert mock.callbacks.assert_received(task, reason="resent").json["task_id"] == task.id
        assert mock.callbacks.resend(owed).subject == task.id
        assert len(mock.callbacks.received) == 2
        assert [one.method for one in mock.callbacks.receiver.requests] == ["POST", "POST"]


def test_refusals_and_mistakes_are_those_of_python(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        with pytest.raises(Refusal, match=r"^Task with that ID not found\.\n") as refused:
            mock.tasks.complete("none")
        assert (refused.value.status, str(refused.value)) == (404, "Task with that ID not found.")
        assert refused.value.__notes__ == [
            "There is no task none in this world, which holds no task at all.",
            "To fix it: let create_task arrive here: through the fixture scale_client, at "
            "mock.v1_url, or while mock.intercept() is on.",
        ]
        with pytest.raises(Refusal) as refused:
            mock.batches.get("monday")
        assert refused.value.__notes__ == [
            "There is no batch 'monday' in this world.",
            "To fix it: create the batch: this world holds none.",
        ]
        with pytest.raises(Refusal) as refused:
            mock.projects.get("cats")
        assert refused.value.__notes__ == [
            "There is no project 'cats' in this world.",
            "To fix it: create the project: this world holds none.",
        ]
        with pytest.raises(ConfigurationError, match='outcom: unknown key; did you mean "outcome"'):
            mock.rules.add(outcom="error")
        with pytest.raises(ConfigurationError, match="time cannot go backwards"):
            mock.clock.advance_to("2023-01-01")
        with pytest.raises(TypeError, match=r"tasks.get\(\): missing a required argument: 'task'"):
            mock.tasks.get()
        with pytest.raises(AttributeError, match=r"has no 'tasks\.gett'"):
            mock.tasks.gett("x")
        with pytest.raises(ConfigurationError, match="modes are 'live' and 'test'"):
            mock.callback_auth("alive")


def test_an_argument_that_is_none_is_refused_by_the_server(host: Host) -> None:
    with pytest.raises(ConfigurationError, match='Unknown key "sed"; did you mean "seed"'):
        RemoteMock(host.url, sed=3)


def test_a_name_that_is_taken_is_refused(host: Host) -> None:
    taken = pytest.raises(ConfigurationError, match='The mock has a world "mine" already')
    with RemoteMock(host.url, name="mine"), taken:
        RemoteMock(host.url, name="mine")


def test_a_server_has_room_for_so_many_worlds_only() -> None:
    from tests.functional.remote.servers import serving

    host = serving(worlds_max=1)
    try:
        with RemoteMock(host.url), pytest.raises(ConfigurationError, match="1 worlds already"):
            RemoteMock(host.url)
    finally:
        host.stop()


LOCAL: dict[str, Callable[[Any], object]] = {
    "callbacks.mount": lambda mock: mock.callbacks.mount("https://app.test/", print),
    "clock.patch_datetime": lambda mock: mock.clock.patch_datetime(),
    "at": lambda mock: mock.at("2024-02-01", print),
    "every": lambda mock: mock.every("1h", print),
    "tasktypes": lambda mock: mock.tasktypes.register("imageannotation", print),
    "app": lambda mock: mock.app,
}


@pytest.mark.parametrize("name", LOCAL)
def test_what_cannot_leave_the_process_says_why(host: Host, name: str) -> None:
    with RemoteMock(host.url) as mock, pytest.raises(ConfigurationError) as refused:
        LOCAL[name](mock)
    text = str(refused.value)
    assert text.startswith(f"mock.{name} needs a world in this process, and this one is at http://")
    assert text.endswith(
        " Keep this test in process: @pytest.mark.scale_mock(remote=False), or ScaleMock() instead "
        "of RemoteMock()."
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"absorb_sleep": True}, "absorb_sleep needs a world in this process: the code under test"),
        ({"clock": "follow"}, "clock='follow' needs a world in this process: what it follows"),
        ({"rules": [Rule(response=lambda task: {})]}, "is a function, which cannot be sent"),
        ({"seed": object()}, "cannot be sent to another process"),
        ({"scenario": 7}, "it is the name of a shipped scenario, or a file"),
        ({"scenario": "none"}, "There is no scenario 'none'"),
    ],
)
def test_an_argument_that_cannot_leave_the_process_says_why(
    host: Host, arguments: dict[str, Any], text: str
) -> None:
    with pytest.raises(ConfigurationError, match=text.replace("(", r"\(")):
        RemoteMock(host.url, **arguments)
    assert host.registry.worlds() == []


def test_rule_files_are_read_here(host: Host, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text('{"annotations": []}')
    file = tmp_path / "rules.toml"
    file.write_text(
        '[[rule]]\nname = "late"\nafter = "2h"\nresponse = {file = "answer.json"}\n'
        '[[fault]]\nmatch = {operation = "list_tasks"}\nstatus = 500\n'
    )
    with RemoteMock(host.url, rules=[str(file)]) as mock:
        assert [rule.name for rule in mock.rules] == ["late"]
        assert [fault.status for fault in mock.faults] == [500]
        with pytest.raises(ConfigurationError, match='the name "late" is taken'):
            mock.rules.load(file)
        assert (len(mock.rules), len(mock.faults)) == (1, 1), "all or none"
        mock.rules.clear()
        assert len(mock.rules.load(file)) == 1
        assert (len(mock.rules), len(mock.faults)) == (1, 2)
        mock.faults.clear()
        task = create(mock)
        found = mock.callbacks.assert_received(task)
        assert found.json["response"] == {"annotations": []}
        assert found.at == datetime(2024, 1, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"callback_hosts": 5}, "callback_hosts=5: expected a list of texts."),
        ({"tasks_max": "many"}, "tasks_max='many': expected an integer."),
        ({"strict_fields": "no"}, "strict_fields='no': expected True or False."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_over_http_too(
    host: Host, arguments: dict[str, object], text: str
) -> None:
    reply = requests.post(f"{host.url}/_mock/worlds", json={"name": "x", **arguments}, timeout=5)
    assert (reply.status_code, reply.json()["error"]) == (400, text)
    assert host.registry.worlds() == []


def test_one_host_for_callbacks_may_be_a_text(host: Host) -> None:
    body = {"name": "x", "callback_hosts": "app.test"}
    assert requests.post(f"{host.url}/_mock/worlds", json=body, timeout=5).status_code == 200
    [world] = host.registry.worlds()
    assert world.settings.callback_hosts == ("app.test",)


def test_nobody_reads_the_server_s_files(host: Host) -> None:
    body = {"name": "x", "rules": [{"response": {"file": "/etc/hostname"}}]}
    reply = requests.post(f"{host.url}/_mock/worlds", json=body, timeout=5)
    assert reply.status_code == 400
    assert "files are read where rules are written" in reply.json()["error"]
    text = '[[rule]]\nresponse = {file = "/etc/hostname"}\n'
    body = {"name": "x", "scenario": {"file": "s.toml", "text": text}}  # type: ignore[dict-item]
    reply = requests.post(f"{host.url}/_mock/worlds", json=body, timeout=5)
    assert (reply.status_code, "files are read" in reply.json()["error"]) == (400, True)


@pytest.mark.slow
def test_scenarios_play_there_by_name_and_from_files_here(host: Host, tmp_path: Path) -> None:
    from scale_mock.mock.scenarios.loading import shipped

    name = sorted(shipped())[0]
    with RemoteMock(host.url, scenario=name) as there, ScaleMock(scenario=name) as here:
        for mock in (there, here):
            mock.clock.advance("1d")
        assert there.journal.digest() == here.journal.digest()
    file = tmp_path / "mine.toml"
    file.write_text('seed = 9\nstart_at = "2024-05-01T00:00:00Z"\n')
    with RemoteMock(host.url, scenario=file) as mock:
        assert (mock.seed, mock.clock.now().month) == (9, 5)


def test_hosts_that_the_server_may_call_are_open_for_its_worlds() -> None:
    from tests.functional.remote.servers import serving

    host = serving(callback_hosts=("app",))
    try:
        with RemoteMock(host.url, callback_hosts=["other"]):
            (world,) = host.registry.worlds()
            assert tuple(world.settings.callback_hosts) == ("app", "other")
    finally:
        host.stop()


def test_snapshots_and_exports_are_files_of_this_machine(host: Host, tmp_path: Path) -> None:
    with RemoteMock(host.url) as mock, ScaleMock() as here:
        task = create(mock)
        kept = mock.snapshot(tmp_path / "world.json")
        mock.tasks.complete(task)
        assert mock.export(tmp_path / "tasks.jsonl", status="completed") == 1
        (line,) = (tmp_path / "tasks.jsonl").read_text().splitlines()
        assert json.loads(line)["task_id"] == task.id
        mock.restore(tmp_path / "world.json")
        assert mock.tasks.get(task)["status"] == "pending"
        here.restore(kept)
        assert here.journal.digest() == mock.journal.digest()
        mock.reset()
        assert len(mock.journal) == 0
        with pytest.raises(ConfigurationError, match='Unknown query parameter "colour"'):
            mock.export(tmp_path / "none", colour="red")


def test_studio_and_rapid_are_steered_there(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        client = mock.client()
        client.create_project("bikes", TaskType.ImageAnnotation, studio=True)
        client.invite_teammates(["ann@example.test"], scaleapi.teams.TeammateRole.Labeler)
        assert mock.studio.configure("bikes", reviews=1)["reviews"] == 1
        pace = timedelta(minutes=20)
        assert mock.studio.configure_labeler("ann@example.test", pace=pace)["pace"] == "20m"
        assert len(mock.studio.workforce()["labelers"]) == 1
        assert mock.studio.activity() == []
        client.create_project("rapid", TaskType.ImageAnnotation, rapid=True)
        batch = client.create_batch("rapid", "b", callback="", calibration_batch=True)
        assert mock.batches.finalize(batch)["status"] == "in_progress"
        assert mock.batches.status("b")["status"] == "in_progress"
        assert "nothing" in str(mock.explain_batch(batch)).lower() or mock.explain_batch("b").move
        assert mock.projects.calibration("rapid")["score"] is None
        mock.projects.set_up("talk", types=["SFT"])
        made = mock.datasets.deliver("d", [{"response": {"a": "f"}, "files": {"f": b"\x00\x01"}}])
        assert len(made["task_ids"]) == 1


def test_clocks_are_set_and_read(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        assert (mock.clock.mode, mock.clock.rate) == ("manual", 1.0)
        mock.clock.mode, mock.clock.rate = "realtime", 60
        assert (mock.clock.mode, mock.clock.rate) == ("realtime", 60.0)
        mock.clock.mode = "manual"
        create(mock)
        assert mock.clock.run_next().events == 1
        assert mock.clock.run_until_idle(events_max=100).kinds["task.finish"] == 1


def test_a_client_that_exists_is_pointed_there_and_back(host: Host) -> None:
    client = scaleapi.ScaleClient("live_own")
    with RemoteMock(host.url) as mock:
        assert mock.patch_client(client) is client
        assert list(client.tasks()) == []
        assert client.api.base_api_url == f"{host.url}/v1"
        assert mock.env()["SCALE_MOCK_URL"] == host.url
    assert client.api.base_api_url == "https://api.scale.com/v1"


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(Unreachable, match=r"^http://127.0.0.1:9 does not answer: ConnectionRefus"):
        RemoteMock("http://127.0.0.1:9")


def test_a_certificate_that_nobody_trusts_is_said_so(host: Host) -> None:
    with pytest.raises(Unreachable, match="name the file with its authority as the ca_file"):
        RemoteMock(host.https_url)
    with pytest.raises(ConfigurationError, match="there is no certificate authority in this file"):
        RemoteMock(host.https_url, ca_file="/none.pem")


@pytest.mark.parametrize("name", calls.NAMES)
def test_every_call_is_one_of_python(name: str) -> None:
    handle, _, last = name.rpartition(".")
    with ScaleMock() as mock:
        target: Any = mock
        for part in handle.split(".") if handle else ():
            target = getattr(target, part)
        if last == "list":
            assert list(target) == []
        elif name in {"findings", "state"}:
            assert calls.signature(name) is not None, "what a test's end asks for"
        else:
            found = getattr(target, last)
            assert callable(found) == (calls.signature(name) is not None)


def test_arguments_are_checked_by_name_at_the_server(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        auth = (mock.live_key, "")

        def call(name: str, body: Any) -> tuple[int, Any]:
            url = f"{host.url}/_mock/call/{name}"
            reply = requests.post(url, json=body, auth=auth, timeout=5)
            return reply.status_code, reply.json()

        assert call("clock.advance", {"hours": 3})[1]["result"]["ended_at"] == (
            "2024-01-01T03:00:00+00:00"
        )
        assert call("clock.advance", {"our": 3}) == (
            400,
            {
                "status_code": 400,
                "error": "clock.advance: got an unexpected keyword argument 'our'. Arguments: by, "
                "weeks, days, hours, minutes, seconds.",
                "is": "ConfigurationError",
            },
        )
        assert call("clock.now", {"a": 1})[1]["error"].startswith("clock.now: got an unexpected")
        assert call("requests", {"a": 1})[1]["error"] == "requests takes no arguments."
        status, body = call("callbacks.assert_received", {"within": "1h"})
        assert (status, body["is"]) == (417, "AssertionError")
        assert body["error"].startswith("Expected a callback for anything within 1 h: ")
        assert mock.requests == [], "asking about a world is no request of the test"


def test_calls_leave_the_journal_alone(host: Host) -> None:
    with RemoteMock(host.url) as mock:
        before = mock.journal.digest()
        with pytest.raises(Refusal):
            mock.tasks.get("none")
        mock.explain_batch  # noqa: B018 - asking for a call is not making it
        assert mock.journal.digest() == before


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        3,
        0.5,
        [1, {"a": None}],
        Rule(name="r", match={"type": "chat"}, after="2h"),
        Fault(match={"nth": 1}, status=500),
    ],
    ids=str,
)
def test_what_is_answered_comes_back_as_it_was(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


def test_what_a_test_passes_becomes_plain_data() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    given = {"span": timedelta(hours=1), "at": at, "many": (1, 2), "raw": b"\x00"}
    assert argument(given, "x()") == {
        "span": 3600.0,
        "at": "2024-01-01T00:00:00+00:00",
        "many": [1, 2],
        "raw": {"base64": "AA=="},
    }
