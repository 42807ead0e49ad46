"""The clock and its instants: forward only, to the millisecond, and the same text both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.sim.clock import LAST, VirtualClock
from scale_mock.sim.instants import EPOCH, cut_to_ms, from_iso, to_iso

INSTANTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_clock_starts_at_the_constant_epoch() -> None:
    assert VirtualClock().now() == datetime(2024, 1, 1, tzinfo=UTC)
    assert to_iso(EPOCH) == "2024-01-01T00:00:00.000Z"


def test_clock_moves_forward_and_stands_still_but_never_goes_back() -> None:
    clock = VirtualClock()
    later = EPOCH + timedelta(seconds=5)
    clock.move_to(later)
    clock.move_to(later)
    with pytest.raises(ValueError, match="Time cannot go backwards") as refused:
        clock.move_to(later - timedelta(microseconds=1))
    assert "it is 2024-01-01T00:00:05.000Z" in str(refused.value)
    assert clock.now() == later
    assert clock.start_at == EPOCH


def test_time_ends_before_the_calendar_does() -> None:
    clock = VirtualClock(LAST - timedelta(days=1))
    clock.move_to(LAST)
    with pytest.raises(ValueError, match="no further than 9000-01-01"):
        clock.move_to(LAST + timedelta(microseconds=1))
    assert clock.now() == LAST
    with pytest.raises(ValueError, match="start_at must not be after 9000-01-01"):
        VirtualClock(LAST + timedelta(days=1))


@given(st.lists(INSTANTS.filter(lambda instant: instant <= LAST), max_size=12))
def test_clock_keeps_the_high_water_mark_of_any_series(instants: list[datetime]) -> None:
    clock = VirtualClock(datetime(1, 1, 1, tzinfo=UTC))
    highest = clock.now()
    for instant in instants:
        if instant < highest:
            with pytest.raises(ValueError, match="backwards"):
                clock.move_to(instant)
        else:
            clock.move_to(instant)
            highest = instant
        assert clock.now() == highest


def test_clock_refuses_a_naive_start() -> None:
    with pytest.raises(ValueError, match="start_at must carry a time zone"):
        VirtualClock(datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point


def test_clock_tells_utc_wherever_it_was_started() -> None:
    two_east = datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    clock = VirtualClock(two_east)
    assert clock.now() == EPOCH
    assert to_iso(clock.now()) == "2024-01-01T00:00:00.000Z"


def test_clock_cuts_its_start_to_what_the_wire_can_say() -> None:
    clock = VirtualClock(EPOCH + timedelta(microseconds=1999))
    assert clock.now() == EPOCH + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29", "2024-02-29T00:00:00.000Z"),
        ("2024-02-29T10:11:12", "2024-02-29T10:11:12.000Z"),
        ("2024-02-29 10:11:12", "2024-02-29T10:11:12.000Z"),
        ("2024-02-29T10:11:12.5", "2024-02-29T10:11:12.500Z"),
        ("2024-02-29T10:11:12.123456Z", "2024-02-29T10:11:12.123Z"),
        ("2024-02-29T10:11:12Z", "2024-02-29T10:11:12.000Z"),
        ("2024-02-29T10:11:12+02:00", "2024-02-29T08:11:12.000Z"),
        ("2024-02-29T10:11-0530", "2024-02-29T15:41:00.000Z"),
        ("  2024-02-29T10:11:12Z ", "2024-02-29T10:11:12.000Z"),
    ],
)
def test_from_iso_reads_what_clients_send(text: str, expected: str) -> None:
    assert to_iso(from_iso(text)) == expected
    assert from_iso(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-13-01", "2024-02-30", "12:00", "170406720", "0001-01-01T00:00+01:00",
     "9999-12-31T23:59-01:00"],
)  # fmt: skip
def test_from_iso_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's
        from_iso(text)


@given(INSTANTS)
def test_an_instant_reads_back_as_it_was_written(instant: datetime) -> None:
    text = to_iso(instant)
    assert from_iso(text) == cut_to_ms(instant)
    assert len(text) == 24
    assert to_iso(from_iso(text)) == text


@given(INSTANTS)
def test_cut_to_ms_never_adds_and_drops_less_than_a_millisecond(instant: datetime) -> None:
    cut = cut_to_ms(instant)
    assert timedelta(0) <= instant - cut < timedelta(milliseconds=1)
    assert cut.microsecond % 1000 == 0
    assert cut_to_ms(cut) is cut
