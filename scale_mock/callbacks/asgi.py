"""Mounted ASGI applications and coroutine handlers: each has an event loop in a thread of its own.

A callback goes out in the middle of somebody's call, which may come from a coroutine; so the
application never runs on the caller's loop. The loop starts with the first callback, sends the
application its lifespan's startup, and ends with the world.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import traceback
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

from scale_mock.callbacks.answer import Answer
from scale_mock.callbacks.handlers import HandlerTimeout
from scale_mock.callbacks.overheard import Overheard
from scale_mock.callbacks.records import REPLY_BYTES_KEPT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    AsgiApplication = Callable[[Message, Receive, Send], Awaitable[None]]

STOP_S_MAX = 5.0
"""How long an application may take to shut down before it is left behind."""
NO_ANSWER = "the ASGI application returned without sending a response"


class LoopThread:
    """An event loop in a daemon thread, started when it first has something to do.

    Args:
        timeout_s: How long one piece of work may take, in real seconds.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not closed since."""
        return self._loop is not None

    def run(self, work: Coroutine[Any, Any, Any], *, seconds: float | None = None) -> Any:
        """Waits for a coroutine that runs on the loop.

        Raises:
            HandlerTimeout: It took too long; it has been canceled.
        """
        if self._loop is None:
            self._loop = _Loop()
            self._thread = threading.Thread(
                target=_keep_running, args=(self._loop,), name="scale_mock-asgi", daemon=True
            )
            self._thread.start()
        limited = _within(work, self._timeout_s if seconds is None else seconds)
        return asyncio.run_coroutine_threadsafe(limited, self._loop).result()

    def close(self) -> None:
        """Ends the loop; what still runs on it is canceled."""
        loop, self._loop = self._loop, None
        thread, self._thread = self._thread, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


class AsgiReceiver:
    """Runs one ASGI application. Used by one thread at a time.

    Args:
        app: A single callable ``app(scope, receive, send)``, or a class whose instances are called
            with ``(receive, send)``, as ASGI 2 had it.
        timeout_s: How long one attempt may take, in real seconds.
    """

    def __init__(self, app: object, *, timeout_s: float) -> None:
        self._app = _single(app)
        self._thread = LoopThread(timeout_s)
        self._lifespan: _Lifespan | None = None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POSTs a body to the application; an exception in it is a failed attempt."""
        try:
            if self._lifespan is None:
                lifespan = _Lifespan(self._app)
                self._thread.run(lifespan.start())
                self._lifespan = lifespan
            exchange = _Exchange(_scope(url, headers, self._lifespan.state), body)
            answer: Answer = self._thread.run(exchange.run(self._app))
        except HandlerTimeout:
            return Answer(None, "timeout")
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            return Answer(None, words, traceback=traceback.format_exc())
        return answer

    def close(self) -> None:
        """Sends the lifespan's shutdown and ends the loop; the next callback starts anew."""
        lifespan, self._lifespan = self._lifespan, None
        if lifespan is not None:
            with contextlib.suppress(HandlerTimeout):
                self._thread.run(lifespan.stop(), seconds=STOP_S_MAX)
        self._thread.close()


class LifespanFailed(RuntimeError):
    """The application said that its startup failed."""


class _Lifespan:
    """The application's startup and shutdown. On the loop only."""

    def __init__(self, app: AsgiApplication) -> None:
        self._app = app
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._started = asyncio.Event()
        self._stopped = asyncio.Event()
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Waits until the application is ready; one that knows no lifespan is ready at once."""
        self._task = asyncio.ensure_future(self._run())
        await self._inbox.put({"type": "lifespan.startup"})
        await self._started.wait()
        if self._failure is not None:
            raise LifespanFailed(f"the lifespan's startup failed: {self._failure}")

    async def stop(self) -> None:
        """Waits until the application has shut down."""
        if self._task is not None and not self._task.done():
            await self._inbox.put({"type": "lifespan.shutdown"})
            await self._stopped.wait()

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._inbox.get, self._send)
        except Exception:
            # By the specification, an application that raises here has no lifespan.
            return
        finally:
            self._started.set()
            self._stopped.set()

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.failed":
            self._failure = str(message.get("message") or "it gave no reason")
        if kind.startswith("lifespan.startup"):
            self._started.set()
        else:
            self._stopped.set()


class _Exchange:
    """One POST and its response. On the loop only."""

    def __init__(self, scope: Message, body: bytes) -> None:
        self._scope = scope
        self._body: bytes | None = body
        self._status: int | None = None
        self._reply = bytearray()
        self._over = asyncio.Event()

    async def run(self, app: AsgiApplication) -> Answer:
        """Calls the application. A framework may answer 500 and raise: both are kept."""
        with Overheard() as overheard:
            try:
                await app(self._scope, self._receive, self._send)
            except Exception as error:
                words = f"{type(error).__name__}: {error}"
                return Answer(self._status, words, self._kept, traceback.format_exc())
        if self._status is None:
            raise RuntimeError(NO_ANSWER)
        return overheard.beside(Answer(self._status, reply=self._kept))

    @property
    def _kept(self) -> bytes:
        return bytes(self._reply[:REPLY_BYTES_KEPT])

    async def _receive(self) -> Message:
        if self._body is None:
            await self._over.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = int(message["status"])
        elif message["type"] == "http.response.body":
            if len(self._reply) < REPLY_BYTES_KEPT:
                self._reply += message.get("body", b"")
            if not message.get("more_body"):
                self._over.set()


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that also starts where a test's sockets are forbidden.

    A loop wakes itself through a pair of sockets, and pytest-socket replaces Python's class for
    those, not the interpreter's own underneath.
    """

    def _make_self_pipe(self) -> None:
        import _socket

        if not hasattr(_socket, "socketpair"):
            super()._make_self_pipe()  # type: ignore[misc]  # asyncio's own, not in its stubs
            return
        self._ssock, self._csock = _socket.socketpair()
        self._ssock.setblocking(False)
        self._csock.setblocking(False)
        self._internal_fds: int = getattr(self, "_internal_fds", 0) + 1
        self._add_reader(self._ssock.fileno(), self._read_from_self)  # type: ignore[attr-defined]


def _keep_running(loop: asyncio.AbstractEventLoop) -> None:
    """The thread of a loop: until it is stopped, and then what asyncio does at the end of one."""
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _within(work: Coroutine[Any, Any, Any], seconds: float) -> Any:
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait([task], timeout=seconds)
    if done:
        return task.result()
    task.cancel()
    raise HandlerTimeout


def _single(app: object) -> AsgiApplication:
    """An application in today's form."""
    if not inspect.isclass(app):
        return cast("AsgiApplication", app)

    made = cast("Callable[[Message], Callable[[Receive, Send], Awaitable[None]]]", app)

    async def single(scope: Message, receive: Receive, send: Send) -> None:
        await made(scope)(receive, send)

    return single


def _scope(url: str, headers: Mapping[str, str], state: Mapping[str, Any]) -> Message:
    """What an ASGI server would make of the POST."""
    parts = urlsplit(url)
    path = parts.path or "/"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.netloc.rpartition("@")[2]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": parts.scheme,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": parts.query.encode("utf-8", "replace"),
        "root_path": "",
        "headers": [
            (b"host", host.encode("latin-1", "replace")),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "", port),
        "state": dict(state),
    }
