"""Delays: percentiles, working hours and deliveries; what they draw and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from statistics import quantiles
from typing import Any

import pytest

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.delays import FORMS, Queue, as_data, draw, parse_delay
from scale_mock.selectors.where import Where
from scale_mock.sim.streams import stream

FRIDAY = datetime(2024, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def after(value: Any, now: datetime = FRIDAY, number: int = 0) -> timedelta:
    return draw(parse_delay(value, Where()), stream(0, number), now)


def test_lengths_have_the_percentiles_that_were_asked_for() -> None:
    drawn = [after({"median": "3h", "p95": "1d"}, number=number) for number in range(4000)]
    cuts = quantiles([length / HOUR for length in drawn], n=20)

    assert 2.8 < cuts[9] < 3.2
    assert 21 < cuts[18] < 27
    assert max(drawn) < timedelta(days=7)


def test_more_percentiles_bend_the_curve() -> None:
    table = {"p10": "1h", "median": "2h", "p90": "40h"}
    drawn = sorted(after(table, number=number) / HOUR for number in range(4000))

    assert 0.9 < drawn[400] < 1.1
    assert 1.9 < drawn[2000] < 2.1
    assert 34 < drawn[3600] < 46


@pytest.mark.parametrize(
    ("now", "table", "done"),
    [
        # Friday noon: 5 h today, the rest on Monday.
        (FRIDAY, {"business": "6h"}, datetime(2024, 1, 8, 10, tzinfo=UTC)),
        (FRIDAY, {"business": "5h"}, datetime(2024, 1, 5, 17, tzinfo=UTC)),
        (FRIDAY, {"business": "6h", "days": "day"}, datetime(2024, 1, 6, 10, tzinfo=UTC)),
        (FRIDAY, {"business": 0, "hours": "13:00-14:00"}, datetime(2024, 1, 5, 13, tzinfo=UTC)),
        (
            FRIDAY,
            {"business": "30m", "hours": "9:00-12:30", "timezone": "America/New_York"},
            datetime(2024, 1, 5, 14, 30, tzinfo=UTC),
        ),
        # The clocks go forward in the night to Sunday, 2024-03-31.
        (
            datetime(2024, 3, 30, 12, tzinfo=UTC),
            {"business": "1h", "days": ["sun"], "timezone": "Europe/Berlin"},
            datetime(2024, 3, 31, 8, tzinfo=UTC),
        ),
    ],
)
def test_work_rests_outside_of_working_hours(
    now: datetime, table: dict[str, Any], done: datetime
) -> None:
    assert now + after(table, now) == done


def test_deliveries_fill_up_one_after_the_other() -> None:
    delay = parse_delay({"deliver": 2, "every": ["fri", "mon"], "at": "18:00"}, Where())
    queue = Queue()
    found = [FRIDAY + draw(delay, stream(0), FRIDAY, queue) for _ in range(5)]
    friday, monday = datetime(2024, 1, 5, 18, tzinfo=UTC), datetime(2024, 1, 8, 18, tzinfo=UTC)

    assert found == [friday, friday, monday, monday, friday + timedelta(days=7)]
    later = datetime(2024, 2, 1, tzinfo=UTC)
    assert later + draw(delay, stream(0), later, queue) == datetime(2024, 2, 2, 18, tzinfo=UTC)


def test_a_delivery_at_this_very_instant_is_missed() -> None:
    now = datetime(2024, 1, 5, 18, tzinfo=UTC)

    assert after({"deliver": 1, "at": "18:00"}, now) == timedelta(days=1)


@pytest.mark.parametrize(
    "value",
    [
        "2h..8h",
        {"median": "3h", "p95": "1d", "p99.9": "3d"},
        {"business": {"p10": "1h", "p90": "2h"}, "days": "weekend"},
        {"deliver": 20, "every": ["mon", "wed-fri"], "at": time(18), "timezone": "Asia/Tokyo"},
    ],
)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    delay = parse_delay(value, Where())

    assert parse_delay(as_data(delay), Where()) == delay
    assert parse_delay(delay, Where()) == delay


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, 'two percentiles or more are needed, such as median = "3h", p95 = "1d"'),
        ({"median": "3h"}, 'two percentiles or more are needed, such as median = "3h", p95 = "1d"'),
        ({"p0": "1h", "p95": "1d"}, f"p0: unknown key. Accepted: {FORMS}"),
        ({"medain": "1h"}, f'medain: unknown key; did you mean "median"? Accepted: {FORMS}'),
        ({"median": 0, "p95": 1}, "median: a percentile is at least a millisecond"),
        ({"median": 1, "p50": 1}, "p50: the percentile 50 is there twice"),
        ({"median": "2d", "p95": "1d"}, "median (2d) is longer than p95 (1d)"),
        (
            {"business": "6h", "hour": "9-5"},
            'hour: unknown key; did you mean "hours"? Keys: business, hours, days, timezone.',
        ),
        (
            {"business": {"deliver": 1, "at": "18:00"}},
            "business: a length, a range or percentiles are expected here",
        ),
        ({"business": 1, "hours": "9-5"}, "hours: hours look like \"09:00-17:00\", not '9-5'"),
        (
            {"business": 1, "hours": "17:00-09:00"},
            "hours: '17:00-09:00' ends before it begins; hours lie within one day, such as "
            '"09:00-17:00"',
        ),
        ({"business": "400d"}, "business: more than 365 days of work would take decades"),
        (
            {"deliver": 0, "at": "18:00"},
            "deliver: how many at a time is an integer from 1 to 1000000, not 0",
        ),
        ({"deliver": 1}, 'say at what time of day: at = "18:00"'),
        ({"deliver": 1, "at": "6pm"}, "at: a time of day looks like \"18:00\", not '6pm'"),
        (
            {"deliver": 1, "at": "18:00", "every": "wekday"},
            'every: no day is "wekday"; did you mean "weekday"? Days: day, weekday, weekend, mon, '
            "tue, wed, thu, fri, sat, sun, or mon-fri.",
        ),
        (
            {"deliver": 1, "at": "18:00", "every": []},
            'every: "day", "weekday", "mon-fri" or days by name, not []',
        ),
        (
            {"deliver": 1, "at": "18:00", "timezone": "Europe/Berln"},
            "timezone: there is no time zone 'Europe/Berln'; did you mean \"Europe/Berlin\"?",
        ),
        (
            {"deliver": 1, "at": "18:00", "timezone": 1},
            'timezone: a time zone is text such as "Europe/Berlin", not 1',
        ),
    ],
)
def test_a_delay_that_makes_no_sense_is_refused(value: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse_delay(value, Where())

    assert str(refusal.value) == problem
