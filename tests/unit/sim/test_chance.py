"""Streams and ids: the same for the same seed and names, in every process, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.sim.ids import object_id, uuid_text
from scale_mock.sim.streams import Stream, digest, stream

CREATED = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = st.lists(st.text(st.characters(exclude_characters="\x1f"), max_size=6), max_size=4)
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_stream_of_a_seed_and_a_name_is_pinned() -> None:
    """Every id, fate and label of every user hangs on these: a change here is a breaking one."""
    numbers = stream(0, "outcome", "task")
    assert [numbers.fraction() for _ in range(3)] == [
        0.43097778066984405,
        0.0011172168105046953,
        0.3499959950706467,
    ]
    assert [numbers.below(100) for _ in range(5)] == [55, 69, 78, 57, 81]
    assert [numbers.between(3, 9) for _ in range(5)] == [5, 9, 6, 7, 3]
    assert numbers.choice("abcdef") == "b"
    assert numbers.bits(48) == 276837167119162


def test_shuffle_is_pinned() -> None:
    items = list(range(8))
    stream(7, "shuffle").shuffle(items)
    assert items == [2, 6, 5, 7, 4, 1, 0, 3]


def test_ids_are_pinned() -> None:
    assert object_id(CREATED, 0, "live", "x") == "659200808ac114a0d354ac72"
    assert uuid_text(0, "a") == "ffb41561-c489-4981-a36a-49767fe0b666"
    assert digest(1, "a", "b").hex() == "5ffb78fd52c68a8045fb430d9b5d1e95"


@pytest.mark.slow
def test_streams_do_not_depend_on_the_process_or_its_hash_seed() -> None:
    code = "from scale_mock.sim.streams import *; print(stream(3, 'a', 1).bits(48), digest('ä'))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{stream(3, 'a', 1).bits(48)} {digest('ä')}\n"}


def test_streams_are_independent_of_draws_elsewhere() -> None:
    alone = stream(1, "a").fraction()
    other = stream(1, "b")
    mine = stream(1, "a")
    for _ in range(10):
        other.fraction()
    assert mine.fraction() == alone


@given(st.integers(), st.integers(), NAMES, NAMES)
def test_streams_differ_as_soon_as_seed_or_names_do(
    seed: int, other_seed: int, names: list[str], other_names: list[str]
) -> None:
    same = (seed, names) == (other_seed, other_names)
    first, second = stream(seed, *names), stream(other_seed, *other_names)
    assert ([first.fraction() for _ in range(3)] == [second.fraction() for _ in range(3)]) is same


@given(NAMES, NAMES)
def test_digest_tells_where_a_part_ends(names: list[str], others: list[str]) -> None:
    assert (digest("x", *names) == digest("x", *others)) is (names == others)


def test_digest_takes_what_utf_8_cannot_say() -> None:
    assert digest("\ud800") != digest("\ud801")


@given(st.integers(0, 2**64 - 1), st.integers(-50, 50), st.integers(0, 100))
def test_draws_stay_within_their_bounds(seed: int, low: int, width: int) -> None:
    numbers = Stream(seed)
    assert 0 <= numbers.fraction() < 1
    assert 0 <= numbers.below(width + 1) <= width
    assert low <= numbers.between(low, low + width) <= low + width
    assert 0 <= numbers.bits(48) < 2**48
    assert numbers.below(1) == 0


def test_between_reaches_both_ends() -> None:
    numbers = Stream(1)
    assert {numbers.between(1, 3) for _ in range(100)} == {1, 2, 3}


@given(st.integers(), st.lists(st.integers()))
def test_shuffle_keeps_every_item(seed: int, items: list[int]) -> None:
    shuffled = list(items)
    Stream(seed).shuffle(shuffled)
    assert sorted(shuffled) == sorted(items)


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis wants naive bounds
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.integers(),
    NAMES,
)
def test_object_id_begins_with_the_creation_second(
    created: datetime, seed: int, names: list[str]
) -> None:
    made = object_id(created, seed, *names)
    assert re.fullmatch(r"[0-9a-f]{24}", made)
    assert int(made[:8], 16) == int(created.timestamp())
    later = object_id(datetime(2101, 1, 1, tzinfo=UTC), seed, *names)
    assert later[8:] == made[8:], "the rest is identity, which does not change with the time"


@given(st.integers(), NAMES)
def test_uuid_text_has_the_shape_of_version_4(seed: int, names: list[str]) -> None:
    assert UUID4.fullmatch(uuid_text(seed, *names))


def test_digest_tells_where_one_part_ends_and_the_next_begins() -> None:
    between = "\x1f"
    cases = [("a", "b"), (f"a{between}b",), ("ab",), ("a", f"{between}b"), (f"a{between}", "b")]
    assert len({digest(*case) for case in cases}) == len(cases)
