"""Owns one request on its way through the application: calling it, and bringing its reply out.

An application is called on the loop thread. If it raises :class:`Deferred`, its call runs in a
worker, and what it returns is posted back to the loop, the only thread that touches sockets.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Protocol

from scale_mock.serving.deferred import Deferred
from scale_mock.serving.environ import AFTER_REPLY
from scale_mock.serving.realtime import clock as time
from scale_mock.serving.reply import Reply, ReplyError, ReplyStart, Then, refusal
from scale_mock.verdicts import VERDICT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scale_mock.serving.context import Context
    from scale_mock.serving.head import Request
    from scale_mock.verdicts import Verdict

_PARTS_PER_TURN = 16


class Channel(Protocol):
    """The connection, as an exchange sees it. Loop thread only."""

    @property
    def is_clear(self) -> bool:
        """Whether it is open and all that was written is with the kernel."""

    def write(self, reply: Reply) -> None:
        """Send (part of) a reply; the exchange is ended once its last part is out."""

    def carry_out(self, verdict: Verdict, reply: Reply) -> None:
        """Let a verdict decide what of a whole reply goes out, and when."""

    def advance(self) -> None:
        """Go on with the next request, if this one is over."""

    def abort(self) -> None:
        """Cut the connection."""


class Exchange:
    """One request and its reply.

    Loop thread only, except for the methods that say otherwise.
    """

    __slots__ = ("_body", "_channel", "_context", "_environ", "_is_over", "_is_unwanted",
                 "_parts", "_request", "_room", "_start", "_streamed_bytes")  # fmt: skip

    def __init__(
        self, channel: Channel, request: Request, context: Context, address: tuple[str, int]
    ) -> None:
        self._channel = channel
        self._request = request
        self._context = context
        self._environ = context.environs.build(request, address)
        self._start = ReplyStart(request, context.date)
        self._body: Iterable[bytes] = ()
        self._parts: Iterator[bytes] | None = None
        self._room: threading.Event | None = None
        self._streamed_bytes = 0
        self._is_unwanted = False
        self._is_over = False
        context.requests_in_flight += 1

    def run(self) -> None:
        """Call the application, and send what is there of its reply."""
        try:
            body = self._context.app(self._environ, self._start)
            if type(body) is list or type(body) is tuple:
                self._answer(self._start.whole(self._joined(body)))
            else:
                self._body = body
                self._send_iterable(iter(body))
        except Deferred as deferred:
            self._defer(deferred.call)
        except BaseException as error:  # the boundary to foreign code: the loop goes on
            self._fail(error)

    def resume(self) -> None:
        """Go on with a streamed reply: what was written is out."""
        if self._room is not None:
            self._room.set()
        else:
            self._pump()

    def cancel(self) -> None:
        """Take note that nobody waits for the reply any more.

        A deferred call goes on to its end, and what the application asked to run after the reply
        runs then.
        """
        self._is_unwanted = True
        if self._room is not None:
            self._room.set()
        elif self._parts is not None:
            self._close_body()
            self.end()

    def end(self) -> None:
        """Run what the application asked to run after the reply, and let go of the request."""
        if self._is_over:
            return
        self._is_over = True
        for callback in self._environ[AFTER_REPLY]:
            try:
                callback()
            except BaseException as error:  # the boundary to foreign code: the loop goes on
                self._context.report(error)
        self._request.body.close()
        self._context.last_activity = time.monotonic()
        self._context.requests_in_flight -= 1

    def _answer(self, reply: Reply) -> None:
        """Send a whole reply, as it is or as the application's verdict wants it."""
        verdict = self._environ.get(VERDICT)
        if verdict is None:
            self._channel.write(reply)
        else:
            self._channel.carry_out(verdict, reply)

    def _joined(self, parts: Iterable[bytes]) -> bytes:
        written = self._start.written
        return b"".join([*written, *parts]) if written else b"".join(parts)

    def _fail(self, error: BaseException) -> None:
        self._context.report(error)
        self._close_body()
        if self._start.is_sent:
            self._channel.abort()
            self.end()
        else:
            self._refuse(500, f"The application raised {type(error).__name__}: {error}")

    def _refuse(self, status: int, error: str) -> None:
        is_head = self._request.method == "HEAD"
        self._channel.write(refusal(status, error, is_head=is_head))
        self._channel.advance()

    def _close_body(self) -> None:
        """Call the `close` of the iterable, once. Loop thread or worker."""
        body, self._body = self._body, ()
        close = getattr(body, "close", None)
        if close is None:
            return
        try:
            close()
        except BaseException as error:  # the boundary to foreign code: the loop goes on
            self._context.report(error)

    def _gather(self, parts: Iterator[bytes], *, enough: int) -> tuple[bytes, bool]:
        """Collect a body up to so many parts; return it, and whether it is whole.

        Loop thread or worker. Only a body that goes on after that is worth streaming.
        """
        collected: list[bytes] = []
        for part in parts:
            if part:
                collected.append(part)
            if self._start.is_bodiless:
                return b"", True
            if len(collected) >= enough and self._lacks_bytes(collected):
                return self._joined(collected), False
        return self._joined(collected), True

    def _lacks_bytes(self, parts: list[bytes]) -> bool:
        length = self._start.length
        return length is None or sum(map(len, parts)) < length

    def _count(self, part: bytes) -> bytes:
        """Return a part of a streamed body, checked against Content-Length."""
        self._streamed_bytes += len(part)
        length = self._start.length
        if length is not None and self._streamed_bytes > length:
            raise ReplyError(f"Content-Length is {length}, but the body goes on after that.")
        return part

    def _check_complete(self) -> None:
        length = self._start.length
        if length is not None and self._streamed_bytes < length:
            raise ReplyError(
                f"Content-Length is {length}, but the body ends after {self._streamed_bytes} bytes."
            )

    # An iterable on the loop thread.

    def _send_iterable(self, parts: Iterator[bytes]) -> None:
        data, is_whole = self._gather(parts, enough=2)
        if is_whole:
            self._close_body()
            self._answer(self._start.whole(data))
            return
        self._parts = parts
        self._channel.write(self._start.first(self._count(data)))
        self._pump()

    def _pump(self) -> None:
        """Send parts as long as the client keeps up, giving others their turn in between."""
        if self._parts is None or self._is_over:
            return
        try:
            for _ in range(_PARTS_PER_TURN):
                if not self._channel.is_clear or self._is_over:
                    return
                part = next(self._parts, None)
                if part is None:
                    self._finish_stream()
                    return
                if part:
                    self._channel.write(Reply(self._start.framed(self._count(part)), Then.CONTINUE))
        except BaseException as error:  # the boundary to foreign code: the loop goes on
            self._fail(error)
            return
        self._context.mailbox.post(self._pump)

    def _finish_stream(self) -> None:
        self._check_complete()
        self._parts = None
        self._close_body()
        self._channel.write(self._start.last())
        self._channel.advance()

    # A deferred call.

    def _defer(self, call: Callable[[], Iterable[bytes]]) -> None:
        if self._start.is_begun:
            self._fail(ReplyError("Deferred was raised after start_response was called."))
            return
        self._room = threading.Event()
        self._context.pool.submit(partial(self._work, call), give_up=self._give_up)

    def _give_up(self) -> None:
        limits = self._context.limits
        self._refuse(
            503,
            f"All {limits.pool_threads_max} worker threads (limit pool_threads_max) were busy for "
            f"{limits.pool_wait_s_max} seconds (limit pool_wait_s_max). Do deferred requests wait "
            "for each other? Raise the limit, or send fewer at a time.",
        )

    def _work(self, call: Callable[[], Iterable[bytes]]) -> None:
        """Run a deferred call and post its reply. Worker."""
        try:
            self._body = call()
            parts = iter(self._body)
            is_list = isinstance(self._body, list | tuple)
            data, is_whole = self._gather(parts, enough=2**62 if is_list else 1)
            if is_whole:
                self._close_body()
                self._post(partial(self._deliver_whole, self._start.whole(data)))
            else:
                self._stream(data, parts)
        except BaseException as error:  # the boundary to foreign code: the worker goes on
            self._post(partial(self._fail, error))

    def _stream(self, data: bytes, parts: Iterator[bytes]) -> None:
        """Hand parts to the loop, each once the one before it is out. Worker."""
        is_open = self._hand_over(self._start.first(self._count(data)))
        while is_open:
            part = next(parts, None)
            if part is None:
                self._check_complete()
                break
            if part:
                is_open = self._hand_over(
                    Reply(self._start.framed(self._count(part)), Then.CONTINUE)
                )
        self._close_body()
        self._post(partial(self._deliver, self._start.last()))

    def _hand_over(self, reply: Reply) -> bool:
        """Wait until a part is out; return whether anybody wants more. Worker."""
        assert self._room is not None
        self._room.clear()
        if self._is_unwanted or not self._post(partial(self._deliver_part, reply)):
            return False
        self._room.wait()
        return not self._is_unwanted

    def _post(self, call: Callable[[], None]) -> bool:
        """Have the loop make a call; clean up if there is no loop any more. Worker."""
        if self._context.mailbox.post(call):
            return True
        self._request.body.close()
        return False

    def _deliver_whole(self, reply: Reply) -> None:
        self._answer(reply)
        self._channel.advance()

    def _deliver(self, reply: Reply) -> None:
        self._channel.write(reply)
        self._channel.advance()

    def _deliver_part(self, reply: Reply) -> None:
        self._channel.write(reply)
        if self._channel.is_clear:
            self.resume()
        else:
            self._channel.advance()
