"""Owns the patches of aiohttp: connections whose transport is in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.intercept.gate import GATE
from scale_mock.intercept.hosts import Origin, plain_host
from scale_mock.intercept.reading import CONTINUE, NO_TIMEOUT, reset_error
from scale_mock.intercept.replies_out import Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from scale_mock.intercept.patching import Patches
    from scale_mock.intercept.wire import Wire


def patch_aiohttp(module: ModuleType, patches: Patches) -> None:
    """Patches ``aiohttp.connector``."""
    patches.add(module.TCPConnector, "_create_connection", _create)
    patches.add(module.BaseConnector, "connect", _connect)


def _create(original: Callable[..., Any]) -> Callable[..., Any]:
    async def create_connection(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        url = req.url
        wire = GATE.connect(url.scheme, url.raw_host, url.port)
        if wire is None:
            return await original(self, req, traces, timeout)
        protocol = self._factory()
        protocol.connection_made(MemoryTransport(wire, protocol, timeout))
        return protocol

    return create_connection


def _connect(original: Callable[..., Any]) -> Callable[..., Any]:
    async def connect(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        _drop_strays(self, req)
        connection = await original(self, req, traces, timeout)
        transport = connection.transport
        if type(transport) is MemoryTransport:
            # A kept connection serves requests whose timeouts differ.
            transport.client_timeout = timeout
        return connection

    return connect


def _drop_strays(connector: Any, req: Any) -> None:
    """Closes kept connections that lead elsewhere than a new one would."""
    url = req.url
    origin = Origin(url.scheme, plain_host(url.raw_host or ""), url.port or 0)
    for protocol, *_ in list(connector._conns.get(req.connection_key, ())):
        in_memory = type(protocol.transport) is MemoryTransport
        if not GATE.may_keep(origin, in_memory=in_memory):
            protocol.close()


class MemoryTransport(asyncio.Transport):
    """A transport whose far end is a wire: what the protocol writes is answered soon after.

    Args:
        wire: The far end.
        protocol: aiohttp's ``ResponseHandler``.
        timeout: aiohttp's ``ClientTimeout`` of the request.
    """

    def __init__(self, wire: Wire, protocol: Any, timeout: Any) -> None:
        super().__init__()
        self._wire = wire
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._steps: Iterator[bytes | float | Cut] | None = None
        self._waited = 0.0
        self._is_closing = self._is_paused = False
        self.client_timeout = timeout

    def write(self, data: Any) -> None:
        """Takes bytes of a request; a complete one is answered in the loop's next round."""
        if self._is_closing:
            return
        self._wire.feed(bytes(data))
        if self._steps is None:
            if self._wire.is_complete:
                self._steps = iter(())
                self._loop.call_soon(self._answer)
            elif self._wire.awaits_continue:
                self._loop.call_soon(self._protocol.data_received, CONTINUE)

    def _answer(self) -> None:
        if self._is_closing:
            return
        try:
            self._steps = self._wire.reply().steps()
        except Exception as error:
            self._fail(error)
            return
        self._waited = 0.0
        self._go_on()

    def _go_on(self) -> None:
        while self._steps is not None and not self._is_paused and not self._is_closing:
            step = next(self._steps, None)
            if step is None:
                self._steps = None
            elif isinstance(step, bytes):
                if step:
                    self._protocol.data_received(step)
            elif isinstance(step, Cut):
                self._cut(step)
            elif self._is_too_long(step):
                self._cut(Cut.SILENCE)

    def _is_too_long(self, seconds: float) -> bool:
        """True if the client would not wait so long: for one read, or for all of them."""
        self._waited += seconds
        each, all_of_them = self._limits()
        return (each is not None and seconds > each) or (
            all_of_them is not None and self._waited > all_of_them
        )

    def _limits(self) -> tuple[float | None, float | None]:
        given = self.client_timeout
        return getattr(given, "sock_read", None), getattr(given, "total", None)

    def _cut(self, cut: Cut) -> None:
        if cut is Cut.CLOSED:
            self._lose(None)
        elif cut is Cut.RESET:
            self._lose(reset_error())
        elif self._limits() == (None, None):
            self._fail(ConfigurationError(NO_TIMEOUT))
        else:
            each, _ = self._limits()
            self._fail(_read_timeout() if each is not None else TimeoutError())

    def _fail(self, error: Exception) -> None:
        """What the request's own task sees as an exception."""
        self._steps = None
        protocol = self._protocol
        payload = getattr(protocol, "_payload", None)
        if payload is not None:
            payload.set_exception(error)
        protocol.set_exception(error)
        self.close()

    def _lose(self, error: Exception | None) -> None:
        self._steps = None
        self._wire.is_over = True
        if not self._is_closing:
            self._is_closing = True
            if error is None:
                self._protocol.eof_received()
            self._protocol.connection_lost(error)

    def close(self) -> None:
        """Ends the connection; the protocol hears of it in the loop's next round."""
        if not self._is_closing:
            self._is_closing = True
            self._wire.is_over = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """The same as closing: nothing is under way."""
        self.close()

    def is_closing(self) -> bool:
        """True once either end has closed."""
        return self._is_closing

    def pause_reading(self) -> None:
        """The protocol has enough for now."""
        self._is_paused = True

    def resume_reading(self) -> None:
        """The protocol wants more."""
        if self._is_paused:
            self._is_paused = False
            self._loop.call_soon(self._go_on)

    def is_reading(self) -> bool:
        """True unless the protocol has paused it."""
        return not self._is_paused

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The far end's name; there is no socket and no TLS to tell of."""
        if name == "peername":
            return (self._wire.origin.host, self._wire.origin.port)
        return default

    def get_write_buffer_size(self) -> int:
        """Nothing is ever waiting to be sent."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no buffer."""

    def can_write_eof(self) -> bool:
        """HTTP clients do not need it."""
        return False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Exchanges the protocol."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol


def _read_timeout() -> Exception:
    """What aiohttp raises when ``sock_read`` is over; older versions know its parent only."""
    import aiohttp

    kind = getattr(aiohttp, "SocketTimeoutError", aiohttp.ServerTimeoutError)
    error: Exception = kind("Timeout on reading data from socket")
    return error
