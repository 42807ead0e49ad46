"""HTTP over real sockets on loopback: what a client sees, byte for byte."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING

import pytest

from scale_mock.serving import Deferred
from tests.functional.serving.conftest import GET, PATIENCE_S, Client, in_flight_besides, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.functional.serving.conftest import Site


def test_many_requests_use_one_connection(site: Site) -> None:
    with Client(site.serve()) as client:
        for number in range(3):
            client.send(b"GET /?%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
            status, headers, body = client.reply()
            assert (status, body) == (200, b"GET %d " % number)
            assert "connection" not in headers


def test_http_1_0_keeps_alive_only_on_request(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert client.reply()[1]["connection"] == "keep-alive"
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.reply()[1]["connection"] == "close"
        assert client.is_at_end()


def test_connection_is_closed_on_request(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert client.reply()[1]["connection"] == "close"
        assert client.is_at_end()


def test_pipelined_requests_are_answered_in_order(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(b"".join(b"GET /?%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in range(500)))
        assert [client.reply()[2] for _ in range(500)] == [b"GET %d " % n for n in range(500)]


def test_who_sends_many_requests_at_once_does_not_keep_others_waiting(site: Site) -> None:
    server = site.serve()

    @site.route("/first")
    def first(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        other.append(Client(server))
        other[0].send(b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
        return say(b"first", start_response)

    site.routes["/other"] = lambda environ, start_response: say(b"other", start_response)
    other: list[Client] = []
    with Client(server) as client:
        client.send(b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + GET * 500)
        assert [client.reply()[0] for _ in range(501)] == [200] * 501
        assert other[0].reply()[2] == b"other"
        other[0].close()
    assert site.calls.index("/other") < 100


def test_requests_after_a_last_one_are_not_served(site: Site) -> None:
    server = site.serve()
    with Client(server) as client:
        client.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + GET)
        assert client.reply()[0] == 200
        assert client.is_at_end()
    assert site.calls == ["/"]


def test_chunked_request(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"3\r\nabc\r\n")
        client.send(b"2\r\nde\r\n0\r\n\r\n" + GET)
        assert client.reply()[2] == b"POST  abcde"
        assert client.reply()[2] == b"GET  "


def test_long_body_arrives_whole(site: Site) -> None:
    body = bytes(range(256)) * 20_000
    server = site.serve(body_spool_bytes=1_000_000)
    with Client(server) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        client.send(body)
        assert client.reply()[2] == b"POST  " + body


def test_100_continue_comes_before_the_body(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.reply()[0] == 100
        assert site.calls == []
        client.send(b"abc")
        assert client.reply()[2] == b"POST  abc"


def test_body_over_the_limit_is_refused_before_a_continue(site: Site) -> None:
    with Client(site.serve(body_bytes_max=10)) as client:
        client.send(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
        )
        assert client.refusal()[0] == 413


def test_head_gets_no_body(site: Site) -> None:
    with Client(site.serve()) as client:
        client.send(GET.replace(b"GET", b"HEAD") + GET)
        assert client.reply(is_head=True)[1]["content-length"] == "6"
        assert client.reply()[2] == b"GET  "


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_client_of_a_body_over_the_limit_sees_the_refusal(site: Site, framing: str) -> None:
    """It sends 30 MB before it reads; a server that just closes would reset the connection."""
    server = site.serve(body_bytes_max=10_000_000)
    body = bytes(30_000_000)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE_S)
    connection.request("POST", "/", body=body if framing == "length" else iter([body]))
    with connection.getresponse() as response:
        content = json.load(response)
    connection.close()
    assert response.status == content["status_code"] == 413
    assert "10000000 bytes (limit body_bytes_max)" in content["error"]
    assert site.calls == []


def test_input_after_a_refusal_is_drained_only_up_to_its_limit(site: Site) -> None:
    with Client(site.serve(body_bytes_max=1, drain_bytes_max=1000)) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n")
        assert client.refusal()[0] == 413
        assert client.is_at_end()
        with pytest.raises(ConnectionError):
            client.send(bytes(20_000_000))


def test_malformed_request_is_refused_and_the_connection_closed(site: Site) -> None:
    server = site.serve(head_bytes_max=1000)
    for data, status in (
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"GET /" + b"a" * 2000, 431),
    ):
        with Client(server) as client:
            client.send(GET + data)
            assert client.reply()[0] == 200
            assert client.refusal()[0] == status
            assert client.is_at_end()
    assert site.calls == ["/"] * 5


def test_client_that_leaves_within_a_body_is_forgotten(site: Site) -> None:
    server = site.serve()
    with Client(server) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
        client.sock.shutdown(socket.SHUT_WR)
        assert client.is_at_end()
        assert site.calls == []
        with Client(server) as other:
            assert in_flight_besides(site, server, other) == 0


def test_half_closed_client_gets_its_replies(site: Site) -> None:
    @site.route("/deferred")
    def deferred(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise Deferred(lambda: say(b"late", start_response))

    with Client(site.serve()) as client:
        client.send(GET + GET.replace(b"/ ", b"/deferred ") + GET)
        client.sock.shutdown(socket.SHUT_WR)
        assert [client.reply()[2] for _ in range(3)] == [b"GET  ", b"late", b"GET  "]
        assert client.is_at_end()


def test_slow_reader_does_not_stall_others(site: Site) -> None:
    @site.route("/long")
    def send_much(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return say(bytes(20_000_000), start_response)

    server = site.serve()
    with Client(server) as slow, Client(server) as other:
        slow.send(GET.replace(b"/ ", b"/long ") + GET)
        slow.sock.recv(1, socket.MSG_PEEK)  # its reply has begun
        assert in_flight_besides(site, server, other) == 1
        assert len(slow.reply()[2]) == 20_000_000
        assert slow.reply()[2] == b"GET  "
