"""What the application sees of a request."""

from __future__ import annotations

from io import BytesIO
from wsgiref.validate import check_environ  # type: ignore[attr-defined]

import pytest

from scale_mock.serving.deferred import Deferred
from scale_mock.serving.environ import EnvironBuilder
from scale_mock.serving.head import parse_head


def build(head: str, body: bytes | None = None) -> dict[str, object]:
    request = parse_head(head)
    if body is not None:
        request.body, request.body_bytes = BytesIO(body), len(body)
    return EnvironBuilder("127.0.0.1", 8723).build(request, ("10.0.0.9", 4711))


def test_environ_passes_the_validator_of_the_standard_library() -> None:
    environ = build("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n", b"{}")
    check_environ(environ)
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", "8723")
    assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == ("10.0.0.9", "4711")
    assert environ["wsgi.input_terminated"] is True
    assert environ["scale_mock.after_reply"] == []
    assert environ["scale_mock.deferred"] is Deferred


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", ""),
        ("/a/b?c=%41&d", "/a/b", "c=%41&d"),
        ("/a%20b%2fc", "/a b/c", ""),
        ("/%C3%A4%zz%4", "/\xc3\xa4%zz%4", ""),
        ("//two", "//two", ""),
        ("/a?b?c", "/a", "b?c"),
        ("http://other:1/p%20?q", "/p ", "q"),
        ("HTTP://other", "/", ""),
        ("http://other?q", "/", "q"),
    ],
)
def test_target_is_taken_apart(target: str, path: str, query: str) -> None:
    environ = build(f"GET {target} HTTP/1.1\r\nHost: x\r\n")
    assert environ["PATH_INFO"] == path
    assert environ["QUERY_STRING"] == query
    assert environ["REQUEST_URI"] == environ["RAW_URI"] == target


def test_authority_of_an_absolute_target_wins_over_host() -> None:
    assert build("GET http://other:1/ HTTP/1.1\r\nHost: x\r\n")["HTTP_HOST"] == "other:1"


def test_headers_become_variables() -> None:
    environ = build(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nX-Two-Words: v\r\n"
        "X_Two_Words: spoofed\r\nX-Two-Words: w\r\n"
    )
    assert environ["CONTENT_TYPE"] == "a/b"
    assert environ["HTTP_X_TWO_WORDS"] == "v, w"
    assert "HTTP_CONTENT_TYPE" not in environ


def test_decoded_chunked_body_looks_like_one_of_known_length() -> None:
    environ = build("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n", b"12345")
    assert environ["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_request_without_body_has_no_content_length() -> None:
    assert "CONTENT_LENGTH" not in build("GET / HTTP/1.1\r\nHost: x\r\n")


def test_environs_share_nothing_that_can_change() -> None:
    builder = EnvironBuilder("h", 1)
    request = parse_head("GET / HTTP/1.1\r\nHost: x\r\nOnly-Here: 1\r\n")
    other = parse_head("GET / HTTP/1.1\r\nHost: x\r\n")
    first = builder.build(request, ("h", 1))
    first["scale_mock.after_reply"].append(print)
    second = builder.build(other, ("h", 1))
    assert second["scale_mock.after_reply"] == []
    assert "HTTP_ONLY_HERE" not in second
