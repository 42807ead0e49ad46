"""``scale-mock verify``: no false alarms, and every planted change at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from scale_mock import ConfigurationError
from scale_mock.api import v1, v2
from scale_mock.cli.main import commands
from scale_mock.mock.certificates import Authority
from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.running import verify
from tests.functional.remote.servers import Altered, Changed, served, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.mock.host import Host
    from scale_mock.serving import Server

    Serve = Callable[..., tuple[Server, Altered]]

KEY = "test_verification"


@pytest.fixture
def host() -> Iterator[Host]:
    made = serving()
    yield made
    made.stop()


@pytest.fixture
def serve(host: Host) -> Iterator[Serve]:
    """Serves the platform with changes, on a port of its own."""
    servers: list[Server] = []

    def start(
        change: Callable[[str, str, Changed], Changed] = lambda method, path, reply: reply,
        hidden: tuple[str, ...] = (),
    ) -> tuple[Server, Altered]:
        app = Altered(host.app, change, hidden)
        servers.append(served(app))
        return servers[-1], app

    yield start
    for server in servers:
        server.stop()


def run(*args: str, env: dict[str, str] | None = None) -> Any:
    return CliRunner().invoke(commands, ["verify", *args], env=env)


def change_five(method: str, path: str, reply: Changed) -> Changed:
    """A renamed key, a missing key, another type, another status, another page order."""
    status, body, kind = reply
    name = path.rpartition("/")[2]
    if method == "GET" and path.startswith("/v1/task/") and status == 200 and len(name) == 24:
        body["createdAt"] = body.pop("created_at")
    elif method == "GET" and path.startswith("/v1/batches/") and name == "status":
        body.pop("status", None)
    elif method == "GET" and path == "/v1/projects/verify-bikes":
        body["param_history"][0]["version"] = "1"
    elif path.endswith("/cancel") and status == 400:
        status, body = 409, {**body, "status_code": 409}
    elif method == "GET" and path == "/v1/tasks" and status == 200:
        body["docs"].reverse()
    return status, body, kind


@pytest.mark.slow
def test_a_server_of_our_own_differs_in_nothing(host: Host) -> None:
    done = run(host.url)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no differences in" in done.stderr
    assert host.registry.worlds() == [], "the world of the comparison is taken back"


@pytest.mark.slow
def test_a_server_of_our_own_differs_in_nothing_over_https(host: Host) -> None:
    ca_file = str(Authority.of_process().ca_file)
    done = run(host.https_url, "--ca-file", ca_file)
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(), ("/_mock/worlds",)])
def test_a_server_that_was_started_otherwise_differs_in_nothing(hidden: tuple[str, ...]) -> None:
    """Also one that makes no worlds when asked: it opens one by its key."""
    host = serving(clock="realtime", **({} if hidden else {"seed": 7}))
    server = served(Altered(host.app, hidden=hidden))
    try:
        assert [str(one) for one in verify(server.url).found] == []
    finally:
        server.stop()
        host.stop()


@pytest.mark.slow
def test_every_operation_of_the_platform_is_compared(host: Host) -> None:
    found = verify(host.url)
    ours = {operation.name for operation in (*v1.OPERATIONS, *v2.OPERATIONS)}
    assert ours - set(found.compared) == set()
    assert found.left_out == {}


@pytest.mark.slow
def test_five_planted_changes_are_found_and_nothing_else(serve: Serve) -> None:
    server, _ = serve(change_five)
    done = run(server.url)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == FIVE
    assert "5 differences in" in done.stderr


FIVE = [
    "get_project: $.param_history[].version is a string, here a number (2 requests)",
    "get_batch_status: $.status is missing; here it is a string",
    "list_tasks: $.docs is in another order: task2, task4, task1, task3, "
    "here task3, task1, task4, task2 (4 requests)",
    "get_task: $.created_at is missing; renamed to createdAt? (6 requests)",
    "cancel_task: $ status 409, here 400",
]


@pytest.mark.slow
def test_the_result_as_json_names_operation_and_path(serve: Serve) -> None:
    server, _ = serve(change_five)
    done = run(server.url, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["url"], told["is_mock"], told["reads_only"]) == (server.url, True, False)
    places = [(one["operation"], one["at"], one["kind"]) for one in told["differences"]]
    assert places == [
        ("get_project", "$.param_history[].version", "type"),
        ("get_batch_status", "$.status", "missing"),
        ("list_tasks", "$.docs", "order"),
        ("get_task", "$.created_at", "renamed"),
        ("cancel_task", "$", "status"),
    ]
    assert told["differences"][3]["request"] == "GET /v1/task/<task1>"


def _as_texts(body: Any) -> Any:
    """The body with every number that an annotation has for a value as a text."""
    if isinstance(body, list):
        return [_as_texts(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {
        key: str(one) if key == "value" and type(one) is int else _as_texts(one)
        for key, one in body.items()
    }


def _one_renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first = dict(rows[0])
    first["createdAt"] = first.pop("created_at")
    return [first, *rows[1:]]


STUDIO = ("/v1/studio/batches", 200)

ALTERED: dict[str, tuple[Callable[[str, str, Changed], Changed], str]] = {
    "an additional key": (
        lambda method, path, reply: (
            (reply[0], {**reply[1], "shard": 3}, reply[2])
            if path == "/v1/files/import" and reply[0] == 200
            else reply
        ),
        "import_file: $.shard is additional: a number (2 requests)",
    ),
    "another content type": (
        lambda method, path, reply: (
            (reply[0], reply[1], "text/html") if path == "/v1/teams" else reply
        ),
        "list_teammates: $ content type text/html, here application/json (3 requests)",
    ),
    "null where nothing may be null": (
        lambda method, path, reply: (
            (reply[0], {**reply[1], "has_more": None}, reply[2])
            if path == "/v1/quality/labelers" and reply[0] == 200
            else reply
        ),
        "list_labeler_attempts: $.has_more is null, here a boolean (4 requests)",
    ),
    "another body of errors": (
        lambda method, path, reply: (
            (reply[0], {"message": reply[1]["error"]}, reply[2])
            if (method, path, reply[0]) == ("GET", "/v1/projects/verify-none", 404)
            else reply
        ),
        "get_project: $.error is missing; here it is a string",
    ),
    "an empty list": (
        lambda method, path, reply: (
            (reply[0], [], reply[2]) if (path, reply[0]) == STUDIO else reply
        ),
        "list_studio_batches: $ empty, here has elements (2 requests)",
    ),
    "another order of a list that is the whole reply": (
        lambda method, path, reply: (
            (reply[0], reply[1][::-1], reply[2]) if (path, reply[0]) == STUDIO else reply
        ),
        "list_studio_batches: $ is in another order: studio_s1, studio_s3, studio_s2, "
        "here studio_s2, studio_s3, studio_s1 (2 requests)",
    ),
    "another order in a delivery": (
        lambda method, path, reply: (
            (reply[0], {**reply[1], "tasks": reply[1]["tasks"][::-1]}, reply[2])
            if path == "/v2/delivery" and reply[0] == 200
            else reply
        ),
        "v2_get_delivery: $.tasks is in another order: chat5, chat3, chat1, chat4, chat2, "
        "here chat2, chat4, chat1, chat3, chat5 (3 requests)",
    ),
    "numbers as texts among annotations of other types": (
        lambda method, path, reply: (
            (reply[0], _as_texts(reply[1]), reply[2]) if path == "/v2/task" else reply
        ),
        "v2_get_task: $.threads[].turns[].annotations[].value is a string, here a number "
        "(3 requests)",
    ),
    "a key renamed in one element of a list": (
        lambda method, path, reply: (
            (reply[0], {**reply[1], "docs": _one_renamed(reply[1]["docs"])}, reply[2])
            if (method, path, reply[0]) == ("GET", "/v1/tasks", 200)
            else reply
        ),
        "list_tasks: $.docs[].created_at is missing; renamed to createdAt? (4 requests)",
    ),
    "a page of another size": (
        lambda method, path, reply: (
            (reply[0], {**reply[1], "limit": 50}, reply[2])
            if path == "/v1/tasks" and method == "GET" and reply[0] == 200
            else reply
        ),
        "list_tasks: $.limit 50, here 100 (4 requests)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ALTERED)
def test_one_planted_change_is_found(serve: Serve, name: str) -> None:
    change, line = ALTERED[name]
    server, _ = serve(change)
    found = [str(one) for one in verify(server.url).found]
    assert line in found
    assert len({one.partition(":")[0] for one in found}) == 1, found


def test_a_server_that_is_no_mock_is_asked_nothing_without_a_key(serve: Serve) -> None:
    server, app = serve(hidden=("/_mock",))
    done = run(server.url)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"Cannot verify: {server.url} is no scale_mock server (those answer /_mock/health), so it "
        "is taken for the real platform. To reach it all the same, name the environment variable "
        "that holds a key of its test mode: --key-from VARIABLE. Nothing but reads is then sent "
        "there, and never a live key.\n"
    )
    assert app.seen == [("GET", "/_mock/health", "")]


def test_scale_itself_is_not_even_asked_what_it_is() -> None:
    done = run("https://api.scale.com")
    assert done.exit_code == 2
    assert "https://api.scale.com is no scale_mock server" in done.stderr


def test_a_key_is_sent_over_https_only() -> None:
    done = run("http://api.scale.com", "--key-from", "MY_KEY", env={"MY_KEY": "test_0123"})
    assert done.exit_code == 2
    assert done.stderr == (
        "Cannot verify: http://api.scale.com: a key is sent over https only; anybody on the way "
        "could read it here. Use https://api.scale.com.\n"
    )


def test_a_live_key_is_refused_before_anything_is_sent(serve: Serve) -> None:
    server, app = serve(hidden=("/_mock",))
    done = run(server.url, "--key-from", "MY_KEY", env={"MY_KEY": "live_0123"})
    assert done.exit_code == 2
    assert done.stderr == (
        "Cannot verify: --key-from=MY_KEY: this environment variable holds a live key. Only a key "
        "of test mode (test_...) is ever sent to the real platform; nothing was sent.\n"
    )
    assert app.seen == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("test_abc", "expected the name of an environment variable that holds the key, not a key"),
        ("NOT_SET", "this environment variable is not set"),
    ],
)
def test_a_key_is_named_by_its_variable(given: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        verify("http://127.0.0.1:1", key_from=given, environment={})


@pytest.mark.slow
def test_the_real_platform_is_only_read_from(host: Host, serve: Serve) -> None:
    """It is played by a server without control API that has a history of its own."""
    serve_all, _ = serve()
    verify(serve_all.url)  # fills nothing: its world is taken back
    _fill(host)
    server, app = serve(hidden=("/_mock",))
    found = verify(server.url, key_from="K", environment={"K": KEY})
    assert found.found == []
    assert found.reads_only
    assert not found.is_mock
    assert {method for method, _, _ in app.seen} == {"GET"}
    assert {"list_tasks", "get_task", "get_batch", "get_project", "list_teammates"} <= set(
        found.compared
    )
    assert set(found.left_out.values()) >= {
        "it would write, and nothing is written to the real platform without --allow-writes",
        "it needs live mode, and a live key is never sent to the real platform",
    }


@pytest.mark.slow
def test_the_real_platform_is_written_to_with_leave(serve: Serve) -> None:
    server, app = serve(hidden=("/_mock",))
    done = run(server.url, "--key-from", "K", "--allow-writes", env={"K": KEY})
    assert (done.exit_code, done.stdout) == (0, "")
    assert {"GET", "POST", "PUT", "DELETE"} == {method for method, _, _ in app.seen}


@pytest.mark.slow
def test_another_order_is_seen_at_the_real_platform_too(host: Host, serve: Serve) -> None:
    def turn(method: str, path: str, reply: Changed) -> Changed:
        if path == "/v1/tasks" and reply[0] == 200:
            reply[1]["docs"].reverse()
        return reply

    _fill(host)
    server, _ = serve(turn, hidden=("/_mock",))
    found = verify(server.url, key_from="K", environment={"K": KEY})
    assert [str(one) for one in found.found] == [
        "list_tasks: $.docs is in another order: oldest first, here newest first (3 requests)"
    ]


def test_a_server_that_is_not_there_cannot_be_verified() -> None:
    done = run("http://127.0.0.1:9")
    assert done.exit_code == 2
    assert done.stderr.startswith("Cannot verify: http://127.0.0.1:9 does not answer: ")
    assert "Start it with `scale-mock serve`." in done.stderr


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8723", "ftp://x", "http://", "http://u@x", "http://x/y"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    done = run(url)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Cannot verify: URL={url!r}: expected the address of a server")


def test_the_manual_says_how_much_is_asked_and_shows_what_is_told() -> None:
    manual = (Path(__file__).parents[3] / "README.md").read_text()
    count = sum(step.compared for step in catalogue())
    assert f"every operation of v1 and v2 ({count} requests)" in manual
    assert "\n".join(FIVE) in manual


def test_the_catalogue_calls_known_operations_only() -> None:
    from scale_mock.api.app import ROUTER

    known = {operation.name for _, operation in ROUTER.operations}
    assert {step.operation for step in catalogue()} <= known


def _fill(host: Host) -> None:
    """Gives the account of the key a history, an hour between its tasks."""
    from werkzeug.test import Client

    from scale_mock.mock.remote.keys import basic
    from scale_mock.mock.verify.of_v1 import IMAGE

    client, headers = Client(host.app), {"Authorization": basic(KEY)}

    def post(path: str, body: Any) -> None:
        reply = client.post(path, json=body, headers=headers)
        assert reply.status_code == 200, reply.text

    post("/v1/projects", {"name": "old", "type": "imageannotation"})
    post("/v1/batches", {"name": "b1", "project": "old", "callback": ""})
    for number in range(3):
        post("/v1/task/imageannotation", {**IMAGE, "project": "old", "unique_id": str(number)})
        post("/_mock/clock/advance", {"by": "1h"})
