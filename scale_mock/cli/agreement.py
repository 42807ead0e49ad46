"""The end of the demo: what the platform says, held against what the receiver saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.cli.story import GROUPS

if TYPE_CHECKING:
    from scale_mock.cli.receiver import Book
    from scale_mock.cli.wire import ApiClient


@dataclass(frozen=True, slots=True)
class Line:
    """One total from both sides."""

    what: str
    platform: int
    receiver: int

    @property
    def agrees(self) -> bool:
        """True if both sides counted the same."""
        return self.platform == self.receiver


def compare(api: ApiClient, book: Book) -> list[Line]:
    """Counts both sides: the platform's over HTTP, the receiver's from its own book."""
    callbacks = api.get("/_mock/callbacks")
    answers = [attempt["status"] for callback in callbacks for attempt in callback["attempts"]]
    taken = [callback["owner"] for callback in callbacks if callback["state"] == "acknowledged"]
    in_batches = sum(
        api.get(f"/v1/batches/{group.name}/status").get("completed", 0)
        for group in GROUPS
        if group.project is not None
    )
    told = sum(stats.get("completed", 0) for stats in book.batches.values())
    return [
        Line("requests sent", len(answers), book.answers.total()),
        Line("  answered with 200", answers.count(200), book.answers[200]),
        Line("  answered with 500", answers.count(500), book.answers[500]),
        Line("task callbacks delivered", taken.count("task"), book.taken["task"]),
        Line("batch callbacks delivered", taken.count("batch"), book.taken["batch"]),
        Line("tasks completed", _total(api, "completed"), book.statuses["completed"]),
        Line("tasks in error", _total(api, "error"), book.statuses["error"]),
        Line("tasks completed in batches", in_batches, told),
    ]


def _total(api: ApiClient, status: str) -> int:
    total: int = api.get(f"/v1/tasks?status={status}&limit=1")["total"]
    return total
