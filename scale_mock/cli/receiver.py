"""The demo's receiver: a small web service that takes callbacks, and fails a third of the time.

It keeps its own books and knows nothing of the platform, so that what it saw can be held against
what the platform says.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scale_mock.serving import Server
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Any, Self
    from wsgiref.types import StartResponse, WSGIEnvironment

FAILURES = 1 / 3
"""How many of all requests are answered with a 500."""


@dataclass(slots=True)
class Book:
    """What a receiver saw.

    Attributes:
        answers: How many requests were answered with which status.
        taken: How many callbacks were taken in, by owner (``task``, ``batch``).
        tasks: The newest state of every task that called back: ``updated_at`` and status.
        batches: The newest counts of tasks of every batch that called back.
    """

    answers: Counter[int] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    tasks: dict[str, tuple[str, str]] = field(default_factory=dict)
    batches: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def statuses(self) -> Counter[str]:
        """How many tasks are in which status, as far as the receiver was told."""
        return Counter(status for _, status in self.tasks.values())

    def note(self, body: dict[str, Any]) -> None:
        """Takes a callback in. Retries overtake each other, so the newest state counts."""
        if "batch" in body:
            self.taken["batch"] += 1
            self.batches[body["batch"]] = body["stats"]
            return
        self.taken["task"] += 1
        task_id, updated_at = body["task_id"], body["task"]["updated_at"]
        if updated_at >= self.tasks.get(task_id, ("", ""))[0]:
            self.tasks[task_id] = updated_at, body["status"]


class Receiver:
    """A web service on a free port of this machine.

    Which requests fail is decided by the seed, what the callback is about and how often that came
    before: neither ports nor the order of arrival matter.

    Args:
        seed: Decides which requests fail.

    Attributes:
        book: What it saw.
    """

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._seen: Counter[tuple[str, str]] = Counter()
        self._server = Server(self._answer)
        self.book = Book()

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop()

    def answer(self, body: dict[str, Any]) -> int:
        """Takes a callback or fails; returns the status of the reply."""
        about = str(body.get("task_id") or body.get("batch")), str(body["status"])
        self._seen[about] += 1
        chance = stream(self._seed, "demo receiver", *about, self._seen[about])
        status = 500 if chance.fraction() < FAILURES else 200
        self.book.answers[status] += 1
        if status == 200:
            self.book.note(body)
        return status

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        status = self.answer(json.loads(environ["wsgi.input"].read(length)))
        phrase = "200 OK" if status == 200 else "500 Internal Server Error"
        start_response(phrase, [("Content-Length", "0")])
        return [b""]
