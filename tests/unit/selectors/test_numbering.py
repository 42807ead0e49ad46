"""Numbers in the texts of tasks that are made alike."""

from __future__ import annotations

import pytest

from scale_mock.selectors.numbering import fill_in, has_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no number", "no number"),
        ("{n}", "7"),
        ("a-{n:03}-{n}", "a-007-7"),
        ("{n+12}", "19"),
        ("{n+93:02}", "100"),
        ("{n:4}", "   7"),
        ("{n|car|bicycle}", "car"),
        ("{n+1|car|bicycle}", "bicycle"),
        ("{n|a|b|c|}", "c"),
        ("{m} {n!r} {n.x} {params.n}", "{m} {n!r} {n.x} {params.n}"),
    ],
)
def test_a_number_stands_in_a_text(text: str, expected: str) -> None:
    assert fill_in(text, 7) == expected


def test_numbers_reach_into_lists_and_tables_but_not_into_keys() -> None:
    given = {"{n}": ["{n}", {"x": "{n}", "y": 1, "z": None}]}

    assert fill_in(given, 2) == {"{n}": ["2", {"x": "2", "y": 1, "z": None}]}
    assert given == {"{n}": ["{n}", {"x": "{n}", "y": 1, "z": None}]}


def test_whether_a_text_differs_from_number_to_number() -> None:
    assert has_number("a-{n:02}")
    assert not has_number("a-{m}")
