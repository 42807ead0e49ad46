"""Durations, ranges and instants: what is read, what is refused and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.durations import (
    ACCEPTED,
    ACCEPTED_SPANS,
    DURATION_MAX,
    Span,
    compact_duration,
    format_duration,
    parse_duration,
    parse_instant,
    parse_span,
)
from scale_mock.selectors.where import Where
from scale_mock.sim.streams import stream

UNITS = "ms, s, m, h, d, w (or milliseconds, seconds, minutes, hours, days, weeks)"

milliseconds = st.integers(0, DURATION_MAX // timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("3 days", timedelta(days=3)),
        ("1d 6h", timedelta(days=1, hours=6)),
        ("1h30m", timedelta(minutes=90)),
        ("2 weeks", timedelta(days=14)),
        ("150ms", timedelta(milliseconds=150)),
        ("1.5 h", timedelta(minutes=90)),
        ("0.0000005s", timedelta(microseconds=1)),
        ("30m 1h", timedelta(minutes=90)),
        ("1 Day, 2 Hours", timedelta(hours=26)),
        ("  5 min\n", timedelta(minutes=5)),
        ("1wk 1hr 1sec 1msec", timedelta(days=7, hours=1, seconds=1, milliseconds=1)),
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("2.5", timedelta(seconds=2.5)),
        (90, timedelta(seconds=90)),
        (0, timedelta(0)),
        (-0.0, timedelta(0)),
        (0.25, timedelta(milliseconds=250)),
        (timedelta(microseconds=3), timedelta(microseconds=3)),
        ("36524 days 23h 59m 59s 999ms", DURATION_MAX - timedelta(milliseconds=1)),
        (DURATION_MAX, DURATION_MAX),
    ],
)
def test_parse_duration_reads(value: object, expected: timedelta) -> None:
    assert parse_duration(value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", f"a duration must not be empty; accepted: {ACCEPTED}"),
        (" \t", f"a duration must not be empty; accepted: {ACCEPTED}"),
        ("-5m", 'duration "-5m" is negative; a duration is zero or more'),
        (-1, "duration -1 is negative; a duration is zero or more"),
        (-1e-9, "duration -1e-09 is negative; a duration is zero or more"),
        (-1e308, "duration -1e+308 is negative; a duration is zero or more"),
        (timedelta(hours=-2), "duration -2 h is negative; a duration is zero or more"),
        (
            "5 minuts",
            f'unknown unit "minuts" in duration "5 minuts"; did you mean "minutes"? Units: {UNITS}',
        ),
        ("1e3", f'unknown unit "e" in duration "1e3". Units: {UNITS}'),
        (
            "5 months",
            'unknown unit "months" in duration "5 months": months and years vary in length; '
            'say days, such as "30 days"',
        ),
        ("1h30", f'"30" has no unit in duration "1h30"; units: {UNITS}'),
        ("1.5.2h", f'"1.5" has no unit in duration "1.5.2h"; units: {UNITS}'),
        ("1h 1h", 'duration "1h 1h" names "h" twice'),
        ("1 hour 1 h", 'duration "1 hour 1 h" names "h" twice'),
        ("h", f'cannot read "h" in duration "h"; accepted: {ACCEPTED}'),
        ("5m!", f'cannot read "!" in duration "5m!"; accepted: {ACCEPTED}'),
        ("٣h", f'cannot read "٣h" in duration "٣h"; accepted: {ACCEPTED}'),
        (True, f"True is not a duration; accepted: {ACCEPTED}"),
        (None, f"null is not a duration; accepted: {ACCEPTED}"),
        ([1], f"[1] is not a duration; accepted: {ACCEPTED}"),
        (float("nan"), f"nan is not a finite number of seconds; accepted: {ACCEPTED}"),
        (float("inf"), f"inf is not a finite number of seconds; accepted: {ACCEPTED}"),
        (1e308, "duration 1e+308 is over the limit of 36525 days"),
        pytest.param(
            10**5000, "duration an integer of 16610 bits is over the limit of 36525 days", id="huge"
        ),
        ("99999 weeks", 'duration "99999 weeks" is over the limit of 36525 days'),
        ("9" * 101, f"'{'9' * 97}...' is too long for a duration; accepted: {ACCEPTED}"),
    ],
)
def test_parse_duration_refuses(value: object, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_duration(value)  # type: ignore[arg-type]
    assert str(refused.value) == message


@pytest.mark.parametrize("where", ["within", Where("within")])
def test_parse_duration_names_the_place(where: str | Where) -> None:
    with pytest.raises(ConfigurationError, match=r"^within: duration -1 is negative"):
        parse_duration(-1, where=where)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2h..8h", timedelta(hours=2), timedelta(hours=8)),
        (" 30m .. 1d 6h ", timedelta(minutes=30), timedelta(hours=30)),
        ("0..8h", timedelta(0), timedelta(hours=8)),
        ("0s..0s", timedelta(0), timedelta(0)),
        ("2..8", timedelta(seconds=2), timedelta(seconds=8)),
        ("1.5h..2.5h", timedelta(minutes=90), timedelta(minutes=150)),
        ("2h", timedelta(hours=2), timedelta(hours=2)),
        (90, timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(microseconds=1600), timedelta(milliseconds=2), timedelta(milliseconds=2)),
    ],
)
def test_parse_span_reads(value: str, low: timedelta, high: timedelta) -> None:
    assert parse_span(value) == Span(low, high)
    assert (parse_span(value).low, parse_span(value).high) == (low, high)


def test_parse_span_returns_a_span_as_it_is() -> None:
    span = Span(timedelta(1), timedelta(2))
    assert parse_span(span) is span


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2h..", 'range "2h.." needs two ends, such as "2h..8h"'),
        ("..8h", 'range "..8h" needs two ends, such as "2h..8h"'),
        ("..", 'range ".." needs two ends, such as "2h..8h"'),
        ("1h..2h..3h", 'range "1h..2h..3h" needs two ends, such as "2h..8h"'),
        ("8h..2h", 'range "8h..2h" starts after its end; did you mean "2h..8h"?'),
        ("2..8h", '"2" has no unit in range "2..8h"; did you mean "2h..8h"?'),
        ("-2h..8h", 'duration "-2h" is negative; a duration is zero or more'),
        ({"median": "3h"}, f"{{'median': '3h'}} is not a duration; accepted: {ACCEPTED_SPANS}"),
        (False, f"False is not a duration; accepted: {ACCEPTED_SPANS}"),
        (None, f"null is not a duration; accepted: {ACCEPTED_SPANS}"),
    ],
)
def test_parse_span_refuses(value: object, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_span(value)  # type: ignore[arg-type]
    assert str(refused.value) == message


def test_span_refuses_a_range_that_starts_after_its_end() -> None:
    with pytest.raises(ConfigurationError, match=r'did you mean "1h\.\.2h"'):
        Span(timedelta(hours=2), timedelta(hours=1))


@given(milliseconds, milliseconds, st.integers(0, 2**32))
def test_span_draws_within_its_bounds_to_the_millisecond(one: int, other: int, seed: int) -> None:
    low, high = sorted((one, other))
    span = Span(timedelta(milliseconds=low), timedelta(milliseconds=high))
    drawn = span.draw(stream(seed, "after"))
    assert span.low <= drawn <= span.high
    assert drawn % timedelta(milliseconds=1) == timedelta(0)


def test_span_draws_both_ends() -> None:
    chance = stream(0, "ends")
    drawn = {parse_span("1ms..3ms").draw(chance) for _ in range(200)}
    assert drawn == {timedelta(milliseconds=number) for number in (1, 2, 3)}


def test_span_draw_depends_on_the_stream_only() -> None:
    span = parse_span("2h..8h")
    assert span.draw(stream(1, "t")) == span.draw(stream(1, "t")) != span.draw(stream(2, "t"))


def test_fixed_span_takes_nothing_from_the_stream() -> None:
    used, fresh = stream(3, "s"), stream(3, "s")
    assert parse_span("2h").draw(used) == timedelta(hours=2)
    assert used.fraction() == fresh.fraction()


@given(milliseconds, milliseconds)
def test_span_text_reads_back_equal(one: int, other: int) -> None:
    low, high = sorted((one, other))
    span = Span(timedelta(milliseconds=low), timedelta(milliseconds=high))
    assert parse_span(str(span)) == span


@given(milliseconds)
def test_texts_of_durations_read_back_equal(number: int) -> None:
    length = timedelta(milliseconds=number)
    assert parse_duration(compact_duration(length)) == length
    assert parse_duration(format_duration(length, parts_max=5)) == length


@given(milliseconds)
def test_short_text_is_off_by_less_than_its_finest_unit(number: int) -> None:
    length = timedelta(milliseconds=number)
    read = parse_duration(format_duration(min(length, DURATION_MAX - timedelta(days=1))))
    assert abs(read - min(length, DURATION_MAX - timedelta(days=1))) <= timedelta(minutes=30)
    assert format_duration(read) == format_duration(parse_duration(format_duration(read)))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0 s"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(hours=2, minutes=5, seconds=29), "2 h 5 min"),
        (timedelta(hours=2, minutes=5, seconds=30), "2 h 6 min"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=1, hours=6), "1 day 6 h"),
        (timedelta(days=14), "14 days"),
        (timedelta(hours=1, seconds=5), "1 h"),
        (timedelta(minutes=59, seconds=59, milliseconds=900), "1 h"),
        (timedelta(seconds=1, milliseconds=500), "1 s 500 ms"),
        (timedelta(milliseconds=7), "7 ms"),
        (timedelta(microseconds=400), "0 s"),
        (timedelta(hours=-2), "-2 h"),
    ],
)
def test_format_duration(length: timedelta, text: str) -> None:
    assert format_duration(length) == text


def test_format_duration_keeps_as_many_units_as_asked() -> None:
    length = timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)
    assert format_duration(length, parts_max=1) == "1 day"
    assert format_duration(length, parts_max=3) == "1 day 2 h 3 min"
    assert format_duration(length, parts_max=9) == "1 day 2 h 3 min 4 s 5 ms"
    assert compact_duration(length) == "1d 2h 3m 4s 5ms"
    assert compact_duration(timedelta(0)) == "0s"


MARCH = datetime(2024, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-01T09:00:00Z", MARCH),
        ("2024-03-01T09:00Z", MARCH),
        ("2024-03-01 09:00", MARCH),
        ("2024-03-01T11:00+02:00", MARCH),
        ("2024-03-01", MARCH.replace(hour=0)),
        ("2024-03-01T09:00:00.1239Z", MARCH.replace(microsecond=123_000)),
        (MARCH, MARCH),
        (MARCH.replace(tzinfo=None), MARCH),
        (datetime(2024, 3, 1, 11, tzinfo=timezone(timedelta(hours=2))), MARCH),
        (MARCH.replace(microsecond=999), MARCH),
        (date(2024, 3, 1), MARCH.replace(hour=0)),
    ],
)
def test_parse_instant_reads(value: str | date, expected: datetime) -> None:
    instant = parse_instant(value)
    assert instant == expected
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("soon", "'soon'"),
        ("", "''"),
        ("2024-13-01", "'2024-13-01'"),
        ("0001-01-01T00:00+23:00", "'0001-01-01T00:00+23:00'"),
        ("12", "'12'"),
        (5, "5"),
        (None, "null"),
    ],
)
def test_parse_instant_refuses(value: object, shown: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_instant(value, where="start_at")  # type: ignore[arg-type]
    assert str(refused.value) == (
        f"start_at: {shown} is not an instant; accepted: ISO 8601 text such as "
        '"2024-01-01T08:00:00Z", or a datetime; UTC unless it says otherwise'
    )


@pytest.mark.parametrize("value", ["2h", "3 days", "1d 6h", "90s"])
def test_parse_instant_says_of_a_length_what_it_is(value: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_instant(value, where="to")
    assert str(refused.value).startswith(f"to: '{value}' is a length, not an instant; accepted: ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2024-03-01", "'2024-03-01'"),
        ("2024-03-01T09:00Z", "'2024-03-01T09:00Z'"),
        (date(2024, 3, 1), "datetime.date(2024, 3, 1)"),
    ],
)
def test_an_instant_is_no_length(value: object, shown: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_duration(value, where="after", instants="at")  # type: ignore[arg-type]
    assert str(refused.value).startswith(
        f"after: {shown} is an instant, which at takes, not a duration; accepted: a timedelta, "
    )


@pytest.mark.parametrize(
    ("text", "range_"),
    [("2h-8h", "2h..8h"), ("2 h - 8 h", "2 h..8 h"), ("30m-1h 30m", "30m..1h 30m")],
)
def test_a_range_with_a_dash_is_told_how_ranges_are_written(text: str, range_: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_span(text)
    assert str(refused.value) == f'"{text}" is not a duration; a range is written "{range_}"'
