"""A request as an operation sees it: query values, bodies, headers, credentials."""

from __future__ import annotations

import io
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pytest

from scale_mock.api.app import credentials
from scale_mock.api.call import Call
from scale_mock.domain.refusals import Refusal
from scale_mock.registry import Registry
from scale_mock.sim.instants import to_iso


def call(query: str = "", body: bytes = b"", **environ: Any) -> Call:
    made = Call(
        {
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            **environ,
        },
        {},
        Registry(),
    )
    made.world = SimpleNamespace(settings=SimpleNamespace(body_bytes_max=100))  # type: ignore[assignment]
    return made


def test_query_values_are_the_last_or_all() -> None:
    asked = call("a=1&a=2&b=&c&d=%C3%BC&e[]=x&e[]=y")
    assert asked.one("a") == "2"
    assert asked.many("a") == ("1", "2")
    assert (asked.one("b"), asked.one("c"), asked.one("z")) == (None, None, None)
    assert asked.one("d") == "ü"
    assert asked.many("e") == ("x", "y")
    assert call().many("a") == ()


def test_too_many_query_values_are_refused() -> None:
    with pytest.raises(Refusal, match="the query has"):
        call("&".join(f"a{n}=1" for n in range(1001))).one("a")


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("False", False), ("0", False)],
)
def test_flags(text: str, value: bool) -> None:
    assert call(f"f={text}").flag("f") is value
    assert call().flag("f") is None


def test_what_is_no_flag() -> None:
    with pytest.raises(Refusal, match='"f" must be a boolean'):
        call("f=yes").flag("f")


def test_integers_stay_within_their_bounds() -> None:
    assert call().integer("n", default=7, least=1) == 7
    assert call("n=1").integer("n", default=7, least=1, most=9) == 1
    assert call("n=9").integer("n", default=7, least=1, most=9) == 9


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("x", '"n" must be a number'),
        ("1.5", '"n" must be a number'),
        ("0", '"n" must be greater than or equal to 1'),
        ("-5", '"n" must be greater than or equal to 1'),
        ("10", '"n" must be less than or equal to 9'),
        ("9" * 30, '"n" must be a safe number'),
    ],
)
def test_integers_out_of_bounds(text: str, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal) as refused:
        call(f"n={text}").integer("n", default=7, least=1, most=9)
    assert refused.value.path == "n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02", "2024-01-02T00:00:00.000Z"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"),
        ("2024-01-02T03:04:05%2B01:00", "2024-01-02T02:04:05.000Z"),
        ("2024-01-02T03:04:05+01:00", "2024-01-02T02:04:05.000Z"),
        ("2024-01-02+03:04:05", "2024-01-02T03:04:05.000Z"),
        ("2024-01-02+03:04", "2024-01-02T03:04:00.000Z"),
        ("2024-01-02T03:04:05-01:00", "2024-01-02T04:04:05.000Z"),
    ],
)
def test_instants_survive_a_plus_that_was_not_quoted(text: str, expected: str) -> None:
    found = call(f"t={text}").instant("t")
    assert found is not None
    assert to_iso(found) == expected


def test_what_is_no_instant() -> None:
    assert call().instant("t") is None
    with pytest.raises(Refusal, match='"t" must be a valid ISO 8601 date'):
        call("t=tomorrow").instant("t")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "array"),
        (b'"x"', "string"),
        (b"1", "number"),
        (b"1.5", "number"),
        (b"true", "boolean"),
    ],
)
def test_an_object_is_asked_for(body: bytes, kind: str) -> None:
    with pytest.raises(Refusal, match=f"expected a JSON object, got {kind}"):
        call(body=body).json_object()
    assert call(body=b'{"a":1}').json_object() == {"a": 1}
    assert call().json_object() == {}


@pytest.mark.parametrize(("body", "kind"), [(b"{}", "object"), (b"false", "boolean")])
def test_an_array_is_asked_for(body: bytes, kind: str) -> None:
    with pytest.raises(Refusal, match=f"expected a JSON array, got {kind}"):
        call(body=body).json_array()
    assert call(body=b"[1]").json_array() == [1]
    assert call().json_array() == []


def test_the_body_is_read_once_and_limited() -> None:
    asked = call(body=b'{"a":1}')
    assert asked.body is asked.body
    with pytest.raises(Refusal, match="more than 100 bytes"):
        _ = call(body=b"x" * 101).body


def test_headers() -> None:
    asked = call(HTTP_IDEMPOTENCY_KEY="k")
    assert asked.header("Idempotency-Key") == "k"
    assert asked.header("Accept") is None


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer live_a", "live_a"),
        ("bearer  live_a ", "live_a"),
        (basic("live_a:"), "live_a"),
        (basic("live_a"), "live_a"),
        (basic("live_a:password:more"), "live_a"),
        ("BASIC " + basic("live_a:")[6:], "live_a"),
        ("", ""),
        ("Bearer", ""),
        ("Basic !!!", ""),
        ("Basic /w==", ""),
        ("Digest live_a", ""),
        ("live_a", ""),
    ],
)
def test_credentials(header: str, key: str) -> None:
    assert credentials(header) == key
