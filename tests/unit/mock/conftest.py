"""A mock in process, called through its WSGI application: no socket, no server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BODY = {"attachment": "hello", "attachment_type": "text", "categories": ["a", "b"]}


class Bench:
    """A mock whose live tasks are done after an hour, and a customer who calls its API."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("rules", [{"name": "hourly", "after": "1h"}])
        settings.setdefault("rapid_gate", "off")
        self.mock = ScaleMock(**settings)
        self.client = Client(self.mock.app)

    def call(self, method: str, path: str, body: Any = None, *, test: bool = False) -> Any:
        key = self.mock.test_key if test else self.mock.live_key
        reply = self.client.open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    def task(self, *, test: bool = False, **body: Any) -> Any:
        url = {"callback_url": self.mock.callbacks.url}
        return self.call("POST", "/v1/task/categorization", {**BODY, **url, **body}, test=test)

    def project(self, **body: Any) -> Any:
        return self.call("POST", "/v1/projects", {"name": "p", "type": "categorization", **body})

    def batch(self, **body: Any) -> Any:
        return self.call("POST", "/v1/batches", {"name": "b", "project": "p", **body})


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:
        made.append(Bench(**settings))
        return made[-1]

    yield make
    for bench in made:
        bench.mock.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
