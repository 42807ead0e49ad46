"""The serving loop under TLS: the same HTTP, and what may go wrong below it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.mock.certificates import Authority
from scale_mock.serving import Server
from scale_mock.verdicts import VERDICT, Verdict
from tests.functional.serving.conftest import PATIENCE_S, echo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

GET = b"GET /?q HTTP/1.1\r\nHost: x\r\n\r\n"
REFUSAL = "This looks like plain HTTP, but the server speaks TLS: use https://."


class TlsSite:
    """An https server whose application can be exchanged; errors come home."""

    def __init__(self) -> None:
        self.authority = Authority.of_process()
        self.app: WSGIApplication = echo
        self.errors: list[BaseException] = []
        self.server = Server(
            self._call,
            on_error=self.errors.append,
            tls=self.authority.context_for("127.0.0.1"),
        )

    def _call(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start_response)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority.ca_file)

    def plain(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE_S)

    def connect(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A connection that tells a stream which breaks off from one that was ended."""
        return (context or self.context()).wrap_socket(
            self.plain(), server_hostname="127.0.0.1", suppress_ragged_eofs=False
        )

    def client(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "127.0.0.1", self.server.port, timeout=PATIENCE_S, context=self.context()
        )


@pytest.fixture
def site() -> Iterator[TlsSite]:
    site = TlsSite()
    with site.server:
        yield site
    assert site.errors == []


def ask(client: http.client.HTTPSConnection, body: bytes | None = None) -> tuple[int, bytes]:
    client.request("GET" if body is None else "POST", "/?q", body)
    reply = client.getresponse()
    return reply.status, reply.read()


def read_all(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65_536), b""))


def refused(received: bytes) -> tuple[int, str]:
    head, _, body = received.partition(b"\r\n\r\n")
    content = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % content["status_code"])
    return content["status_code"], content["error"]


def test_the_connection_is_kept_and_the_application_knows_the_scheme(site: TlsSite) -> None:
    seen: list[tuple[str, str]] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append((environ["wsgi.url_scheme"], environ["REMOTE_PORT"]))
        return echo(environ, start_response)

    site.app = app
    client = site.client()
    assert [ask(client), ask(client, b"x")] == [(200, b"GET q "), (200, b"POST q x")]
    client.close()
    assert site.server.url == f"https://127.0.0.1:{site.server.port}"
    assert [scheme for scheme, _ in seen] == ["https", "https"]
    assert len({port for _, port in seen}) == 1


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, 3_000_000])
def test_bodies_of_any_size_go_both_ways(site: TlsSite, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    client = site.client()
    assert ask(client, body[:size]) == (200, b"POST q " + body[:size])
    client.close()


def test_a_client_that_reads_late_gets_every_byte(site: TlsSite) -> None:
    """The kernel takes only part of the reply, so records wait until the client reads."""
    body = bytes(range(256)) * 40_000
    begun = threading.Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(len(body)))])
        begun.set()
        return [body]

    site.app = app
    with site.connect() as late, site.connect() as other:
        late.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert begun.wait(PATIENCE_S)
        site.app = echo
        other.sendall(GET)
        assert other.recv(15) == b"HTTP/1.1 200 OK"
        assert read_all(late).partition(b"\r\n\r\n")[2] == body


def test_a_streamed_reply_is_chunked(site: TlsSite) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return (b"part %d " % number for number in range(50))

    site.app = app
    client = site.client()
    assert ask(client)[1].split()[-1] == b"49"
    client.close()


def test_requests_cut_into_single_records_are_put_together(site: TlsSite) -> None:
    with site.connect() as sock:
        for byte in GET:
            sock.send(bytes([byte]))
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_two_requests_in_one_record_are_answered_in_order(site: TlsSite) -> None:
    with site.connect() as sock:
        last = GET.replace(b"?q", b"?2").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        sock.sendall(GET.replace(b"?q", b"?1") + last)
        received = read_all(sock)
    assert received.index(b"GET 1 ") < received.index(b"GET 2 ")


def test_the_end_of_a_reply_without_length_is_told_by_tls(site: TlsSite) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return (part for part in (b"one ", b"two"))

    site.app = app
    with site.connect() as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert read_all(sock).endswith(b"\r\n\r\none two")


def test_a_client_may_close_its_half_and_still_read(site: TlsSite) -> None:
    """Python's sockets cannot: they wait for the other half at once. OpenSSL's memory can."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = site.context().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with site.plain() as sock:

        def exchange(step: Any) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    sock.sendall(outgoing.read())
                    data = sock.recv(65_536)
                    if not data:
                        incoming.write_eof()
                    incoming.write(data)

        exchange(tls.do_handshake)
        tls.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        assert exchange(lambda: tls.read(65_536)).startswith(b"HTTP/1.1 200 OK")


def test_plain_http_on_the_tls_port_is_told_so(site: TlsSite) -> None:
    with site.plain() as sock:
        sock.sendall(GET)
        assert refused(read_all(sock)) == (400, REFUSAL)


def test_bytes_that_are_neither_are_cut_off(site: TlsSite) -> None:
    with site.plain() as sock:
        sock.sendall(b"\x00\x01\x02\x03\x04\x05")
        assert b"HTTP" not in read_all(sock)


def test_failing_handshakes_hurt_nobody_else(site: TlsSite) -> None:
    good = site.client()
    assert ask(good)[0] == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        site.connect(ssl.create_default_context())
    old = site.context()
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    with site.connect(old) as sock:
        assert sock.version() == "TLSv1.2"
    with site.plain() as silent, site.plain() as broken:
        broken.sendall(b"\x16\x03\x01\x00\x05hello")
        read_all(broken)
        assert ask(good)[0] == 200
        silent.sendall(b"\x16")
    assert ask(good)[0] == 200
    good.close()


def test_a_name_that_the_certificate_lacks_is_refused_by_the_client(site: TlsSite) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"app\.test"):
        site.context().wrap_socket(site.plain(), server_hostname="app.test")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "api.scale.com"])
def test_the_certificate_names_loopback_and_scales_hosts(site: TlsSite, name: str) -> None:
    with site.context().wrap_socket(site.plain(), server_hostname=name) as sock:
        assert sock.getpeercert()


def test_stopping_ends_open_connections(site: TlsSite) -> None:
    with site.connect() as sock:
        sock.sendall(GET)
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        site.server.stop()
        assert read_all(sock) == b""


def test_a_reset_is_a_reset_and_no_farewell(site: TlsSite) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[VERDICT] = Verdict(ending="reset")
        return echo(environ, start_response)

    site.app = app
    with site.connect() as sock:
        sock.sendall(GET)
        # Some builds of Python call a reset under TLS the former; an orderly end raises neither.
        with pytest.raises((ssl.SSLEOFError, ConnectionResetError)):
            sock.recv(1)


def test_a_truncated_reply_ends_before_its_length(site: TlsSite) -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[VERDICT] = Verdict(ending="truncated")
        return echo(environ, start_response)

    site.app = app
    client = site.client()
    with pytest.raises(http.client.IncompleteRead):
        ask(client, b"x" * 1000)
    client.close()


def test_plain_servers_still_refuse_tls() -> None:
    with Server(echo) as server, socket.create_connection(("127.0.0.1", server.port)) as sock:
        context: Any = ssl.create_default_context()
        with pytest.raises(ssl.SSLError, match=r"WRONG_VERSION_NUMBER|wrong version number"):
            context.wrap_socket(sock, server_hostname="localhost")
