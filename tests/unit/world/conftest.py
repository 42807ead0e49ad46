"""A world without any door, and shorthands for ordering work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config import Settings
from scale_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.domain.model import Batch, Task

BODY = {"attachment": "hello", "attachment_type": "text", "categories": ["a", "b"]}
HOOK = "https://app.test/hook"


class Desk:
    """Orders work in a world whose live tasks are done after an hour, by rule ``hourly``."""

    hook = HOOK

    def __init__(self, rules: list[Any] | None = None, **settings: Any) -> None:
        hourly = [{"name": "hourly", "after": "1h"}]
        self.world = World(
            name="t",
            settings=Settings(**{"rapid_gate": "off", **settings}),
            rules=hourly if rules is None else rules,
        )

    def project(self, **body: Any) -> None:
        side = self.world.core.sides["live"]
        self.world.projects.create(side, {"name": "p", "type": "categorization", **body})

    def batch(self, **body: Any) -> Batch:
        side = self.world.core.sides["live"]
        return self.world.batches.create(side, {"name": "b", "project": "p", **body})

    def task(self, *, mode: Any = "live", **body: Any) -> Task:
        side = self.world.core.sides[mode]
        return self.world.tasks.create(side, "categorization", {**BODY, **body})


@pytest.fixture
def make_desk() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(*args: Any, **settings: Any) -> Desk:
        made.append(Desk(*args, **settings))
        return made[-1]

    yield make
    for desk in made:
        desk.world.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
