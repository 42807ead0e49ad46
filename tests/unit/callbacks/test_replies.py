"""The reply to a callback: every form of it, however the bytes come."""

from __future__ import annotations

from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.callbacks import replies
from scale_mock.callbacks.replies import REPLY_BYTES_MAX, CallbackReply, read_reply

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = b"HTTP/1.1 200 OK\r\n"


class FakeSocket:
    """Gives the pieces it was made of, one for each read, and then the end of the stream."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = list(pieces)
        self.timeouts: list[float] = [30.0]
        self.reads = 0

    def recv(self, size: int) -> bytes:
        self.reads += 1
        piece = self.pieces.pop(0) if self.pieces else b""
        if len(piece) > size:
            self.pieces.insert(0, piece[size:])
        return piece[:size]

    def settimeout(self, timeout_s: float) -> None:
        self.timeouts.append(timeout_s)

    def gettimeout(self) -> float:
        return self.timeouts[-1]


def read(*pieces: bytes) -> CallbackReply:
    sock: Any = FakeSocket(pieces)
    return read_reply(sock, timeout_s=30.0)


FORMS = {
    "a length": (HEAD + b"Content-Length: 2\r\n\r\nok", (200, b"ok", True)),
    "no body": (HEAD + b"content-LENGTH:0\r\n\r\n", (200, b"", True)),
    "an error": (b"HTTP/1.1 503 \r\nContent-Length: 2 \r\n\r\nno", (503, b"no", True)),
    "no reason": (b"HTTP/1.1 204\r\n\r\n", (204, b"", True)),
    "no body by its status": (b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n", (304, b"", True)),
    "the last one": (
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
        (200, b"ok", False),
    ),
    "the end of the stream": (HEAD + b"\r\nok", (200, b"ok", False)),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, b"ok", False)),
    "HTTP/1.0 kept": (
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
        (200, b"ok", True),
    ),
    "chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nA: b\r\n\r\n",
        (200, b"ok", True),
    ),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", (200, b"ok", True)),
    "interim replies": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        + HEAD
        + b"Content-Length: 2\r\n\r\nok",
        (200, b"ok", True),
    ),
    "another protocol": (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", (101, b"", True)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_reply_of_any_form_is_read(form: str) -> None:
    data, expected = FORMS[form]
    assert read(data) == expected


@given(st.sampled_from(sorted(FORMS)), st.lists(st.integers(0, 200), max_size=6))
def test_it_does_not_matter_how_a_reply_is_cut(form: str, cuts: list[int]) -> None:
    data, expected = FORMS[form]
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    assert read(*(data[a:b] for a, b in pairwise(edges))) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x16\x03\x01\x00\x05garbage",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"<html>nothing but text</html>",
        b"\r\n\r\n\r\n",
    ],
)
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    with pytest.raises(BadStatusLine):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: 5\r\n\r\nok",
        HEAD + b"Content-Length: 5\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nok",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nok",
    ],
)
def test_a_reply_that_is_not_whole_is_none(data: bytes) -> None:
    with pytest.raises(IncompleteRead):
        read(data)


def test_a_head_without_end_is_given_up() -> None:
    with pytest.raises(LineTooLong):
        read(HEAD + b"X: " + b"y" * 100_000)


@pytest.mark.parametrize("framing", [b"Content-Length: 1000000000\r\n", b"X: y\r\n"])
def test_of_a_gigabyte_only_the_beginning_is_read(framing: bytes) -> None:
    sock: Any = FakeSocket([HEAD + framing + b"\r\n", *[b"x" * 65_536] * 100])
    reply = read_reply(sock, timeout_s=30.0)
    assert (reply.status, len(reply.body), reply.stays) == (200, REPLY_BYTES_MAX, False)
    assert sock.reads < 20


def test_what_follows_a_reply_unasked_costs_the_connection() -> None:
    assert read(HEAD + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n").stays is False


@pytest.mark.parametrize("length", [0, 2])
def test_a_body_ends_where_its_length_says(length: int) -> None:
    reply = read(HEAD + b"Content-Length: %d\r\n\r\n" % length + b"okXXXX")
    assert reply == (200, b"okXXXX"[:length], False)


@pytest.mark.parametrize("cut", [10_000, 30])
def test_too_many_headers_are_refused_however_they_come(cut: int) -> None:
    data = HEAD + b"X: y\r\n" * 150 + b"Content-Length: 2\r\n\r\nok"
    with pytest.raises(HTTPException, match="more than 100 headers"):
        read(data[:cut], data[cut:])


def test_interim_replies_have_an_end() -> None:
    with pytest.raises(HTTPException, match="too many interim replies"):
        read(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200 + HEAD + b"Content-Length: 0\r\n\r\n")


def test_the_usual_reply_is_one_read_and_leaves_the_timeout_alone() -> None:
    sock: Any = FakeSocket([HEAD + b"Content-Length: 2\r\n\r\nok"])
    read_reply(sock, timeout_s=30.0)
    assert (sock.reads, sock.timeouts) == (1, [30.0])


@pytest.mark.parametrize("head", [HEAD, HEAD + b"Content-Length: 20\r\n\r\n"])
def test_a_reply_that_trickles_in_has_an_end(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """Each read has its time, and so has the whole: ten seconds a byte would go on for ever."""
    now = [100.0]
    monkeypatch.setattr(replies.real, "monotonic", lambda: now[0])

    class Slow(FakeSocket):
        def recv(self, size: int) -> bytes:
            now[0] += 10
            return super().recv(size)

    sock: Any = Slow([head, *[b"x"] * 20])
    with pytest.raises(TimeoutError):
        read_reply(sock, timeout_s=30.0)
    assert (sock.reads, sock.timeouts) == (3, [30.0, 20.0, 10.0])


def test_a_reply_that_took_its_time_gives_the_timeout_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(replies.real, "monotonic", lambda: next(now))
    sock: Any = FakeSocket([HEAD, b"Content-Length: 2\r\n\r\n", b"ok"])
    assert read_reply(sock, timeout_s=100.0).body == b"ok"
    assert sock.timeouts[-1] == 100.0
