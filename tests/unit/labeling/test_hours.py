"""Working hours against a count of minutes that knows nothing of windows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scale_mock.labeling.hours import hours_of, read_window

MINUTE = timedelta(minutes=1)
ALL = (0, 1, 2, 3, 4, 5, 6)
WORKDAYS = (0, 1, 2, 3, 4)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


def is_open(instant: datetime, hours: str, weekdays: tuple[int, ...], zone: str) -> bool:
    """Whether a clock on the wall and a calendar say that it is time to work."""
    local = instant.astimezone(ZoneInfo(zone))
    start, end = read_window(hours)
    now = local.time()
    if start < end:
        return start <= now < end and local.weekday() in weekdays
    yesterday = (local.weekday() - 1) % 7
    return (now >= start and local.weekday() in weekdays) or (now < end and yesterday in weekdays)


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(0, 355 * 24 * 60),
    hours=st.sampled_from(["09:00-17:00", "22:00-06:00", "13:30-14:15", "06:00-24:00"]),
    weekdays=st.sampled_from([ALL, WORKDAYS, (6,), (0, 3)]),
    zone=st.sampled_from(ZONES),
    work=st.integers(1, 600),
)
def test_work_takes_as_many_open_minutes_as_it_is_long(
    start: int, hours: str, weekdays: tuple[int, ...], zone: str, work: int
) -> None:
    kept = hours_of(hours, weekdays, zone)
    assert kept is not None
    instant = datetime(2024, 1, 1, tzinfo=UTC) + start * MINUTE
    minute, left = instant, work
    while left:
        left -= is_open(minute, hours, weekdays, zone)
        minute += MINUTE
    assert kept.done(instant, work * MINUTE) == minute


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2024-01-05T16:59:00Z", "2024-01-05T16:59:00Z"),  # a Friday
        ("2024-01-05T17:00:00Z", "2024-01-08T09:00:00Z"),
        ("2024-01-06T12:00:00Z", "2024-01-08T09:00:00Z"),
        ("2024-01-08T08:59:59Z", "2024-01-08T09:00:00Z"),
        ("2024-01-08T09:00:00Z", "2024-01-08T09:00:00Z"),
    ],
)
def test_a_window_is_open_from_its_first_moment_to_before_its_last(
    instant: str, opens: str
) -> None:
    kept = hours_of("09:00-17:00", WORKDAYS, "UTC")
    assert kept is not None
    assert kept.opening(datetime.fromisoformat(instant)) == datetime.fromisoformat(opens)


def test_nobody_needs_hours_to_work_around_the_clock() -> None:
    assert hours_of(None, ALL, "Europe/Berlin") is None


def test_whole_days_without_hours() -> None:
    kept = hours_of(None, (5,), "UTC")
    assert kept is not None
    friday = datetime(2024, 1, 5, 12, tzinfo=UTC)
    assert kept.opening(friday) == datetime(2024, 1, 6, tzinfo=UTC)
    assert kept.done(friday, timedelta(hours=25)) == datetime(2024, 1, 13, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "9-17", "09:00", "09:60-10:00", "24:00-25:00"])
def test_no_window(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be in|^" + re.escape(text) + "$"):
        read_window(text)
