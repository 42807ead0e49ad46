"""A world without any door, whose live tasks are done after an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config import Settings
from scale_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.callbacks.records import Callback
    from scale_mock.domain.model import Task

BODY = {"attachment": "hello", "attachment_type": "text", "categories": ["a", "b"]}
URL = "https://app.test/hook"


class Customer:
    """Orders tasks and answers callbacks with the statuses it is told, then with 200."""

    def __init__(self, **settings: Any) -> None:
        self.world = World(
            name="t", settings=Settings(**settings), rules=[{"name": "hourly", "after": "1h"}]
        )
        self.answers: list[int | Exception] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    @property
    def desk(self) -> Any:
        return self.world.desk

    def order(self, *, url: str | None = URL, **body: Any) -> Task:
        side = self.world.core.sides["live"]
        return self.world.tasks.create(
            side, "categorization", {**BODY, "callback_url": url, **body}
        )

    def listen(self, prefix: str = URL) -> None:
        self.world.mount(prefix, self.take)

    def take(self, request: Any) -> int:
        self.bodies.append(request.get_data())
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pass_time(self, **span: float) -> None:
        self.world.pump.advance(timedelta(**span))

    def callbacks(self) -> list[Callback]:
        return list(self.desk.by_id.values())

    def kinds(self, task: Task) -> list[str]:
        entries = self.world.core.journal.entries(subject=task.subject)
        return [entry.kind for entry in entries if entry.kind.startswith("callback.")]


@pytest.fixture
def make_customer() -> Iterator[Callable[..., Customer]]:
    made: list[Customer] = []

    def make(**settings: Any) -> Customer:
        made.append(Customer(**settings))
        return made[-1]

    yield make
    for customer in made:
        customer.world.close()


@pytest.fixture
def customer(make_customer: Callable[..., Customer]) -> Customer:
    return make_customer()
