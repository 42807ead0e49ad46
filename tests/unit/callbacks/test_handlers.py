"""Mounted handlers: WSGI applications and callables, what they get and what their answers mean."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest
from werkzeug.wrappers import Request, Response

from scale_mock.callbacks.answer import Answer
from scale_mock.callbacks.handlers import as_wsgi, call_handler
from scale_mock.callbacks.records import REPLY_BYTES_KEPT
from scale_mock.callbacks.targets import Targets

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator

URL = "https://app.test/hook/a%2Fb%20c?x=1&y=%C3%BC"


def call(app: Any, url: str = URL, body: bytes = b'{"a":1}', **headers: str) -> Answer:
    return call_handler(as_wsgi(app), url, body, headers)


@pytest.mark.parametrize(
    ("answer", "status", "reply"),
    [
        (None, 200, b""),
        (204, 204, b""),
        (500, 500, b""),
        (299, 299, b""),
        ("thanks", 200, b"thanks"),
        (Response("gone", status=410), 410, b"gone"),
        (("busy", 503), 503, b"busy"),
        (HTTPStatus.SERVICE_UNAVAILABLE, 503, b""),
        (b"raw", 200, b"raw"),
        (("", 204, {"X-A": "b"}), 204, b""),
    ],
)
def test_a_callable_returns_a_status_a_reply_or_nothing(
    answer: object, status: int, reply: bytes
) -> None:
    assert call(lambda request: answer) == Answer(status, reply=reply)


@pytest.mark.parametrize("answer", [True, False, {"ok": 1}, ()])
def test_anything_else_is_no_answer(answer: object) -> None:
    got = call(lambda request: answer)
    assert got.status is None
    assert got.error == (
        f"TypeError: a handler returns a status, a reply or nothing (a 200), not {answer}"
    )


def test_a_callable_gets_werkzeugs_request() -> None:
    seen: list[Request] = []
    call(seen.append, **{"Content-Type": "application/json", "scale-callback-auth": "live_auth"})
    (request,) = seen
    assert (request.method, request.root_url, request.path) == (
        "POST",
        "https://app.test/",
        "/hook/a/b c",
    )
    assert request.get_json() == {"a": 1}
    assert (request.args["x"], request.args["y"]) == ("1", "ü")
    assert request.headers["Scale-Callback-Auth"] == "live_auth"
    assert (request.host, request.is_secure, request.content_length) == ("app.test", True, 7)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://app.test", "app.test", "80"),
        ("https://app.test:8443/", "app.test:8443", "8443"),
        ("https://user:secret@app.test/", "app.test", "443"),
        ("http://[::1]:81/x", "[::1]:81", "81"),
    ],
)
def test_host_and_port_are_the_urls(url: str, host: str, port: str) -> None:
    seen: list[Request] = []
    assert call(seen.append, url).status == 200
    assert (seen[0].environ["HTTP_HOST"], seen[0].environ["SERVER_PORT"]) == (host, port)


class Hook:
    """The same handler in the shapes that people have one in."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def method(self, request: Request) -> int:
        self.paths.append(request.path)
        return 202

    def __call__(self, request: Request, retries: int = 3) -> int:
        return self.method(request)

    def tagged(self, tag: str, request: Request) -> int:
        return self.method(request)


def test_methods_objects_and_partials_are_callables_of_a_request() -> None:
    hook = Hook()
    for app in (hook.method, hook, partial(hook.tagged, "x")):
        assert call(app).status == 202
    assert hook.paths == ["/hook/a/b c"] * 3


def wsgi_app(environ: Any, start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [b"got ", body]


def test_a_wsgi_application_is_called_as_a_server_would_call_it() -> None:
    """The standard library's validator plays the strict application."""
    answer = call(validator(wsgi_app), **{"Content-Type": "application/json"})
    assert (answer.status, answer.error, answer.reply) == (201, None, b'got {"a":1}')


def test_a_wsgi_application_may_be_a_generator_that_is_closed() -> None:
    closed = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        try:
            write = start_response("200 OK", [])
            write(b"a")
            yield b"b"
            raise OSError("disk")
        finally:
            closed.append(True)

    answer = call(app)
    assert (answer.status, answer.error, closed) == (None, "OSError: disk", [True])


def test_a_late_start_response_replaces_the_status() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        start_response("503 Busy", [], (None, None, None))
        return []

    assert call(app).status == 503


@pytest.mark.parametrize("status", ["", "OK", None])
def test_an_application_that_breaks_the_protocol_is_a_failed_attempt(status: str | None) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        if status is not None:
            start_response(status, [])
        return []

    answer = call(app)
    assert answer.status is None
    assert answer.error
    if status is None:
        assert answer.error == "RuntimeError: the WSGI application never called start_response"


def test_an_exception_is_a_failed_attempt_with_its_traceback() -> None:
    def handler(request: Request) -> None:
        raise KeyError("nope")

    answer = call(handler)
    assert (answer.status, answer.error) == (None, "KeyError: 'nope'")
    assert answer.traceback is not None
    assert answer.traceback.startswith("Traceback")
    assert 'raise KeyError("nope")' in answer.traceback


def test_connection_refused_is_a_dead_receiver_and_no_defect() -> None:
    def handler(request: Request) -> None:
        raise ConnectionRefusedError

    assert call(handler) == Answer(None, "refused")


def test_an_exit_of_the_test_itself_is_not_swallowed() -> None:
    def handler(request: Request) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(handler)


def test_only_the_beginning_of_a_long_reply_is_kept() -> None:
    answer = call(lambda request: "x" * 10_000)
    assert answer.reply == b"x" * REPLY_BYTES_KEPT


def test_the_body_can_be_read_by_length_or_to_its_end() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        stream: io.BytesIO = environ["wsgi.input"]
        return [stream.read(3), stream.read()]

    assert call(app, body=b"abcdef").reply == b"abcdef"


def test_the_longest_prefix_wins_whatever_came_first() -> None:
    targets = Targets(hosts=[], timeout_s=1)
    for number, prefix in enumerate(
        ["https://app.test/a/b", "https://app.test/", "https://app.test/a/"]
    ):
        targets.mount(prefix, lambda request, number=number: 200 + number)

    def status(url: str) -> int | None:
        return targets.send(url, b"", {}).status

    assert status("https://app.test/a/b/c") == 200
    assert status("https://app.test/x") == 201
    assert status("https://app.test/a/x") == 202


def test_mounting_again_replaces() -> None:
    targets = Targets(hosts=[], timeout_s=1)
    targets.mount(URL, lambda request: 500)
    targets.mount(URL, lambda request: 202)
    assert targets.send(URL, b"", {}).status == 202
