"""What went over the wire in a world: requests of the code under test, and tries of callbacks."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.callbacks.records import Attempt, Callback
    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord

CONTROL = "/_mock"
TRIES = {"callback.attempted", "callback.captured", "callback.mailed"}


class Try(NamedTuple):
    """An attempt, its callback unless that was forgotten, and its place among the entries."""

    attempt: Attempt
    callback: Callback | None
    place: float


def requests_of(world: World) -> Iterator[RequestRecord]:
    """The requests to Scale's API, oldest first."""
    return (one for one in world.requests if not one.path.startswith(CONTROL))


def tries_of(world: World) -> Iterator[Try]:
    """The tries of callbacks, oldest first."""
    desk, places = world.desk, _places(world)
    for one in desk.attempts:
        entries = places.get((one.callback_id, one.number)) or places.get((one.callback_id, 0))
        place = entries.popleft() if entries else 0
        yield Try(one, desk.by_id.get(one.callback_id), place)


def place_of(one: RequestRecord) -> float:
    """The place of a request among the entries of its instant: before those that it caused."""
    return one.after - 0.5


def _places(world: World) -> dict[tuple[str, int], deque[int]]:
    """The numbers of the entries about each try; the number of one that nobody answered is 0."""
    found: dict[tuple[str, int], deque[int]] = {}
    for entry in world.core.journal.entries():
        if entry.kind in TRIES:
            told = entry.as_dict()
            key = str(told["id"]), int(str(told.get("number", 0)))
            found.setdefault(key, deque()).append(entry.seq)
    return found


def host_of(url: str) -> str:
    """Who a callback goes to: host and port without credentials, or ``e-mail``."""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return host or ("e-mail" if "@" in url else "nobody")
