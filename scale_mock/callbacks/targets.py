"""Where a callback goes: a mounted handler, over loopback, the inbox, or only into the record.

No packet leaves the machine: a URL of any other host is *captured*, unless ``callback_hosts`` names
the host.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

from scale_mock.callbacks.answer import Answer
from scale_mock.callbacks.handlers import (
    CALL,
    arguments_of,
    call_application,
    call_handler,
    can_take,
    handler_as_wsgi,
    is_async,
)
from scale_mock.config.printable import printable
from scale_mock.domain.fields import is_email, is_url
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request

    from scale_mock.callbacks.meddling import Drip
    from scale_mock.callbacks.transport import HttpSender

    Poster = Callable[[str, bytes, Mapping[str, str]], Answer]

Route = Literal["mounted", "loopback", "inbox", "captured"]


class Targets:
    """The receivers that a world can reach.

    Args:
        hosts: Hosts besides loopback that are really sent to.
        timeout_s: How long one attempt may take, in real seconds.
        date: The present, as a ``Date`` header has it; without it none is sent.
    """

    def __init__(
        self, *, hosts: Iterable[str], timeout_s: float, date: Callable[[], str] | None = None
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._timeout_s = timeout_s
        self._date = date
        self._sender: HttpSender | None = None
        self._mounts: dict[str, Poster] = {}
        self._own: set[str] = set()
        self._loops: dict[str, Callable[[], None]] = {}
        self._warned: set[str] = set()

    def mount(self, prefix: str, app: Callable[..., object]) -> None:
        """Answers every URL that begins with a prefix in process.

        Args:
            prefix: For example ``https://app.test/``; the longest matching prefix wins.
            app: A WSGI application (a callable of two arguments), an ASGI application (of three,
                or a class whose instances are coroutine functions of two), or a callable, a
                coroutine function for example, that takes werkzeug's ``Request`` and returns a
                status, a reply, or nothing (which is a 200).

        Raises:
            ConfigurationError: The prefix is no http(s) URL, or the app cannot be called.
        """
        given: object = prefix  # whatever a test passes, not only what is meant to be passed
        if not isinstance(given, str) or not is_url(given) or not _host(given):
            raise ConfigurationError(
                f"mount({prefix!r}): a prefix is the beginning of an http or https URL, "
                "for example 'https://app.test/'."
            )
        if not callable(app):
            raise ConfigurationError(
                f"mount({prefix!r}): expected a WSGI or ASGI application or a callable, "
                f"got {app!r}."
            )
        if not can_take(app):
            raise ConfigurationError(
                f"mount({prefix!r}): {app!r} cannot be called with a request. A handler takes one "
                "argument, werkzeug's Request; a WSGI application takes two, an ASGI one three."
            )
        end = self._loops.pop(prefix, None)
        if end is not None:
            end()
        self._mounts[prefix] = self._poster(prefix, app)
        self._own.discard(prefix)

    def mount_receiver(self, prefix: str, post: Poster) -> None:
        """As :meth:`mount`, for the world's own receiver, which takes a POST as it is."""
        self._mounts[prefix] = post
        self._own.add(prefix)

    def route(self, url: str) -> Route:
        """Which way a destination is reached."""
        if self._mounted(url) is not None:
            return "mounted"
        if is_email(url) and "//" not in url:
            return "inbox"
        host = _host(url)
        if not host or is_loopback(host) or host in self._hosts:
            # Without a host there is nobody to be captured for: sending it fails and says why.
            return "loopback"
        return "captured"

    def send(
        self, url: str, body: bytes, headers: Mapping[str, str], *, drip: Drip | None = None
    ) -> Answer:
        """Sends a callback to a mounted handler or over a socket; only there it can drip."""
        if self._date is not None:
            headers = {**headers, "Date": self._date()}
        post = self._mounted(url)
        if post is not None:
            return post(url, body, headers)
        # Loaded with the first callback over a socket: a tenth of what a server takes to start.
        from scale_mock.callbacks.transport import HttpSender, SendError

        if self._sender is None:
            self._sender = HttpSender(timeout_s=self._timeout_s)
        try:
            status, reply = self._sender.post(url, body, headers, drip=drip)
        except SendError as error:
            return Answer(None, str(error))
        return Answer(status, reply=reply)

    def warn_captured(self, url: str) -> None:
        """Says once per host that callbacks to it stay in the mock."""
        host = _host(url)
        if host in self._warned:
            return
        self._warned.add(host)
        import logging

        # Half letters would break what reads the log: pytest-xdist ends the whole run for one.
        shown = printable(host)
        logging.getLogger("scale_mock").warning(
            "Callbacks to %s are captured, not sent: scale_mock sends to loopback addresses only. "
            "Pass callback_hosts=[%r] (or serve --callback-host %s) to send them, or mount a "
            "handler: mock.callbacks.mount(url, app).",
            shown,
            shown,
            shown,
        )

    def mounts_beside(self, url: str) -> list[str]:
        """The mounted prefixes on the host of a URL that none of them answers."""
        host = _host(url)
        return [prefix for prefix in self._mounts if host and _host(prefix) == host]

    def uncalled(self, urls: Iterable[str]) -> list[str]:
        """The prefixes mounted by the user that answer none of these URLs."""
        called = {self.prefix_of(url) for url in urls}
        return [prefix for prefix in self._mounts if prefix not in called | self._own]

    def loops(self) -> dict[str, Callable[[], None]]:
        """What ends the loops of the mounted ASGI applications, by prefix."""
        return dict(self._loops)

    def end_loops_but(self, kept: Mapping[str, Callable[[], None]]) -> None:
        """Ends the loops of the applications that are mounted no more."""
        for prefix, end in self._loops.items():
            if kept.get(prefix) is not end:
                end()
        self._loops = dict(kept)

    def close(self) -> None:
        """Closes kept connections, and ends the loops of mounted ASGI applications."""
        if self._sender is not None:
            self._sender.close()
        for end in self._loops.values():
            end()

    def _poster(self, prefix: str, app: Callable[..., object]) -> Poster:
        """What POSTs to a mounted application, by its shape."""
        arguments = arguments_of(app)
        is_class = isinstance(app, type)
        if arguments == 3 or (is_class and is_async(getattr(app, CALL, None))):
            from scale_mock.callbacks.asgi import AsgiReceiver

            receiver = AsgiReceiver(app, timeout_s=self._timeout_s)
            self._loops[prefix] = receiver.close
            return receiver.post
        if arguments != 1:
            return partial(call_application, cast("WSGIApplication", app))
        if is_async(app):
            from scale_mock.callbacks.asgi import LoopThread

            thread = LoopThread(self._timeout_s)
            self._loops[prefix] = thread.close
            handler = cast("Callable[[Request], Coroutine[object, object, object]]", app)
            return partial(call_handler, handler_as_wsgi(lambda got: thread.run(handler(got))))
        return partial(call_handler, handler_as_wsgi(app))

    def _mounted(self, url: str) -> Poster | None:
        best = self.prefix_of(url)
        return None if best is None else self._mounts[best]

    def prefix_of(self, url: str) -> str | None:
        """The mounted prefix whose handler gets what is sent to a URL; ``None`` if none does."""
        return max((p for p in self._mounts if url.startswith(p)), key=len, default=None)


def _host(url: str) -> str:
    """The host that a URL names, in lower case; empty where it names none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """True for ``localhost`` and the addresses of this machine's loopback interface."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
