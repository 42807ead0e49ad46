"""Faults of callback delivery: what a receiver gets, when, and what the platform thinks of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.conftest import OpenDoor
    from tests.functional.faults.conftest import Shop
    from tests.functional.receivers import Receiver

URL = "https://app.test/hook"
TRUE = {"callback": True}


class Mounted:
    """A shop whose live tasks are done after an hour, and what its receiver gets."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.mock = shop.mock
        self.got: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.auth: list[str | None] = []
        self.mock.callbacks.mount(URL, self._take)

    def _take(self, request: Any) -> int:
        body = request.get_data()
        self.bodies.append(body)
        self.auth.append(request.headers.get("scale-callback-auth"))
        name = "?"
        if body.endswith(b"}"):
            name = json.loads(body)["task"]["unique_id"]
        self.got.append((name, f"{self.mock.clock.now():%d %H:%M:%S}"))
        return 200

    def create(self, *names: str, **more: Any) -> None:
        for name in names:
            assert self.shop.create(unique_id=name, callback_url=URL, **more).status_code == 200

    def attempts(self) -> list[tuple[int, str, str | None]]:
        return [(one.number, one.outcome, one.fault) for one in self.mock.callbacks.attempts]


@pytest.fixture
def mounted(open_shop: Callable[..., Shop]) -> Callable[..., Mounted]:
    def opener(*faults: dict[str, Any]) -> Mounted:
        return Mounted(open_shop(rules=[{"after": "1h"}], faults=list(faults)))

    return opener


def test_a_duplicate_is_received_again(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": {**TRUE, "unique_id": "a"}, "kind": "duplicate", "copies": 2})
    there.create("a", "b")
    there.mock.callbacks.assert_received(status="completed", times=4)
    assert sorted(there.got) == [("a", "01 01:00:00")] * 3 + [("b", "01 01:00:00")]
    assert len(set(there.bodies)) == 2
    there.mock.check()


def test_duplicates_may_come_later_one_after_the_other(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": TRUE, "kind": "duplicate", "copies": 2, "delay": "5m"})
    there.create("a")
    there.mock.clock.advance("2h")
    assert there.got == [("a", "01 01:00:00"), ("a", "01 01:05:00"), ("a", "01 01:10:00")]


def test_a_dropped_attempt_is_tried_again(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": {**TRUE, "attempt": [1, 2]}, "kind": "drop"})
    there.create("a")
    there.mock.clock.advance("2h")
    assert there.got == [("a", "01 01:01:26")]
    assert there.attempts() == [
        (1, "dropped", "fault-1"),
        (2, "dropped", "fault-1"),
        (3, "200", None),
    ]


def test_an_attempt_whose_answer_is_lost_arrives_twice(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": {**TRUE, "nth": 1}, "kind": "drop", "apply": "after"})
    there.create("a")
    there.mock.clock.advance("2h")
    assert there.got == [("a", "01 01:00:00"), ("a", "01 01:00:10")]
    there.mock.callbacks.assert_received(status="completed", times=1)


def test_a_callback_that_is_always_dropped_is_given_up_and_that_is_as_it_should_be(
    mounted: Callable[..., Mounted],
) -> None:
    there = mounted({"match": {**TRUE, "unique_id": "a"}, "kind": "drop"})
    there.create("a", "b")
    there.mock.clock.advance("30h")
    assert [name for name, _ in there.got] == ["b"]
    assert len(there.attempts()) == 22
    there.mock.check()


def test_a_receiver_is_down_for_six_hours(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": {**TRUE, "window": {"until": "6h"}}, "status": 503})
    there.create("a")
    there.mock.clock.advance("10h")
    assert there.got == [("a", "01 06:11:02")]
    assert {outcome for _, outcome, fault in there.attempts() if fault} == {"503"}


def test_a_delayed_attempt_comes_later_and_is_the_first_all_the_same(
    mounted: Callable[..., Mounted],
) -> None:
    there = mounted({"match": {**TRUE, "attempt": 1, "unique_id": "a"}, "delay": "2h"})
    there.create("a", "b")
    there.mock.clock.advance("5h")
    assert there.got == [("b", "01 01:00:00"), ("a", "01 03:00:00")]
    assert [number for number, _, _ in there.attempts()] == [1, 1]


def test_a_reordered_callback_comes_after_the_next(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": {**TRUE, "unique_id": "a"}, "kind": "reorder"})
    there.create("a", "b", "c")
    there.mock.clock.advance("2h")
    assert [name for name, _ in there.got] == ["b", "a", "c"]


def test_a_reordered_callback_waits_no_longer_than_it_may(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"match": TRUE, "kind": "reorder", "delay": "10m"})
    there.create("a")
    there.mock.clock.advance("2h")
    assert there.got == [("a", "01 01:10:00")]


def test_a_wrong_and_a_missing_auth_header(mounted: Callable[..., Mounted]) -> None:
    there = mounted(
        {"match": {**TRUE, "unique_id": "a"}, "kind": "bad_auth"},
        {"match": {**TRUE, "unique_id": "b"}, "kind": "bad_auth", "auth": "missing"},
    )
    there.create("a", "b", "c")
    there.mock.clock.advance("2h")
    assert there.auth == [f"live_auth_{'0' * 32}", None, there.mock.callback_auth("live")]


def test_a_truncated_body_and_a_redirect(mounted: Callable[..., Mounted]) -> None:
    there = mounted(
        {"match": {**TRUE, "nth": 1}, "kind": "truncated"},
        {"match": {**TRUE, "nth": 2}, "kind": "redirect"},
    )
    there.create("a", "b")
    there.mock.clock.advance("2h")
    assert [name for name, _ in there.got] == ["?", "b"]
    received = there.mock.callbacks.received
    [whole] = [one.body for one in received if one.json["task"]["unique_id"] == "a"]
    assert there.bodies[0] == whole[: len(whole) // 2]
    assert (1, "302", "fault-2") in there.attempts()


def test_callbacks_of_batches_and_by_url_and_project(mounted: Callable[..., Mounted]) -> None:
    there = mounted(
        {"name": "b", "match": {**TRUE, "owner": "batch", "batch": "w*"}, "kind": "drop"},
        {"name": "u", "match": {**TRUE, "url": "https://app.*/x", "project": "p"}, "status": 500},
    )
    shop = there.shop
    client = shop.client()
    client.create_project("p", TaskType.Categorization)
    client.create_batch("p", "w1", callback=URL)
    shop.create(unique_id="a", project="p", batch="w1", callback_url="https://app.test/x")
    there.create("b")
    there.mock.clock.advance("70m")
    outcomes = {(one.url, one.outcome, one.fault) for one in there.mock.callbacks.attempts}
    assert (URL, "dropped", "b") in outcomes
    assert ("https://app.test/x", "500", "u") in outcomes
    assert (URL, "200", None) in outcomes


def test_each_has_a_journal_entry_with_its_cause(mounted: Callable[..., Mounted]) -> None:
    there = mounted({"name": "lost", "match": {**TRUE, "nth": 1}, "kind": "drop"})
    there.create("a")
    there.mock.clock.advance("2h")
    task = there.shop.call("GET", "/tasks").json()["docs"][0]["task_id"]
    [callback] = there.mock._world.desk.by_id.values()
    assert there.shop.fired() == [
        {
            "subject": "live/fault/lost",
            "kind": "fault.fired",
            "fault": "lost",
            "what": "drop",
            "apply": "before",
            "callback": callback.id,
            "attempt": 1,
            "count": 1,
            "task": task,
        }
    ]


def test_a_callback_fault_that_never_fired_names_the_nearest(
    mounted: Callable[..., Mounted],
) -> None:
    there = mounted({"match": {**TRUE, "attempt": 3}, "kind": "drop"})
    there.create("a")
    with pytest.raises(AssertionError, match="no callback came while it was there"):
        there.mock.check()
    there.mock.clock.advance("2h")
    with pytest.raises(AssertionError) as caught:
        there.mock.check()
    task = there.shop.call("GET", "/tasks").json()["docs"][0]["task_id"]
    assert str(caught.value) == (
        "scale_mock found 1 problem (unused_faults):\n"
        '  - fault "fault-1" (drop) never fired: no callback matched; the nearest was attempt 1 of '
        f"task {task}'s callback (completed) to {URL}: attempt wanted 3, found 1\n"
        '    To allow it: mock.check(allow="unused_faults")'
    )


def test_a_slow_body_arrives_whole_over_a_socket(open_door: OpenDoor, receiver: Receiver) -> None:
    door = open_door(faults=[{"match": TRUE, "kind": "slow", "chunk_bytes": 200, "pause": "1ms"}])
    body = {"attachment": "car", "attachment_type": "text", "categories": ["a", "b"]}
    door.post("/task/categorization", mode="test", json={**body, "callback_url": receiver.url})
    door.settle()
    [got] = receiver.got
    assert got.json["status"] == "completed"
    assert [one.fault for one in door.mock.callbacks.attempts] == ["fault-1"]
