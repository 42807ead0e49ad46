"""Owns the limits of the serving loop: every queue, buffer and wait has one, with a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server accepts before it refuses, in bytes, seconds and counts.

    Attributes:
        head_bytes_max: Request line and headers together, and also the trailers and each size
            line of a chunked body; beyond it the reply is 431 (400 in a chunked body).
        body_bytes_max: Decoded body of one request; beyond it the reply is 413.
        body_spool_bytes: A body longer than this is kept in a temporary file, not in memory.
        connections_max: Open connections. At the limit the connection that has been idle longest
            makes room; if none is idle, new ones wait in the kernel's queue.
        idle_s_max: Seconds a connection may stay silent: between requests it is closed, within a
            request it gets a 408, within a reply it is dropped. A request that the application is
            still working on is never idle.
        drain_s_max: Seconds for which input is read and thrown away after a refusal, so that the
            client sees the reply and not a reset.
        drain_bytes_max: Bytes thrown away at most during that time.
        hold_s_max: Seconds for which a client that a verdict denies its reply is left waiting.
        pool_threads_max: Worker threads for deferred requests.
        pool_wait_s_max: Seconds a deferred request waits for a worker thread; then it gets a 503.
    """

    head_bytes_max: int = 65_536
    body_bytes_max: int = 100 * 2**20
    body_spool_bytes: int = 2**20
    connections_max: int = 1024
    idle_s_max: float = 75.0
    drain_s_max: float = 5.0
    drain_bytes_max: int = 256 * 2**20
    hold_s_max: float = 600.0
    pool_threads_max: int = 32
    pool_wait_s_max: float = 10.0
