"""The legacy types with a live key: several hundred requests each, and what an answer must obey."""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
IMAGE_TYPES = [
    "annotation",
    "polygonannotation",
    "lineannotation",
    "pointannotation",
    "cuboidannotation",
]
CORNERS = [
    "face-topleft",
    "face-bottomleft",
    "face-topright",
    "face-bottomright",
    "side-topcorner",
    "side-bottomcorner",
]


def answer(name: str, params: dict[str, Any], seed: int, **about: Any) -> dict[str, Any]:
    TYPES.check(name, params)
    made = TYPES.respond(name, params, seed=seed, identity="i", mode="live", **about)
    assert made == TYPES.respond(name, params, seed=seed, identity="i", mode="live", **about)
    assert made is not None
    assert TYPES.check_response(name, made) == []
    assert TYPES.misfits(name, params, made) == []
    return made


def draw_image_request(chance: random.Random, name: str) -> tuple[dict[str, Any], list[str]]:
    leaves = [f"label {number}" for number in range(chance.randint(1, 5))]
    labels: list[Any] = list(leaves)
    if len(leaves) > 2:
        labels = [leaves[0], {"choice": "group", "subchoices": [leaves[1], {"choice": leaves[2]}]}]
        labels += leaves[3:]
    params: dict[str, Any] = {"attachment": "https://x.test/i.png", "objects_to_annotate": labels}
    if chance.random() < 0.6:
        params["with_labels"] = chance.random() < 0.6
    if name in ("annotation", "cuboidannotation") and chance.random() < 0.6:
        params |= {
            "min_width": chance.choice(["30", 90, 0]),
            "min_height": chance.choice([25, "7"]),
        }
    if name == "cuboidannotation" and chance.random() < 0.6:
        params["min_annotations"] = chance.randint(0, 9)
        params["max_annotations"] = chance.choice([0, params["min_annotations"] + 2])
    if name == "lineannotation":
        params["splines"] = chance.random() < 0.5
    if chance.random() < 0.5:
        params["annotation_attributes"] = {
            "old": {"choices": ["yes", "no"]},
            "how old": {
                "type": "number",
                "min": 1,
                "max": 9,
                "conditions": {"attribute_conditions": [{"old": "yes"}]},
            },
            "first only": {
                "type": "angle",
                "conditions": {"label_condition": {"label": [leaves[0]]}},
            },
            "light": {"choices": ["day"], "conditions": {"is_global": True}},
        }
        if chance.random() < 0.5:
            linked = {"type": "linked", "allowed_labels": [leaves[-1]], "required": True}
            params["annotation_attributes"]["partner"] = linked
    return params, leaves


def points(one: dict[str, Any]) -> list[tuple[float, float]]:
    if "left" in one:
        left, top = one["left"], one["top"]
        return [(left, top), (left + one["width"], top + one["height"])]
    return [(vertex["x"], vertex["y"]) for vertex in one.get("vertices", [one])]


def check_shape(name: str, params: dict[str, Any], one: dict[str, Any]) -> None:
    xs, ys = zip(*points(one), strict=True)
    assert min(xs) >= 0
    assert min(ys) >= 0
    assert max(xs) <= 800
    assert max(ys) <= 600
    if name in ("annotation", "cuboidannotation"):
        assert max(xs) - min(xs) >= int(params.get("min_width", 0)) - 0.02
        assert max(ys) - min(ys) >= int(params.get("min_height", 0)) - 0.02
    if name == "annotation":
        assert all(isinstance(one[key], int) for key in ("left", "top", "width", "height"))
    elif name == "cuboidannotation":
        assert [vertex["description"] for vertex in one["vertices"]] == CORNERS
        topleft, bottomleft, topright, bottomright, top, bottom = points(one)
        assert topleft[0] == bottomleft[0]
        assert topright[0] == bottomright[0]
        assert topleft[1] == topright[1]
        assert top[0] == bottom[0]
        assert topleft[1] <= top[1] <= bottom[1] <= bottomleft[1]
    elif name != "pointannotation":
        least = {"polygonannotation": 3, "lineannotation": 4 if params.get("splines") else 2}
        assert len(one["vertices"]) >= least[name]


def check_attributes(params: dict[str, Any], response: dict[str, Any]) -> None:
    asked = params.get("annotation_attributes", {})
    assert response.get("global_attributes") == ({"light": "day"} if asked else None)
    annotations = response["annotations"]
    for one in annotations:
        answers = one["attributes"] if asked else {}
        assert ("uuid" in one) == ("partner" in asked)
        if not asked:
            continue
        assert ("how old" in answers) == (answers["old"] == "yes")
        assert 1 <= answers.get("how old", 1) <= 9
        if "label" in one:
            assert ("first only" in answers) == (one["label"] == "label 0")
        if "partner" in answers:
            (target,) = [other for other in annotations if other["uuid"] == answers["partner"]]
            assert target is not one
            if "label" in target:
                assert target["label"] in asked["partner"]["allowed_labels"]
        elif "partner" in asked and "label" in one:
            others = [other["label"] for other in annotations if other is not one]
            assert not set(others) & set(asked["partner"]["allowed_labels"])


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", IMAGE_TYPES)
def test_shapes_obey_the_request(name: str, seed: int) -> None:
    chance = random.Random(seed)
    params, leaves = draw_image_request(chance, name)
    response = answer(name, params, seed, metadata={"width": 800, "height": 600})
    annotations = response["annotations"]
    most = params.get("max_annotations", 0)
    assert len(annotations) >= max(params.get("min_annotations", 0), 1)
    assert len(annotations) <= (most or max(12, params.get("min_annotations", 0)))
    for one in annotations:
        assert ("label" in one) == params.get("with_labels", True)
        assert one.get("label", leaves[0]) in leaves
        assert "type" not in one
        check_shape(name, params, one)
    if params.get("with_labels", True) and not most:
        assert {one["label"] for one in annotations} == set(leaves)
    check_attributes(params, response)


def test_points_complete_without_a_response_in_test_mode() -> None:
    params = {"attachment": "https://x.test/i.png", "objects_to_annotate": ["a"]}
    assert TYPES.respond("pointannotation", params, seed=1, identity="i", mode="test") is None


@pytest.mark.parametrize("seed", range(DRAWS))
def test_fields_are_those_asked_for(seed: int) -> None:
    chance = random.Random(seed)
    pool = {"email": "E-mail", "city": "City", "who": "Full name", "why": "Why?", "n": "", "x": "X"}
    names = chance.sample(sorted(pool), chance.randint(1, 4))
    fields = {name: pool[name] for name in names}
    base = {"attachment": "https://x.test/a", "attachment_type": "website"}
    found = answer("datacollection", {**base, "fields": fields}, seed)
    assert list(found["fields"]) == names
    assert 0 < found["time_spent_in_seconds"] < 3600
    check_texts(found["fields"])
    params: dict[str, Any] = dict(base)
    which = chance.choice([("fields",), ("repeatable_fields",), ("fields", "repeatable_fields")])
    params.update(dict.fromkeys(which, fields))
    found = answer("transcription", params, seed)
    assert list(found["fields"]) == (names if "fields" in which else [])
    assert ("repeatable_fields" in found) == ("repeatable_fields" in which)
    for row in (found["fields"], *found.get("repeatable_fields", ())):
        if row:
            assert list(row) == names
            check_texts(row)
    base = {"attachments": ["https://x.test/a", "https://x.test/b"], "attachment_type": "website"}
    found = answer("comparison", {**base, "fields": fields}, seed)
    assert list(found["fields"]) == names
    choices = names
    found = answer("comparison", {**base, "choices": choices}, seed)
    assert list(found) == ["choice"]
    assert found["choice"] in choices


def check_texts(fields: dict[str, str]) -> None:
    assert all(text and text != "test response" for text in fields.values())
    assert "@" in fields.get("email", "@")


@pytest.mark.parametrize("seed", range(DRAWS))
def test_speech_is_aligned(seed: int) -> None:
    chance = random.Random(seed)
    params: dict[str, Any] = {"attachment": "https://x.test/a.wav"}
    if chance.random() < 0.5:
        params["verbatim"] = chance.random() < 0.7
    if chance.random() < 0.5:
        params["phrases"] = chance.sample(["Scale", "New York", "lidar frames", "Ada"], 2)
    found = answer("audiotranscription", params, seed)
    words = found["transcript"].split()
    alignment = found["alignment"]
    assert [one["word"] for one in alignment] == [word.strip(".,") for word in words]
    before = 0.0
    for one in alignment:
        assert before <= one["start"] < one["end"]
        assert 0 <= one["confidence"] <= 1
        before = one["end"]
    assert before <= found["duration"] < 120
    assert all(phrase in found["transcript"] for phrase in params.get("phrases", ()))
    fillers = re.findall(r"\b(?:um|uh|er|you know),", found["transcript"])
    assert not fillers or params.get("verbatim")


@pytest.mark.parametrize("name", ["chat", "chatlite", "chatexperimental", "multichat"])
def test_chats_answer_in_the_documented_shape(name: str) -> None:
    live = answer(name, {"anything": 1}, 3)
    assert [one["type"] for one in live["responses"]] == ["Instructions", "PromptInput"]
    assert live["responses"][1]["output"].count(" ") > 1
    test = TYPES.respond(name, {}, seed=3, identity="i", mode="test")
    assert test is not None
    assert test["responses"][1]["output"] == "test prompt"
