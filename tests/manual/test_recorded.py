"""Every recorded answer is given again: same status, keys and types, or a named deviation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.api import v1
from tests.manual.recorded import FOLDER, Exchange, differences, exchanges

if TYPE_CHECKING:
    from requests import Response

    from tests.functional.doors import Door

EXCHANGES = exchanges()


class Player:
    """Sends recorded requests through a door.

    Args:
        door: The way into a world.
        exchange: Whose requests they are.
    """

    def __init__(self, door: Door, exchange: Exchange) -> None:
        self._door = door
        self._exchange = exchange
        self._task_id = ""
        door.mock.callbacks.mount("https://hooks.example.test/", lambda _: 200)

    def prepare(self) -> None:
        for request in self._exchange.before:
            self._task_id = self.send(request).json()["task_id"]
        self._door.settle()

    def send(self, request: dict[str, Any]) -> Response:
        mode = self._exchange.mode
        known = {"auth": ("dummy_api_key", "")} if mode == "unknown" else {"mode": mode}
        path = request["path"].format(task_id=self._task_id)
        return self._door.request(
            request["method"], f"/v1{path}", json=request.get("body"), **known
        )


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: f"{one.operation}: {one.name}")
def test_a_recorded_answer_is_given_again(door: Door, exchange: Exchange) -> None:
    player = Player(door, exchange)
    player.prepare()
    reply = player.send(exchange.request)
    body = reply.json()
    found = differences(exchange.body, body)
    if reply.status_code != exchange.status:
        found.add("~status")
    assert found == set(exchange.deviations)
    for key in exchange.body if exchange.exact else exchange.values:
        assert body[key] == exchange.body[key]
    if exchange.read is not None:
        door.settle()  # over a socket the callback may still be out
        read = player.send({"method": "GET", "path": f"/task/{body['task_id']}"}).json()
        assert differences(exchange.body, read) == set(exchange.read)


def test_every_deviation_has_its_reason_and_is_used() -> None:
    for file in FOLDER.glob("*.json"):
        whole = json.loads(file.read_text())
        used = set()
        for one in whole["exchanges"]:
            used |= {*one.get("deviations", []), *one.get("read", {}).get("deviations", [])}
        assert used == whole["deviations"].keys()
        assert all(len(one["why"]) > 20 for one in whole["deviations"].values())
        assert whole["source"].startswith("https://github.com/")


def test_what_was_recorded_belongs_to_operations_that_exist() -> None:
    known = {operation.name for operation in v1.OPERATIONS}
    assert {one.operation for one in EXCHANGES} <= known


@pytest.mark.parametrize(
    ("ours", "told"),
    [
        ({"a": [{"b": 1}], "c": None}, set()),
        ({"a": [{"b": 1.5}, {"b": 2}], "c": None}, set()),
        ({"a": [{"b": "1"}], "c": None}, {"~$.a[].b"}),
        ({"a": [{"d": True}], "c": None}, {"-$.a[].b", "+$.a[].d"}),
        ({"a": [{"b": True}], "c": {"x": {"y": 1}}}, {"~$.a[].b", "~$.c", "+$.c.x"}),
        ({"c": None}, {"-$.a"}),
    ],
)
def test_differences_are_told_where_they_begin(ours: Any, told: set[str]) -> None:
    assert differences({"a": [{"b": 1}], "c": None}, ours) == told
