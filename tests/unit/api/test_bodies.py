"""Bodies: JSON, and forms whose bracket keys spell objects and lists."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.api import bodies
from scale_mock.api.bodies import parse_body, parse_form, read_body
from scale_mock.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        ("a[b][c]=1", {"a": {"b": {"c": "1"}}}),
        ("a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        ("a[0][b]=1&a[0][c]=2&a[1][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("a[][]=1", {"a": [["1"]]}),
        ("a[5]=1", {"a": {"5": "1"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=1&a=2", {"a": "2"}),
        ("[a]=1", {"0": {"a": "1"}}),
        ("=1", {"0": "1"}),
        ("a%5Bb%5D=1", {"a": {"b": "1"}}),
        ("a=x+y%20z&b=%C3%BC", {"a": "x y z", "b": "ü"}),
        ("a=true&b=false&c=True", {"a": True, "b": False, "c": "True"}),
        ("a[b]=true", {"a": {"b": True}}),
        ("a[]=true", {"a": ["true"]}),
        ("priority=30&other=30", {"priority": 30, "other": "30"}),
        ("priority=-1&project_version=x", {"priority": -1, "project_version": "x"}),
        ("a[priority]=30", {"a": {"priority": "30"}}),
        ("a[b=1", {"a": "1"}),
    ],
)
def test_forms(form: str, expected: dict[str, Any]) -> None:
    assert parse_form(form.encode()) == expected


def read(parse: Callable[[bytes], object], raw: bytes) -> object:
    """The type of what was read, or the status of the refusal."""
    try:
        return type(parse(raw))
    except Refusal as refusal:
        return refusal.status


NAMES = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1)
LEAVES = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: text not in {"true", "false"}
)
TREES = st.dictionaries(
    NAMES.filter(lambda name: name not in bodies.NUMBERS),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(NAMES.filter(lambda name: name != "0"), inner, min_size=1, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=3,
)


def flat(value: Any, key: str) -> list[tuple[str, str]]:
    """What a client of 2016 would make of a value: brackets with names and numbers."""
    if isinstance(value, str):
        return [(key, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for name, below in items for pair in flat(below, f"{key}[{name}]")]


@given(TREES)
def test_any_tree_of_texts_survives_being_a_form(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in flat(value, name)]
    assert parse_form(urlencode(pairs).encode()) == tree


@given(st.binary(max_size=60))
def test_no_form_whatever_breaks_anything_but_with_a_400(raw: bytes) -> None:
    assert read(parse_form, raw) in {dict, 400}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a" + b"[b]" * 40 + b"=1", "malformed form: 'a' is nested too deeply"),
        (b"a=%FF", "malformed form"),
        (b"\xff=1", "malformed form"),
        (b"&".join(b"a%d=1" % n for n in range(10_001)), "malformed form: Max number of fields"),
    ],
)
def test_malformed_forms_are_refused(raw: bytes, text: str) -> None:
    with pytest.raises(Refusal, match=text) as refused:
        parse_form(raw)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("raw", "content_type", "expected"),
    [
        (b"", "application/json", None),
        (b" \r\n", FORM, None),
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b"[1]", "", [1]),
        (b'"text"', "application/json", "text"),
        (b"null", "application/json", None),
        (b"a=1", FORM, {"a": "1"}),
        (b"a=1", FORM + "; charset=utf-8", {"a": "1"}),
        (b' {"a": 1}', FORM, {"a": 1}),
        (b"[1]", FORM, [1]),
        ('{"a":"ü"}'.encode(), "application/json", {"a": "ü"}),
        ('\ufeff{"a":1}'.encode(), "application/json", {"a": 1}),
    ],
)
def test_bodies(raw: bytes, content_type: str, expected: object) -> None:
    assert parse_body(raw, content_type) == expected


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"a": }', "Invalid JSON: Expecting value at line 1 column 7"),
        (b'{\n "a" 1}', "Invalid JSON: Expecting ':' delimiter at line 2 column 6"),
        (b'{"a": 1} x', "Invalid JSON: Extra data at line 1 column 10"),
        (b'{"a": "\xff"}', "Invalid JSON: not UTF-8 at byte 7"),
        (b"[NaN]", "Invalid JSON: NaN is not JSON"),
        (b"[-Infinity]", "Invalid JSON: -Infinity is not JSON"),
        (b"[" * 100_000, "Invalid JSON: nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "Invalid JSON: a number has too many digits"),
        (b"a=1", "Invalid JSON: Expecting value at line 1 column 1"),
    ],
)
def test_malformed_json_is_refused_with_the_place(raw: bytes, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_body(raw, "application/json")
    assert refused.value.status == 400
    assert refused.value.text.startswith(text)


@given(st.binary(max_size=40))
def test_no_body_whatever_breaks_anything_but_with_a_400(raw: bytes) -> None:
    assert read(lambda raw: json.dumps(parse_body(raw, "application/json")), raw) in {str, 400}


def environ(body: bytes, **more: Any) -> Any:
    return {"wsgi.input": io.BytesIO(body), **more}


def test_a_body_is_read_to_its_length_or_its_end() -> None:
    assert read_body(environ(b"abcdef", CONTENT_LENGTH="3"), limit=9) == b"abc"
    assert read_body(environ(b"abc"), limit=9) == b""
    assert read_body(environ(b"abc", CONTENT_LENGTH=""), limit=9) == b""
    assert read_body(environ(b"abc", CONTENT_LENGTH="x"), limit=9) == b""
    chunked = environ(b"abc", **{"wsgi.input_terminated": True})
    assert read_body(chunked, limit=9) == b"abc"


@pytest.mark.parametrize("more", [{"CONTENT_LENGTH": "5"}, {"wsgi.input_terminated": True}])
def test_a_body_over_the_limit_is_not_read_whole(more: dict[str, Any]) -> None:
    assert read_body(environ(b"1234", **{**more, "CONTENT_LENGTH": "4"}), limit=4) == b"1234"
    call = environ(b"12345" * 100, **more)
    with pytest.raises(Refusal, match=r"more than 4 bytes \(setting body_bytes_max") as refused:
        read_body(call, limit=4)
    assert refused.value.status == 413
    assert call["wsgi.input"].tell() <= 5
