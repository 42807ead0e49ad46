"""The schema of faults refuses what the loader refuses, and takes what it takes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from scale_mock.cli.check import schema_text
from scale_mock.errors import ConfigurationError
from scale_mock.faults.fault import Fault
from scale_mock.faults.kinds import (
    CALLBACK_FIELDS,
    CALLBACK_KINDS,
    OPTIONS,
    REQUEST_FIELDS,
    REQUEST_KINDS,
)
from scale_mock.selectors import occasions
from tests.unit.faults.test_fault import REFUSED

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
BEYOND = ("name: a name is text that is not blank", "error is expected, not ' '", "10 minutes")
"""Parts of refusals for what a schema cannot say: blank text, and how long a text is in time."""
TRUE = {"callback": True}
VALUES: dict[str, list[Any]] = {
    "status": [302, 400, 599],
    "kind": [*dict.fromkeys([*REQUEST_KINDS, *CALLBACK_KINDS])],
    "apply": ["before", "after"],
    "delay": ["2s", "1s..3s", 2, {"by": "1s"}, {"by": "2h", "clock": "world"},
              {"by": "1s", "clock": "real"}],
    "error": ["No."],
    "retry_after": [0, 30],
    "after_headers": [True, False],
    "auth": ["missing"],
    "copies": [2],
    "chunk_bytes": [1],
    "pause": ["1s"],
}  # fmt: skip


def schema_takes(fault: dict[str, Any]) -> bool:
    return VALIDATOR.is_valid({"fault": [fault]})


def loader_takes(fault: dict[str, Any]) -> bool:
    try:
        Fault(**fault)
    except ConfigurationError:
        return False
    return True


def test_it_knows_every_field_and_occasion() -> None:
    defs = SCHEMA["$defs"]
    assert set(defs["request_match"]["properties"]) == {
        *REQUEST_FIELDS, *occasions.KEYS, "callback",
    }  # fmt: skip
    assert set(defs["callback_match"]["properties"]) == {
        *CALLBACK_FIELDS, *occasions.KEYS, "callback", "attempt",
    }  # fmt: skip
    assert defs["fault"]["dependentSchemas"].keys() >= OPTIONS.keys()


@pytest.mark.parametrize(("data", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_what_the_loader_refuses_the_schema_refuses(data: dict[str, Any], text: str) -> None:
    assert schema_takes(data) == any(part in text for part in BEYOND)


def test_every_pair_of_keys_is_taken_by_both_or_by_none() -> None:
    tried, taken = 0, 0
    matches = [{}, {"match": TRUE}, {"match": {"operation": "create_task", "callback": False}}]
    pairs: list[dict[str, Any]] = [
        {one: first, other: second, **match}
        for match in matches
        for one, firsts in VALUES.items()
        for other, seconds in VALUES.items()
        for first in firsts
        for second in seconds
        if one <= other and (one != other or first == second)
    ]
    for fault in pairs:
        assert schema_takes(fault) == loader_takes(fault), fault
        tried, taken = tried + 1, taken + loader_takes(fault)
    assert tried > 1000
    assert taken > 100


def test_every_triple_with_a_kind_is_taken_by_both_or_by_none() -> None:
    rest = [key for key in VALUES if key != "kind"]
    for kind in VALUES["kind"]:
        for one, other in ((a, b) for a in rest for b in rest if a < b):
            for first, second in ((a, b) for a in VALUES[one] for b in VALUES[other]):
                fault = {"kind": kind, one: first, other: second}
                assert schema_takes(fault) == loader_takes(fault), fault


@pytest.mark.parametrize(
    "match",
    [
        {"operation": "create_*", "nth": [1, 3], "metadata.row": {"range": [1, 2]}},
        {"method": ["GET", "PUT"], "/params/x/0": None, "window": {"from": "2h"}},
        {"callback": True, "url": "https://*", "attempt": [1, 2], "reason": "recalled"},
    ],
)
def test_matches_are_taken(match: dict[str, Any]) -> None:
    assert loader_takes({"match": match, "status": 500})
    assert schema_takes({"match": match, "status": 500})


@pytest.mark.parametrize(
    "match",
    [
        {"reason": "recalled"},
        {"callback": True, "operation": "create_task"},
        {"operatoin": "x"},
        {"callback": True, "attempt": []},
        {"window": {}},
        {"every": 0},
    ],
)
def test_matches_are_refused(match: dict[str, Any]) -> None:
    assert not loader_takes({"match": match, "status": 500})
    assert not schema_takes({"match": match, "status": 500})
