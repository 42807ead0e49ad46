"""Plain data: copied, compared as JSON, and refused where JSON cannot say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.plain import plain_copy, same_json
from scale_mock.selectors.where import Where

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values, json_values)
def test_same_json_is_reflexive_and_symmetric(one: object, other: object) -> None:
    copy = plain_copy(one, Where()) if "inf" not in repr(one) else one
    assert same_json(one, copy)
    assert same_json(one, other) == same_json(other, one)


def test_plain_copy_copies_and_makes_plain() -> None:
    inner = {"b": (1, 2.5, None, True, "x")}
    copied = plain_copy({"a": inner}, Where())
    inner["b"] = ()
    assert copied == {"a": {"b": [1, 2.5, None, True, "x"]}}


def test_plain_copy_refuses_what_json_cannot_say() -> None:
    loop: list[object] = []
    loop.append(loop)
    place = Where("rule", ("response",))
    for value, problem in [
        ({"a": float("inf")}, "rule: response.a: inf has no JSON form"),
        ({"a": {1: 2}}, r"rule: response.a: keys are text in JSON, not 1 \(int\)"),
        ([b"x"], r"rule: response\[0\]: a value of type bytes has no JSON form"),
        (loop, "nested deeper than 64 levels; does the structure contain itself"),
    ]:
        with pytest.raises(ConfigurationError, match=problem):
            plain_copy(value, place)
