"""One fault: what it reads, what it refuses and in which words."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Any

import pytest

from scale_mock import ConfigurationError, Fault
from scale_mock.faults.kinds import CALLBACK_KINDS, KEYS, REQUEST_KINDS
from scale_mock.selectors.durations import Span
from scale_mock.selectors.where import Where

REQUESTS = ", ".join(REQUEST_KINDS)
CALLBACKS = ", ".join(CALLBACK_KINDS)
TRUE = {"callback": True}

REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {},
        "fault: a fault needs something to do: status = 500, or kind = "
        f"{' | '.join(REQUEST_KINDS)}; with callback = true in its match: kind = "
        f"{' | '.join(CALLBACK_KINDS)}, or a status",
    ),
    (
        {"statuz": 500},
        f'fault: statuz: unknown key; did you mean "status"? Keys: {", ".join(KEYS)}.',
    ),
    ({"name": " ", "status": 500}, "fault: name: a name is text that is not blank, not ' '"),
    (
        {"name": "n" * 201, "status": 500},
        f'fault "{"n" * 200}": name: a name has at most 200 characters',
    ),
    ({"status": 200}, "fault: status: an HTTP status from 400 to 599 is expected, not 200"),
    ({"status": "500"}, "fault: status: an HTTP status from 400 to 599 is expected, not '500'"),
    (
        {"status": 200, "match": TRUE},
        "fault: status: an HTTP status from 300 to 599 is expected, not 200",
    ),
    ({"status": 500, "error": " "}, "fault: error: the text of the error is expected, not ' '"),
    (
        {"kind": "reset", "error": "x"},
        "fault: error: only a fault with a status has one; this one has reset",
    ),
    (
        {"kind": "reset", "retry_after": 1},
        "fault: retry_after: only a fault with a status has one; this one has reset",
    ),
    ({"retry_after": "soon"}, "fault: retry_after: an integer from 0 to 86400, not 'soon'"),
    (
        {"match": TRUE, "status": 503, "retry_after": 1},
        "fault: retry_after: callbacks are tried again by their own schedule",
    ),
    (
        {"kind": "rest"},
        'fault: kind: unknown kind "rest"; did you mean "reset"? '
        f"Kinds for requests: {REQUESTS}; for callbacks: {CALLBACKS}.",
    ),
    (
        {"kind": 5},
        "fault: kind: a kind is text, not 5. "
        f"Kinds for requests: {REQUESTS}; for callbacks: {CALLBACKS}.",
    ),
    (
        {"kind": "duplicate"},
        'fault: kind: "duplicate" is for callbacks: add callback = true to the match. '
        f"Kinds for requests: {REQUESTS}.",
    ),
    (
        {"kind": "stale", "match": TRUE},
        'fault: kind: "stale" is for requests, and this fault is for callbacks. '
        f"Kinds for callbacks: {CALLBACKS}.",
    ),
    (
        {"kind": "reset", "status": 500},
        'fault: kind: with "reset" no reply of a status comes; remove status or kind. Kinds that '
        "go with a status: malformed_json, slow, truncated, wrong_content_type.",
    ),
    (
        {"kind": "drop", "status": 500, "match": TRUE},
        "fault: kind: a fault for callbacks has a status or a kind, not both",
    ),
    (
        {"status": 500, "apply": "afer"},
        'fault: apply: \'afer\' is neither "before" (the request takes no effect) nor "after" '
        '(it takes effect, and then fails); did you mean "after"?',
    ),
    (
        {"kind": "slow", "apply": "before"},
        "fault: apply: 'before' makes no sense for kind \"slow\": it spoils the reply of a request "
        "that took effect; leave out apply",
    ),
    (
        {"kind": "expired_key", "apply": "after"},
        "fault: apply: 'after' makes no sense for kind \"expired_key\": a request that is refused "
        "takes no effect; leave out apply",
    ),
    (
        {"delay": "1s", "apply": "before"},
        "fault: apply: 'before' makes no sense for kind \"delay\": the request takes effect when "
        "it comes, its reply is late; leave out apply",
    ),
    (
        {"kind": "reset", "after_headers": True, "apply": "before"},
        "fault: apply: 'before' makes no sense for kind \"reset\": headers come from a request "
        "that took effect; leave out apply",
    ),
    (
        {"kind": "duplicate", "match": TRUE, "apply": "after"},
        "fault: apply: 'after' makes no sense for kind \"duplicate\": it is done to the attempt "
        "itself; leave out apply",
    ),
    ({"kind": "delay"}, 'fault: delay: say how late: delay = "2s"'),
    ({"delay": {"clock": "world"}}, 'fault: delay: say how long: {"by": "2s", "clock": "world"}'),
    (
        {"delay": {"by": "2s", "clok": "world"}},
        'fault: delay.clok: unknown key; did you mean "clock"? Keys: by, clock.',
    ),
    (
        {"delay": {"by": "2s", "clock": "wall"}},
        'fault: delay.clock: "real" or "world" is expected, not \'wall\'',
    ),
    (
        {"delay": "11m"},
        "fault: delay: 11m of real time is over the limit of 10 minutes; to let the world's clock "
        'move instead, write {"by": "11m", "clock": "world"}',
    ),
    (
        {"delay": {"by": "1s", "clock": "real"}, "match": TRUE},
        "fault: delay.clock: callbacks are late by the world's clock only; "
        'leave out clock = "real"',
    ),
    (
        {"delay": "1s", "kind": "drop", "match": TRUE},
        "fault: delay: only callbacks of kind delay, duplicate and reorder have one; use a second "
        "fault to be late as well",
    ),
    (
        {"kind": "empty", "after_headers": True},
        'fault: after_headers: only a fault of kind "reset" has one',
    ),
    (
        {"kind": "reset", "after_headers": 1},
        "fault: after_headers: true or false, not 1",
    ),
    (
        {"kind": "bad_auth", "auth": "none", "match": TRUE},
        'fault: auth: the header is "wrong" or "missing", not \'none\'',
    ),
    (
        {"kind": "duplicate", "copies": 0, "match": TRUE},
        "fault: copies: an integer from 1 to 1000, not 0",
    ),
    (
        {"kind": "slow", "chunk_bytes": True},
        "fault: chunk_bytes: an integer from 1 to 1048576, not True",
    ),
    ({"kind": "slow", "pause": "1h"}, "fault: pause: a pause of real time is at most 10 minutes"),
    (
        {"status": 500, "match": 5},
        "fault: match: a match is a table of wanted values by field, not 5",
    ),
    (
        {"status": 500, "match": {"callback": 1}},
        "fault: match.callback: true for callbacks, false for requests, not 1",
    ),
    (
        {"status": 500, "match": {"attempt": 1}},
        'fault: match.attempt: requests have no attempt; to match callbacks, add "callback": true',
    ),
    (
        {"status": 500, "match": {"url": "x"}},
        'fault: match.url: requests have no url; to match callbacks, add "callback": true',
    ),
    (
        {"status": 500, "match": {**TRUE, "attempt": 22}},
        "fault: match.attempt: the number of a try is expected, 1 to 21, or a list of them, not 22",
    ),
    (
        {"status": 500, "match": {"nth": 0}},
        "fault: match.nth: counting starts at 1, so 0 could never match",
    ),
]


@pytest.mark.parametrize(("data", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_a_wrong_fault_is_refused_in_these_words(data: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Fault(**data)
    assert str(caught.value) == text


def test_an_unknown_field_names_those_there_are() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Fault(status=500, match={"operatoin": "x"})
    assert str(caught.value).startswith(
        'fault: match.operatoin: unknown field; did you mean "operation"? Fields: operation, '
        "method, path, account, key, project, "
    )


def test_what_is_no_table_is_refused_at_its_place() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Fault.from_dict(5, where=Where("faults.toml:3"))  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"faults.toml:3: a fault is a table or a Fault, not 5. Keys: {', '.join(KEYS)}."
    )


@pytest.mark.parametrize(
    "data",
    [
        {"status": 500, "match": {"operation": "create_task", "nth": 1}, "apply": "after"},
        {"name": "x", "retry_after": 30, "match": {"chance": "1/10", "first": 3}},
        {"kind": "slow", "chunk_bytes": 3, "pause": "20ms"},
        {"kind": "reset", "after_headers": True},
        {"delay": {"by": "1h..2h", "clock": "world"}},
        {"kind": "bad_auth", "auth": "missing", "match": {**TRUE, "attempt": [1, 2]}},
        {"kind": "duplicate", "copies": 3, "delay": "5m", "match": TRUE},
        {"status": 502, "kind": "wrong_content_type", "match": {"window": {"until": "6h"}}},
    ],
)
def test_a_fault_is_plain_data_and_back(data: dict[str, Any]) -> None:
    fault = Fault(**data)
    assert Fault.from_dict(fault.as_dict()) == fault
    assert pickle.loads(pickle.dumps(fault)) == fault


def test_later_changes_by_the_caller_stay_out_of_a_fault() -> None:
    match = {"operation": ["get_task"]}
    fault = Fault(match=match, status=500)
    match["operation"].append("list_tasks")
    assert fault.match == {"operation": ["get_task"]}


def test_what_is_left_out_is_what_the_kind_needs() -> None:
    assert Fault(status=500).apply == "before"
    assert Fault(status=503, kind="truncated").apply == "before"
    assert Fault(kind="truncated").apply == "after"
    assert Fault(kind="stale").apply == "after"
    assert Fault(retry_after=3).status == 429
    late = Fault(delay="1s..2s")
    assert (late.kind, late.what) == ("delay", "delay")
    assert late.delay is not None
    assert late.delay.span == Span(timedelta(seconds=1), timedelta(seconds=2))
    assert Fault(status=502, delay="1s").what == "502"
    assert Fault(status=502, kind="truncated").what == "502 truncated"


@pytest.mark.parametrize(
    ("match", "meant"),
    [
        ({"callback": True, "atempt": 1}, "attempt"),
        ({"atempt": 1}, "attempt"),
        ({"frist": 2}, "first"),
        ({"calback": True}, "callback"),
    ],
)
def test_a_misspelt_key_that_is_no_field_is_recognized(match: dict[str, Any], meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Fault(status=500, match=match)
    assert f'unknown field; did you mean "{meant}"? Fields: ' in str(caught.value)
    assert str(caught.value).endswith(
        ", params.<path>, nth, first, every, chance, window, callback, attempt."
    )
