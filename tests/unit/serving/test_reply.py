"""What goes over the wire for what the application says."""

from __future__ import annotations

import json

import pytest

from scale_mock.serving.head import parse_head
from scale_mock.serving.reply import DateLine, ReplyError, ReplyStart, Then, refusal


def start(method: str = "GET", version: str = "1.1", headers: str = "Host: x\r\n") -> ReplyStart:
    request = parse_head(f"{method} / HTTP/{version}\r\n{headers}")
    return ReplyStart(request, lambda: "Date: then\r\n")


def test_length_is_computed() -> None:
    reply_start = start()
    reply_start("200 OK", [("A", "b")])
    reply = reply_start.whole(b"body")
    assert reply.data == (b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 4\r\nDate: then\r\n\r\nbody")
    assert reply.then is Then.KEEP


def test_length_and_date_of_the_application_are_kept() -> None:
    reply_start = start()
    reply_start("200 OK", [("content-length", "4"), ("Date", "now")])
    assert reply_start.whole(b"body").data == (
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nDate: now\r\n\r\nbody"
    )


@pytest.mark.parametrize(
    ("version", "headers", "app_headers", "line", "then"),
    [
        ("1.1", "Host: x\r\n", [], b"", Then.KEEP),
        ("1.1", "Host: x\r\nConnection: close\r\n", [], b"Connection: close\r\n", Then.CLOSE),
        ("1.0", "Connection: keep-alive\r\n", [], b"Connection: keep-alive\r\n", Then.KEEP),
        ("1.0", "A: b\r\n", [], b"Connection: close\r\n", Then.CLOSE),
        ("1.1", "Host: x\r\n", [("Connection", "close")], b"Connection: close\r\n", Then.CLOSE),
        ("1.1", "Host: x\r\n", [("Connection", "keep-alive")], b"", Then.KEEP),
    ],
)
def test_connection_header(
    version: str, headers: str, app_headers: list[tuple[str, str]], line: bytes, then: Then
) -> None:
    reply_start = start(version=version, headers=headers)
    reply_start("204 No Content", app_headers)
    reply = reply_start.whole(b"")
    assert reply.data == b"HTTP/1.1 204 No Content\r\nDate: then\r\n" + line + b"\r\n"
    assert reply.then is then


def test_head_announces_the_length_and_sends_nothing() -> None:
    reply_start = start("HEAD")
    reply_start("200 OK", [])
    assert reply_start.whole(b"body").data.endswith(b"Content-Length: 4\r\nDate: then\r\n\r\n")


def test_head_keeps_the_length_that_the_application_gave() -> None:
    reply_start = start("HEAD")
    reply_start("200 OK", [("Content-Length", "9")])
    assert b"Content-Length: 9\r\n" in reply_start.whole(b"").data


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_statuses_without_body_send_none(status: str) -> None:
    reply_start = start()
    reply_start(status, [])
    assert reply_start.whole(b"ignored").data.endswith(b"Date: then\r\n\r\n")


def test_streamed_reply_is_chunked() -> None:
    reply_start = start()
    reply_start("200 OK", [])
    first = reply_start.first(b"0123456789")
    assert first.data.endswith(b"Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n")
    assert first.then is Then.CONTINUE
    assert reply_start.framed(b"x") == b"1\r\nx\r\n"
    last = reply_start.last()
    assert (last.data, last.then) == (b"0\r\n\r\n", Then.KEEP)


def test_streamed_reply_of_known_length_is_not_chunked() -> None:
    reply_start = start()
    reply_start("200 OK", [("Content-Length", "4")])
    assert reply_start.first(b"ab").data.endswith(b"\r\n\r\nab")
    assert reply_start.framed(b"cd") == b"cd"
    assert reply_start.last().data == b""


def test_streamed_reply_to_http_1_0_ends_with_the_connection() -> None:
    reply_start = start(version="1.0", headers="Connection: keep-alive\r\n")
    reply_start("200 OK", [])
    assert reply_start.first(b"ab").data.endswith(b"Connection: close\r\n\r\nab")
    assert reply_start.last().then is Then.CLOSE


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        ("OK", [], "three digits"),
        ("200 OK\r\nX: y", [], "three digits"),
        ("200 OK", [("A", "b\r\nc")], "control characters"),
        ("200 OK", [("A\n", "b")], "control characters"),
        ("200 OK", [("Transfer-Encoding", "chunked")], "leave it out"),
        ("200 OK", [("Content-Length", "-1")], "not a number of bytes"),
    ],
)
def test_start_response_refuses(status: str, headers: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(ReplyError, match=said):
        start()(status, headers)


def test_start_response_may_be_called_again_only_with_an_error() -> None:
    reply_start = start()
    reply_start("200 OK", [("A", "b"), ("Content-Length", "1")])
    with pytest.raises(ReplyError, match="twice"):
        reply_start("200 OK", [])
    error = ValueError("late")
    reply_start("500 Oops", [], (ValueError, error, None))  # type: ignore[arg-type]
    assert reply_start.whole(b"ab").data.startswith(b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n")
    with pytest.raises(ValueError, match="late"):
        reply_start("500 Oops", [], (ValueError, error, None))  # type: ignore[arg-type]


def test_reply_without_start_response_is_refused() -> None:
    with pytest.raises(ReplyError, match="without calling start_response"):
        start().whole(b"")


def test_body_of_another_length_than_announced_is_refused() -> None:
    reply_start = start()
    reply_start("200 OK", [("Content-Length", "3")])
    with pytest.raises(ReplyError, match="Content-Length is 3, but the body has 4 bytes"):
        reply_start.whole(b"body")


def test_date_line_follows_rfc_9110(monkeypatch: pytest.MonkeyPatch) -> None:
    instant = 784111777.9
    monkeypatch.setattr("scale_mock.serving.reply.time.time", lambda: instant)
    line = DateLine()
    assert line() == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    instant += 0.2
    assert line() == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n"


def test_refusal_is_json_and_ends_the_connection() -> None:
    reply = refusal(413, "too long")
    head, _, body = reply.data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 Content Too Large\r\n")
    assert b"Connection: close" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body) == {"status_code": 413, "error": "too long"}
    assert reply.then is Then.CLOSE
    assert refusal(400, "x", is_head=True).data.endswith(b"\r\n\r\n")
