"""What tasks bring along: base annotations as their flags allow, and hypotheses with noise."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from scale_mock.errors import ConfigurationError
from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
IMAGE = "imageannotation"
GEOMETRIES: dict[str, Any] = {
    "box": {"objects_to_annotate": ["cat", "dog"], "min_width": 20, "integer_pixels": True},
    "polygon": {"objects_to_annotate": ["sea", "sky"]},
    "line": {"objects_to_annotate": ["lane"]},
    "point": {"objects_to_annotate": ["nose", "tail"]},
    "ellipse": {"objects_to_annotate": ["wheel"]},
}
SIZE = {"width": 640, "height": 480}
FLAGS = [
    "can_add_base_annotations",
    "can_edit_base_annotations",
    "can_edit_base_annotation_labels",
    "can_delete_base_annotations",
]


def image_request(seed: int) -> dict[str, Any]:
    """A task whose pre-labels another task's answer is."""
    chance = random.Random(seed)
    params: dict[str, Any] = {
        "attachment": "https://x.test/i.png",
        "geometries": GEOMETRIES,
        "annotation_attributes": {"mood": {"choices": ["calm", "wild"]}, "n": {"type": "number"}},
    }
    given = TYPES.respond(IMAGE, params, seed=seed, identity="other", metadata=SIZE)
    assert given is not None
    annotations = given["annotations"]
    half = chance.randint(0, len(annotations))
    if chance.random() < 0.7:
        params["base_annotations"] = {"annotations": annotations[:half]}
    if chance.random() < 0.8 or "base_annotations" not in params:
        params["hypothesis"] = {"annotations": annotations[half:]}
    for flag in FLAGS:
        if chance.random() < 0.7:
            params[flag] = chance.random() < 0.5
    return params


def points(one: dict[str, Any]) -> list[tuple[float, float]]:
    if "left" in one:
        left, top = one["left"], one["top"]
        return [(left, top), (left + one["width"], top + one["height"])]
    return [(vertex["x"], vertex["y"]) for vertex in one.get("vertices", [one])]


def geometry_of(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key not in ("label", "attributes")}


def check_base(params: dict[str, Any], response: dict[str, Any], *, untouched: bool) -> None:
    base = {one["uuid"]: one for one in params.get("base_annotations", {}).get("annotations", [])}
    found = {one["uuid"]: one for one in response["annotations"]}
    if untouched or params.get("can_delete_base_annotations") is not True:
        assert set(base) <= set(found)
    if base and params.get("can_add_base_annotations") is False:
        assert set(found) <= set(base)
    for uuid, one in base.items():
        if uuid not in found:
            continue
        after = found[uuid]
        if untouched or params.get("can_edit_base_annotations") is not True:
            assert geometry_of(after) == geometry_of(one)
        if params.get("can_edit_base_annotations") is False:
            assert after["attributes"] == one["attributes"]
        if untouched or params.get("can_edit_base_annotation_labels") is not True:
            assert after["label"] == one["label"]


@pytest.mark.parametrize("seed", range(DRAWS))
def test_base_annotations_change_only_as_they_may(seed: int) -> None:
    params = image_request(seed)
    TYPES.check(IMAGE, params)
    about: dict[str, Any] = {"seed": seed, "identity": "i", "metadata": SIZE}
    plain = TYPES.respond(IMAGE, params, **about)
    assert plain is not None
    check_base(params, plain, untouched=True)
    if "hypothesis" not in params:
        return
    noise = random.Random(seed).choice([0.0, 0.1, 0.5, 1.0])
    noisy = TYPES.from_hypothesis(IMAGE, params, noise, **about)
    assert noisy == TYPES.from_hypothesis(IMAGE, params, noise, **about)
    check_base(params, noisy, untouched=noise == 0)
    if seed % 4 == 0:
        assert TYPES.check_response(IMAGE, noisy) == []
    given = {
        one["uuid"]: one
        for key in ("base_annotations", "hypothesis")
        for one in params.get(key, {}).get("annotations", [])
    }
    for one in noisy["annotations"]:
        assert one["label"] in GEOMETRIES[one["type"]]["objects_to_annotate"]
        xs, ys = zip(*points(one), strict=True)
        assert min(xs) >= 0
        assert min(ys) >= 0
        assert max(xs) <= 640
        assert max(ys) <= 480
        if one["type"] == "box":
            assert one["width"] >= 20
            assert all(isinstance(one[key], int) for key in ("left", "top", "width", "height"))
        if one["uuid"] in given:
            check_moved(given[one["uuid"]], one, noise)
        assert set(one["attributes"]) == {"mood", "n"}


def check_moved(before: dict[str, Any], after: dict[str, Any], noise: float) -> None:
    """Moved and grown by no more than a fraction of its size."""
    xs, ys = zip(*points(before), strict=True)
    size = max(max(xs) - min(xs), max(ys) - min(ys), 20)
    for (x, y), (to_x, to_y) in zip(points(before), points(after), strict=True):
        assert abs(x - to_x) <= 0.3 * noise * size + (2 if noise else 0)
        assert abs(y - to_y) <= 0.3 * noise * size + (2 if noise else 0)


def test_noise_makes_a_difference_that_grows() -> None:
    params = image_request(3)
    params = {key: value for key, value in params.items() if key != "base_annotations"}
    given = TYPES.respond(IMAGE, params, seed=9, identity="o", metadata=SIZE)
    assert given is not None
    params["hypothesis"] = {"annotations": given["annotations"]}

    def moved(noise: float) -> float:
        total = 0.0
        for seed in range(30):
            found = TYPES.from_hypothesis(
                IMAGE, params, noise, seed=seed, identity="i", metadata=SIZE
            )
            after = {one["uuid"]: one for one in found["annotations"]}
            for one in given["annotations"]:
                if one["uuid"] in after:
                    total += abs(points(one)[0][0] - points(after[one["uuid"]])[0][0])
        return total

    nothing, little, much = moved(0), moved(0.2), moved(1)
    assert nothing == 0
    assert 0 < little < much


def test_without_noise_the_hypothesis_is_the_answer() -> None:
    given = {"type": "box", "label": "cat", "left": 1.5, "top": 2, "width": 30, "height": 40}
    params = {
        "attachment": "https://x.test/i.png",
        "geometries": {"box": {"objects_to_annotate": ["cat", "dog"]}},
        "hypothesis": {"annotations": [given]},
    }
    (found,) = TYPES.from_hypothesis(IMAGE, params, 0, seed=1, identity="i")["annotations"]
    assert given.items() <= found.items()
    assert "uuid" in found


def test_a_hypothesis_and_a_noise_are_needed() -> None:
    params = {"attachment": "https://x.test/i.png", "geometries": GEOMETRIES}
    with pytest.raises(ConfigurationError, match="has no hypothesis"):
        TYPES.from_hypothesis(IMAGE, params, 0.1, seed=1, identity="i")
    with pytest.raises(ConfigurationError, match="number from 0 to 1"):
        TYPES.from_hypothesis(IMAGE, {**params, "hypothesis": {}}, 1.1, seed=1, identity="i")


def test_a_type_without_a_way_of_its_own_gives_the_hypothesis_back() -> None:
    given = {"annotations": [], "extra": [1]}
    found = TYPES.from_hypothesis("multistage", {"hypothesis": given}, 0.5, seed=1, identity="i")
    assert found == given
    assert found["extra"] is not given["extra"]


@pytest.mark.parametrize("seed", range(60))
def test_shapes_reach_into_the_padding_and_not_beyond(seed: int) -> None:
    padding = random.Random(seed).choice(
        [{"padding": 30}, {"paddingX": 20, "padding": 9}, {"paddingY": 50}, {"padding": 5000}]
    )
    cuboid = {
        "objects_to_annotate": ["bus"],
        "camera_intrinsics": {"fx": 500, "fy": 500, "cx": 320, "cy": 240},
        "camera_rotation_quaternion": {"w": 1, "x": 0, "y": 0, "z": 0},
    }
    geometries = {
        **GEOMETRIES,
        "cuboid": cuboid,
        "box": {"objects_to_annotate": ["cat"], "can_rotate": True},
    }
    params = {"attachment": "https://x.test/i.png", "geometries": geometries, **padding}
    across = padding.get("paddingX", padding.get("padding", 0))
    down = padding.get("paddingY", padding.get("padding", 0))
    response = TYPES.respond(IMAGE, params, seed=seed, identity="i", metadata=SIZE)
    assert response is not None
    for one in response["annotations"]:
        for x, y in points(one):
            assert -min(across, 64) <= x <= 640 + min(across, 64)
            assert -min(down, 48) <= y <= 480 + min(down, 48)
        if one["type"] == "cuboid":
            assert [(p["x"], p["y"]) for p in one["points_2d"]] == points(one)
            for (x, y), point in zip(points(one), one["points_3d"], strict=True):
                assert abs(point["x"] / point["z"] * 500 + 320 - x) < 0.01
                assert abs(point["y"] / point["z"] * 500 + 240 - y) < 0.01


def test_some_shapes_do_reach_into_the_padding() -> None:
    params = {"attachment": "https://x.test/i.png", "geometries": GEOMETRIES, "padding": 60}
    outside = 0
    for seed in range(40):
        response = TYPES.respond(IMAGE, params, seed=seed, identity="i", metadata=SIZE)
        assert response is not None
        for one in response["annotations"]:
            outside += any(x < 0 or y < 0 or x > 640 or y > 480 for x, y in points(one))
    assert outside > 5


def test_cats_and_dogs() -> None:
    """The example of the key concepts, whatever the chance."""
    asked = {
        "sleeping": {
            "choices": ["sleeping", "not sleeping"],
            "conditions": {"label_condition": {"label": "cat"}},
        },
        "looking at": {
            "type": "linked",
            "allowed_labels": ["cat"],
            "conditions": {"label_condition": {"label": "dog"}},
        },
        "total": {"type": "number", "min": 0, "conditions": {"is_global": True}},
    }
    params = {
        "attachment": "https://x.test/pets.jpg",
        "geometries": {"box": {"objects_to_annotate": ["cat", "dog"]}},
        "annotation_attributes": asked,
    }
    looking = 0
    for seed in range(40):
        response = TYPES.respond(IMAGE, params, seed=seed, identity="i")
        assert response is not None
        assert response["global_attributes"]["total"] >= 0
        cats = {one["uuid"] for one in response["annotations"] if one["label"] == "cat"}
        for one in response["annotations"]:
            if one["label"] == "cat":
                assert set(one["attributes"]) == {"sleeping"}
            else:
                assert set(one["attributes"]) <= {"looking at"}
                assert one["attributes"].get("looking at", next(iter(cats))) in cats
                looking += len(one["attributes"])
    assert looking > 20


# Entities and fields

TEXT = "Ada Lovelace works at Acme Ltd in London with Charles Babbage since 1833."
ENTITIES: dict[str, Any] = {
    "text": TEXT,
    "labels": [
        {"name": "person", "attributes": {"sure": {"choices": ["yes", "no"]}}},
        {"name": "org"},
        {"name": "city"},
    ],
}


def spans_of(*words: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": f"id of {text}", "start": TEXT.index(text), "end": TEXT.index(text) + len(text),
         "label": label} for text, label in words
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(DRAWS))
def test_entities_that_were_given_come_back(seed: int) -> None:
    chance = random.Random(seed)
    params = dict(ENTITIES)
    params["base_annotations"] = {"annotations": spans_of(("Ada Lovelace", "person"))}
    params["hypothesis"] = {"annotations": spans_of(("Acme Ltd", "org"), ("1833", "person"))}
    for flag in FLAGS:
        if chance.random() < 0.7:
            params[flag] = chance.random() < 0.5
    name = "namedentityrecognition"
    TYPES.check(name, params)
    plain = TYPES.respond(name, params, seed=seed, identity="i")
    assert plain is not None
    closed = params.get("can_add_base_annotations") is False
    wanted = {"Ada Lovelace"} if closed else {"Ada Lovelace", "Acme Ltd", "1833"}
    assert wanted <= {one["text"] for one in plain["annotations"]}
    assert {one["label"] for one in plain["annotations"]} == (
        {"person"} if closed else {"person", "org", "city"}
    )
    noise = chance.choice([0.0, 0.4, 1.0])
    noisy = TYPES.from_hypothesis(name, params, noise, seed=seed, identity="i")
    for response in (plain, noisy):
        end = 0
        assert TYPES.check_response(name, response) == []
        for one in response["annotations"]:
            assert end <= one["start"] < one["end"]
            assert TEXT[one["start"] : one["end"]] == one["text"]
            assert ("attributes" in one) == (one["label"] == "person")
            end = one["end"]
    base = [one for one in noisy["annotations"] if one["id"] == "id of Ada Lovelace"]
    if params.get("can_delete_base_annotations") is not True:
        assert base
    for one in base:
        assert params.get("can_edit_base_annotations") is True or one["text"] == "Ada Lovelace"
        assert params.get("can_edit_base_annotation_labels") is True or one["label"] == "person"


def test_a_noisy_hypothesis_of_fields_answers_some_anew() -> None:
    names = [f"f{number}" for number in range(40)]
    params = {
        "attachments": [{"type": "text", "content": "x"}],
        "fields": [{"type": "text", "field_id": name, "title": "What?"} for name in names],
        "hypothesis": {
            "annotations": {
                name: {"type": "text", "field_id": name, "response": ["given"]} for name in names
            }
        },
    }
    TYPES.check("textcollection", params)

    def given(noise: float) -> int:
        found = TYPES.from_hypothesis("textcollection", params, noise, seed=1, identity="i")
        return list(found["annotations"].values()).count("given")

    assert given(0) == 40
    assert 30 <= given(0.2) < 40
    assert 8 <= given(1) < given(0.2)
