"""Several hundred image tasks, drawn at random, against what a response must hold to."""

from __future__ import annotations

import math
import os
import random
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
SEEDS = range(int(os.environ.get("SCALE_MOCK_DRAWS", "400")))
KINDS = ("box", "polygon", "line", "point", "ellipse", "cuboid")


def draw_labels(chance: random.Random, names: list[str]) -> list[Any]:
    """One to four leaves, some of them in groups, some of those nested."""
    labels: list[Any] = []
    for _ in range(chance.randint(1, 4)):
        name = names.pop()
        shape = chance.random()
        if shape < 0.6:
            labels.append(name)
        elif shape < 0.8:
            labels.append({"choice": name, "display": "Shown"})
        else:
            inner: list[Any] = [name, {"choice": names.pop(), "subchoices": [names.pop()]}]
            labels.append({"choice": f"group of {name}", "subchoices": inner})
    return labels


def leaves(labels: list[Any]) -> list[str]:
    found = []
    for one in labels:
        if isinstance(one, str):
            found.append(one)
        else:
            found += leaves(one["subchoices"]) if "subchoices" in one else [one["choice"]]
    return found


def draw_geometry(chance: random.Random, kind: str, names: list[str]) -> dict[str, Any]:
    geometry: dict[str, Any] = {}
    if chance.random() < 0.85:
        geometry["objects_to_annotate"] = draw_labels(chance, names)
    if kind in ("box", "cuboid") and chance.random() < 0.5:
        geometry["min_width"] = chance.choice([0, 5, "30", 400])
        geometry["min_height"] = chance.choice([0, 7, "12", 300])
    if kind == "box":
        geometry["can_rotate"] = chance.random() < 0.3
        geometry["integer_pixels"] = chance.random() < 0.3
    if kind in ("polygon", "line") and chance.random() < 0.7:
        geometry["min_vertices"] = chance.randint(1, 9)
        geometry["max_vertices"] = chance.choice([None, geometry["min_vertices"], 12])
    if kind == "cuboid" and chance.random() < 0.5:
        geometry["camera_intrinsics"] = {"fx": 900, "fy": 0, "cx": 320, "cy": 240}
        geometry["camera_rotation_quaternion"] = {"w": 1, "x": 0, "y": 0, "z": 0}
    return geometry


def draw_attributes(chance: random.Random, labels: list[str]) -> dict[str, Any]:
    some = chance.sample(labels, min(2, len(labels)))
    drawn: dict[str, Any] = {
        "mood": {"choices": ["calm", {"choice": "moved", "subchoices": ["glad", "sad"]}]},
        "tags": {"type": "category", "choices": ["x", "y", "z"], "allow_multiple": True},
        "turn": {"type": "angle"},
        "note": {"type": "text", "description": "Anything odd?"},
        "offset": {"type": "x_line"},
        "height": {"type": "y_line"},
        "grade": {"type": "number", "min": -2, "max": 7, "step": chance.choice([1, 3, 0.5])},
        "count": {"type": "number", **chance.choice([{}, {"min": 5}, {"max": 5}])},
        "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
    }
    if labels:
        drawn["partner"] = {
            "type": "linked",
            "allowed_labels": some,
            "required": chance.random() < 0.5,
        }
        drawn["mood"]["conditions"] = {"label_condition": {"label": chance.choice([some, some[0]])}}
    drawn["grade"]["conditions"] = {
        "attribute_conditions": [{"mood": ["glad", "sad"], "tags": "x"}, {"weather": "rain"}]
    }
    drawn["wind"] = {
        "type": "number",
        "conditions": {"is_global": True, "attribute_conditions": [{"weather": "rain"}]},
    }
    drawn["note"]["conditions"] = {"attribute_conditions": [{"tags": ["y", "z"]}]}
    kept = [name for name in drawn if chance.random() < 0.7]
    names = chance.sample(kept, len(kept))
    return {
        name: drawn[name]
        for name in names
        if all(
            other in names
            for entry in drawn[name].get("conditions", {}).get("attribute_conditions", [])
            for other in entry
        )
    }


def draw_request(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Params and metadata."""
    chance = random.Random(seed)
    names = [f"label {number}" for number in range(100)]
    kinds = chance.sample(KINDS, chance.randint(1, 4))
    geometries = {kind: draw_geometry(chance, kind, names) for kind in kinds}
    labels = [
        one for given in geometries.values() for one in leaves(given.get("objects_to_annotate", []))
    ]
    params: dict[str, Any] = {"attachment": "https://x.test/i.png", "geometries": geometries}
    if chance.random() < 0.8:
        params["annotation_attributes"] = draw_attributes(chance, labels)
    if labels and chance.random() < 0.5:
        link = {"from_allowed_labels": labels[:2], "is_bidirectional": chance.random() < 0.5}
        params["links"] = {"near": link, "far": [{"to_allowed_labels": labels[-1:]}]}
    if chance.random() < 0.3:
        key = chance.choice(["hypothesis", "base_annotations"])
        params[key] = {"annotations": draw_prelabels(chance, geometries)}
        for name in ("add_base_annotations", "edit_base_annotations", "delete_base_annotations"):
            if chance.random() < 0.5:
                params[f"can_{name}"] = chance.random() < 0.5
    sizes: list[dict[str, Any]] = [
        {},
        {"width": 900, "height": 700},
        {"video": {"resolution": {"w": 640, "h": 480}}},
        {"width": "wide", "height": None},
    ]
    return params, chance.choice(sizes)


def draw_prelabels(chance: random.Random, geometries: dict[str, Any]) -> list[dict[str, Any]]:
    drawn = []
    for kind, geometry in geometries.items():
        if kind not in ("box", "point"):
            continue
        one: dict[str, Any] = {"type": kind}
        one |= (
            {"x": 5, "y": 6}
            if kind == "point"
            else {"left": 3, "top": 4, "width": 420, "height": 330}
        )
        known = leaves(geometry.get("objects_to_annotate", []))
        if known:
            one["label"] = chance.choice(known)
        if chance.random() < 0.7:
            one["uuid"] = f"given-{kind}"
        drawn.append(one)
    return drawn


def corners(one: dict[str, Any]) -> list[tuple[float, float]]:
    found = [(v["x"], v["y"]) for v in one.get("vertices", [])]
    if one["type"] == "point":
        found.append((one["x"], one["y"]))
    if one["type"] == "box":
        found += [(one["left"], one["top"])]
        found += [(one["left"] + one["width"], one["top"] + one["height"])]
    return found


def canvas_of(metadata: dict[str, Any]) -> tuple[int, int]:
    if "video" in metadata:
        return metadata["video"]["resolution"]["w"], metadata["video"]["resolution"]["h"]
    if isinstance(metadata.get("width"), int):
        return metadata["width"], metadata["height"]
    return 1920, 1200


def holds(conditions: dict[str, Any], labels: set[str], known: dict[str, Any]) -> bool:
    wanted = conditions.get("label_condition", {}).get("label")
    if wanted is not None and labels.isdisjoint([wanted] if isinstance(wanted, str) else wanted):
        return False
    entries = conditions.get("attribute_conditions")
    if not entries:
        return True

    def equal(name: str, value: Any) -> bool:
        allowed = value if isinstance(value, list) else [value]
        got = known.get(name)
        return bool(set(allowed) & set(got if isinstance(got, list) else [got]))

    return any(all(equal(name, value) for name, value in entry.items()) for entry in entries)


def check_value(definition: dict[str, Any], value: Any, owner: dict[str, Any] | None) -> None:
    kind = definition.get("type", "category")
    if kind == "category":
        known = leaves(definition["choices"])
        values = value if definition.get("allow_multiple") else [value]
        assert values
        assert set(values) <= set(known)
        assert len(set(values)) == len(values)
    elif kind == "number":
        low, high = definition.get("min"), definition.get("max")
        assert low is None or value >= low
        assert high is None or value <= high
        steps = (value - (low or 0)) / definition.get("step", 1)
        assert math.isclose(steps, round(steps), abs_tol=1e-6)
    elif kind == "angle":
        assert 0 <= value <= 360
    elif kind == "text":
        assert value
    else:
        assert owner is not None
        xs, ys = zip(*corners(owner), strict=True)
        side = xs if kind == "x_line" else ys
        limit = (
            owner["width" if kind == "x_line" else "height"]
            if "width" in owner
            else max(side) - min(side)
        )
        assert 0 <= value <= limit


def check_attributes(params: dict[str, Any], response: dict[str, Any]) -> None:
    attributes = params.get("annotation_attributes", {})
    overall = {
        name for name, one in attributes.items() if one.get("conditions", {}).get("is_global")
    }
    assert ("global_attributes" in response) == bool(overall)
    answered = response.get("global_attributes", {})
    labels = {one["label"] for one in response["annotations"] if "label" in one}
    due = {name for name in overall if holds(attributes[name]["conditions"], labels, answered)}
    assert set(answered) == due
    for name, value in answered.items():
        check_value(attributes[name], value, None)
    by_uuid = {one["uuid"]: one for one in response["annotations"]}
    locked = params.get("can_edit_base_annotations") is False and "base_annotations" in params
    for one in response["annotations"]:
        if (locked and one in params["base_annotations"]["annotations"]) or "attributes" not in one:
            continue
        check_answers(attributes, overall, one, answered, by_uuid)


def check_answers(
    attributes: dict[str, Any],
    overall: set[str],
    one: dict[str, Any],
    answered: dict[str, Any],
    by_uuid: dict[str, Any],
) -> None:
    for name, definition in attributes.items():
        own = {one["label"]} if "label" in one else set()
        known = {**answered, **one["attributes"]}
        due = name not in overall and holds(definition.get("conditions", {}), own, known)
        kind = definition.get("type")
        if kind in ("x_line", "y_line"):
            due = due and one["type"] in ("box", "cuboid")
        if kind != "linked":
            assert (name in one["attributes"]) == due, (name, one)
            if due:
                check_value(definition, one["attributes"][name], one)
            continue
        targets = {
            uuid
            for uuid, other in by_uuid.items()
            if other.get("label") in definition["allowed_labels"] and other is not one
        }
        if name in one["attributes"]:
            assert due
            assert one["attributes"][name] in targets
        else:
            assert not (due and definition["required"] and targets)


def check_shape(params: dict[str, Any], one: dict[str, Any], canvas: tuple[int, int]) -> None:
    geometry = params["geometries"][one["type"]]
    known = leaves(geometry.get("objects_to_annotate", []))
    assert one["label"] in known if known else "label" not in one
    low_w, low_h = int(geometry.get("min_width", 0)), int(geometry.get("min_height", 0))
    assert all(
        -1e-6 <= x <= canvas[0] + 1e-6 and -1e-6 <= y <= canvas[1] + 1e-6 for x, y in corners(one)
    ), one
    if one["type"] == "box":
        assert one["width"] >= max(low_w, 1)
        assert one["height"] >= max(low_h, 1)
        given = str(one["uuid"]).startswith("given") or (one["left"], one["top"]) == (3, 4)
        assert ("rotation" in one) == (bool(geometry["can_rotate"]) and not given)
        if geometry["integer_pixels"] and not geometry["can_rotate"]:
            sides = [one[key] for key in ("left", "top", "width", "height")]
            assert all(isinstance(side, int) for side in sides)
    if one["type"] in ("polygon", "line"):
        assert len(one["vertices"]) >= geometry.get("min_vertices", 1)
        assert len(one["vertices"]) <= (geometry.get("max_vertices") or 10**6)
    if one["type"] == "cuboid":
        xs, ys = zip(*corners(one), strict=True)
        assert max(xs) - min(xs) >= low_w - 0.02
        assert max(ys) - min(ys) >= low_h - 0.02


def check_links(params: dict[str, Any], response: dict[str, Any]) -> None:
    by_uuid = {one["uuid"]: one for one in response["annotations"]}
    for link in response.get("links", []):
        given = params["links"][link["label"]]
        definition = given[0] if isinstance(given, list) else given
        assert link["from"] != link["to"]
        sources, targets = (
            definition.get(key) for key in ("from_allowed_labels", "to_allowed_labels")
        )
        assert not sources or by_uuid[link["from"]]["label"] in sources
        assert not targets or by_uuid[link["to"]]["label"] in targets
        assert link["is_bidirectional"] is definition.get("is_bidirectional", False)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_task_gets_an_answer_that_fits(seed: int) -> None:
    params, metadata = draw_request(seed)
    TYPES.check("imageannotation", params)
    response = TYPES.respond(
        "imageannotation", params, seed=seed, identity="one", metadata=metadata
    )
    annotations = response["annotations"]
    if seed % 4 == 0:  # The general validator is slow.
        assert TYPES.check_response("imageannotation", response) == []
    assert TYPES.misfits("imageannotation", params, response) == []
    uuids = [one["uuid"] for one in annotations]
    assert len(set(uuids)) == len(uuids)
    base = params.get("base_annotations", {}).get("annotations", [])
    given = base + params.get("hypothesis", {}).get("annotations", [])
    kept = annotations[: len(given)]
    for before, after in zip(given, kept, strict=True):
        assert before.items() <= after.items()
    closed = "base_annotations" in params and params.get("can_add_base_annotations") is False
    if closed:
        assert len(annotations) == len(base)
    else:
        wanted = {
            (kind, label)
            for kind, one in params["geometries"].items()
            for label in leaves(one.get("objects_to_annotate", [])) or [None]
        }
        assert {(one["type"], one.get("label")) for one in annotations} == wanted
        assert len(annotations) <= max(12, len(wanted)) + len(given)
    for one in annotations:
        check_shape(params, one, canvas_of(metadata))
    check_attributes(params, response)
    check_links(params, response)


def test_shapes_are_of_plausible_size_and_spread_out() -> None:
    params = {
        "attachment": "https://x.test/i.png",
        "geometries": {"box": {"objects_to_annotate": ["a", "b", "c"]}},
    }
    for seed in range(50):
        size = {"width": 1000, "height": 800}
        boxes = TYPES.respond("imageannotation", params, seed=seed, identity="i", metadata=size)
        boxes = boxes["annotations"]
        assert all(79 <= box["width"] <= 401 and 63 <= box["height"] <= 321 for box in boxes)
        apart = [
            a
            for a in boxes
            for b in boxes
            if a is not b
            and (a["left"] + a["width"] < b["left"] or a["top"] + a["height"] < b["top"])
        ]
        assert apart, boxes


def test_what_is_locked_comes_back_untouched() -> None:
    locked = {
        "uuid": "u",
        "type": "box",
        "label": "a",
        "left": 1,
        "top": 2,
        "width": 3,
        "height": 4,
    }
    params = {
        "attachment": "https://x.test/i.png",
        "geometries": {"box": {"objects_to_annotate": ["a", "b"]}},
        "annotation_attributes": {"mood": {"choices": ["calm"]}},
        "base_annotations": {"annotations": [locked]},
        "can_edit_base_annotations": False,
        "can_add_base_annotations": False,
    }
    response = TYPES.respond("imageannotation", params, seed=1, identity="i")
    assert response == {"annotations": [locked]}
