"""Reading bodies field by field, and JSON documents at rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.domain import fields
from scale_mock.domain.documents import (
    EMPTY_OBJECT,
    canonical,
    decode,
    decode_object,
    encode,
    encode_object,
)
from scale_mock.domain.refusals import Refusal

ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://x", True),
        ("HTTPS://x.test/a?b", True),
        ("http://[::1", True),
        ("http://", False),
        ("http:///a", False),
        ("ftp://x", False),
        ("x http://y", False),
        ("", False),
    ],
)
def test_urls(text: str, expected: bool) -> None:
    assert fields.is_url(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a@b.c", True), ("a+1@b-c.d.e", True), ("a@b", False), ("a b@c.d", False), ("@b.c", False),
     ("a@b.c ", False), ("a@b@c.d", False)],
)  # fmt: skip
def test_emails(text: str, expected: bool) -> None:
    assert fields.is_email(text) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("true", True), ("False", False), (None, False)],
)
def test_flags(value: object, expected: bool) -> None:
    assert fields.flag({"f": value}, "f") is expected
    assert fields.flag({}, "f", default=True) is True


@pytest.mark.parametrize("value", ["yes", "", 0, 1, [], {}])
def test_what_is_no_flag(value: object) -> None:
    with pytest.raises(Refusal, match='"f" must be a boolean'):
        fields.flag({"f": value}, "f")


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), ("-12", -12), ("007", 7), (None, None), (0, 0)]
)
def test_integers(value: object, expected: int | None) -> None:
    assert fields.integer_or_none({"n": value}, "n") == expected


@pytest.mark.parametrize("value", ["", "1.5", "1e3", 1.0, True, [], "9" * 19])
def test_what_is_no_integer(value: object) -> None:
    with pytest.raises(Refusal, match='"n" must be a number') as refused:
        fields.integer_or_none({"n": value}, "n")
    assert refused.value.path == "n"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: fields.text({}, "a"), '"a" is required'),
        (lambda: fields.text({"a": None}, "a"), '"a" is required'),
        (lambda: fields.text({"a": " \n"}, "a"), '"a" is not allowed to be empty'),
        (lambda: fields.text({"a": 1}, "a"), '"a" must be a string'),
        (lambda: fields.object_or_none({"a": []}, "a"), '"a" must be of type object'),
        (lambda: fields.texts({}, "a"), '"a" is required'),
        (lambda: fields.texts({"a": {}}, "a"), '"a" must be an array'),
        (lambda: fields.texts({"a": ["x", ""]}, "a"), r'"a\[1\]" is not allowed to be empty'),
        (lambda: fields.texts({"a": ["x"]}, "a", least=2), '"a" must contain at least 2 items'),
        (lambda: fields.one_of("x", "a", ("y", "z")), r'"a" must be one of \[y, z\]'),
        (lambda: fields.callback_target("a@b", "a"), '"a" must be a valid uri'),
        (lambda: fields.emails({"a": "nobody"}, "a"), r'"a\[0\]" must be a valid email'),
        (lambda: fields.metadata_document("{}"), '"metadata" must be of type object'),
    ],
)
def test_refusals_name_the_field(call: Any, text: str) -> None:
    with pytest.raises(Refusal, match=text) as refused:
        call()
    assert refused.value.status == 400
    assert refused.value.path


def test_what_may_be_left_out() -> None:
    assert fields.text_or_none({"a": None}, "a") is None
    assert fields.object_or_none({}, "a") is None
    assert fields.texts({}, "a", required=False) == []
    assert fields.texts({"a": "x"}, "a") == ["x"]
    assert fields.emails({"a": ["A@b.c", "a@B.c"]}, "a") == ["a@b.c"]
    fields.callback_target("a@b.c", "a")
    fields.callback_target("http://x", "a")


@given(JSON)
def test_documents_read_back_as_they_were_written(value: Any) -> None:
    document = encode(value)
    document.decode("utf-8")
    assert decode(document) == value == json.loads(document)


@given(st.dictionaries(ANY_TEXT, JSON, max_size=3))
def test_object_documents_read_back_as_new_objects(value: dict[str, Any]) -> None:
    document = encode_object(value)
    assert decode_object(document) == value
    assert decode_object(document) is not decode_object(document)
    assert (document is EMPTY_OBJECT) is (value == {})


@given(st.dictionaries(ANY_TEXT, JSON, max_size=5))
def test_canonical_text_does_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_cannot_say_are_refused(number: float) -> None:
    with pytest.raises(Refusal, match="a number is out of range"):
        encode({"deep": [number]})
