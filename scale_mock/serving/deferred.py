"""Owns the signal by which an application asks for a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Deferred(BaseException):
    """Raised by an application to say: this request may block, run `call` in a worker thread.

    The server calls applications on its one loop thread, so whatever may wait (for a callback that
    comes back to this very server, say) has to be handed over. To be raised before
    `start_response` is called; `call` then plays the application's part: it calls the same
    `start_response` and returns the iterable of bytes. It derives from `BaseException`, so that an
    application's own last-resort `except Exception` lets it through. The environ offers the class
    as `scale_mock.deferred`; where that is missing, nobody understands the signal.

    Attributes:
        call: Takes nothing, returns the body.
    """

    def __init__(self, call: Callable[[], Iterable[bytes]]) -> None:
        super().__init__("run this request in a worker thread")
        self.call = call
