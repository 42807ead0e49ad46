"""What is remembered about values that requests repeat: the same verdicts, found out once."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock.tasktypes.checks import (
    REMEMBERED_BYTES_MAX,
    REMEMBERED_MAX,
    Fault,
    Remembered,
    remembered,
)


@pytest.fixture
def seen() -> list[Any]:
    return []


def test_an_equal_value_is_not_gone_through_again(seen: list[Any]) -> None:
    known = Remembered(lambda value: seen.append(value) or len(seen))
    assert [known({"a": [1, "x"]}), known({"a": [1, "x"]})] == [1, 1]
    assert seen == [{"a": [1, "x"]}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": []}, {"a": {}}),
        ({"a": "1"}, {"a": 1}),
    ],
)
def test_values_that_json_tells_apart_are_told_apart(
    one: object, other: object, seen: list[Any]
) -> None:
    known = Remembered(lambda value: seen.append(value) or len(seen))
    assert [known(one), known(other)] == [1, 2]


def test_what_does_not_fit_is_refused_every_time() -> None:
    def refuse(value: object) -> None:
        raise Fault("must be smaller", "a")

    check = remembered(refuse)
    for _ in range(2):
        with pytest.raises(Fault, match="must be smaller") as caught:
            check({"a": 1})
        assert caught.value.path == "$.a"


def test_only_objects_are_remembered(seen: list[Any]) -> None:
    check = remembered(seen.append)
    for value in ("text", "text", [1], [1], {"a": 1}, {"a": 1}):
        check(value)
    assert seen == ["text", "text", [1], [1], {"a": 1}]


def test_few_values_and_no_large_ones_are_kept(seen: list[Any]) -> None:
    known = Remembered(seen.append)
    large = {"a": "x" * REMEMBERED_BYTES_MAX}
    known(large)
    known(large)
    assert len(seen) == 2
    for number in range(REMEMBERED_MAX + 1):
        known({"a": number})
    known({"a": 0})
    assert seen[-1] == {"a": 0}


def test_a_value_that_never_was_json_is_gone_through_each_time(seen: list[Any]) -> None:
    known = Remembered(seen.append)
    value = {"a": object()}
    known(value)
    known(value)
    assert seen == [value, value]
