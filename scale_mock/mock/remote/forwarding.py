"""Code that calls Scale in this process, answered by a server: requests go, replies come back."""

from __future__ import annotations

import http.client
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

from scale_mock.api.app import credentials
from scale_mock.domain.refusals import REAL_KEY, UNAUTHORIZED
from scale_mock.envelopes.objects import refusal_body
from scale_mock.intercept import Intercepted, leak_count
from scale_mock.mock.interception import SCALE, Entered, guard_scale
from scale_mock.mock.remote.keys import Secret, basic
from scale_mock.mock.remote.line import Truncated
from scale_mock.registry.keys import looks_real, parse_key
from scale_mock.verdicts import TOLD, VERDICT, Verdict, from_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from scale_mock.domain.refusals import Refusal
    from scale_mock.mock.remote.line import Answer, Line

OF_CONNECTION = frozenset(
    {"connection", "keep-alive", "host", "content-length", "transfer-encoding", "accept-encoding"}
    | {TOLD.lower()}
)
"""Headers that are about one connection and stay behind."""


class Asked(NamedTuple):
    """A request of code in this process.

    Attributes:
        method: The HTTP method.
        path: The path with its query.
        key: The API key that it brings.
        headers: Its headers.
        body: The bytes; ``None`` for none.
    """

    method: str
    path: str
    key: str
    headers: Mapping[str, str]
    body: bytes | None


class Target(Protocol):
    """Where requests go on to."""

    name: str
    line: Line
    refuses_real_keys: bool
    wishes: Mapping[str, str]
    """Headers that every request gets on its way."""

    def key_for(self, key: str) -> str:
        """The key to go on with, given the one that code under test brings."""

    def admit(self, asked: Asked) -> Mapping[str, str]:
        """Lets a request pass with the headers that it answers, or raises why not."""

    def saw(self, method: str, path: str, answer: Answer) -> None:
        """Is told of every reply."""


class Forwarder:
    """The application that answers for Scale's host: it asks the server that the key names."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._targets: dict[str, Target] = {}

    def enter(self, target: Target) -> None:
        """One more target."""
        with self._lock:
            self._targets[target.name] = target

    def leave(self, target: Target) -> None:
        """One target less."""
        with self._lock:
            self._targets.pop(target.name, None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        __tracebackhide__ = True
        key = credentials(environ.get("HTTP_AUTHORIZATION", ""))
        target = self._target(key)
        if target is None:
            return _refused(start_response, UNAUTHORIZED())
        if target.refuses_real_keys and looks_real(key) and key[len("live_") :] != target.name:
            # A server would say the same, but what is real had left this process by then.
            return _refused(start_response, REAL_KEY())
        method, path, body = environ["REQUEST_METHOD"], _path(environ), _body(environ)
        headers = target.admit(Asked(method, path, key, _headers(environ), body))
        headers = {**_signed(headers, target.key_for(key)), **target.wishes}
        try:
            answer = target.line.send(method, path, headers=headers, body=body)
        except Truncated as cut:
            environ[VERDICT] = Verdict("truncated")
            answer = cut.answer
        except (http.client.RemoteDisconnected, TimeoutError, ConnectionResetError) as error:
            environ[VERDICT] = Verdict(_ending(error))
            start_response("502 Bad Gateway", [])
            return []
        verdict = answer.header(TOLD)
        if verdict is not None:
            environ[VERDICT] = from_header(verdict)
        else:
            target.saw(method, path, answer)
        told = [pair for pair in answer.headers if pair[0].lower() not in OF_CONNECTION]
        length = str(len(answer.body))
        start_response(f"{answer.status} {answer.reason}", [*told, ("Content-Length", length)])
        return [answer.body]

    def _target(self, key: str) -> Target | None:
        parsed = parse_key(key)
        with self._lock:
            known = self._targets.get(parsed.account) if parsed is not None else None
            if known is None and len(self._targets) == 1:
                # While there is only one world, any well-formed key opens it.
                known = next(iter(self._targets.values()))
        return known


FORWARDER = Forwarder()
"""The one of this process: while several worlds are intercepted, the key decides."""


class Forwarding(Entered[Any]):
    """What ``intercept()`` of a world elsewhere returns: a context manager, sync and async.

    Args:
        mock: What a ``with`` statement gets.
        target: Where requests go on to.
        hosts: Further base URLs or host names to answer for.
    """

    def __init__(self, mock: Any, target: Target, hosts: Iterable[str] = ()) -> None:
        self._mock = mock
        self._target = target
        self._hosts = Intercepted(FORWARDER, [SCALE, *hosts])
        self._entered: list[tuple[ExitStack, int]] = []

    def begin(self) -> None:
        """Begins, once more if it is on already."""
        guard_scale()
        with ExitStack() as stack:
            if not self._entered:
                FORWARDER.enter(self._target)
                stack.callback(FORWARDER.leave, self._target)
            self._hosts.open()
            stack.callback(self._hosts.close)
            self._entered.append((stack.pop_all(), leak_count()))

    def end(self) -> int:
        """Undoes the last beginning; answers how many leaks there had been when it began."""
        stack, leaks = self._entered.pop()
        stack.close()
        return leaks

    @property
    def is_on(self) -> bool:
        """True while it is entered."""
        return bool(self._entered)


def key_of_world(key: str, name: str) -> str:
    """The key of a world in the mode of the key that code under test brings.

    A key that is not well-formed stays: what the server says to it is what a test wants to see.
    """
    parsed = parse_key(key)
    if parsed is None:
        return key
    return f"{parsed.mode}_{name}"


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    found = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    found = {name: value for name, value in found.items() if name.lower() not in OF_CONNECTION}
    if environ.get("CONTENT_TYPE"):
        found["Content-Type"] = environ["CONTENT_TYPE"]
    return found


def _signed(headers: Mapping[str, str], key: str) -> dict[str, str]:
    """Headers with the key to go on with."""
    found = dict(headers)
    if key:
        is_bearer = found.get("Authorization", "").lower().startswith("bearer")
        found["Authorization"] = Secret(f"Bearer {key}") if is_bearer else basic(key)
    return found


def _body(environ: WSGIEnvironment) -> bytes | None:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        return bytes(environ["wsgi.input"].read(length))
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read()) or None
    return None


def _path(environ: WSGIEnvironment) -> str:
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        raw = quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~")
        query = environ.get("QUERY_STRING", "")
        return f"{raw}?{query}" if query else raw
    text = str(raw)
    return text if text.startswith("/") else "/" + text.partition("://")[2].partition("/")[2]


def _refused(start_response: StartResponse, refusal: Refusal) -> Iterable[bytes]:
    body = refusal_body(refusal)
    headers = [("Content-Type", "application/json; charset=utf-8")]
    status = f"{refusal.status} {http.client.responses[refusal.status]}"
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _ending(error: Exception) -> Any:
    if isinstance(error, http.client.RemoteDisconnected):
        return "empty"
    return "timeout" if isinstance(error, TimeoutError) else "reset"
