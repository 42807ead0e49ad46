"""The control API where a value is out of reason: a refusal that teaches, and never a 5xx."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.helpers import image_task, ok, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        (0, "must be a positive number"),
        (-1, "must be a positive number"),
        (True, "must be a positive number"),
        ("2", "must be a positive number"),
        (10**9 + 1, "must be less than or equal to 1000000000"),
        (10**400, "must be less than or equal to 1000000000"),
        (1e300, "must be less than or equal to 1000000000"),
    ],
)
def test_rate_out_of_reason(door: Door, rate: Any, reason: str) -> None:
    assert refused(door.request("PUT", "/_mock/clock", json={"rate": rate})) == (
        400,
        f'Parameter is invalid, reason: "rate" {reason}',
    )


ONE_WAY = 'exactly one of "by", "to" and lengths such as "hours" or "seconds" is required'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, ONE_WAY),
        ({"seconds": 1, "by": "1h"}, ONE_WAY),
        ({"hours": 1, "to": "2024-02-01"}, ONE_WAY),
        ({"by": "1h", "to": "2024-02-01"}, ONE_WAY),
        ({"hours": -1}, "hours: duration -3600 is negative"),
        ({"hours": True}, "hours: True is not a duration"),
        (
            {"by": "2024-02-01"},
            "by: '2024-02-01' is an instant, which \"to\" takes, not a duration",
        ),
        ({"days": 1e300}, "over the limit of 36525 days"),
        ({"to": "2h"}, "to: '2h' is a length, which \"by\" takes, not an instant; accepted: "),
        ({"seconds": 1e300}, "over the limit of 36525 days"),
        ({"by": "9999999999 days"}, "over the limit of 36525 days"),
        ({"seconds": -5}, "is negative"),
        ({"to": "2020-01-01"}, "Time cannot go backwards"),
        ({"to": "9999-12-31"}, "The clock goes no further than 9000-01-01"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "is not an instant"),
    ],
)
def test_clock_moved_out_of_reason(door: Door, body: dict[str, Any], text: str) -> None:
    before = door.mock.clock.now()
    status, found = refused(door.request("POST", "/_mock/clock/advance", json=body))
    assert (status, text in found) == (400, True)
    assert door.mock.clock.now() == before


def test_the_clock_moves_by_lengths_that_are_named_as_in_python(door: Door) -> None:
    start = door.mock.clock.now()
    ok(door.request("POST", "/_mock/clock/advance", json={"days": 1, "hours": 1.5, "minutes": 1}))
    assert door.mock.clock.now() - start == timedelta(days=1, hours=1, minutes=31)
    ok(door.request("POST", "/_mock/clock/advance", data={"hours": "2"}))
    assert door.mock.clock.now() - start == timedelta(days=1, hours=3, minutes=31)


def test_the_clock_stops_at_the_end_of_time_and_the_world_goes_on(door: Door) -> None:
    for _ in range(69):
        ok(door.request("POST", "/_mock/clock/advance", json={"by": "36525 days"}))
    status, text = refused(door.request("POST", "/_mock/clock/advance", json={"by": "36525 days"}))
    assert (status, "no further than 9000-01-01" in text) == (400, True)
    assert image_task(door, mode="test").status == "pending"


def test_export_refuses_a_wrong_filter_before_its_first_line(door: Door) -> None:
    status, text = refused(door.request("GET", "/_mock/export?type=bikes"))
    assert (status, '"type" must be one of [' in text) == (400, True)


def test_export_is_one_task_a_line(door: Door) -> None:
    made = [image_task(door, metadata={"text": "a\nb\u2028c"}).id for _ in range(3)]
    lines = door.request("GET", "/_mock/export").content.split(b"\n")
    assert [json.loads(line)["task_id"] for line in lines if line] == made[::-1]
