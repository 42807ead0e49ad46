"""Receivers that misbehave on a real socket: an attempt fails in a word, the next one is tried."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.callbacks.records import Callback

    Behaviour = Callable[[socket.socket], None]

PATIENCE_S = 0.4
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class OddReceiver:
    """Reads each request whole, and then does with the connection what it is told, in order."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._behaviours = list(behaviours)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/hook"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                while self._behaviours and (request := _request(connection)):
                    self.requests.append(request)
                    self._behaviours.pop(0)(connection)


def _request(connection: socket.socket) -> bytes:
    """One request; none once the sender is gone."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < _length(data):
        more = connection.recv(65_536)
        if not more:
            return b""
        data += more
    return data


def _length(data: bytes) -> int:
    return int(data.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])


def answer(data: bytes, *, then: Behaviour | None = None) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        if then is not None:
            then(connection)

    return behave


def leave(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait(connection: socket.socket) -> None:
    """Says nothing until the sender gives up."""
    while connection.recv(65_536):
        pass


def trickle(connection: socket.socket) -> None:
    """A byte now and then, for ever: less time between two than an attempt may take."""
    pause = threading.Event()
    while True:
        connection.sendall(b"x")
        pause.wait(PATIENCE_S / 10)


def gigabyte(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b"x" * 2**20)


@pytest.fixture
def receiver() -> Iterator[Callable[..., OddReceiver]]:
    opened: list[OddReceiver] = []

    def make(*behaviours: Behaviour) -> OddReceiver:
        opened.append(OddReceiver(*behaviours))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock() as mock:
        yield mock


def sent(mock: ScaleMock, url: str) -> Callback:
    """A task that completes is called back until somebody acknowledges it."""
    body: dict[str, Any] = {"attachment_type": "text", "attachment": "car", "categories": ["big"]}
    task = mock.client().create_task(TaskType.Categorization, callback_url=url, **body)
    mock.tasks.complete(task)
    found: Callback = mock.callbacks.assert_received(task=task)
    return found


FAILURES = {
    "leaves": (leave, "reset"),
    "resets": (reset, "reset"),
    "says nothing": (wait, "timeout"),
    "speaks another protocol": (answer(b"SSH-2.0-x\r\n", then=leave), "bad reply: BadStatusLine"),
    "speaks TLS": (answer(b"\x15\x03\x01\x00\x02\x02\x0a", then=leave), "bad reply: BadStatusLine"),
    "stops within the head": (answer(b"HTTP/1.1 200 OK\r\nConte", then=wait), "timeout"),
    "stops within the body": (answer(OK[:-1], then=wait), "timeout"),
    "leaves within the body": (answer(OK[:-1], then=leave), "bad reply: IncompleteRead"),
    "resets within the body": (answer(OK[:-1], then=reset), "reset"),
    "trickles for ever": (answer(b"HTTP/1.1 200 OK\r\nX: ", then=trickle), "timeout"),
    "trickles a body for ever": (
        answer(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", then=trickle),
        "timeout",
    ),
    "has an endless head": (
        answer(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, then=leave),
        "bad reply: LineTooLong",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_receiver_that_fails_is_tried_again_over_a_new_connection(
    receiver: Callable[..., OddReceiver], failure: str
) -> None:
    behaviour, word = FAILURES[failure]
    odd = receiver(behaviour, answer(OK))
    with ScaleMock(callback_timeout_s=PATIENCE_S if word == "timeout" else 30) as mock:
        callback = sent(mock, odd.url)
    assert [(one.status, one.error, one.reply) for one in callback.attempts] == [
        (None, word, b""),
        (200, None, b"ok"),
    ]
    assert (len(set(odd.requests)), odd.connections) == (2, 2), "they differ in their Date"
    assert len({request.partition(b"\r\n\r\n")[2] for request in odd.requests}) == 1


SUCCESSES = {
    "a reply": (answer(OK), b"ok"),
    "an interim reply first": (answer(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK), b"ok"),
    "chunks": (
        answer(b"HTTP/1.1 201 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        b"ok",
    ),
    "an end of the stream": (answer(b"HTTP/1.0 200 OK\r\n\r\nok", then=leave), b"ok"),
    "nothing": (answer(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
    "a gigabyte": (gigabyte, b"x" * 2048),
}


@pytest.mark.parametrize("form", SUCCESSES)
def test_a_reply_of_any_form_counts(
    mock: ScaleMock, receiver: Callable[..., OddReceiver], form: str
) -> None:
    behaviour, text = SUCCESSES[form]
    odd = receiver(behaviour, answer(OK))
    first, second = sent(mock, odd.url), sent(mock, odd.url)
    assert [one.reply for one in first.attempts] == [text]
    assert [one.reply for one in second.attempts] == [b"ok"]


def test_a_receiver_that_keeps_the_connection_is_sent_everything_over_it(
    mock: ScaleMock, receiver: Callable[..., OddReceiver]
) -> None:
    odd = receiver(*[answer(OK)] * 5)
    for _ in range(5):
        sent(mock, odd.url)
    assert (len(odd.requests), odd.connections) == (5, 1)


def test_a_receiver_that_left_in_between_gets_the_next_one_once(
    mock: ScaleMock, receiver: Callable[..., OddReceiver]
) -> None:
    """It is noticed before anything is sent, so nothing is sent twice in secret."""
    gone = threading.Event()

    def answer_and_leave(connection: socket.socket) -> None:
        connection.sendall(OK)
        leave(connection)
        gone.set()

    odd = receiver(answer_and_leave, answer(OK))
    sent(mock, odd.url)
    assert gone.wait(10)
    assert [one.status for one in sent(mock, odd.url).attempts] == [200]
    assert (len(odd.requests), odd.connections) == (2, 2)


def test_a_receiver_behind_tls_is_sent_to_though_nobody_signed_its_certificate() -> None:
    with ScaleMock(https=True) as mock:
        callback = sent(mock, mock.callbacks.loopback_url)
        again = mock.callbacks.resend(callback)
        mock.clock.advance("0s")
    assert callback.url.startswith("https://127.0.0.1:")
    assert again.id == callback.id
    assert [one.status for one in again.attempts] == [200, 200]


def test_a_receiver_that_speaks_no_tls_is_a_failed_attempt(mock: ScaleMock) -> None:
    url = mock.callbacks.loopback_url.replace("http:", "https:")
    body: dict[str, Any] = {"attachment_type": "text", "attachment": "car", "categories": ["big"]}
    task = mock.client().create_task(TaskType.Categorization, callback_url=url, **body)
    mock.tasks.complete(task)
    mock.clock.advance("0s")
    assert [one.error for one in mock.callbacks.attempts] == ["tls error"]
    with pytest.raises(AssertionError) as failed:
        mock.callbacks.assert_received(task)
    assert " ".join(str(failed.value).split()).endswith(
        f"To fix it: let what listens at {url} speak TLS (its certificate is not looked at), or "
        "write http:// in the callback's URL"
    )
