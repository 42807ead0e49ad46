"""Operations: what the API can do, by name, method and path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.api.call import Call
    from scale_mock.api.polling import Polled
    from scale_mock.api.reply import Reply


class Scheduled(Protocol):
    """Something pending that has an event coming: a task, a batch, or the world."""

    @property
    def touched(self) -> int:
        """Grows when an event changes it."""


class Operation(NamedTuple):
    """One thing that the API can do.

    Attributes:
        name: Verb and resource, as in the OpenAPI document.
        method: The HTTP method.
        path: The path below the API's prefix, names in angle brackets.
        run: Does it, under the world's lock.
        blocks: It runs the world or takes long, so it takes the locks that it needs itself.
        needs_key: False for the few that need no world.
        quiet: It stays out of the log of requests: a test asks about its world by it.
        awaited: What an ``autojump`` clock runs to before this is read; ``None`` if nothing.
        polled: What pending thing is read, so that polls which lead nowhere are noticed.
    """

    name: str
    method: str
    path: str
    run: Callable[[Call], Reply]
    blocks: bool = False
    needs_key: bool = True
    awaited: Callable[[Call], Scheduled | None] | None = None
    polled: Callable[[Call], Polled | None] | None = None
    quiet: bool = False
