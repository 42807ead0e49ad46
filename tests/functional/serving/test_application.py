"""What the application may do: stream, defer, fail, and run things after the reply."""

from __future__ import annotations

import socket
import struct
import threading
import urllib.request
from typing import TYPE_CHECKING

import pytest

from scale_mock.serving import Deferred
from tests.functional.serving.conftest import (
    GET,
    PATIENCE_S,
    Client,
    Waiting,
    in_flight_besides,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.functional.serving.conftest import Site


def test_after_reply_runs_once_the_reply_is_out_even_if_the_client_left(site: Site) -> None:
    ran = threading.Event()
    order: list[str] = []

    @site.route("/long")
    def send_much(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["scale_mock.after_reply"] += [lambda: order.append("long"), ran.set]
        return say(bytes(20_000_000), start_response)

    @site.route("/short")
    def send_little(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        order.append("short called")
        environ["scale_mock.after_reply"].append(lambda: order.append("short"))
        return say(b"", start_response)

    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/long "))
        client.sock.recv(1)
        with Client(server) as other:
            other.send(GET.replace(b"/ ", b"/short ") * 2)
            other.reply()
            other.reply()
            other.send(GET)
            other.reply()
        assert order == ["short called", "short"] * 2
        assert not ran.is_set()
    assert ran.wait(PATIENCE_S)
    assert order[-1] == "long"


def test_after_reply_that_raises_is_reported_and_the_rest_still_runs(site: Site) -> None:
    ran = threading.Event()

    @site.route("/raise")
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["scale_mock.after_reply"] += [lambda: 1 // 0, ran.set]
        return say(b"fine", start_response)

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/raise ") + GET)
        assert client.reply()[2] == b"fine"
        assert client.reply()[0] == 200
    assert ran.is_set()
    assert isinstance(site.errors.pop(), ZeroDivisionError)


def test_error_of_the_application_is_reported_and_answered(site: Site) -> None:
    @site.route("/raise")
    def app(_: WSGIEnvironment, __: StartResponse) -> Iterable[bytes]:
        raise LookupError("nothing there")

    server = site.serve()
    for number in range(2):
        with Client(server) as client:
            client.send(GET.replace(b"/ ", b"/raise "))
            status, error = client.refusal()
            assert (status, error) == (500, "The application raised LookupError: nothing there")
            assert client.is_at_end()
        assert len(site.errors) == number + 1
    site.errors.clear()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_no_exception_ends_the_loop(site: Site, error: BaseException) -> None:
    @site.route("/raise")
    def app(_: WSGIEnvironment, __: StartResponse) -> Iterable[bytes]:
        raise error

    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/raise "))
        assert client.refusal()[0] == 500
    with Client(server) as client:
        client.send(GET)
        assert client.reply()[0] == 200
    assert site.errors == [error]
    site.errors.clear()


@pytest.mark.parametrize("is_deferred", [False, True])
def test_error_within_a_streamed_reply_cuts_the_connection(site: Site, is_deferred: bool) -> None:
    closed = threading.Event()

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"one"
            yield b"two"
            raise LookupError("three")

        def close(self) -> None:
            closed.set()

    @site.route("/stream")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def call() -> Iterable[bytes]:
            start_response("200 OK", [])
            return Body()

        if is_deferred:
            raise Deferred(call)
        return call()

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/stream "))
        with pytest.raises(ValueError, match="invalid literal"):
            client.reply()
    assert closed.is_set()
    assert isinstance(site.errors.pop(), LookupError)


@pytest.mark.parametrize("is_deferred", [False, True])
@pytest.mark.parametrize("length", [None, 600])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_streamed_reply(site: Site, is_deferred: bool, length: int | None, version: str) -> None:
    closed = threading.Event()
    parts = [b"%03d" % number for number in range(200)]

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b""
            yield from parts

        def close(self) -> None:
            closed.set()

    @site.route("/stream")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def call() -> Iterable[bytes]:
            start_response("200 OK", [("Content-Length", str(length))] if length else [])
            return Body()

        if is_deferred:
            raise Deferred(call)
        return call()

    with Client(site.serve()) as client:
        client.send(f"GET /stream HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        _, headers, body = client.reply()
        assert body == b"".join(parts)
        assert ("transfer-encoding" in headers) is (version == "1.1" and not length)
        if version == "1.1":
            client.send(GET)
            assert client.reply()[0] == 200
    assert closed.wait(PATIENCE_S)


def test_iterable_that_is_not_long_is_sent_with_its_length(site: Site) -> None:
    @site.route("/iterable")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"only"

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/iterable "))
        assert client.reply()[1:][0]["content-length"] == "4"


def test_streamed_reply_waits_for_its_reader(site: Site) -> None:
    taken = 0

    @site.route("/endless")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        nonlocal taken
        start_response("200 OK", [])
        try:
            while True:
                taken += 1
                yield bytes(1_000_000)
        finally:
            closed.set()

    closed = threading.Event()
    server = site.serve()
    with Client(server) as slow, Client(server) as other:
        slow.send(GET.replace(b"/ ", b"/endless "))
        slow.sock.recv(1)
        for _ in range(50):
            other.send(GET)
            other.reply()
        assert taken < 50
    assert closed.wait(PATIENCE_S)


def test_deferred_stream_ends_when_its_client_leaves(site: Site) -> None:
    closed = threading.Event()
    after = threading.Event()

    @site.route("/endless")
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["scale_mock.after_reply"].append(after.set)

        def call() -> Iterator[bytes]:
            start_response("200 OK", [])
            try:
                while True:
                    yield bytes(100_000)
            finally:
                closed.set()

        raise Deferred(call)

    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/endless "))
        client.sock.recv(1)
    assert closed.wait(PATIENCE_S)
    assert after.wait(PATIENCE_S)


@pytest.mark.parametrize("length", [4, 9])
def test_streamed_reply_of_another_length_than_announced_is_cut(site: Site, length: int) -> None:
    @site.route("/stream")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", str(length))])
        yield b"a"
        yield b"b"
        yield b"ccc"

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/stream "))
        assert len(client.reply()[2]) < length
        assert client.is_at_end()
    assert "Content-Length" in str(site.errors.pop())


def test_write_of_start_response_goes_before_the_body(site: Site) -> None:
    @site.route("/write")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [])
        write(b"first ")
        return [b"then"]

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/write "))
        assert client.reply()[2] == b"first then"


def test_deferred_request_may_call_its_own_server(site: Site) -> None:
    @site.route("/outer")
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def call() -> Iterable[bytes]:
            with urllib.request.urlopen(f"{server.url}/?inner", timeout=PATIENCE_S) as response:
                return say(b"outer " + response.read(), start_response)

        assert environ["scale_mock.deferred"] is Deferred
        raise Deferred(call)

    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/outer ") + GET)
        assert client.reply()[2] == b"outer GET inner "
        assert client.reply()[2] == b"GET  "
    assert site.calls == ["/outer", "/", "/"]


def test_deferred_request_counts_as_in_flight_after_its_client_left(site: Site) -> None:
    wait = Waiting(site)
    server = site.serve()
    with Client(server) as client, Client(server) as other:
        client.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        # Closing with this option resets the connection.
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert in_flight_besides(site, server, other) == 1
        assert not wait.after.is_set()
        wait.go_on.set()
        assert wait.after.wait(PATIENCE_S)


def test_error_of_a_deferred_call_is_answered(site: Site) -> None:
    @site.route("/raise")
    def app(_: WSGIEnvironment, __: StartResponse) -> Iterable[bytes]:
        def call() -> Iterable[bytes]:
            raise LookupError("deep down")

        raise Deferred(call)

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/raise "))
        assert client.refusal() == (500, "The application raised LookupError: deep down")
    assert isinstance(site.errors.pop(), LookupError)


def test_deferring_after_start_response_is_an_error(site: Site) -> None:
    @site.route("/late")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        say(b"", start_response)
        raise Deferred(list)

    with Client(site.serve()) as client:
        client.send(GET.replace(b"/ ", b"/late "))
        assert client.refusal()[0] == 500
    assert "after start_response" in str(site.errors.pop())


def test_deferred_request_that_finds_no_worker_is_refused(site: Site) -> None:
    wait = Waiting(site)
    server = site.serve(pool_threads_max=1, pool_wait_s_max=0.05)
    with Client(server) as first, Client(server) as second:
        first.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        second.send(GET.replace(b"/ ", b"/wait "))
        status, error = second.refusal()
        assert status == 503
        assert "pool_threads_max" in error
        wait.go_on.set()
        assert first.reply()[2] == b"served"


def test_deferred_request_waits_for_a_worker(site: Site) -> None:
    wait = Waiting(site)
    server = site.serve(pool_threads_max=1)
    with Client(server) as first, Client(server) as second:
        first.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        second.send(GET.replace(b"/ ", b"/wait "))
        wait.go_on.set()
        assert first.reply()[2] == b"served"
        assert second.reply()[2] == b"served"
