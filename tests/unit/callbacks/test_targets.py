"""Where a callback goes: by what its URL says, however odd; and that no URL can break delivery."""

from __future__ import annotations

import logging
from http.client import HTTPConnection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.callbacks.targets import Targets, is_loopback
from scale_mock.callbacks.transport import HttpSender, SendError
from scale_mock.errors import ConfigurationError

NO_HOST = (
    "http://",
    "http://[::1",
    "http://[",
    "http://]:80/",
    "http://:80/",
    "http://user@",
    "https://",
    "http:///path",
    "localhost",
    "5",
    "",
    "http://localhost\u2100/",
    "mailto:",
    "javascript:alert(1)",
)
BAD_HOST = (
    "http://localhost:abc/",
    "http://localhost:99999/",
    "http://\ud800.localhost/",
    "http://loc\nalhost:bad/",
    "ftp://localhost/",
    "//localhost/",
)
"""These name a host, and yet nobody can be spoken to."""


@pytest.fixture
def targets() -> Targets:
    return Targets(hosts=["App", "10.0.0.7"], timeout_s=1)


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("http://localhost/", "loopback"),
        ("http://LOCALHOST:8000/x", "loopback"),
        ("https://app.localhost", "loopback"),
        ("http://127.0.0.1:5000/", "loopback"),
        ("http://127.9.9.9/", "loopback"),
        ("http://[::1]:5000/", "loopback"),
        ("http://user:secret@127.0.0.1/", "loopback"),
        ("http://user:secret@example.com/", "captured"),
        ("http://127.0.0.1@example.com/", "captured"),
        ("http://example.com/127.0.0.1", "captured"),
        ("http://notlocalhost/", "captured"),
        ("http://localhost.example.com/", "captured"),
        ("http://[::1]example.com/", "loopback"),
        ("http://127.0.0.1.example.com/", "captured"),
        ("http://0.0.0.0/", "captured"),
        ("http://[2001:db8::1]/", "captured"),
        ("https://api.scale.com/v1", "captured"),
        ("http://app:8000/hook", "loopback"),
        ("http://APP/hook", "loopback"),
        ("http://10.0.0.7/", "loopback"),
        ("http://10.0.0.8/", "captured"),
        ("http://sub.app/", "captured"),
        ("someone@example.com", "inbox"),
        ("a.b+c@sub.example.com", "inbox"),
        ("http://someone@example.com", "captured"),
    ],
)
def test_routes(targets: Targets, url: str, route: str) -> None:
    assert targets.route(url) == route


def test_a_mount_wins_over_every_other_route(targets: Targets) -> None:
    for prefix in ("http://localhost:8000/", "https://api.scale.com/", "http://app/"):
        targets.mount(prefix, lambda request: 200)
        assert targets.route(prefix + "x") == "mounted"
    assert targets.route("http://localhost:8001/") == "loopback"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("::1", True), ("127.1.2.3", True), ("localhost", True), ("x.localhost", True), ("", False),
     ("::", False), ("127.0.0", False), ("1", False), ("example.com", False)],
)  # fmt: skip
def test_loopback_hosts(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("url", [*NO_HOST, *BAD_HOST])
def test_an_odd_url_is_a_failed_attempt(targets: Targets, url: str) -> None:
    assert targets.route(url) == "loopback", "nothing to be captured for"
    answer = targets.send(url, b"{}", {})
    assert (answer.status, answer.error, answer.traceback) == (None, "bad URL", None)


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_whatever_breaks_the_choice_of_a_route(text: str) -> None:
    targets = Targets(hosts=[], timeout_s=1)
    for url in (text, f"http://{text}", f"http://x/{text}"):
        assert targets.route(url) in {"loopback", "inbox", "captured"}
        targets.warn_captured(url)


def test_the_warning_can_be_written_down_whatever_the_host(
    targets: Targets, caplog: pytest.LogCaptureFixture
) -> None:
    targets.warn_captured("http://half\udb6b.test/x")
    [record] = caplog.records
    assert record.getMessage().encode("utf-8").startswith(rb"Callbacks to half\udb6b.test are")


@pytest.mark.parametrize("prefix", ["", "app.test/", "ftp://app.test/", 5, None, *NO_HOST])
def test_a_prefix_is_the_beginning_of_a_url(targets: Targets, prefix: Any) -> None:
    with pytest.raises(ConfigurationError, match="a prefix is the beginning of an http or https"):
        targets.mount(prefix, lambda request: 200)


def test_what_is_mounted_can_be_called(targets: Targets) -> None:
    app: Any = "app"
    with pytest.raises(
        ConfigurationError, match="expected a WSGI or ASGI application or a callable, got"
    ):
        targets.mount("https://app.test/", app)


def test_captured_hosts_are_warned_about_once_with_what_would_send(
    targets: Targets, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="scale_mock"):
        for url in ("https://App.example/1", "https://app.example/2", "http://other.example"):
            targets.warn_captured(url)
    assert [record.getMessage() for record in caplog.records] == [
        f"Callbacks to {host} are captured, not sent: scale_mock sends to loopback addresses only. "
        f"Pass callback_hosts=['{host}'] (or serve --callback-host {host}) to send them, or mount "
        "a handler: mock.callbacks.mount(url, app)."
        for host in ("app.example", "other.example")
    ]


class FakeConnection(HTTPConnection):
    """An ``HTTPConnection`` without a network: it raises or answers as its class is told."""

    raises: Exception | None = None
    made: list[FakeConnection] = []
    sent: list[bytes] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made.append(self)

    def send(self, data: Any) -> None:
        self.sent.append(data)
        if self.raises is not None:
            raise self.raises
        super().send(data)

    def connect(self) -> None:
        raise ConnectionRefusedError


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> type[FakeConnection]:
    monkeypatch.setattr(FakeConnection, "made", [])
    monkeypatch.setattr(FakeConnection, "sent", [])
    monkeypatch.setattr(FakeConnection, "raises", None)
    monkeypatch.setattr("scale_mock.callbacks.transport.HTTPConnection", FakeConnection)
    return FakeConnection


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (TimeoutError("x"), "timeout"),
        (ConnectionRefusedError(111, "127.0.0.1:5"), "refused"),
        (ConnectionResetError(104, "x"), "reset"),
        (BrokenPipeError(), "reset"),
        (OSError("no route"), "OSError"),
        (UnicodeError("x"), "bad URL"),
    ],
)
def test_errors_are_words_without_hosts_or_ports(
    connection: type[FakeConnection],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    word: str,
) -> None:
    """The journal must be the same on every machine."""
    monkeypatch.setattr(connection, "raises", error)
    with pytest.raises(SendError) as failed:
        HttpSender(timeout_s=1).post("http://localhost:5/", b"", {})
    assert str(failed.value) == word


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://localhost", "/", "localhost"),
        ("http://localhost/a/b?c=d#e", "/a/b?c=d", "localhost"),
        ("http://localhost:80?c=%C3%BC", "/?c=%C3%BC", "localhost"),
        ("http://localhost:81/ü?x=ü&y=1", "/%C3%BC?x=%C3%BC&y=1", "localhost:81"),
        ("http://[::1]:81/%2F/ü", "/%2F/%C3%BC", "[::1]:81"),
        ("http://u:p@bücher.localhost/", "/", "xn--bcher-kva.localhost"),
    ],
)
def test_a_post_goes_out_in_one_piece(
    connection: type[FakeConnection], url: str, target: str, host: str
) -> None:
    with pytest.raises(SendError, match="refused"):
        HttpSender(timeout_s=1).post(url, b"{}", {"a": "b"})
    assert connection.sent == [
        f"POST {target} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        "Content-Length: 2\r\na: b\r\n\r\n{}".encode()
    ]


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://[::1]/", "::1", 80),
        ("http://[::1]:8000/", "::1", 8000),
        ("http://LOCALHOST/", "localhost", 80),
        ("http://u:p@127.0.0.1:1/", "127.0.0.1", 1),
    ],
)
def test_what_is_connected_to_is_what_the_route_was_chosen_for(
    connection: type[FakeConnection], url: str, host: str, port: int
) -> None:
    with pytest.raises(SendError, match="refused"):
        HttpSender(timeout_s=1).post(url, b"", {})
    assert [(made.host, made.port) for made in connection.made] == [(host, port)]


def test_a_failed_connection_is_not_kept(connection: type[FakeConnection]) -> None:
    sender = HttpSender(timeout_s=1)
    for _ in range(2):
        with pytest.raises(SendError):
            sender.post("http://user:secret@localhost:7/", b"", {})
    assert [(made.host, made.port) for made in connection.made] == [("localhost", 7)] * 2
    sender.close()
