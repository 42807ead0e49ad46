"""Callbacks: completing tasks and telling a receiver, over a socket and in process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.bench.measure import Bar, Bench, Row, per_second
from tests.bench.samples import CATEGORIES, new_mock
from tests.bench.servers import run_floor
from tests.bench.wire import connect, read_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.wire import Target

COUNT = 1_000
RESPONSE = {"category": "public"}


def callbacks(bench: Bench) -> list[Row]:
    """Tasks that complete and are reported, against ``requests.post`` to pytest-httpserver.

    One process holds sender and receiver on both sides. Ours completes the tasks besides; the
    peer sends ready bytes. The floor is a raw client and a constant reply, in one process too.
    """
    count = bench.count(COUNT)
    floor = run_floor()
    found = bench.compare(
        {
            "loopback": lambda: _completed(count, over_socket=True),
            "in process": lambda: _completed(count, over_socket=False),
            "sent again": lambda: _sent_again(count),
            "floor": lambda: _floor(floor, count),
            "requests": lambda: _by_requests(max(50, count // 5)),
        },
        unit="/s",
        rounds=5,
    )
    over_socket = "over loopback to the built-in receiver"
    rows = [
        (over_socket, "loopback", Bar(8, at_most=False)),
        ("in process", "in process", Bar(40, at_most=False)),
        ("in process, sent again: no completion", "sent again", None),
    ]
    name = "requests.post to pytest-httpserver"
    floor_name = "raw client (floor)"
    return [
        *(
            Row("callbacks", f"callbacks {told}", found[which], name, found["requests"], bar)
            for told, which, bar in rows
        ),
        Row("callbacks", f"callbacks {over_socket}", found["loopback"], floor_name, found["floor"]),
    ]


def _completed(count: int, *, over_socket: bool) -> float:
    """Callbacks per second of tasks that complete one after the other."""
    from scale_mock import Rule

    mock, direct = new_mock(rules=[Rule(after="1h..2h", response={"value": RESPONSE})])
    with mock:
        url = mock.callbacks.loopback_url if over_socket else mock.callbacks.url
        for number in range(count):
            body = {**CATEGORIES, "callback_url": url, "unique_id": f"row-{number}"}
            direct.create("categorization", body)
        rate = per_second(count, lambda: mock.clock.advance(hours=3))
        assert len(mock.callbacks.received) == count
        assert len(mock.callbacks.receiver.requests) == count
    return rate


def _sent_again(count: int) -> float:
    """Callbacks per second of one finished task."""
    mock, direct = new_mock()
    with mock:
        task_id = direct.create("categorization", CATEGORIES)
        mock.tasks.complete(task_id)
        first = mock.callbacks.received[0]

        def run() -> None:
            for _ in range(count):
                mock.callbacks.resend(first)
            mock.clock.advance(hours=1)

        rate = per_second(count, run)
        assert len(mock.callbacks.received) == count + 1
    return rate


def _floor(target: Target, count: int) -> float:
    """Round trips per second between two threads of one process that do nothing else."""
    request = target.create.to_bytes(0)
    with connect(target.port) as connection:

        def run() -> None:
            for _ in range(count):
                connection.sendall(request)
                read_reply(connection)

        return per_second(count, run)


def _by_requests(count: int) -> float:
    """What everybody writes first: a POST per callback, a receiver in the test's process."""
    import requests
    from pytest_httpserver import HTTPServer

    logging.getLogger("werkzeug").disabled = True
    mock, direct = new_mock()
    with mock:
        mock.tasks.complete(direct.create("categorization", CATEGORIES))
        body = mock.callbacks.received[0].body
    with HTTPServer() as server:
        server.expect_request("/hook", method="POST").respond_with_data(b"{}")
        url = server.url_for("/hook")

        def run() -> None:
            for _ in range(count):
                reply = requests.post(
                    url, data=body, headers={"Content-Type": "application/json"}, timeout=10
                )
                assert reply.status_code == 200

        return per_second(count, run)


SUBJECTS: dict[str, Callable[[Bench], list[Row]]] = {"callbacks": callbacks}
