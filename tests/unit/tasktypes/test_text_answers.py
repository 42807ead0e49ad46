"""Several hundred text, category and entity tasks against what a response must hold to."""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
SEEDS = range(int(os.environ.get("SCALE_MOCK_DRAWS", "300")))
TEXTS = [
    "Ada Lovelace met Charles Babbage in London on 5 June 1833. She was seventeen years old.",
    "don't stop-over; L\u2019\u00c9t\u00e9 \u00e0 Paris \u2014 na\u00efve caf\u00e9s, 42 km!",
    "\u5317\u4eac\u662f\u4e2d\u56fd\u7684\u9996\u90fd\u3002 \U0001f600 emoji and Text",
    "one",
    "... !!! ...",
]


# Categorization


@pytest.mark.parametrize("seed", SEEDS)
def test_categories_are_among_those_asked_for(seed: int) -> None:
    chance = random.Random(seed)
    categories = [f"c{number}" for number in range(chance.randint(1, 6))]
    ids = {name: f"id of {name}" for name in categories if chance.random() < 0.5}
    params: dict[str, Any] = {
        "attachment": "x",
        "attachment_type": "text",
        "categories": categories,
    }
    if chance.random() < 0.5:
        params["category_ids"] = ids
    else:
        ids = {}
    several = chance.random() < 0.5
    params["allow_multiple"] = several
    TYPES.check("categorization", params)
    response = TYPES.respond("categorization", params, seed=seed, identity="i")
    assert list(response) == ["category", "category_id"]
    assert isinstance(response["category"], list) is several
    chosen = response["category"] if several else [response["category"]]
    assert chosen
    assert chosen == [one for one in categories if one in chosen]
    mapped = [ids.get(one) for one in chosen]
    assert response["category_id"] == ((mapped if ids else None) if several else mapped[0])


# Text collection


def draw_details(chance: random.Random, field: dict[str, Any]) -> None:
    kind = field["type"]
    if kind == "text" and chance.random() < 0.5:
        field["max_characters"] = chance.randint(1, 30)
    if kind == "number" and chance.random() < 0.7:
        field |= {"min": -3, "max": chance.choice([-3, 4, 10.5])}
    if kind in ("category", "select"):
        field["choices"] = [
            {"label": "A", "value": "a"},
            {
                "label": "G",
                "subchoices": [{"label": "1", "value": 1}, {"label": "x", "value": "x"}],
            },
        ]
        field["min_choices"] = chance.randint(0, 3)
        if chance.random() < 0.5:
            field["max_choices"] = max(field["min_choices"], 1) + chance.randint(0, 3)


def draw_field(
    chance: random.Random, number: int, earlier: list[dict[str, Any]], depth: int
) -> Any:
    kinds = ["text", "boolean", "number", "datetime", "category", "select", "time_range"]
    if depth < 2:
        kinds += ["field_set", "form"]
    kind = chance.choice(kinds)
    field: dict[str, Any] = {"type": kind, "field_id": f"f{number}", "title": "What?"}
    if chance.random() < 0.3:
        field["required"] = True
    if chance.random() < 0.3:
        field["min_responses_required"] = chance.randint(1, 3)
        if chance.random() < 0.7:
            field["max_responses_required"] = field["min_responses_required"] + chance.randint(0, 9)
    draw_details(chance, field)
    if kind in ("field_set", "form"):
        field["fields"] = [
            draw_field(chance, number * 10 + index, earlier, depth + 1) for index in range(2)
        ]
    known = [one for one in earlier if one["type"] in ("category", "select", "boolean")]
    if known and chance.random() < 0.5:
        other = chance.choice(known)
        wanted = chance.choice([True, False] if other["type"] == "boolean" else ["a", ["x", 1]])
        entry: dict[str, Any] = {other["field_id"]: wanted}
        field["conditions"] = [{"not": entry} if chance.random() < 0.3 else entry]
    return field


def holds(field: dict[str, Any], known: dict[str, Any]) -> bool:
    def equal(name: str, wanted: Any) -> bool:
        got = known.get(name)
        got = got if isinstance(got, list) else [got]
        got = [one for each in got for one in (each if isinstance(each, list) else [each])]
        return any(one in got for one in (wanted if isinstance(wanted, list) else [wanted]))

    def entry_holds(entry: dict[str, Any]) -> bool:
        return all(
            not entry_holds(value) if name == "not" else equal(name, value)
            for name, value in entry.items()
        )

    return "conditions" not in field or any(map(entry_holds, field["conditions"]))


def check_level(
    fields: list[dict[str, Any]], answers: dict[str, Any], known: dict[str, Any]
) -> None:
    assert set(answers) <= {field["field_id"] for field in fields}
    known = {**known, **answers}
    for field in fields:
        name = field["field_id"]
        assert (name in answers) == holds(field, known), (field, known)
        if name not in answers:
            continue
        low = field.get("min_responses_required", 1)
        high = field.get("max_responses_required", low)
        given = answers[name] if high > 1 else [answers[name]]
        assert low <= len(given) <= high
        for one in given:
            check_answer(field, one, known)


def check_answer(field: dict[str, Any], value: Any, known: dict[str, Any]) -> None:
    kind = field["type"]
    if kind == "text":
        assert isinstance(value, str)
        assert 1 <= len(value) <= field.get("max_characters", 10**6)
    elif kind == "boolean":
        assert value is True or value is False
    elif kind == "number":
        assert field.get("min", -1e9) <= value <= field.get("max", 1e9)
    elif kind == "datetime":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)
    elif kind in ("category", "select"):
        low = field["min_choices"]
        assert max(low, 1) <= len(value) <= field.get("max_choices", max(low, 1))
        assert value == [one for one in ("a", 1, "x") if one in value]
    elif kind == "time_range":
        assert 0 <= value["start"] < value["end"]
    else:
        check_level(field["fields"], value, known)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_field_that_is_due_is_answered_as_asked(seed: int) -> None:
    chance = random.Random(seed)
    fields: list[dict[str, Any]] = []
    for number in range(1, chance.randint(2, 6)):
        fields.append(draw_field(chance, number, list(fields), 0))
    chance.shuffle(fields)
    respondents = chance.choice([1, 1, 3])
    params: dict[str, Any] = {
        "attachments": [{"type": "text", "content": "x"}],
        "fields": fields,
        chance.choice(["responses_required", "response_required"]): respondents,
    }
    TYPES.check("textcollection", params)
    response = TYPES.respond("textcollection", params, seed=seed, identity="i")
    assert TYPES.check_response("textcollection", response) == []
    assert TYPES.misfits("textcollection", params, response) == []
    answers = response["annotations"]
    ids = [field["field_id"] for field in fields]
    assert list(answers) == [name for name in ids if name in answers]
    if respondents == 1:
        check_level(fields, answers, {})
        return
    for person in range(respondents):
        assert all(len(given) == respondents for given in answers.values())
        own = {name: given[person] for name, given in answers.items() if given[person] is not None}
        check_level(fields, own, {})


def test_hypothesis_seeds_the_answer() -> None:
    params = {
        "attachments": [{"type": "text", "content": "x"}],
        "fields": [
            {"type": "text", "field_id": "one", "title": "One"},
            {"type": "text", "field_id": "many", "title": "Many", "max_responses_required": 3},
        ],
        "hypothesis": {
            "annotations": {
                "one": {"type": "text", "field_id": "one", "response": ["given"]},
                "many": {"type": "text", "field_id": "many", "response": ["a", "b"]},
            }
        },
    }
    response = TYPES.respond("textcollection", params, seed=1, identity="i")
    assert response == {"annotations": {"one": "given", "many": ["a", "b"]}}


def test_text_answers_what_is_asked() -> None:
    fields = [
        {"type": "text", "field_id": "mail", "title": "E-mail"},
        {"type": "text", "field_id": "why", "title": "Why?"},
    ]
    params = {"attachments": [{"type": "text", "content": "x"}], "fields": fields}
    answers = TYPES.respond("textcollection", params, seed=1, identity="i")["annotations"]
    assert "@" in answers["mail"]
    assert answers["why"].count(" ") > 1


# Named entity recognition


def draw_labels(chance: random.Random, names: list[str], depth: int = 0) -> list[dict[str, Any]]:
    labels = []
    for _ in range(chance.randint(1, 3)):
        label: dict[str, Any] = {"name": names.pop()}
        if depth < 2 and chance.random() < 0.3:
            label["children"] = draw_labels(chance, names, depth + 1)
        elif chance.random() < 0.3:
            label["attributes"] = {
                "sure": {"choices": ["yes", "no"]},
                "why": {
                    "type": "text",
                    "conditions": {"attribute_conditions": [{"sure": "no"}]},
                },
            }
        labels.append(label)
    return labels


def walk(labels: list[dict[str, Any]], above: tuple[str, ...] = ()) -> Any:
    """Every label with its name and those above it."""
    for label in labels:
        yield label, (*above, label["name"])
        yield from walk(label.get("children", []), (*above, label["name"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_entities_are_words_of_the_text_and_related_as_defined(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.choice(TEXTS) if chance.random() < 0.8 else " ".join(TEXTS * 40)
    labels = draw_labels(chance, [f"n{number}" for number in range(200)])
    known = {path[-1]: (label, path) for label, path in walk(labels)}
    leaves = {name for name, (label, _) in known.items() if not label.get("children")}
    named = chance.random() < 0.5
    relationships = []
    for number in range(chance.randint(0, 3)):
        one: dict[str, Any] = {"name": f"r{number}", "display_name": "R"} if named else {}
        if chance.random() < 0.7:
            one["source_label"] = chance.choice(list(known))
        if chance.random() < 0.7:
            one["target_label"] = chance.choice(list(known))
        relationships.append(one)
    params: dict[str, Any] = {"text": text, "labels": labels, "relationships": relationships}
    if chance.random() < 0.5:
        params["global_attributes"] = {
            "tone": {"choices": ["good", "bad"]},
            "n": {"type": "number"},
        }
    TYPES.check("namedentityrecognition", params)
    response = TYPES.respond("namedentityrecognition", params, seed=seed, identity="i")
    assert TYPES.check_response("namedentityrecognition", response) == []
    assert TYPES.misfits("namedentityrecognition", params, response) == []
    spans = response["annotations"]
    check_spans(text, spans, known, leaves)
    check_relationships(response.get("relationships", []), relationships, spans, known)
    if "global_attributes" in params:
        assert response["global_attributes"]["tone"] in ("good", "bad")
        assert isinstance(response["global_attributes"]["n"], int)


def test_attributes_of_the_text_may_depend_on_labels() -> None:
    def asked_about(label: str) -> dict[str, Any]:
        return {"choices": ["yes"], "conditions": {"label_condition": {"label": [label]}}}

    params = {
        "text": "Ada",
        "labels": [{"name": "person"}, {"name": "place"}],
        "global_attributes": {"people": asked_about("person"), "places": asked_about("place")},
    }
    TYPES.check("namedentityrecognition", params)
    response = TYPES.respond("namedentityrecognition", params, seed=1, identity="i")
    assert [one["label"] for one in response["annotations"]] == ["person"]
    assert response["global_attributes"] == {"people": "yes"}


def check_spans(
    text: str, spans: list[dict[str, Any]], known: dict[str, Any], leaves: set[str]
) -> None:
    words = len(re.findall(r"\w+(?:['\u2019-]\w+)*", text))
    assert bool(spans) == bool(words)
    used = {one["label"] for one in spans}
    assert used <= leaves
    assert len(used) == min(len(leaves), len(spans))
    end = 0
    for one in spans:
        assert end <= one["start"] < one["end"] <= len(text)
        assert text[one["start"] : one["end"]] == one["text"]
        before, after = text[: one["start"]][-1:], text[one["end"] :][:1]
        assert not (before and re.match(r"\w", before))
        assert not (after and re.match(r"\w", after))
        end = one["end"]
        defined = known[one["label"]][0].get("attributes")
        assert ("attributes" in one) == bool(defined)
        if defined:
            sure = one["attributes"]["sure"]
            assert set(one["attributes"]) == ({"sure", "why"} if sure == "no" else {"sure"})
    assert len({one["id"] for one in spans}) == len(spans)


def check_relationships(
    found: list[dict[str, Any]],
    definitions: list[dict[str, Any]],
    spans: list[dict[str, Any]],
    known: dict[str, Any],
) -> None:
    by_id = {one["id"]: one for one in spans}

    def fits(definition: dict[str, Any], one: dict[str, Any]) -> bool:
        ends = (("source_label", "source_ref"), ("target_label", "target_ref"))
        return definition.get("name") == one.get("name") and all(
            key not in definition or definition[key] in known[by_id[one[ref]]["label"]][1]
            for key, ref in ends
        )

    for one in found:
        assert one["source_ref"] != one["target_ref"]
        assert any(fits(definition, one) for definition in definitions)
    anything = [one for one in definitions if not one.keys() & {"source_label", "target_label"}]
    assert len(found) >= (len(anything) if len(spans) > 1 else 0)
