"""The request parser: bytes in, requests or refusals out, however the stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scale_mock.serving.head import ProtocolError
from scale_mock.serving.limits import Limits
from scale_mock.serving.parser import RequestParser

LIMITS = Limits(head_bytes_max=512, body_bytes_max=1000, body_spool_bytes=100)
HOST = b"Host: x\r\n"


def parse(*pieces: bytes, limits: Limits = LIMITS) -> list[tuple[object, ...]]:
    """Return what comes out of a stream: requests as tuples, then perhaps a refusal."""
    parser = RequestParser(limits)
    found: list[tuple[object, ...]] = []
    for piece in pieces:
        parser.feed(piece)
        try:
            while (request := parser.next_request()) is not None:
                found.append(
                    (
                        request.method,
                        request.target,
                        request.version,
                        request.headers,
                        request.body.read(),
                        request.body_bytes,
                        request.keep_alive,
                    )
                )
                request.body.close()
        except ProtocolError as error:
            found.append((error.status, error.error))
            break
    parser.close()
    return found


def refused(*pieces: bytes) -> tuple[int, str]:
    found = parse(*pieces)
    assert len(found) == 1
    status, error = found[0]
    assert isinstance(status, int)
    assert isinstance(error, str)
    return status, error


def test_get_is_parsed() -> None:
    assert parse(b"GET /a%20b?c=d HTTP/1.1\r\nHost: x:1\r\nX-A:  b c \t\r\nEmpty:\r\n\r\n") == [
        (
            "GET",
            "/a%20b?c=d",
            "HTTP/1.1",
            {"host": "x:1", "x-a": "b c", "empty": ""},
            b"",
            None,
            True,
        )
    ]


def test_body_of_given_length_is_cut_off_where_the_next_request_starts() -> None:
    first, second = parse(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
        b"abcGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert first[4:6] == (b"abc", 3)
    assert second[1] == "/2"


def test_chunked_body_is_decoded() -> None:
    found = parse(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
        b'3;name="v"\r\nabc\r\n00A \r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n'
        b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert [request[4:6] for request in found] == [(b"abc0123456789", 13), (b"", None)]


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_long_body_is_spooled_to_a_file(framing: str) -> None:
    body = bytes(range(250)) * 2
    if framing == "length":
        data = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + body
    else:
        data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        data += b"32\r\n%b\r\n1c2\r\n%b\r\n0\r\n\r\n" % (body[:50], body[50:])
    parser = RequestParser(LIMITS)
    parser.feed(data)
    request = parser.next_request()
    assert request is not None
    assert request.body.fileno() > 0
    assert request.body.read() == body
    assert request.body_bytes == 500
    request.body.close()


@pytest.mark.parametrize(
    ("version", "connection", "keep_alive"),
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.1", "Connection: x, Close\r\n", False),
        ("1.1", "Connection: keep-alive\r\n", True),
        ("1.0", "", False),
        ("1.0", "Connection: Keep-Alive\r\n", True),
        ("1.0", "Connection: close, keep-alive\r\n", False),
        ("1.2", "", True),
    ],
)
def test_keep_alive(version: str, connection: str, keep_alive: bool) -> None:
    (request,) = parse(f"GET / HTTP/{version}\r\nHost: x\r\n{connection}\r\n".encode())
    assert request[6] is keep_alive


def test_http_1_0_needs_no_host() -> None:
    assert parse(b"GET / HTTP/1.0\r\n\r\n")[0][2] == "HTTP/1.0"


@pytest.mark.parametrize("target", [b"http://x/a", b"HTTPS://x:1/a?b", b"//x", b"/\xc3\xa4"])
def test_targets_that_are_let_through(target: bytes) -> None:
    (request,) = parse(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert request[1] == target.decode("latin-1")


def test_asterisk_is_a_target_of_options() -> None:
    assert parse(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")[0][:2] == ("OPTIONS", "*")


def test_repeated_headers_are_joined() -> None:
    (request,) = parse(
        b"GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nCookie: a=b\r\na: 2\r\ncookie: c\r\n\r\n"
    )
    assert request[3] == {"host": "x", "a": "1, 2", "cookie": "a=b; c"}


def test_equal_content_lengths_count_as_one() -> None:
    (request,) = parse(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert request[4] == b"abc"


def test_empty_lines_before_a_request_are_skipped() -> None:
    assert len(parse(b"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n\r\n")) == 1


@pytest.mark.parametrize(
    ("head", "status", "said"),
    [
        # Request line.
        (b"GET  / HTTP/1.1\r\n" + HOST, 400, "Request line 'GET  / HTTP/1.1'"),
        (b"GET /a b HTTP/1.1\r\n" + HOST, 400, "Request line"),
        (b"GET / HTTP/1.1 \r\n" + HOST, 400, "Request line"),
        (b"GET /\r\n" + HOST, 400, "Request line"),
        (b"GET\t/\tHTTP/1.1\r\n" + HOST, 400, "Request line"),
        (b"G(T / HTTP/1.1\r\n" + HOST, 400, "Request line"),
        (b"GET /\x00 HTTP/1.1\r\n" + HOST, 400, "Request line"),
        (b"GET /\x7f HTTP/1.1\r\n" + HOST, 400, "Request line"),
        (b"GET / http/1.1\r\n" + HOST, 400, "Request line"),
        (b"GET / HTTP/1.10\r\n" + HOST, 400, "Request line"),
        (b"GET / HTTP/1.1\rX\r\n" + HOST, 400, "Request line"),
        (b"GET /" + b"a" * 200 + b"\x01 HTTP/1.1\r\n" + HOST, 400, "aaa...'"),
        (b" GET / HTTP/1.1\r\n" + HOST, 400, "0x20"),
        (b"\x00GET / HTTP/1.1\r\n" + HOST, 400, "0x00"),
        (b"\x16\x03\x01\x02\x00\x01", 400, "use http://"),
        (b"GET x HTTP/1.1\r\n" + HOST, 400, "Request target 'x'"),
        (b"GET * HTTP/1.1\r\n" + HOST, 400, "Request target '*'"),
        (b"GET ftp://x/ HTTP/1.1\r\n" + HOST, 400, "Request target"),
        (b"CONNECT x:443 HTTP/1.1\r\n" + HOST, 501, "CONNECT"),
        (b"GET / HTTP/2.0\r\n" + HOST, 505, "HTTP/2.0"),
        (b"PRI * HTTP/2.0\r\n", 505, "HTTP/2.0"),
        (b"GET / HTTP/0.9\r\n" + HOST, 505, "HTTP/0.9"),
        # Headers.
        (b"GET / HTTP/1.1\r\nA: b\r\n", 400, "Host header is missing"),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST, 400, "Host header is given twice"),
        (b"GET / HTTP/1.1\r\nno colon\r\n" + HOST, 400, "'no colon' has no colon"),
        (b"GET / HTTP/1.1\r\nBad name: v\r\n" + HOST, 400, "Header name 'Bad name'"),
        (b"GET / HTTP/1.1\r\nHost : x\r\n", 400, "no space before the colon"),
        (b"GET / HTTP/1.1\r\n: v\r\n" + HOST, 400, "Header name ''"),
        (b"GET / HTTP/1.1\r\nA(: v\r\n" + HOST, 400, "Header name 'A('"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"\tfolded\r\n", 400, "fold no headers"),
        (b"GET / HTTP/1.1\r\n Host: x\r\n", 400, "fold no headers"),
        (b"GET / HTTP/1.1\r\nA: b\x00c\r\n" + HOST, 400, "control character 0x00"),
        (b"GET / HTTP/1.1\r\nA: b\x1b\r\n" + HOST, 400, "control character 0x1b"),
        (b"GET / HTTP/1.1\r\nA\x7f: b\r\n" + HOST, 400, "control character 0x7f"),
        (b"GET / HTTP/1.1\r\nA: b\rB: c\r\n" + HOST, 400, "control character 0x0d"),
        (b"GET / HTTP/1.1\nHost: x\n", 400, "bare LF"),
        (b"GET / HTTP/1.1\r\nA: b\nB: c\r\n" + HOST, 400, "bare LF"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: magic\r\nContent-Length: 1\r\n", 417, "magic"),
        # Framing.
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n", 400, "Content-Length '-1'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n", 400, "'+1'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1_0\r\n", 400, "'1_0'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x10\r\n", 400, "'0x10'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: \xb2\r\n", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length:\r\n", 400, "Content-Length ''"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 4\r\n", 400, "'3, 4'"),
        (
            b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n",
            400,
            "different values: '3, 4'",
        ),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1001\r\n", 413, "of 1001 bytes"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %b\r\n" % (b"9" * 400), 413, "limit"),
        (
            b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            400,
            "Both Transfer-Encoding and Content-Length",
        ),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", 400, "HTTP/1.0"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n", 501, "'gzip'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: identity\r\n", 501, "'identity'"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n", 501, "gzip"),
        (
            b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" * 2,
            501,
            "'chunked, chunked'",
        ),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: \x0bchunked\r\n", 400, "0x0b"),
    ],
)
def test_malformed_head_is_refused(head: bytes, status: int, said: str) -> None:
    got, error = refused(head + b"\r\n")
    assert (got, said in error) == (status, True), error


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"x\r\n", 400, "Chunk size 'x'"),
        (b"\r\n", 400, "Chunk size ''"),
        (b"-1\r\n", 400, "Chunk size '-1'"),
        (b"0x1\r\n", 400, "Chunk size '0x1'"),
        (b"1 1\r\n", 400, "Chunk size"),
        (b"1;\x00\r\n", 400, "Chunk size"),
        (b"0" * 17 + b"\r\n", 400, "16 digits"),
        (b"1\na\r\n", 400, "bare LF"),
        (b"1;" + b"a" * 600, 400, "size line of a chunk"),
        (b"1\r\nab\r\n", 400, "longer than its size line"),
        (b"1\r\na\n\n", 400, "longer than its size line"),
        (b"0\r\nno colon\r\n\r\n", 400, "'no colon'"),
        (b"0\r\nA: b\n\r\n", 400, "trailers"),
        (b"0\r\n" + b"A: 0123456789\r\n" * 50 + b"\r\n", 400, "trailers"),
        (b"3e9\r\n", 413, "body_bytes_max"),
        (b"ffffffffffffffff\r\n", 413, "body_bytes_max"),
        (b"3e8\r\n" + b"a" * 1000 + b"\r\n1\r\n", 413, "body_bytes_max"),
    ],
)
def test_malformed_chunks_are_refused(body: bytes, status: int, said: str) -> None:
    got, error = refused(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    assert (got, said in error) == (status, True), error


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
def test_head_beyond_the_limit_is_refused(end: bytes) -> None:
    start = b"GET / HTTP/1.1\r\nHost: x\r\nA: "
    fits = start + b"a" * (512 - len(start) - 4) + b"\r\n\r\n"
    assert len(parse(fits)) == 1
    status, error = refused(start + b"a" * (512 - len(start) + 1 - len(end)) + end)
    assert status == 431
    assert error.endswith("or a shorter URL: long values belong in the body.")
    assert "head_bytes_max" not in error


def test_crafted_white_space_does_not_take_quadratic_time() -> None:
    """With backtracking, this header would take hours; here the assertion is that it returns."""
    value = b"\t" * 60_000 + b"\x00"
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA:" + value + b"\r\n\r\n"
    assert parse(head, limits=Limits())[0][0] == 400


def test_refusal_is_final() -> None:
    parser = RequestParser(LIMITS)
    parser.feed(b"GET / HTTP/9.9\r\n\r\n")
    with pytest.raises(ProtocolError, match=r"HTTP/9\.9"):
        parser.next_request()
    parser.feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ProtocolError, match=r"HTTP/9\.9"):
        parser.next_request()


def test_continue_is_due_only_while_the_body_is_awaited() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n"
    parser = RequestParser(LIMITS)
    states = []
    for data in (head, b"a", head + b"a", head.replace(b"1.1", b"1.0"), b"a"):
        parser.feed(data)
        request = parser.next_request()
        states.append((request is not None, parser.continue_due, parser.is_within_body))
    assert states == [
        (False, True, True),
        (True, False, False),
        (True, False, False),
        (False, False, True),
        (True, False, False),
    ]


STREAMS = [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\r\n",
    b"GET http://h/%41?q HTTP/1.0\r\nA: b\r\na: c\r\nConnection: keep-alive\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nGET / \r\n\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
    b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\n\r\n0\r\n81;e\r\n" + b"r" * 129 + b"\r\n0\r\nT: t\r\n\r\n",
    # Whatever comes after one of these is never looked at.
    b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nA b\r\n\r\n",
    b"\x16\x03\x01",
    b"\n",
    b"\rGET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 500 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 500 + b"\n\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 600 + b"\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 100,
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
]


@given(
    stream=st.lists(st.sampled_from(STREAMS) | st.binary(max_size=20), max_size=6).map(b"".join),
    data=st.data(),
)
def test_any_cut_of_a_stream_gives_the_same_requests(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert parse(*pieces) == parse(stream)


@given(st.sampled_from(STREAMS))
@example(b"".join(STREAMS[:6]))
def test_bytes_may_come_one_by_one(stream: bytes) -> None:
    assert parse(*(bytes([byte]) for byte in stream)) == parse(stream)
