"""Where a callback goes: a mounted handler, over loopback, the inbox, or only into the record.

No packet leaves the machine: a URL of any other host is *captured*, unless ``callback_hosts`` names
the host.
"""

from __future__ import annotations

import ipaddress
import logging
import traceback
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

from scale_mock.callbacks.records import REPLY_BYTES_KEPT
from scale_mock.callbacks.transport import HttpSender, SendError
from scale_mock.domain.fields import is_email
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from werkzeug.wrappers import Request

Route = Literal["mounted", "loopback", "inbox", "captured"]


LOG = logging.getLogger("scale_mock")


class Targets:
    """The receivers that a world can reach.

    Args:
        hosts: Hosts besides loopback that are really sent to.
        timeout_s: How long one attempt may take, in real seconds.
    """

    def __init__(self, *, hosts: Iterable[str], timeout_s: float) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._sender = HttpSender(timeout_s=timeout_s)
        self._mounts: dict[str, WSGIApplication] = {}
        self._warned: set[str] = set()

    def mount(self, prefix: str, app: WSGIApplication | Callable[[Request], object]) -> None:
        """Answers every URL that begins with a prefix in process.

        Args:
            prefix: For example ``https://app.test/``; the longest matching prefix wins.
            app: A WSGI application (a callable of two arguments), or a callable that takes
                werkzeug's ``Request`` and returns a status, a reply, or nothing (which is a 200).

        Raises:
            ConfigurationError: The prefix is no http(s) URL, or the app cannot be called.
        """
        parts = urlsplit(prefix)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ConfigurationError(
                f"mount({prefix!r}): a prefix is the beginning of an http or https URL, "
                "for example 'https://app.test/'."
            )
        if not callable(app):
            raise ConfigurationError(
                f"mount({prefix!r}): expected a WSGI application or a callable, got {app!r}."
            )
        self._mounts[prefix] = _as_wsgi(app)

    def route(self, url: str) -> Route:
        """Which way a destination is reached."""
        if self._mounted(url) is not None:
            return "mounted"
        if is_email(url) and "//" not in url:
            return "inbox"
        host = (urlsplit(url).hostname or "").lower()
        if is_loopback(host) or host in self._hosts:
            return "loopback"
        return "captured"

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int | None, str | None, bytes, str | None]:
        """Sends a callback to a mounted handler or over a socket.

        Returns:
            Status or ``None``, error or ``None``, the reply's beginning, a traceback or ``None``.
        """
        app = self._mounted(url)
        if app is not None:
            return _call(app, url, body, headers)
        try:
            status, reply = self._sender.post(url, body, headers)
        except SendError as error:
            return None, str(error), b"", None
        return status, None, reply, None

    def warn_captured(self, url: str) -> None:
        """Says once per host that callbacks to it stay in the mock."""
        host = urlsplit(url).hostname or url
        if host in self._warned:
            return
        self._warned.add(host)
        LOG.warning(
            "Callbacks to %s are captured, not sent: scale_mock sends to loopback addresses only. "
            "Pass callback_hosts=[%r] (or serve --callback-host %s) to send them, or mount a "
            "handler: mock.callbacks.mount(url, app).",
            host,
            host,
            host,
        )

    def close(self) -> None:
        """Closes kept connections."""
        self._sender.close()

    def _mounted(self, url: str) -> WSGIApplication | None:
        best = max((p for p in self._mounts if url.startswith(p)), key=len, default=None)
        return None if best is None else self._mounts[best]


def is_loopback(host: str) -> bool:
    """True for ``localhost`` and the addresses of this machine's loopback interface."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _call(
    app: WSGIApplication, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int | None, str | None, bytes, str | None]:
    """Calls a WSGI application as the platform's POST would; an exception is a failed attempt."""
    got: dict[str, str] = {}

    def start_response(
        status: str, headers: object, exc_info: object = None
    ) -> Callable[[bytes], object]:
        got["status"] = status
        return chunks.append

    chunks: list[bytes] = []
    try:
        produced = app(_environ(url, body, headers), start_response)
        try:
            chunks.extend(produced)
        finally:
            close = getattr(produced, "close", None)
            if close is not None:
                close()
    except ConnectionRefusedError:
        return None, "refused", b"", None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}", b"", traceback.format_exc()
    return int(got["status"].split()[0]), None, b"".join(chunks)[:REPLY_BYTES_KEPT], None


def _environ(url: str, body: bytes, headers: Mapping[str, str]) -> WSGIEnvironment:
    from werkzeug.test import EnvironBuilder

    return EnvironBuilder(
        path=url, method="POST", data=body, headers=list(headers.items())
    ).get_environ()


def _as_wsgi(app: WSGIApplication | Callable[[Request], object]) -> WSGIApplication:
    """A handler of werkzeug's ``Request`` as a WSGI application; an application as it is."""
    import inspect

    try:
        parameters = [
            p
            for p in inspect.signature(app).parameters.values()
            if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} and p.default is p.empty
        ]
        takes_request = len(parameters) == 1
    except (TypeError, ValueError):
        takes_request = False
    if not takes_request:
        return cast("WSGIApplication", app)
    handler = cast("Callable[[Request], object]", app)

    def wsgi(environ: WSGIEnvironment, start_response: object) -> Iterable[bytes]:
        from werkzeug.wrappers import Request, Response

        answer = handler(Request(environ))
        if answer is None:
            answer = 200
        if isinstance(answer, int):
            reply = Response(status=answer)
        elif isinstance(answer, Response):
            reply = answer
        else:
            reply = Response(str(answer))
        return reply(environ, start_response)  # type: ignore[arg-type]

    return wsgi
