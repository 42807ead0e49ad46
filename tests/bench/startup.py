"""Beginnings and ends: worlds and servers per test, ``serve``, and stopping."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from tests.bench.measure import (
    ROOT,
    Bar,
    Bench,
    Row,
    child_environment,
    each_us,
    once_ms,
)
from tests.bench.plugin import under_pytest
from tests.bench.samples import IMAGE, authorization
from tests.bench.wire import Call, connect, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IDLE_CONNECTIONS = 10
IDLE_S = 0.006
"""How long a client rests before the server is stopped; what a polling server is caught by."""
HTTPSERVER_SCRIPT = """
import sys, threading
from pytest_httpserver import HTTPServer
server = HTTPServer()
server.expect_request("/v1/tasks").respond_with_json({"docs": []})
server.start()
print(server.url_for(""), flush=True)
threading.Event().wait()
"""


def fixture(bench: Bench) -> list[Row]:
    """A world per test on the session's host, and what a whole test costs under pytest."""
    from pytest_httpserver import HTTPServer

    from scale_mock import ScaleMock
    from scale_mock.mock.host import Host

    host = Host()
    assert host.url

    def ours() -> None:
        mock = ScaleMock(host=host)
        mock.check()
        mock.close()

    def looked_at() -> None:
        mock = ScaleMock(host=host)
        mock.clock.now()  # a world is built when somebody first looks at it
        mock.check()
        mock.close()

    logging.getLogger("werkzeug").disabled = True
    with HTTPServer() as server:

        def peer() -> None:
            server.expect_request("/v1/tasks").respond_with_json({})
            server.check()
            server.clear()

        count = bench.count(500)
        found = bench.compare(
            {
                "ours": lambda: each_us(ours, count),
                "looked at": lambda: each_us(looked_at, count),
                "peer": lambda: each_us(peer, count),
            },
            unit="us",
        )
    host.stop()
    bar = Bar(100, of_ratio=False)
    what, name = "a world per test: enter + check + exit", "pytest-httpserver expect + clear"
    built = "the same, of a world that somebody looks at"
    return [
        Row("fixture", what, found["ours"], name, found["peer"], bar),
        Row("fixture", built, found["looked at"], name, found["peer"], bar),
        *under_pytest(bench),
    ]


def serve(bench: Bench) -> list[Row]:
    """From the start of the process to the first reply."""
    commands = {
        "ours": [sys.executable, "-m", "scale_mock", "serve", "--port", "0"],
        "peer": [sys.executable, "-c", HTTPSERVER_SCRIPT],
    }
    signed = authorization("live_bench")
    listed = Call("GET", "/v1/tasks", authorization=signed)
    made = Call("POST", "/v1/task/imageannotation", json.dumps({**IMAGE, "project": None}), signed)
    found = bench.compare(
        {
            "ours": lambda: _first_reply_ms(commands["ours"], listed),
            "ours create": lambda: _first_reply_ms(commands["ours"], made),
            "peer": lambda: _first_reply_ms(commands["peer"], listed),
        },
        unit="ms",
        rounds=7,
    )
    peer = found["peer"]
    name = "pytest-httpserver script"
    return [
        Row("serve", "serve: start to first reply", found["ours"], name, peer, Bar(1.0)),
        Row("serve", "serve: start to first task made", found["ours create"], name, peer),
    ]


def _first_reply_ms(command: list[str], call: Call) -> float:
    """The time until a server that prints its address last on a line has answered."""
    before = perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip().rstrip("/")
        with connect(int(url.rpartition(":")[2])) as connection:
            connection.sendall(call.to_bytes(0))
            read_reply(connection)
        return (perf_counter() - before) * 1e3
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def stop(bench: Bench) -> list[Row]:
    """Stopping a server while ten clients keep their connections open."""
    from pytest_httpserver import HTTPServer

    from scale_mock import ScaleMock

    def ours() -> float:
        mock = ScaleMock()
        return _stop_ms(mock.url, mock.live_key, mock.close)

    def peer() -> float:
        server = HTTPServer()
        server.expect_request("/v1/tasks").respond_with_json({})
        server.start()
        return _stop_ms(server.url_for(""), "live_bench", server.stop)

    found = bench.compare({"ours": ours, "peer": peer}, unit="ms")
    bar = Bar(20, of_ratio=False)
    return [Row("stop", "server stop", found["ours"], "pytest-httpserver", found["peer"], bar)]


def _stop_ms(url: str, key: str, end: Callable[[], object]) -> float:
    port = int(url.rstrip("/").rpartition(":")[2])
    connections = [connect(port) for _ in range(IDLE_CONNECTIONS)]
    for connection in connections:
        connection.sendall(Call("GET", "/v1/tasks", "", authorization(key)).to_bytes(0))
        read_reply(connection)
    sleep(IDLE_S)
    spent = once_ms(end)
    for connection in connections:
        connection.close()
    return spent


SUBJECTS: Mapping[str, Callable[[Bench], list[Row]]] = {
    "fixture": fixture,
    "serve": serve,
    "stop": stop,
}
