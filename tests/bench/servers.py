"""Owns the servers that are measured from outside, each in a process of its own.

As a module it runs one of them: it prints its ``Target`` as one line of JSON once it accepts
requests, and ends with SIGTERM. The peers answer with the very bytes of our own replies.
"""

from __future__ import annotations

import json
import logging
import selectors
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.bench.measure import ROOT, child, child_environment
from tests.bench.samples import IMAGE, authorization, new_mock
from tests.bench.wire import Call, Target, connect, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "live_bench"
TASK_ID = "6592008029f6f0d9c5d0c0de"
AWS_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=bench/20240101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=bench"
)
"""moto reads who it is and does not check the signature."""


@contextmanager
def serving(name: str) -> Iterator[Target]:
    """Runs one of the servers as long as the context lasts.

    Raises:
        RuntimeError: It did not start.
    """
    process = subprocess.Popen(
        child("servers", name),
        cwd=ROOT,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"The server {name} did not start: {child('servers', name)}")
        yield Target.from_json(line)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def run_ours() -> Target:
    """One world on our own server."""
    mock, direct = new_mock(name="bench", stuck_polls_max=0)
    task_id = direct.create("imageannotation", IMAGE)
    return _target(mock.url, task_id)


def run_pytest_httpserver() -> Target:
    """pytest-httpserver with canned replies, its request log silent."""
    from pytest_httpserver import HTTPServer

    logging.getLogger("werkzeug").disabled = True
    server = HTTPServer()
    canned = canned_reply()
    for path, method in ((f"/v1/task/{TASK_ID}", "GET"), ("/v1/task/imageannotation", "POST")):
        server.expect_request(path, method=method).respond_with_data(
            canned, content_type="application/json"
        )
    server.start()
    return _target(f"http://127.0.0.1:{server.port}", TASK_ID)


def run_moto() -> Target:
    """A server of moto: reading and writing an object of S3, its plainest get and create."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    canned = canned_reply().decode()
    for path, body in (("/bench", ""), ("/bench/task", canned)):
        with connect(port) as connection:
            connection.sendall(Call("PUT", path, body, AWS_SIGNED).to_bytes(0))
            read_reply(connection)
    return Target(
        url=f"http://127.0.0.1:{port}",
        get=Call("GET", "/bench/task", authorization=AWS_SIGNED),
        create=Call("PUT", "/bench/task-{n}", json.dumps(IMAGE), AWS_SIGNED),
    )


def run_floor() -> Target:
    """What nobody can beat by much: one thread, a selector, and a constant.

    A thread per connection is no floor here: on an idle machine its wake-ups take milliseconds.
    """
    body = canned_reply()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    reply = f"{head}{len(body)}\r\n\r\n".encode() + body
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    ready = selectors.DefaultSelector()
    ready.register(listener, selectors.EVENT_READ)
    buffers: dict[socket.socket, bytes] = {}

    def answer(connection: socket.socket) -> bool:
        """False once the client is gone."""
        data = connection.recv(65536)
        buffers[connection] += data
        if _is_whole(buffers[connection]):
            buffers[connection] = b""
            connection.sendall(reply)
        return bool(data)

    def answered(connection: socket.socket) -> bool:
        try:
            return answer(connection)
        except ConnectionError:
            return False

    def loop() -> None:
        while True:
            for entry, _ in ready.select():
                if entry.fileobj is not listener:
                    assert isinstance(entry.fileobj, socket.socket)
                    if not answered(entry.fileobj):
                        ready.unregister(entry.fileobj)
                        del buffers[entry.fileobj]
                        entry.fileobj.close()
                    continue
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                buffers[connection] = b""
                ready.register(connection, selectors.EVENT_READ)

    threading.Thread(target=loop, daemon=True).start()
    return _target(f"http://127.0.0.1:{listener.getsockname()[1]}", TASK_ID)


def canned_reply() -> bytes:
    """The bytes of a task, as our own API answers them."""
    mock, direct = new_mock(name="bench", stuck_polls_max=0)
    with mock:
        return direct.get(f"/v1/task/{direct.create('imageannotation', IMAGE)}")


def _target(url: str, task_id: str) -> Target:
    signed = authorization(KEY)
    return Target(
        url=url,
        get=Call("GET", f"/v1/task/{task_id}", authorization=signed),
        create=Call("POST", "/v1/task/imageannotation", json.dumps(IMAGE), signed),
        key=KEY,
        task_id=task_id,
    )


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    if not end:
        return False
    length = head.partition(b"Content-Length: ")[2].partition(b"\r")[0]
    return len(body) >= int(length or 0)


SERVERS: dict[str, Callable[[], Target]] = {
    "ours": run_ours,
    "pytest-httpserver": run_pytest_httpserver,
    "moto": run_moto,
    "floor": run_floor,
}

if __name__ == "__main__":
    print(SERVERS[sys.argv[1]]().to_json(), flush=True)
    signal.pause()
