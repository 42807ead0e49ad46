"""Occasions: which subjects are picked, what can never be picked, and the words of the refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.occasions import Occasions, Window, split
from scale_mock.selectors.where import Where
from scale_mock.sim.streams import Stream, stream

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def occasions(**match: Any) -> Occasions:
    return split(match, Where())[1]


def picked(chosen: Occasions, upto: int = 12) -> list[int]:
    return [
        count
        for count in range(1, upto + 1)
        if chosen.picks(count, START, START, stream(0, "chance", count))
    ]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, list(range(1, 13))),
        ({"nth": 3}, [3]),
        ({"nth": [4, 1, 4]}, [1, 4]),
        ({"first": 2}, [1, 2]),
        ({"every": 5}, [5, 10]),
        ({"every": 5, "first": 9}, [5]),
        ({"nth": [2, 5], "first": 4}, [2]),
        ({"chance": 1}, list(range(1, 13))),
        ({"nth": None, "window": None}, list(range(1, 13))),
    ],
)
def test_positions_are_counted_from_one(match: dict[str, Any], expected: list[int]) -> None:
    assert picked(occasions(**match)) == expected


def test_other_keys_are_left_in_their_order() -> None:
    rest, chosen = split({"type": "t", "nth": 2, "batch": "b"}, Where())

    assert list(rest.items()) == [("type", "t"), ("batch", "b")]
    assert chosen == Occasions(nth=(2,))


@pytest.mark.parametrize("chance", ["1/4", 0.25, "25%", " 1 / 4 ", "0.25"])
def test_a_chance_has_many_spellings(chance: object) -> None:
    assert occasions(chance=chance).chance == Fraction(1, 4)


def test_a_chance_picks_about_that_many() -> None:
    chosen = occasions(chance="1/4")

    assert 200 < len(picked(chosen, 1000)) < 300
    assert chosen.has_chance
    assert not chosen.depends_on_order


def test_a_certain_chance_draws_nothing() -> None:
    assert occasions(chance=1).picks(1, START, START, None)


def test_a_position_that_is_out_draws_nothing() -> None:
    class Dry(Stream):
        def fraction(self) -> float:
            raise AssertionError("drew")

    assert not occasions(chance=0.5, nth=2).picks(1, START, START, Dry(0))


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        ({"from": "2h"}, [2, 3, 4, 5]),
        ({"until": "2h"}, [0, 1]),
        ({"from": "1h", "until": "3h"}, [1, 2]),
        ({"from": "2024-01-01T04:00:00Z"}, [4, 5]),
        ({"from": "1h", "until": "2024-01-01T03:00:00+01:00"}, [1]),
        ({"from": datetime(2024, 1, 1, 5, tzinfo=UTC), "until": date(2024, 1, 2)}, [5]),
        ({"until": 7200}, [0, 1]),
    ],
)
def test_a_window_has_its_beginning_and_not_its_end(
    window: dict[str, object], hours: list[int]
) -> None:
    chosen = occasions(window=window)

    assert [n for n in range(6) if chosen.picks(1, START + n * HOUR, START, None)] == hours


def test_a_window_may_reach_beyond_the_calendar() -> None:
    late = datetime(9999, 12, 1, tzinfo=UTC)

    assert occasions(window={"until": "36525 days"}).picks(1, late, late, None)


@pytest.mark.parametrize(
    ("match", "problem"),
    [
        ({"nth": 0}, "nth: counting starts at 1, so 0 could never match"),
        ({"nth": []}, "nth: an empty list matches nothing; name at least one position"),
        ({"nth": [1, "2"]}, "nth[1]: an integer from 1 is expected, not '2'"),
        ({"nth": [1] * 1001}, "nth: a list has at most 1000 positions, this one has 1001"),
        ({"first": True}, "first: an integer from 1 is expected, not True"),
        ({"every": 1.5}, "every: an integer from 1 is expected, not 1.5"),
        ({"every": 10**10}, "every: 10000000000 is over the limit of 1000000000"),
        (
            {"nth": [5, 7], "first": 3},
            "nth: no position asked for (5 or 7) fits first = 3, so this could never match",
        ),
        (
            {"nth": 3, "every": 2},
            "nth: no position asked for (3) fits every = 2, so this could never match",
        ),
        (
            {"first": 3, "every": 4},
            "first: every = 4 leaves nothing of the first 3, so this could never match",
        ),
        (
            {"chance": 0},
            "chance: a chance of 0 could never match; remove it, or give more than 0",
        ),
        (
            {"chance": "often"},
            'chance: a fraction ("1/10"), a number from 0 to 1 (0.1) or a percentage ("10%") '
            "is expected, not 'often'",
        ),
        (
            {"chance": "1/0"},
            'chance: a fraction ("1/10"), a number from 0 to 1 (0.1) or a percentage ("10%") '
            "is expected, not '1/0'",
        ),
        (
            {"chance": 10},
            'chance: 10 is not from 0 to 1; write a fraction ("1/10"), a number from 0 to 1 '
            '(0.1) or a percentage ("10%")',
        ),
        (
            {"window": "2h"},
            "window: a table is expected, not '2h'; write window = { from = \"2h\", until = "
            '"3 days" }, either end may be left out',
        ),
        (
            {"window": {}},
            'window: the table says nothing; write window = { from = "2h", until = "3 days" }, '
            "either end may be left out",
        ),
        (
            {"window": {"form": "2h"}},
            'window.form: unknown key; did you mean "from"? Keys: from, until.',
        ),
        (
            {"window": {"from": "3h", "until": "2h"}},
            "window: it ends (2h) before it begins (3h), so this could never match",
        ),
        (
            {"window": {"from": "2024-01-02", "until": "2024-01-01"}},
            "window: it ends (2024-01-01T00:00:00.000Z) before it begins "
            "(2024-01-02T00:00:00.000Z), so this could never match",
        ),
        (
            {"window": {"until": 0}},
            "window.until: it ends where the world starts; give more than 0",
        ),
        (
            {"window": {"from": ["2h"]}},
            'window.from: an instant ("2024-01-01T08:00:00Z") or a length since the start of '
            "the world (\"2h\") is expected, not ['2h']",
        ),
    ],
)
def test_what_could_never_match_is_refused(match: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        split(match, Where())

    assert str(refusal.value) == problem


def test_misses_say_what_was_wanted() -> None:
    chosen = occasions(nth=[9, 18], first=9, every=3, window={"from": "2h"})

    assert chosen.misses(10, START, START) == [
        "nth wanted 9 or 18, found 10",
        "first wanted 9 or less, found 10",
        "every wanted a multiple of 3, found 10",
        "window wanted a time from 2h, found 2024-01-01T00:00:00.000Z",
    ]
    assert chosen.misses(9, START + 2 * HOUR, START) == []


def test_it_knows_when_nothing_more_can_come() -> None:
    assert not occasions(nth=3).over(2, START, START)
    assert occasions(nth=3).over(3, START, START)
    assert occasions(first=1).over(1, START, START)
    assert occasions(window={"until": "2h"}).over(0, START + 2 * HOUR, START)
    assert not occasions(every=3).over(300, START, START)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "nth": st.lists(st.integers(1, 50), min_size=1, max_size=5),
            "first": st.integers(50, 100),
            "every": st.just(1),
            "chance": st.one_of(st.floats(1e-300, 1), st.integers(1, 9).map(lambda n: f"{n}/9")),
            "window": st.fixed_dictionaries(
                {"from": st.integers(0, 1000)}, optional={"until": st.integers(1001, 9999)}
            ),
        },
    )
)
def test_what_is_written_reads_back_equal(match: dict[str, Any]) -> None:
    chosen = occasions(**match)

    assert occasions(**chosen.as_dict()) == chosen


def test_what_chooses_and_what_does_not_is_known() -> None:
    assert occasions(chance=1, every=1).is_everything
    assert not occasions(window={"from": 1}).is_everything
    assert not occasions(window={"from": 1}).depends_on_order
    assert occasions(nth=1).depends_on_order
    assert not occasions(nth=1).is_everything
    assert Window(until=HOUR).as_dict() == {"until": "1h"}
