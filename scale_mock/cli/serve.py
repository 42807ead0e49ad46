"""``scale-mock serve``: one server until a signal comes, and a quick and clean end."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import click

from scale_mock.errors import ScaleMockError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scale_mock.mock.host import Host

STOP_S_MAX = 0.25
"""How long the end may wait for what is still out, such as a callback to a receiver that hangs."""

BREATH_S = 0.02
"""How long whoever waited for the start has the processor alone, before the rest is loaded."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    *,
    host: str,
    port: int,
    seed: int,
    clock: str,
    rate: float | None,
    start_at: datetime | None,
    callback_hosts: tuple[str, ...],
    worlds_max: int,
) -> NoReturn:
    """Serves until a signal comes, then ends the process with exit code 0.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        seed: The seed of every world.
        clock: The clock mode of every world.
        rate: Its rate, for ``realtime``.
        start_at: The first instant of every world.
        callback_hosts: Hosts besides loopback that callbacks are really sent to.
        worlds_max: How many worlds there may be.

    Raises:
        ClickException: It cannot listen there.
    """
    # Collecting garbage while modules are loaded finds none, and takes a twentieth of the start.
    gc.disable()
    from scale_mock.mock.serve import load_rest, serving_host

    serving = serving_host(
        address=host,
        port=port,
        start_at=start_at,
        seed=seed,
        clock=clock,
        callback_hosts=callback_hosts,
        worlds_max=worlds_max,
        **({} if rate is None else {"rate": rate}),
    )
    try:
        url = serving.url
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error
    print(f"Listening on {url}", flush=True)
    rest = threading.Timer(BREATH_S, _after_start, args=(load_rest,))
    rest.daemon = True
    rest.start()
    if sys.stderr.isatty():
        sys.stderr.writelines(f"{line}\n" for line in _hints(url, clock))
    _wait_for_signal()
    _stop(serving)


def _after_start(load_rest: Callable[[], None]) -> None:
    """Does what the start did not wait for."""
    load_rest()
    gc.freeze()
    gc.enable()


def _wait_for_signal() -> None:
    """Returns once SIGINT or SIGTERM came; from then on they do nothing else.

    The interpreter writes every signal's number to a socket, and the main thread reads from it:
    nothing is polled, it works on every system, and there is no moment between looking and waiting
    in which a signal could be missed. One that comes before still ends the process at once.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: None)
    receiver.recv(1)


def _stop(serving: Host) -> NoReturn:
    """Closes the server and the worlds, but waits for nothing that hangs."""
    closing = threading.Thread(target=serving.stop, daemon=True)
    closing.start()
    closing.join(STOP_S_MAX)
    sys.stderr.flush()
    # Taking the interpreter down would wait for nothing either, and takes longer.
    os._exit(0)


def _hints(url: str, clock: str) -> Iterator[str]:
    """What somebody who looks at a terminal wants to know next."""
    yield f"  Keys         test_NAME or live_NAME: any NAME opens a world of its own, clock {clock}"
    yield f"  Scale's API  curl -u test_me: {url}/v1/tasks"
    yield f"  Control API  curl -u test_me: {url}/_mock/clock"
    yield "  The README tells how to point the SDK here, and what the control API can do."
    yield "  Ctrl-C stops it."
