"""Locators: they see the structure that the parsers see, and the lines that people see."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scale_mock.selectors.locators import json_lines, toml_lines

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)
keys = st.one_of(
    st.sampled_from(["a", "b-1", "", "x.y", "[0]", 'q"', "é", "#"]), st.text(max_size=4)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)
tables = st.dictionaries(keys, values, max_size=5)
breaks = st.sampled_from(["", " ", "\n", "\n\n  ", "\t"])
comments = st.sampled_from(["", "\n", " # [[x]]\n", "\n# a = 1, ]\n"])


def paths(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every path of a value, itself left out at the top."""
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, item in value.items():
            found |= paths(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            found |= paths(item, (*path, f"[{index}]"))
    return found


def write_text(text: str, draw: Any) -> str:
    """A text as one of TOML's four kinds of string."""
    plain = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    printable = all(character.isprintable() for character in text)
    if printable and "'" not in text and draw(st.booleans()):
        return draw(st.sampled_from(["'{}'", "'''{}'''", "'''\n{}'''"])).format(text)
    if printable and draw(st.booleans()):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""\n{escaped}\n"""'
    return plain


def write_key(key: str, draw: Any) -> str:
    if key.isascii() and key.replace("-", "").isalnum() and draw(st.booleans()):
        return key
    if key.isprintable() and "'" not in key and draw(st.booleans()):
        return f"'{key}'"
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_value(value: Any, draw: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{write_key(k, draw)} = {write_value(v, draw)}" for k, v in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        items = (draw(comments) + write_value(item, draw) + draw(comments) for item in value)
        return f"[{','.join(items)}{draw(comments)}]"
    if isinstance(value, str):
        return write_text(value, draw)
    return json.dumps(value)


def write_table(table: dict[str, Any], draw: Any, at: str = "") -> str:
    """A table in TOML: plain values first, then tables and arrays of tables under headers."""
    own, below = [], []
    for key, value in table.items():
        name = write_key(key, draw)
        full = f"{at}.{name}" if at else name
        headed = draw(st.booleans())
        if headed and isinstance(value, dict):
            below.append(f"[{full}]\n{write_table(value, draw, full)}")
        elif (
            headed and isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
        ):
            below += [f"[[ {full} ]] # next\n{write_table(item, draw, full)}" for item in value]
        else:
            own.append(f"{name} = {write_value(value, draw)}{draw(comments) or chr(10)}")
    return "".join(own) + "\n".join(below)


@given(tables, st.data())
def test_toml_is_seen_as_the_parser_sees_it(table: dict[str, Any], data: st.DataObject) -> None:
    text = write_table(table, data.draw)
    if data.draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    parsed = tomllib.loads(text)

    assert paths(parsed) == set(toml_lines(text))


def test_a_key_that_looks_like_a_position_is_a_key() -> None:
    assert toml_lines('["[0]".a]\n') == {("[0]",): 1, ("[0]", "a"): 1}


@given(values, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_json_is_seen_as_the_parser_sees_it(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    assert paths(value) == set(json_lines(text))


@given(tables)
def test_each_json_line_holds_its_key_or_value(table: dict[str, Any]) -> None:
    text = json.dumps(table, indent=1)
    lines = text.split("\n")
    for path, line in json_lines(text).items():
        if not path[-1].startswith("["):
            assert json.dumps(path[-1]) in lines[line - 1]


def test_toml_lines_are_those_that_people_see() -> None:
    text = (
        "top = 1\n"
        "[[rule]]\n"
        'name = """two\nlines"""\n'
        'match = { type = "a", "x.y".z = [\n  1, # one\n  2,\n] }\n'
        "[rule.response.value]\n"
        "when = 2024-01-01 10:00:00Z\n"
        "\n"
        "[[rule]]\n"
        "after.deliver = 3\n"
    )

    assert toml_lines(text) == {
        ("top",): 1,
        ("rule",): 2,
        ("rule", "[0]"): 2,
        ("rule", "[0]", "name"): 3,
        ("rule", "[0]", "match"): 5,
        ("rule", "[0]", "match", "type"): 5,
        ("rule", "[0]", "match", "x.y"): 5,
        ("rule", "[0]", "match", "x.y", "z"): 5,
        ("rule", "[0]", "match", "x.y", "z", "[0]"): 6,
        ("rule", "[0]", "match", "x.y", "z", "[1]"): 7,
        ("rule", "[0]", "response"): 9,
        ("rule", "[0]", "response", "value"): 9,
        ("rule", "[0]", "response", "value", "when"): 10,
        ("rule", "[1]"): 12,
        ("rule", "[1]", "after"): 13,
        ("rule", "[1]", "after", "deliver"): 13,
    }


def test_the_last_of_two_equal_json_keys_counts() -> None:
    text = '{"a": {"b": 1},\n "a": {"c": 2}}'

    assert json_lines(text) == {("a",): 2, ("a", "c"): 2}
