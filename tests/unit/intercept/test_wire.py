"""The far end of a connection in memory: requests in, environs, replies out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock import ConfigurationError
from scale_mock.intercept.hosts import Origin
from scale_mock.intercept.reading import UNFINISHED, Reader
from scale_mock.intercept.requests_in import unchunked
from scale_mock.intercept.wire import Wire
from scale_mock.verdicts import VERDICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = Origin("https", "api.test", 443)


class App:
    """A WSGI application that echoes, and keeps what it was asked."""

    def __init__(self, reply: Any = None, verdict: Verdict | None = None) -> None:
        self.seen: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self._reply = reply
        self._verdict = verdict
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        self.seen.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        if self._verdict is not None:
            environ[VERDICT] = self._verdict
        start("200 OK", [("Content-Type", "text/plain")])
        return [self.bodies[-1]] if self._reply is None else self._reply


class Streamed:
    """A body that is produced while it is read, and closed."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        self.closed += 1


def wired(app: App) -> tuple[Wire, Reader]:
    wire = Wire(ORIGIN, lambda origin: app)  # type: ignore[arg-type, return-value]
    return wire, Reader(wire)


def read(reader: Reader) -> bytes:
    parts = []
    while reader.wire.is_complete or not parts or parts[-1]:
        parts.append(reader.pull(7, 1.0))
        if b"".join(parts).endswith((b"\r\n\r\n0\r\n\r\n", b"0\r\n\r\n")) or reader.is_ended:
            break
    return b"".join(parts)


def test_an_environ_is_as_pep_3333_wants_it() -> None:
    app = App()
    wire, _ = wired(app)
    wire.feed(
        b"POST /v1/a%20b?x=%2F HTTP/1.1\r\nHost: api.test\r\nX-One: a\r\nX-One: b\r\n"
        b"X_Bad: c\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
    )
    reply = wire.reply()
    environ = app.seen[0]
    assert {key: environ[key] for key in environ if key.isupper()} == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/v1/a b",
        "QUERY_STRING": "x=%2F",
        "REQUEST_URI": "/v1/a%20b?x=%2F",
        "RAW_URI": "/v1/a%20b?x=%2F",
        "SERVER_NAME": "api.test",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "scale_mock",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "0",
        "HTTP_HOST": "api.test",
        "HTTP_X_ONE": "a,b",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
    }
    assert environ["wsgi.url_scheme"] == "https"
    assert reply.head + b"".join(reply.body) == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert reply.is_plain
    assert not wire.is_over


def test_a_whole_url_names_the_host_that_is_meant() -> None:
    app = App()
    wire, _ = wired(app)
    wire.feed(b"GET http://other.test:81/a?b HTTP/1.1\r\nHost: ignored\r\n\r\n")
    wire.reply()
    assert app.seen[0]["HTTP_HOST"] == "other.test:81"
    assert app.seen[0]["REQUEST_URI"] == "/a?b"


@given(st.binary(max_size=2000), st.lists(st.integers(1, 300), max_size=20), st.booleans())
def test_a_body_arrives_whole_however_it_is_cut(
    body: bytes, cuts: list[int], chunked: bool
) -> None:
    if chunked:
        sent = b"".join(
            b"%x\r\n%b\r\n" % (len(part), part)
            for part in (body[first : first + 97] for first in range(0, len(body), 97))
        )
        sent = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n\r\n"
    else:
        sent = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    app = App()
    wire, _ = wired(app)
    for cut in cuts:
        wire.feed(sent[:cut])
        sent = sent[cut:]
        assert not sent or not wire.is_complete
    wire.feed(sent)
    assert wire.is_complete
    wire.reply()
    assert app.bodies == [body]
    assert app.seen[0]["CONTENT_LENGTH"] == str(len(body))
    assert "HTTP_TRANSFER_ENCODING" not in app.seen[0]
    assert not wire.is_complete


def test_what_is_sent_ahead_is_the_next_request() -> None:
    app = App()
    wire, _ = wired(app)
    wire.feed(b"POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\n1GET /b HTTP/1.1\r\n\r\n")
    wire.reply()
    assert wire.is_complete
    wire.reply()
    assert [environ["PATH_INFO"] for environ in app.seen] == ["/a", "/b"]


def test_a_streamed_body_is_chunked_and_closed() -> None:
    streamed = Streamed(b"one", b"", b"two")
    wire, reader = wired(App(streamed))
    wire.feed(b"GET / HTTP/1.1\r\n\r\n")
    assert read(reader) == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    )
    assert streamed.closed == 1


def test_to_http_1_0_a_streamed_body_ends_with_the_connection() -> None:
    wire, reader = wired(App(Streamed(b"one", b"two")))
    wire.feed(b"GET / HTTP/1.0\r\n\r\n")
    head, _, body = read(reader).partition(b"\r\n\r\n")
    assert head.endswith(b"Connection: close")
    parts = [body, *(reader.pull(100, None) for _ in range(3))]
    assert (b"".join(parts), parts[-1]) == (b"onetwo", b"")
    assert reader.is_ended


@pytest.mark.parametrize("reply", [[b"body"], Streamed(b"body")], ids=["a list", "a stream"])
def test_head_gets_no_body(reply: Any) -> None:
    wire, _ = wired(App(reply))
    wire.feed(b"HEAD / HTTP/1.1\r\n\r\n")
    made = wire.reply()
    assert list(made.body) == []


def test_a_client_may_ask_before_it_sends() -> None:
    wire, reader = wired(App())
    wire.feed(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert reader.pull(100, None) == b"HTTP/1.1 100 Continue\r\n\r\n"
    with pytest.raises(TimeoutError, match="timed out"):
        reader.pull(100, 5)
    with pytest.raises(ConfigurationError) as caught:
        reader.pull(100, None)
    assert str(caught.value) == UNFINISHED
    wire.feed(b"ok")
    assert reader.pull(100, None).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict(ending="empty"), b""),
        (Verdict(ending="truncated"), b"bo"),
        (Verdict(ending="slow", pause_s=0.5, chunk_bytes=3), b"body"),
        (Verdict(delay_s=0.5), b"body"),
    ],
    ids=["empty", "truncated", "slow", "late"],
)
def test_a_verdict_is_carried_out_without_waiting(verdict: Verdict, expected: bytes) -> None:
    wire, reader = wired(App([b"body"], verdict))
    wire.feed(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    parts = []
    while data := reader.pull(100, 1.0):
        parts.append(data)
    assert b"".join(parts).partition(b"\r\n\r\n")[2] == expected
    assert reader.is_ended


@pytest.mark.parametrize(
    ("verdict", "error"),
    [
        (Verdict(ending="reset"), ConnectionResetError),
        (Verdict(ending="timeout"), TimeoutError),
        (Verdict(delay_s=2), TimeoutError),
    ],
)
def test_a_verdict_may_be_an_exception(verdict: Verdict, error: type[Exception]) -> None:
    wire, reader = wired(App([b"body"], verdict))
    wire.feed(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(error):
        reader.pull(100, 1.0)
    assert wire.is_over


@given(st.binary(max_size=300))
def test_chunks_that_are_not_complete_are_nothing(body: bytes) -> None:
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    assert unchunked(sent) == body
    assert unchunked(sent[: len(body) // 2]) is None or len(body) < 2
