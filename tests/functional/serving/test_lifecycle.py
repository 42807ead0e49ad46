"""Starting, stopping, limits of connections and time, and where errors go."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING
from wsgiref.validate import validator

import pytest

from scale_mock.serving import Deferred, Server, ServerStartError
from tests.functional.serving.conftest import (
    GET,
    PATIENCE_S,
    Client,
    Waiting,
    echo,
    in_flight_besides,
    say,
    serving_threads,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.functional.serving.conftest import Site


def test_threads_with_many_requests_each_get_their_own_replies(site: Site) -> None:
    server = site.serve()
    wrong: list[object] = []

    def work(worker: int) -> None:
        try:
            with Client(server) as client:
                for number in range(200):
                    body = b"%d-%d" % (worker, number) * (1 + number % 50)
                    client.send(
                        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
                        % (len(body), body)
                    )
                    if client.reply()[2] != b"POST  " + body:
                        wrong.append((worker, number))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(site.calls) == 1600


def test_silent_connections_are_closed(site: Site) -> None:
    server = site.serve(idle_s_max=0.05)
    with Client(server) as idle, Client(server) as within:
        within.send(b"GET / HT")
        assert idle.is_at_end()
        status, error = within.refusal()
        assert status == 408
        assert "idle_s_max" in error
        assert within.is_at_end()


def test_drain_has_an_end(site: Site) -> None:
    with Client(site.serve(drain_s_max=0.05)) as client:
        client.send(b"bad\r\n\r\n")
        assert client.refusal()[0] == 400
        assert client.is_at_end()
        with pytest.raises(ConnectionError):
            client.send_until_refused()


def test_longest_idle_connection_makes_room(site: Site) -> None:
    server = site.serve(connections_max=2)
    with Client(server) as first, Client(server) as second:
        for client in (first, second):
            client.send(GET)
            client.reply()
        with Client(server) as third:
            third.send(GET)
            third.reply()
            assert first.is_at_end()
            second.send(GET)
            assert second.reply()[0] == 200


def test_connections_wait_while_all_are_at_work(site: Site) -> None:
    wait = Waiting(site)
    server = site.serve(connections_max=1, idle_s_max=0.2)
    with Client(server) as first:
        first.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        with Client(server) as second:
            second.send(GET)
            wait.go_on.set()
            assert first.reply()[2] == b"served"
            assert second.reply()[0] == 200
            assert first.is_at_end()


def test_stop_closes_everything(site: Site) -> None:
    server = site.serve()
    with Client(server) as idle, Client(server) as within:
        idle.send(GET)
        idle.reply()
        within.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na")
        server.stop()
        server.stop()
        assert idle.is_at_end()
        with pytest.raises(ConnectionRefusedError):
            Client(server)
    assert serving_threads(server) == []


def test_stop_waits_for_no_deferred_call(site: Site) -> None:
    wait = Waiting(site)
    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        server.stop()
        assert client.is_at_end()
    (worker,) = serving_threads(server)
    assert worker.is_alive()
    wait.go_on.set()
    worker.join(PATIENCE_S)
    assert not worker.is_alive()


@pytest.mark.parametrize("is_deferred", [False, True])
def test_application_may_stop_its_own_server(site: Site, is_deferred: bool) -> None:
    @site.route("/stop")
    def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def call() -> Iterable[bytes]:
            server.stop()
            return say(b"", start_response)

        if is_deferred:
            raise Deferred(call)
        return call()

    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"/ ", b"/stop "))
        if is_deferred:
            assert client.is_at_end()
        else:
            assert client.reply()[0] == 200
    server.stop()


def test_stop_works_in_a_signal_handler(site: Site) -> None:
    server = site.serve()
    before = signal.signal(signal.SIGINT, lambda *_: server.stop())
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert serving_threads(server) == []


def test_waiting_deferred_requests_are_given_up_at_stop(site: Site) -> None:
    wait = Waiting(site)
    given_up = threading.Event()

    @site.route("/second")
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["scale_mock.after_reply"].append(given_up.set)
        raise Deferred(lambda: say(b"", start_response))

    server = site.serve(pool_threads_max=1)
    with Client(server) as first, Client(server) as second, Client(server) as other:
        first.send(GET.replace(b"/ ", b"/wait "))
        assert wait.begun.wait(PATIENCE_S)
        second.send(GET.replace(b"/ ", b"/second "))
        while in_flight_besides(site, server, other) < 2:
            pass
        server.stop()
        assert second.is_at_end()
    assert given_up.is_set()
    wait.go_on.set()


def test_application_sees_what_the_validator_of_the_standard_library_wants(site: Site) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"got ", body]

    site.routes["/valid"] = validator(app)
    with Client(site.serve()) as client:
        client.send(b"POST /valid?a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        assert client.reply()[2] == b"got abc"


def test_long_header_of_a_reply_and_other_methods_pass(site: Site) -> None:
    @site.route("/header")
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("X-Long", "a" * 30_000)])
        return [environ["REQUEST_METHOD"].encode()]

    with Client(site.serve()) as client:
        for method in (b"DELETE", b"PATCH", b"X-OWN"):
            client.send(GET.replace(b"GET / ", method + b" /header "))
            _, headers, body = client.reply()
            assert (len(headers["x-long"]), body) == (30_000, method)


def test_server_may_be_started_again(site: Site) -> None:
    server = site.serve()
    with pytest.raises(ServerStartError, match="runs already"):
        server.start()
    server.stop()
    with server, Client(server) as client:
        client.send(GET)
        assert client.reply()[0] == 200


def test_address_is_known_only_after_the_start() -> None:
    with pytest.raises(ServerStartError, match=r"call start\(\)"):
        _ = Server(echo).url


def test_stop_without_start_does_nothing() -> None:
    server = Server(echo)
    server.stop()
    assert (server.requests_in_flight, server.last_activity) == (0, 0.0)


def test_port_in_use_is_named(site: Site) -> None:
    server = site.serve()
    second = Server(echo, port=server.port)
    with pytest.raises(ServerStartError, match=f"host '127.0.0.1', port {server.port}: .*port 0"):
        second.start()


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [("127.0.0.1", 70_000, "from 0 to 65535"), ("192.0.2.1", 0, "address of this machine")],
)
def test_impossible_address_is_explained(host: str, port: int, said: str) -> None:
    with pytest.raises(ServerStartError, match=said):
        Server(echo, host=host, port=port).start()


def test_errors_without_a_receiver_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    def app(_: WSGIEnvironment, __: StartResponse) -> Iterable[bytes]:
        raise LookupError("on stderr")

    with Server(app) as server, Client(server) as client:
        client.send(GET)
        assert client.refusal()[0] == 500
    assert "LookupError: on stderr" in capsys.readouterr().err


def test_reporter_that_raises_does_not_end_the_loop(capsys: pytest.CaptureFixture[str]) -> None:
    def app(_: WSGIEnvironment, __: StartResponse) -> Iterable[bytes]:
        raise LookupError("first")

    def report(_: BaseException) -> None:
        raise ArithmeticError("second")

    with Server(app, on_error=report) as server:
        for _ in range(2):
            with Client(server) as client:
                client.send(GET)
                assert client.refusal()[0] == 500
    assert "ArithmeticError: second" in capsys.readouterr().err
