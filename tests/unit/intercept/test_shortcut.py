"""The short way of urllib3 2 answers as the long way does, attribute by attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3

from scale_mock.intercept import Intercepted, guard, shortcut
from scale_mock.intercept.requests_in import make_environ

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "short.example.test"
URL = f"https://{HOST}"
seen: list[dict[str, Any]] = []


def app(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Answers what it was asked for, in the way that the query says."""
    body = environ["wsgi.input"].read()
    shown = {k: v for k, v in environ.items() if isinstance(v, str)}
    seen.append({**shown, "body": body})
    headers = [("Content-Type", "text/plain"), ("X-Two", "a"), ("X-Two", "b")]
    if environ["QUERY_STRING"] == "cookie":
        headers.append(("Set-Cookie", "a=b"))
    if environ["QUERY_STRING"] == "redirect":
        start("302 Found", [("Location", f"{URL}/there"), ("Content-Length", "0")])
        return []
    start("200 Very Fine", headers)
    return [b"echo ", body]


@pytest.fixture(autouse=True)
def intercepted() -> Iterator[None]:
    guard([])
    hosts = Intercepted(app, [HOST])  # type: ignore[arg-type]
    hosts.open()
    seen.clear()
    yield
    hosts.close()


def told(reply: requests.Response) -> dict[str, Any]:
    raw = reply.raw
    return {
        # Version 1.26 of urllib3 has no text of it.
        "version": (raw.version, getattr(raw, "version_string", None)),
        "status": (reply.status_code, reply.reason),
        "headers": list(raw.headers.items()),
        "content": reply.content,
        "cookies": dict(reply.cookies),
        "history": [one.status_code for one in reply.history],
        "retries": raw.retries.history,
        "url": (reply.url, raw.geturl()),
        "lengths": (raw.length_remaining, raw.tell(), raw.closed),
    }


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "/a", {}),
        ("GET", "/a%2Fb?q=1&r=%20", {}),
        ("GET", "/a?cookie", {}),
        ("GET", "/a?redirect", {}),
        ("HEAD", "/a", {}),
        ("DELETE", "/a", {}),
        ("POST", "/a", {"json": {"x": "ä"}}),
        ("POST", "/a", {"data": {"x": "1"}}),
        ("POST", "/a", {}),
        ("PUT", "/a", {"data": "text"}),
        ("POST", "/a", {"files": {"f": ("n.txt", b"content")}}),
        ("GET", "/a", {"auth": ("live_x", "")}),
        ("GET", "/a", {"headers": {"X-Odd_Name": "1", "X-Empty": ""}}),
        ("GET", "/a", {"headers": {"Connection": "close"}}),
    ],
)
def test_both_ways_give_the_same(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, more: dict[str, Any]
) -> None:
    def ask() -> tuple[dict[str, Any], list[dict[str, Any]]]:
        seen.clear()
        monkeypatch.setattr("urllib3.filepost.choose_boundary", lambda: "boundary")
        with requests.Session() as session:
            found = told(session.request(method, URL + path, timeout=5, **more))
        return found, list(seen)

    short = ask()
    monkeypatch.setattr(shortcut, "_plain_reply", lambda *_: None)
    long = ask()
    assert short == long


def test_plain_calls_go_the_short_way_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[bool] = []
    original = shortcut._plain_reply

    def watched(*arguments: Any) -> Any:
        reply = original(*arguments)
        ways.append(reply is not None)
        return reply

    monkeypatch.setattr(shortcut, "_plain_reply", watched)
    requests.get(URL, timeout=5)
    requests.post(URL, json={}, timeout=5)
    requests.post(URL, data=iter([b"a", b"b"]), timeout=5)
    requests.get(f"{URL}/?cookie", timeout=5)
    # A request is answered once, whichever way it takes in the end; 1.26 has the long way only.
    short = [True, True, False, False] if urllib3.__version__.startswith("2.") else []
    assert (ways, len(seen)) == (short, 4)


def test_a_connection_is_used_again() -> None:
    pool = urllib3.HTTPSConnectionPool(HOST)
    headers = {"User-Agent": "me"}
    for _ in range(3):
        assert pool.request("GET", "/", headers=headers).data == b"echo "
        assert pool.request("GET", "/", headers=headers, preload_content=False).data == b"echo "
    assert (pool.num_connections, pool.num_requests) == (1, 6)


def test_the_environ_of_the_short_way_is_made_by_the_same_function() -> None:
    assert shortcut.make_environ is make_environ
