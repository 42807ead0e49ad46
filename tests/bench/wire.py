"""Owns the raw HTTP client: one process, no library, so that what is timed is the server.

As a module it is the load generator of the throughput rows, in a process of its own.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

TIMEOUT_S = 10


@dataclass(frozen=True)
class Call:
    """A request; ``{n}`` in its path becomes the number of the request."""

    method: str
    path: str
    body: str = ""
    authorization: str = ""

    def to_bytes(self, number: int) -> bytes:
        body = self.body.encode()
        lines = [
            f"{self.method} {self.path.replace('{n}', str(number))} HTTP/1.1",
            "Host: 127.0.0.1",
            "User-Agent: bench",
            "Accept: */*",
            "Accept-Encoding: gzip, deflate",
        ]
        if self.authorization:
            lines.append(f"Authorization: {self.authorization}")
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Target:
    """A server under test.

    Attributes:
        url: Its address.
        get: Reads one thing.
        create: Makes one thing.
        key: What the SDK signs with.
        task_id: What the SDK reads.
    """

    url: str
    get: Call
    create: Call
    key: str = "live_bench"
    task_id: str = ""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Target:
        data: dict[str, Any] = json.loads(text)
        get, create = Call(**data.pop("get")), Call(**data.pop("create"))
        return Target(get=get, create=create, **data)


def connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def read_reply(connection: socket.socket) -> bool:
    """Reads one reply; True if the connection stays open.

    Raises:
        RuntimeError: It is not a 200.
        EOFError: The server went away first.
    """
    buffer = b""
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += _more(connection)
    head = buffer[:end].lower()
    if head[9:12] != b"200":
        raise RuntimeError(buffer.decode("latin-1"))
    start = head.find(b"content-length:") + 15
    stop = head.find(b"\r", start)
    missing = int(head[start : stop if stop > 0 else None]) - (len(buffer) - end - 4)
    while missing > 0:
        missing -= len(_more(connection))
    return b"connection: close" not in head and not head.startswith(b"http/1.0")


def kept(port: int, call: Call, seconds: float, first: int = 0) -> list[float]:
    """Calls one after the other over one connection; a server that closes it pays for the next.

    Returns:
        The seconds that each took.
    """
    times: list[float] = []
    connection = connect(port)
    end = perf_counter() + seconds
    while perf_counter() < end or len(times) < 10:
        request = call.to_bytes(first + len(times))
        before = perf_counter()
        connection.sendall(request)
        if not read_reply(connection):
            connection.close()
            connection = connect(port)
        times.append(perf_counter() - before)
    connection.close()
    return times


def fresh(port: int, call: Call, seconds: float, first: int = 0) -> list[float]:
    """Calls one after the other, each over a connection of its own; the seconds of each."""
    times: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end or len(times) < 10:
        request = call.to_bytes(first + len(times))
        before = perf_counter()
        connection = connect(port)
        connection.sendall(request)
        read_reply(connection)
        connection.close()
        times.append(perf_counter() - before)
    return times


def load(port: int, call: Call, seconds: float, first: int, connections: int) -> float:
    """Keeps a number of connections busy; replies per second.

    Raises:
        RuntimeError: A reply is not a 200, or none came.
    """
    ready = selectors.DefaultSelector()
    sent = first

    def send(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(call.to_bytes(sent))
        sent += 1

    def begin() -> None:
        connection = connect(port)
        send(connection)
        ready.register(connection, selectors.EVENT_READ)

    for _ in range(connections):
        begin()
    done = 0
    before = perf_counter()
    while perf_counter() - before < seconds:
        answered = ready.select(TIMEOUT_S)
        if not answered:
            raise RuntimeError(f"None of {connections} requests was answered in {TIMEOUT_S} s.")
        for entry, _ in answered:
            connection = entry.fileobj
            assert isinstance(connection, socket.socket)
            stays = read_reply(connection)
            done += 1
            if stays:
                send(connection)
            else:
                ready.unregister(connection)
                connection.close()
                begin()
    rate = done / (perf_counter() - before)
    for entry in list(ready.get_map().values()):
        ready.unregister(entry.fileobj)
        assert isinstance(entry.fileobj, socket.socket)
        entry.fileobj.close()
    return rate


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise EOFError("The server closed the connection before its reply was whole.")
    return data


if __name__ == "__main__":
    PORT, CALL, SECONDS, FIRST, CONNECTIONS = sys.argv[1:]
    RATE = load(int(PORT), Call(**json.loads(CALL)), float(SECONDS), int(FIRST), int(CONNECTIONS))
    print(json.dumps(RATE))
