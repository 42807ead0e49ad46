"""Owns the servers that tests about worlds elsewhere point at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scale_mock.mock.serve import serving_host
from scale_mock.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from scale_mock.mock.host import Host

Changed = tuple[int, Any, str]
"""Status, body and content type of a reply."""
Change = "Callable[[str, str, Changed], Changed]"


def serving(**settings: Any) -> Host:
    """What ``scale-mock serve`` serves."""
    return serving_host(**{"address": "127.0.0.1", "port": 0, "clock": "autojump", **settings})


class Altered:
    """An application whose replies are changed on their way out.

    Args:
        app: The application.
        change: Takes method, path and reply; answers another reply.
        hidden: Beginnings of paths that this server does not know.
    """

    def __init__(
        self,
        app: WSGIApplication,
        change: Callable[[str, str, Changed], Changed] = lambda method, path, reply: reply,
        hidden: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._change = change
        self._hidden = hidden
        self.seen: list[tuple[str, str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.seen.append((method, path, environ.get("HTTP_AUTHORIZATION", "")))
        if path.startswith(self._hidden):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not here"]
        # What may take long is done at once: the reply has to come back through here.
        environ.pop("scale_mock.deferred", None)
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]

        raw = b"".join(self._app(environ, start))
        kind = dict(started[1])["Content-Type"]
        try:
            body = json.loads(raw)
        except ValueError:
            start_response(started[0], started[1])
            return [raw]
        status, body, kind = self._change(method, path, (int(started[0][:3]), body, kind))
        raw = json.dumps(body).encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(raw)))]
        start_response(f"{status} Answered", headers)
        return [raw]


def served(app: WSGIApplication, tls: Any = None) -> Server:
    """An application on a port of this machine, started."""
    server = Server(app, host="127.0.0.1", port=0, tls=tls)
    server.start()
    return server
