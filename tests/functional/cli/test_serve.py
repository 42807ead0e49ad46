"""``scale-mock serve`` as its users meet it: a process, a line, a port, and an end."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import scaleapi
from scaleapi.tasks import TaskType

from tests.functional.cli.processes import PATIENCE_S, ask, python, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tests.functional.cli.processes import Serve

    Start: TypeAlias = Callable[..., Serve]

pytestmark = pytest.mark.slow

DEAD = "Your API key does not correspond to a registered user."
IMAGE: dict[str, Any] = {
    "attachment": "https://img.test/1.jpg",
    "geometries": {"box": {"objects_to_annotate": ["kitten"]}},
}


def test_the_ready_line_is_all_that_stdout_gets(serve: Start) -> None:
    server = serve()
    assert re.fullmatch(r"Listening on http://127\.0\.0\.1:[0-9]+\n", server.ready_line)
    assert server.call("GET", "/_mock/health") == (200, {"status": "ok", "worlds": 0})
    code, out, err = server.end()
    assert (code, out, err) == (0, "", "")


def test_with_several_worlds_stderr_tells_of_keys_that_open_none(serve: Start) -> None:
    server = serve()
    for key in ("live_one", "live_two", "sk-3", "sk-3"):
        server.call("GET", "/v1/tasks", key=key)
    assert server.end() == (
        0,
        "",
        "GET /v1/tasks: 401 Your API key does not correspond to a registered user. (The key *** of "
        "4 characters is neither live_NAME nor test_NAME; there are 2 worlds: 'one', 'two')\n",
    )


def test_stderr_tells_what_is_wrong_with_a_key_before_there_is_a_world(serve: Start) -> None:
    server = serve()
    for key in ("sk-3", "sk-3", ""):
        assert server.call("GET", "/v1/tasks", key=key)[1] == {"status_code": 401, "error": DEAD}
    assert server.end() == (
        0,
        "",
        f"GET /v1/tasks: 401 {DEAD} (The key *** of 4 characters is neither live_NAME nor "
        f"test_NAME)\nGET /v1/tasks: 401 {DEAD} (No key that can be read came, the user of Basic "
        "is empty: the key stands there, before the colon)\n",
    )


def test_a_task_of_another_name_is_told_on_stderr_and_by_the_control_api(serve: Start) -> None:
    server = serve()
    made = server.call("POST", "/v1/task/imageannotation", key="live_b", body=IMAGE)[1]
    task = made["task_id"]
    there = (
        f"Task with that ID not found. (task {task} is in another world, 'b', and the key of this "
        "call opens 'me': live_NAME and test_NAME open the world NAME)"
    )
    missing = {"status_code": 404, "error": "Task with that ID not found."}
    for _ in range(2):
        assert server.call("GET", f"/v1/task/{task}") == (404, missing)
    assert server.call("GET", "/v1/task/abc") == (404, missing)
    explained = server.call("GET", f"/_mock/tasks/{task}/explain")
    assert explained == (404, {"status_code": 404, "error": there})
    advanced = server.call("POST", "/_mock/clock/advance", body={"hours": 1})[1]
    assert (advanced["world"], advanced["events"]) == ("me", 0)
    assert server.call("GET", "/_mock/clock", key="live_b")[1]["world"] == "b"
    requests = server.call("GET", "/_mock/requests")[1]
    assert [one["error"] for one in requests][:3] == [there, there, missing["error"]]
    assert server.end() == (
        0,
        "",
        f"GET /v1/task/{task}: 404 {there}\nGET /_mock/tasks/{task}/explain: 404 {there}\n",
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(serve: Start, number: int) -> None:
    server = serve()
    server.call("GET", "/v1/tasks")
    assert server.end(number) == (0, "", "")


def test_it_ends_while_connections_are_open(serve: Start) -> None:
    server = serve()
    connections = [server.connect() for _ in range(3)]
    for connection in connections:
        assert ask(connection, "GET", "/v1/tasks")[0] == 200
    began = time.monotonic()
    assert server.end() == (0, "", "")
    # Idle connections are closed, not waited for; the figure leaves room for a busy machine.
    assert time.monotonic() - began < 2
    for connection in connections:
        assert connection.sock is not None
        assert connection.sock.recv(1) == b""
        connection.close()


def test_it_ends_while_a_callback_is_out_to_a_receiver_that_hangs(serve: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        server = serve()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        body = {**IMAGE, "callback_url": url}
        _, task = server.call("POST", "/v1/task/imageannotation", body, key="test_me")
        assert task["status"] == "pending"
        caller, _ = listener.accept()
        with caller:
            caller.settimeout(PATIENCE_S)
            assert caller.recv(4096).startswith(b"POST / HTTP/1.1")
            began = time.monotonic()
            assert server.end() == (0, "", "")
            assert time.monotonic() - began < 2


def test_a_signal_during_the_start_ends_it_without_a_traceback() -> None:
    """The earliest moment at which there is anything of ours: the module is being loaded."""
    program = (
        "import os, signal, sys, importlib.abc\n"
        "class Finder(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'scale_mock.mock.host': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv = ['scale-mock', 'serve', '--port', '0']\n"
        "from scale_mock.cli import main\n"
        "main()\n"
    )
    done = python("-c", program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "choose another" in done.stderr


def test_the_sdk_sees_a_live_task_through(serve: Start) -> None:
    """With autojump a client that polls needs no control API: reading moves the clock."""
    server = serve()
    client = scaleapi.ScaleClient("live_me", api_instance_url=f"{server.url}/v1")
    client.create_project("kittens", TaskType.ImageAnnotation)
    client.create_batch("kittens", "litter", callback="")
    task = client.create_task(TaskType.ImageAnnotation, batch="litter", **IMAGE)
    assert task.status == "pending"
    polls = 0
    while task.status == "pending":
        task.refresh()
        polls += 1
        assert polls < 10, "every poll runs to the task's next event, and it has two"
    assert task.as_dict()["response"]["annotations"]
    assert client.batch_status("litter")["status"] == "completed"


def test_polls_that_lead_nowhere_are_answered_with_the_switches(serve: Start) -> None:
    server = serve("--clock", "manual", "--stuck-polls-max", "2")
    task_id = server.call("POST", "/v1/task/imageannotation", IMAGE)[1]["task_id"]
    assert server.call("GET", f"/v1/task/{task_id}")[0] == 200
    status, answer = server.call("GET", f"/v1/task/{task_id}")
    assert status == 400
    assert "POST /_mock/clock/advance moves the clock; clock='autojump'" in answer["error"]
    assert server.call("PUT", "/_mock/clock", {"mode": "autojump"})[0] == 200
    assert server.call("GET", f"/v1/task/{task_id}")[0] == 200


def test_every_account_has_a_world_of_its_own(serve: Start) -> None:
    server = serve("--clock", "manual")
    server.call("POST", "/v1/task/imageannotation", IMAGE, key="live_ann")
    server.call("POST", "/_mock/clock/advance", {"seconds": 3600}, key="live_bob")
    assert server.call("GET", "/v1/tasks", key="live_ann")[1]["total"] == 1
    assert server.call("GET", "/v1/tasks", key="live_bob")[1]["total"] == 0
    assert server.call("GET", "/v1/tasks", key="test_ann")[1]["total"] == 0
    assert server.call("GET", "/_mock/clock", key="live_ann")[1]["now"][:13] == "2024-01-01T00"
    assert server.call("GET", "/_mock/clock", key="test_bob")[1]["now"][:13] == "2024-01-01T01"


def test_options_reach_the_worlds(serve: Start) -> None:
    server = serve(
        "--clock", "realtime", "--rate", "5", "--start-at", "2025-06-01T12:00:00+02:00",
        "--seed", "9", "--worlds-max", "1",
    )  # fmt: skip
    clock = server.call("GET", "/_mock/clock")[1]
    assert (clock["mode"], clock["rate"]) == ("realtime", 5.0)
    assert clock["now"].startswith("2025-06-01T10:0")
    assert server.call("GET", "/_mock/worlds")[1][0]["seed"] == 9
    status, refused = server.call("GET", "/v1/tasks", key="live_other")
    assert status >= 400
    assert "worlds" in refused["error"]


def test_a_host_that_is_not_opened_is_not_called(serve: Start) -> None:
    server = serve()
    task = {**IMAGE, "callback_url": "http://app.test:8000/done"}
    server.call("POST", "/v1/task/imageannotation", task, key="test_me")
    states: list[str] = []
    while states != ["captured"]:
        states = [cb["state"] for cb in server.call("GET", "/_mock/callbacks", key="test_me")[1]]
    code, _, err = server.end()
    assert code == 0
    assert "--callback-host app.test" in err


def test_requests_at_once_right_after_the_start_are_all_answered(serve: Start) -> None:
    """Part of what requests need is still being loaded then, beside them."""
    server = serve()
    paths = ["/v1/task/nobody", "/v1/tasks", "/v1/batches/nobody", "/_mock/clock"] * 4
    statuses: list[tuple[str, int]] = []

    def get(path: str) -> None:
        statuses.append((path, server.call("GET", path)[0]))

    threads = [threading.Thread(target=get, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(statuses) == sorted((p, 404 if "nobody" in p else 200) for p in paths)


LATE = (
    *("email", "faker", "fractions", "freezegun", "html", "jsonschema", "pytest", "rich"),
    *("scaleapi", "ssl", "trustme", "werkzeug"),
    *("scale_mock.api.control", "scale_mock.api.openapi", "scale_mock.api.v2"),
    *("scale_mock.intercept", "scale_mock.mock.facade", "scale_mock.mock.remote"),
    *("scale_mock.mock.scenarios", "scale_mock.mock.verify", "scale_mock.world.explain"),
)


def test_nothing_is_loaded_before_the_first_reply_that_only_other_requests_need() -> None:
    """What is loaded here is waited for by everybody who starts a server."""
    program = (
        "import sys\n"
        "import scale_mock.cli.main, scale_mock.cli.serve, scale_mock.serving\n"
        "from scale_mock.mock.serve import serving_host\n"
        "host = serving_host(address='127.0.0.1', port=0)\n"
        "environ = {'REQUEST_METHOD': 'GET', 'REQUEST_URI': '/v1/tasks',\n"
        "           'HTTP_AUTHORIZATION': 'Bearer live_me'}\n"
        "host.app(environ, lambda status, headers: print(status))\n"
        "print(*sys.modules)\n"
    )
    done = python("-c", program)
    assert done.returncode == 0, done.stderr
    status, loaded = done.stdout.splitlines()
    assert status == "200 OK"
    assert not [name for name in LATE if name in loaded.split()]
