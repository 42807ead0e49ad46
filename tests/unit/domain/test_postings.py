"""Postings and timelines against the plainest models: sets, ranges and scans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.domain import timeline as timeline_module
from scale_mock.domain.postings import CHUNK, Posting, Span, Union, descending, intersect
from scale_mock.domain.timeline import Timeline

POSITIONS = st.one_of(
    st.integers(0, 40),
    st.integers(CHUNK - 3, CHUNK + 3),
    st.integers(5 * CHUNK - 2, 5 * CHUNK + 2),
)
SETS = st.sets(POSITIONS, max_size=20)
START = datetime(2024, 1, 1, tzinfo=UTC)


def posting(members: set[int]) -> Posting:
    made = Posting()
    for member in members:
        made.add(member)
    return made


def members_of(chunks: list[tuple[int, int]]) -> list[int]:
    return [position for chunk, bits in chunks for position in descending(chunk, bits)]


@given(st.lists(st.tuples(st.booleans(), POSITIONS), max_size=60))
def test_posting_is_a_set_of_integers(steps: list[tuple[bool, int]]) -> None:
    made, model = Posting(), set[int]()
    for adds, position in steps:
        (made.add if adds else made.discard)(position)
        (model.add if adds else model.discard)(position)
        assert (position in made) is (position in model)
    assert list(made) == sorted(model, reverse=True)
    assert len(made) == len(model)
    assert sorted(made.chunks()) == sorted({position // CHUNK for position in model})


@given(SETS, SETS)
def test_merge_is_the_union_and_leaves_the_other_alone(mine: set[int], theirs: set[int]) -> None:
    made, other = posting(mine), posting(theirs)
    made.merge(other)
    assert set(made) == mine | theirs
    made.add(7 * CHUNK)
    assert set(other) == theirs


@given(POSITIONS, POSITIONS)
def test_span_is_a_range(first: int, end: int) -> None:
    assert members_of(list(intersect([Span(first, end)]))) == list(range(first, end))[::-1]


@given(st.lists(SETS, min_size=1, max_size=3), SETS, POSITIONS, POSITIONS)
def test_intersect_is_what_all_terms_have_in_common(
    parts: list[set[int]], other: set[int], first: int, end: int
) -> None:
    terms = [Union(map(posting, parts)), posting(other), Span(first, end)]
    common = set.union(*parts) & other & set(range(first, end))
    assert members_of(list(intersect(terms))) == sorted(common, reverse=True)
    assert members_of(list(intersect(terms[::-1]))) == sorted(common, reverse=True)


def test_union_of_nothing_is_empty() -> None:
    assert list(intersect([Union([]), Span(0, 10)])) == []


def test_intersect_visits_only_the_chunks_of_the_shortest_term() -> None:
    """A filter that few tasks match costs a few chunks, however many tasks there are."""
    asked: list[int] = []

    class Watched(Span):
        def bits(self, chunk: int) -> int:
            asked.append(chunk)
            return super().bits(chunk)

    rare = posting({3, 900 * CHUNK})
    assert members_of(list(intersect([Watched(0, 1000 * CHUNK), rare]))) == [900 * CHUNK, 3]
    assert asked == [900, 0]


WINDOW = st.one_of(st.none(), st.integers(-1, 12))
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.sampled_from(["set", "clear"])),
    max_size=60,
)


@pytest.mark.parametrize("block", [1, 3, 2048])
@given(STEPS, st.lists(st.tuples(WINDOW, WINDOW), min_size=1, max_size=6))
def test_timeline_answers_windows_as_a_scan_would(
    block: int,
    steps: list[tuple[int, int, str]],
    windows: list[tuple[int | None, int | None]],
) -> None:
    """Time goes on by 0 to 2 seconds a step; positions get, change and lose their instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline_module, "BLOCK", block)
        instants: dict[int, datetime] = {}
        index = Timeline(instants.get)
        now = START
        for seconds, position, what in steps:
            now += timedelta(seconds=seconds)
            if position in instants:
                index.discard(instants.pop(position), position)
            if what == "set":
                instants[position] = now
                index.add(now, position)
    for low, high in windows:
        after = None if low is None else START + timedelta(seconds=low)
        before = None if high is None else START + timedelta(seconds=high)
        expected = {
            position
            for position, instant in instants.items()
            if (after is None or instant >= after) and (before is None or instant <= before)
        }
        assert set(index.window(after, before)) == expected


def test_timeline_holds_many_entries_of_one_instant_and_looks_into_none_of_them() -> None:
    looked_at: list[int] = []

    def instant_of(position: int) -> datetime:
        looked_at.append(position)
        return START

    index = Timeline(instant_of)
    for position in range(5000):
        index.add(START, position)
    for position in range(5000, 5010):
        index.add(START + timedelta(seconds=position), position)
    assert len(index.window(START, START)) == 5000
    assert len(index.window(None, None)) == 5010
    assert looked_at == []
    assert len(index.window(START + timedelta(milliseconds=1), None)) == 10


def test_timeline_joins_small_blocks_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks stay few, so that a window over a year of lone completions stays quick."""
    monkeypatch.setattr(timeline_module, "BLOCK", 4)
    instants = {n: START + timedelta(seconds=n) for n in range(40)}
    looked_at: list[int] = []

    def instant_of(position: int) -> datetime:
        looked_at.append(position)
        return instants[position]

    index = Timeline(instant_of)
    for position, instant in instants.items():
        index.add(instant, position)
    assert set(index.window(instants[10], instants[29])) == set(range(10, 30))
    assert 0 < len(looked_at) <= 2 * 4, "only the blocks at the two ends are looked into"


def test_timeline_ignores_what_was_never_there() -> None:
    index = Timeline(lambda position: START)
    index.discard(START, 1)
    index.add(START, 1)
    index.discard(START + timedelta(days=1), 1)
    assert set(index.window(None, None)) == {1}
