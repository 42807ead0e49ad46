"""One rule: what it may say, what is refused and in which words, and what it decides."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from typing import Any

import pytest

from scale_mock.domain.decisions import Decision
from scale_mock.errors import ConfigurationError
from scale_mock.rules.parse import ERROR_TEXT, locate, ordinal
from scale_mock.rules.rule import Rule
from scale_mock.selectors.durations import ACCEPTED_SPANS, Span
from scale_mock.selectors.where import Where
from scale_mock.sim.streams import stream

KEYS = (
    "Keys: name, match, outcome, after, error, response, partial, redo, reviews, calibration, "
    "replan."
)
FORMS = (
    'give "synthesize" (the default), {"value": {...}} with the response as the platform would '
    'return it, {"file": "labels.json"}, {"template": {...}}, '
    '{"from": "hypothesis", "noise": 0.1}, or {"image_size": [width, height]}'
)
FIELDS = (
    "Fields: project, product_line, type, mode, batch, batch_kind, tags, unique_id, "
    "project_version, metadata.<path>, params.<path>, nth, first, every, chance, window."
)


def test_rule_defaults_complete_every_task_at_the_default_time() -> None:
    rule = Rule()
    assert rule.decision(stream(0)) == Decision(rule="rule", outcome="complete")
    assert rule == Rule.from_dict({})
    assert rule.response == "synthesize"
    assert (rule.name, rule.match, rule.after, rule.error, rule.replan) == (
        None,
        {},
        None,
        None,
        False,
    )


def test_rule_keeps_what_it_is_told() -> None:
    rule = Rule(
        name="late",
        match={"metadata": {"row": [1, 2]}},
        after="2h..8h",
        response={"value": {"annotations": ()}},
        replan=True,
    )
    assert rule.after == Span(timedelta(hours=2), timedelta(hours=8))
    assert rule.response == {"value": {"annotations": []}}
    assert rule.replan is True
    assert rule.as_dict() == {
        "name": "late",
        "match": {"metadata": {"row": [1, 2]}},
        "outcome": "complete",
        "after": "2h..8h",
        "error": None,
        "response": {"value": {"annotations": []}},
        "replan": True,
    }


RULES = [
    Rule(),
    Rule(name="a", match={"batch": ["b-1", None]}, after=90),
    Rule(outcome="error", after="1d 6h..3 days"),
    Rule(outcome="error", error={"code": 7}, replan=True),
    Rule(outcome="hold"),
    Rule(outcome="cancel", after=timedelta(milliseconds=1)),
    Rule(response={"value": {"x": [1, {"y": None}]}}),
    Rule(response=len, match={"nth": [1, 3], "window": {"from": "2h"}, "metadata": {"a": 1}}),
    Rule(redo={"times": 2, "after": "1h..2h"}, partial=0.5, after={"median": 1, "p95": 9}),
    Rule(reviews=["fixed", {"result": "rejected", "redo": False, "by": "e@x.test"}]),
]


@pytest.mark.parametrize("rule", RULES)
def test_rule_survives_copying_pickling_and_plain_data(rule: Rule) -> None:
    for other in (
        Rule.from_dict({**rule.as_dict(), "response": rule.response}),
        pickle.loads(pickle.dumps(rule)),
        copy.deepcopy(rule),
        replace(rule),
    ):
        assert other == rule
        assert hash(other) == hash(rule)
        assert other.decision(stream(1)) == rule.decision(stream(1))


def test_rules_that_differ_are_not_equal() -> None:
    assert len(set(RULES)) == len(RULES)


def test_rule_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RULES[0].name = "other"  # type: ignore[misc]


def test_later_changes_by_the_caller_stay_out(subject: Any) -> None:
    batches, labels = ["b-1"], {"annotations": [1]}
    match: dict[str, Any] = {"batch": batches, "metadata": {"a": {"b": 1}}}
    response: dict[str, Any] = {"value": labels}
    rule = Rule(match=match, response=response)
    batches.append("b-2")
    match["metadata"]["a"]["b"] = 2
    labels["annotations"].append(2)
    response["value"] = {}
    assert rule.match == {"batch": ["b-1"], "metadata": {"a": {"b": 1}}}
    assert rule.decision(stream(0)).response == {"annotations": [1]}
    assert not rule.matcher.matches(subject(batch="b-2", metadata={"a": {"b": 2}}))


@pytest.mark.parametrize(
    ("fields", "decision"),
    [
        ({"after": "2h"}, Decision("r", "complete", timedelta(hours=2))),
        ({"after": 0}, Decision("r", "complete", timedelta(0))),
        ({"outcome": "hold"}, Decision("r", "hold")),
        ({"outcome": "cancel", "after": "1m"}, Decision("r", "cancel", timedelta(minutes=1))),
        ({"outcome": "error"}, Decision("r", "error", error=ERROR_TEXT)),
        ({"outcome": "error", "error": "no"}, Decision("r", "error", error="no")),
        ({"outcome": "error", "error": {"a": 1}}, Decision("r", "error", error={"a": 1})),
        ({"response": "synthesize"}, Decision("r", "complete")),
        ({"response": {"value": {}}}, Decision("r", "complete", response={}, checked=False)),
        (
            {"response": {"value": {"a": [1]}, "validate": False}},
            Decision("r", "complete", response={"a": [1]}),
        ),
        (dict.fromkeys(["match", "outcome", "after", "error"]), Decision("r", "complete")),
    ],
)
def test_rule_decides(fields: dict[str, Any], decision: Decision) -> None:
    assert Rule.from_dict({"name": "r", **fields}).decision(stream(0)) == decision


def test_rule_draws_its_time_from_the_tasks_stream() -> None:
    rule = Rule(after="2h..8h")
    times = {rule.decision(stream(0, number)).after for number in range(20)}
    assert len(times) > 10
    assert rule.decision(stream(0, 3)) == rule.decision(stream(0, 3))


def test_the_default_error_is_scales_own_text() -> None:
    assert ERROR_TEXT == "One or more attachments could not be downloaded."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"name": "n", "match": {"batchh": 1}},
            f'rule "n" (2nd): match.batchh: unknown field; did you mean "batch"? {FIELDS}',
        ),
        (
            {"match": {"mode": "lvie"}},
            'rule (2nd): match.mode: no mode is "lvie"; did you mean "live"? Values: test, live.',
        ),
        (
            {"match": "x"},
            "rule (2nd): match: a match is a table of wanted values by field, not 'x'",
        ),
        ({"matches": {}}, f'rule (2nd): matches: unknown key; did you mean "match"? {KEYS}'),
        ({"sizes": []}, f"rule (2nd): sizes: unknown key. {KEYS}"),
        ({5: 1}, f"rule (2nd): 5: unknown key. {KEYS}"),
        ({"name": " "}, "rule (2nd): name: a name is text that is not blank, not ' '"),
        ({"name": 7}, "rule (2nd): name: a name is text that is not blank, not 7"),
        (
            {"name": "n" * 201},
            f'rule "{"n" * 200}" (2nd): name: a name has at most 200 characters',
        ),
        (
            {"name": "default: x"},
            'rule "default: x" (2nd): name: names that start with "default:" stand for what no '
            "rule decided",
        ),
        (
            {"outcome": "eror"},
            'rule (2nd): outcome: unknown outcome "eror"; did you mean "error"? '
            "Outcomes: complete, error, hold, cancel.",
        ),
        (
            {"outcome": 5},
            "rule (2nd): outcome: an outcome is text, not 5. "
            "Outcomes: complete, error, hold, cancel.",
        ),
        (
            {"after": "-1s"},
            'rule (2nd): after: duration "-1s" is negative; a duration is zero or more',
        ),
        ({"after": True}, f"rule (2nd): after: True is not a duration; accepted: {ACCEPTED_SPANS}"),
        (
            {"after": "8h..2h"},
            'rule (2nd): after: range "8h..2h" starts after its end; did you mean "2h..8h"?',
        ),
        (
            {"outcome": "hold", "after": "2h"},
            "rule (2nd): after: a held task stays pending until somebody completes, fails or "
            "cancels it, so it has no time. Remove after, or choose another outcome.",
        ),
        (
            {"error": "x"},
            'rule (2nd): error: only a rule with outcome "error" has one; this rule\'s outcome is '
            '"complete". Remove error, or set outcome = "error".',
        ),
        (
            {"outcome": "cancel", "response": "synthesize"},
            'rule (2nd): response: only a rule with outcome "complete" has one; this rule\'s '
            'outcome is "cancel". Remove response, or set outcome = "complete".',
        ),
        (
            {"outcome": "error", "error": ""},
            "rule (2nd): error: give the text of the error, or the whole error response as a "
            "table, not ''",
        ),
        (
            {"outcome": "error", "error": {}},
            "rule (2nd): error: give the text of the error, or the whole error response as a "
            "table, not {}",
        ),
        (
            {"outcome": "error", "error": {"a": {1}}},
            "rule (2nd): error.a: a value of type set has no JSON form; use text, numbers, "
            "booleans, null, lists and tables",
        ),
        (
            {"response": "synthesise"},
            'rule (2nd): response: unknown form "synthesise"; did you mean "synthesize"? '
            f"Forms: {FORMS}.",
        ),
        (
            {"response": {"annotations": [], "x": 1}},
            'rule (2nd): response: a table with one key such as "value" is expected, this one has '
            f'annotations, x; {FORMS}. To return this table, wrap it: {{"value": {{...}}}}',
        ),
        (
            {"response": {}},
            'rule (2nd): response: a table with one key such as "value" is expected, this one has '
            f'no key; {FORMS}. To return this table, wrap it: {{"value": {{...}}}}',
        ),
        ({"response": {"value": []}}, "rule (2nd): response.value: a response is a table, not []"),
        (
            {"response": {"value": {"a": [{1}]}}},
            "rule (2nd): response.value.a[0]: a value of type set has no JSON form; use text, "
            "numbers, booleans, null, lists and tables",
        ),
        ({"response": 5}, f"rule (2nd): response: {FORMS}, not 5"),
        ({"replan": 1}, "rule (2nd): replan: true or false, not 1"),
        ("x", f"rule (2nd): a rule is a table or a Rule, not 'x'. {KEYS}"),
    ],
)
def test_rule_is_refused(data: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Rule.from_dict(data, where=locate(data, 2))
    assert str(refused.value) == message


def test_a_rule_that_stands_alone_is_named_without_a_position() -> None:
    with pytest.raises(ConfigurationError, match=r'^rule "n": outcome: unknown outcome "x"'):
        Rule(name="n", outcome="x")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"^rule: replan: true or false"):
        Rule(replan=1)  # type: ignore[arg-type]


def test_a_match_that_contains_itself_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    with pytest.raises(ConfigurationError, match="the path is longer than 32 keys"):
        Rule(match={"metadata": loop})


def test_a_reader_of_files_can_bring_its_own_place() -> None:
    with pytest.raises(ConfigurationError, match=r"^rules\.toml:3: match\.batchh: unknown field"):
        Rule.from_dict({"match": {"batchh": 1}}, where=Where("rules.toml:3"))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (20, "20th"), (21, "21st"), (102, "102nd"), (111, "111th"), (1013, "1013th")],
)  # fmt: skip
def test_ordinal(number: int, text: str) -> None:
    assert ordinal(number) == text


@pytest.mark.parametrize(
    ("key", "meant"),
    [("frist", "first"), ("nht", "nth"), ("evry", "every"), ("chanse", "chance"),
     ("windw", "window")],
)  # fmt: skip
def test_a_misspelt_occasion_is_recognized(key: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Rule(match={key: 1})
    assert str(caught.value) == (
        f'rule: match.{key}: unknown field; did you mean "{meant}"? {FIELDS}'
    )


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [("atachment", 0, "attachment"), ("attachments", [0, 1], "attachment"), ("fram", 3, "frame")],
)
def test_a_near_miss_of_what_could_not_be_fetched_is_no_whole_response(
    key: str, value: object, meant: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Rule(outcome="error", error={key: value})
    assert str(caught.value) == (
        f'rule: error.{key}: unknown key; did you mean "{meant}"? A table with attachment or '
        "frame says what could not be fetched. Keys: attachment, frame, message, status_code; a "
        "table without attachment and frame is the whole error response"
    )


@pytest.mark.parametrize("error", [{"name": "x"}, {"attachments": ["u"]}, {"attachment_id": 3}])
def test_a_whole_error_response_may_have_keys_like_these(error: dict[str, object]) -> None:
    assert Rule(outcome="error", error=error).error == error
