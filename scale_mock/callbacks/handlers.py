"""Mounted handlers: calling a customer's endpoint in process, as a POST over a socket would."""

from __future__ import annotations

import inspect
import io
import sys
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote_to_bytes, urlsplit

from scale_mock.callbacks.answer import Answer
from scale_mock.callbacks.records import REPLY_BYTES_KEPT
from scale_mock.config.late import LOADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from werkzeug.wrappers import Request


class HandlerTimeout(Exception):
    """A handler took longer than one attempt may."""


def call_application(
    app: WSGIApplication, url: str, body: bytes, headers: Mapping[str, str]
) -> Answer:
    """As :func:`call_handler`, for a whole application: its framework may log what it caught."""
    from scale_mock.callbacks.overheard import Overheard

    with Overheard() as overheard:
        return overheard.beside(call_handler(app, url, body, headers))


def call_handler(app: WSGIApplication, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POSTs a body to a WSGI application; an exception in it is a failed attempt."""
    got: list[str] = []
    chunks: list[bytes] = []

    def start_response(
        status: str, headers: object, exc_info: object = None
    ) -> Callable[[bytes], object]:
        got.append(status)
        return chunks.append

    try:
        produced = app(_environ(url, body, headers), cast("StartResponse", start_response))
        try:
            chunks.extend(produced)
        finally:
            close = getattr(produced, "close", None)
            if close is not None:
                close()
        if not got:
            raise RuntimeError("the WSGI application never called start_response")
        status = int(got[-1].split(None, 1)[0])
        return Answer(status, reply=b"".join(chunks)[:REPLY_BYTES_KEPT])
    except ConnectionRefusedError:
        return Answer(None, "refused")
    except HandlerTimeout:
        return Answer(None, "timeout")
    except Exception as error:
        words = f"{type(error).__name__}: {error}".partition("\n")[0]
        return Answer(None, words, traceback=_told(error))


def _told(error: Exception) -> str:
    """An exception's traceback from the handler on: how it was called says nothing about it."""
    import traceback  # late: no start has to wait for it

    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def as_wsgi(app: WSGIApplication | Callable[[Request], object]) -> WSGIApplication:
    """A handler of werkzeug's ``Request`` as a WSGI application; an application as it is."""
    if arguments_of(app) != 1:
        return cast("WSGIApplication", app)
    return handler_as_wsgi(cast("Callable[[Request], object]", app))


def arguments_of(app: Callable[..., object]) -> int | None:
    """How many positional arguments a callable must get; ``None`` where that cannot be told."""
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return sum(p.kind in positional and p.default is p.empty for p in parameters)


def can_take(app: Callable[..., object]) -> bool:
    """Whether a callable takes what handlers, WSGI or ASGI applications get, or cannot be told."""
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):
        return True
    for count in (1, 2, 3):
        try:
            signature.bind(*range(count))
        except TypeError:
            continue
        return True
    return False


CALL = "__call__"


def is_async(app: object) -> bool:
    """Whether calling it makes a coroutine: a coroutine function, or an object that is one."""
    return inspect.iscoroutinefunction(app) or (
        not inspect.isclass(app) and inspect.iscoroutinefunction(getattr(app, CALL, None))
    )


def handler_as_wsgi(handler: Callable[[Request], object]) -> WSGIApplication:
    """As :func:`as_wsgi`, for what is known to take a ``Request``: looking costs 10 µs a world."""

    def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with LOADING:
            from werkzeug.wrappers import Request, Response

        answer = handler(Request(environ))
        if answer is None or type(answer) is int:
            start_response(f"{answer or 200} ", [])
            return []
        if isinstance(answer, int) and not isinstance(answer, bool):
            return Response(b"", int(answer))(environ, start_response)  # an HTTPStatus
        if isinstance(answer, Response):
            return answer(environ, start_response)
        # Flask's way to say a status: (body, status) or (body, status, headers).
        body, *more = answer if isinstance(answer, tuple) and answer else (answer,)
        if not isinstance(body, str | bytes):
            raise TypeError(
                f"a handler returns a status, a reply or nothing (a 200), not {answer!r}"
            )
        reply = Response(body, *more)
        return reply(environ, start_response)

    return wsgi


def _environ(url: str, body: bytes, headers: Mapping[str, str]) -> WSGIEnvironment:
    """What a WSGI server would make of the POST (PEP 3333)."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
