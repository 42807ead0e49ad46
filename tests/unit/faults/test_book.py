"""The faults of a world, in order, with their counts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from scale_mock import ConfigurationError, Fault, LimitReached
from scale_mock.faults.book import MEMORY_MAX, FaultBook
from scale_mock.faults.entry import Scene
from scale_mock.sim.instants import EPOCH


class Request:
    """A request with the values that it is given."""

    def __init__(self, **values: object) -> None:
        self._values = {"title": "a request", "operation": "get_task", "method": "GET", **values}

    def match_value(self, name: str) -> object:
        return self._values.get(name)


def scene(identity: str = "x", *, after: timedelta = timedelta(0), seed: int = 0) -> Scene:
    return Scene(seed, EPOCH + after, EPOCH, identity)


def strikes(book: FaultBook, at: Scene | None = None, **values: Any) -> str | None:
    struck = book.strike(book.on_requests, Request(**values), at or scene())
    return None if struck is None else struck.fault.name


def test_names_and_ids_are_unique() -> None:
    book = FaultBook([{"status": 500}, {"name": "fault-2", "status": 501}])
    assert [fault.name for fault in book] == ["fault-1", "fault-2"]
    assert book.add({"status": 502}) == "fault-3"
    with pytest.raises(ConfigurationError) as caught:
        book.extend([{"status": 503}, {"name": "fault-1", "status": 504}])
    assert str(caught.value) == (
        'fault "fault-1" (number 2): name: the name "fault-1" is taken by fault-1; names and ids '
        "are unique, so that the journal is"
    )
    assert len(book) == 3
    book.remove("fault-2")
    book.clear()
    assert book.add(Fault(status=500)) == "fault-4"


def test_an_unknown_fault_cannot_be_removed() -> None:
    book = FaultBook([{"name": "flaky", "status": 500}])
    with pytest.raises(ConfigurationError) as caught:
        book.remove("flakey")
    assert str(caught.value) == 'there is no fault "flakey"; did you mean "flaky"? Faults: "flaky".'


def test_one_fault_is_no_list() -> None:
    with pytest.raises(ConfigurationError) as caught:
        FaultBook({"status": 500})  # type: ignore[arg-type]
    assert str(caught.value) == (
        "faults: a list of faults is expected, not {'status': 500}; for one fault write [fault]"
    )


def test_a_book_is_full_at_its_limit() -> None:
    with pytest.raises(LimitReached) as caught:
        FaultBook([{"status": 500}] * 3, faults_max=2)
    assert str(caught.value) == (
        "Too many faults: the limit is 2. Raise it with the setting 'faults_max', or look for a "
        "loop that never settles."
    )


def test_every_fault_counts_also_when_an_earlier_one_strikes() -> None:
    book = FaultBook([{"match": {"first": 1}, "status": 500}, {"match": {"nth": 2}, "status": 503}])
    assert [strikes(book) for _ in range(3)] == ["fault-1", "fault-2", None]
    assert [(one["matched"], one["fired"]) for one in book.as_dicts()] == [(3, 1), (3, 1)]
    assert book.unused() == []


def test_an_unused_fault_says_why() -> None:
    book = FaultBook(
        [
            {"match": {"operation": "get_task"}, "status": 500},
            {"match": {"operation": "get_*"}, "status": 501},
            {"match": {"operation": "get_task", "nth": 9}, "status": 502},
            {"match": {"operation": "list_tasks", "mode": "live"}, "status": 503},
            {"match": {"window": {"from": "1h"}}, "status": 504},
        ]
    )
    assert [line.split(": ", 1)[1] for line in book.why_unused()] == [
        "no request came while it was there"
    ] * 5
    strikes(book, mode="test")
    strikes(book, mode="live")
    assert book.why_unused() == [
        'fault "fault-2" (501) never fired: it was meant, but an earlier fault struck first '
        '("fault-1"); the first one strikes, so move it up or narrow the other one',
        'fault "fault-3" (502) never fired: it matched 2 requests, but was not meant: '
        "nth wanted 9, found 2",
        'fault "fault-4" (503) never fired: no request matched; the nearest was a request: '
        "operation wanted 'list_tasks', found 'get_task'",
        'fault "fault-5" (504) never fired: it matched 2 requests, but was not meant: window '
        "wanted a time from 1h, found 2024-01-01T00:00:00.000Z",
    ]


def test_chance_has_a_stream_of_its_own_for_each_occurrence_of_a_subject() -> None:
    def run(order: list[str]) -> dict[str, list[bool]]:
        book = FaultBook([{"name": "maybe", "match": {"chance": "1/2"}, "status": 500}])
        found: dict[str, list[bool]] = {}
        for identity in order:
            found.setdefault(identity, []).append(strikes(book, scene(identity)) is not None)
        return found

    forwards = run([f"i{number % 5}" for number in range(50)])
    backwards = run([f"i{number % 5}" for number in reversed(range(50))])
    assert forwards == backwards
    assert 10 < sum(sum(values) for values in forwards.values()) < 40


def test_a_range_of_delays_is_drawn_once_for_each() -> None:
    book = FaultBook([{"delay": "1s..100s"}])
    struck = [book.strike(book.on_requests, Request(), scene(name)) for name in "abab"]
    lengths = [one.delay for one in struck if one is not None]
    assert lengths[0] == lengths[2] != lengths[1] == lengths[3]


def test_stale_reads_are_remembered_up_to_a_limit() -> None:
    book = FaultBook([{"kind": "stale", "match": {"operation": "get_task"}}])
    assert book.watches(Request())
    assert not book.watches(Request(method="POST"))
    for number in range(MEMORY_MAX + 1):
        book.remember(str(number), 200, "json", "{}")
    assert len(book.memory) == MEMORY_MAX
    assert "0" not in book.memory


def test_a_book_is_dumped_as_json_and_goes_on_where_it_was() -> None:
    book = FaultBook(
        [
            {"match": {"chance": 0.5}, "status": 500},
            {"match": {"nth": 3}, "kind": "stale"},
            {"match": {"callback": True}, "kind": "drop"},
        ]
    )
    for number in range(2):
        strikes(book, scene(str(number)))
    book.remember("x", 200, "json", "{}")
    other = FaultBook()
    other.load(json.loads(json.dumps(book.dump())))
    assert other.dump() == book.dump()
    assert other.memory == book.memory
    assert len(other.on_requests) == 2
    assert len(other.on_callbacks) == 1
    assert strikes(other) == strikes(book)
    assert other.add({"status": 500}) == book.add({"status": 500})
