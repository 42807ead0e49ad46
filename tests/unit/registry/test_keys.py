"""Keys: what is well-formed, what it means, what looks real, and what of it may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.registry.keys import ParsedKey, looks_real, parse_key, redact

REAL = "live_" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("key", "account", "mode"),
    [
        ("live_acme", "acme", "live"),
        ("test_acme", "acme", "test"),
        ("live_a", "a", "live"),
        ("live_A.b-c_d+e@f", "A.b-c_d+e@f", "live"),
        ("live_test_x", "test_x", "live"),
        ("acme|test", "acme", "test"),
        ("live_acme|test", "acme", "test"),
        ("test_acme|test", "acme", "test"),
        ("acme|user|test", "acme", "test"),
        ("live_acme|user", "acme", "live"),
        ("live_acme|user|test", "acme", "test"),
        ("live_" + "x" * 100, "x" * 100, "live"),
    ],
)
def test_well_formed_keys(key: str, account: str, mode: str) -> None:
    assert parse_key(key) == ParsedKey(account, mode)


@pytest.mark.parametrize(
    "key",
    ["", "acme", "live_", "test_", "live", "LIVE_acme", "prod_acme", "live_-acme", "live_a b",
     "live_a/b", "live_é", "live_a\n", "acme|live", "acme|test|user", "|test", "live_a|b|c|test",
     "live_" + "x" * 101, "Bearer live_acme"],
)  # fmt: skip
def test_malformed_keys(key: str) -> None:
    assert parse_key(key) is None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (REAL, True),
        ("test_" + "0" * 32, True),
        (f"{REAL}|user|test", True),
        (REAL[:-1], False),
        (REAL + "0", False),
        (REAL.upper(), False),
        ("live_" + "g" * 32, False),
        ("0" * 32, False),
    ],
)
def test_keys_that_look_real(key: str, expected: bool) -> None:
    assert looks_real(key) is expected


@given(st.text())
def test_nothing_of_a_key_but_its_mode_is_shown(name: str) -> None:
    assert redact(f"live_{name}") == "live_***"
    assert redact(f"test_{name}") == "test_***"
    if not name.startswith(("live_", "test_")):
        assert redact(name) == "***"


@given(st.text())
def test_any_text_is_a_key_or_none(text: str) -> None:
    parsed = parse_key(text)
    assert parsed is None or (parsed.account in text and parsed.mode in {"live", "test"})
