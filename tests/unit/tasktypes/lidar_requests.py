"""Draws lidar and sensor fusion requests from the space of their params schemas."""

from __future__ import annotations

import random
from typing import Any

WORDS = [
    *("car", "bus", "truck", "van", "bicycle", "motorbike", "pedestrian", "child", "dog"),
    *("cone", "sign", "barrier", "tree", "building", "thing", "other", "ego", "drone"),
]
SCENE_KINDS = [
    *("cuboid", "cuboid", "box_2d", "point_2d", "polyline_2d", "polygon_2d", "polygon"),
    *("polyline", "point", "polygon_topdown", "point_topdown", "event", "link", "object"),
    *("point_segmentation", "labeled_points", "attributes", "localization_adjustment", "mystery"),
]
CHANGES = ("add_base_annotations", "edit_base_annotations", "delete_base_annotations")


def draw_labels(chance: random.Random, most: int = 6, *, instances: bool = False) -> list[Any]:
    """Up to so many leaves, some of them in groups, each name once."""
    names = chance.sample(WORDS, chance.randint(1, most))
    labels: list[Any] = []
    while names:
        name = names.pop()
        one: dict[str, Any] = {"choice": name}
        if instances and chance.random() < 0.5:
            one["instance_label"] = chance.random() < 0.8
        if len(names) > 1 and chance.random() < 0.3:
            inner = [names.pop(), {"choice": names.pop(), "display": "Shown"}]
            one = {"choice": f"all of {name}", **one, "subchoices": inner}
            one["choice"] = f"all of {name}"
        labels.append(one if len(one) > 1 or chance.random() < 0.3 else name)
    return labels


def leaves(labels: Any) -> list[str]:
    found: list[str] = []
    for one in labels:
        if isinstance(one, str):
            found.append(one)
        else:
            found += leaves(one["subchoices"]) if "subchoices" in one else [one["choice"]]
    return found


def draw_attributes(chance: random.Random, labels: list[str]) -> dict[str, Any]:
    some = chance.sample(labels, min(len(labels), 2))
    drawn: dict[str, Any] = {
        "state": {"choices": ["moving", {"choice": "still", "subchoices": ["parked", "stopped"]}]},
        "tags": {"type": "category", "choices": ["x", "y", "z"], "allow_multiple": True},
        "speed": {"type": "number", "min": 0, "max": 9, "step": chance.choice([1, 0.5])},
        "turn": {"type": "angle"},
        "note": {"type": "text"},
        "across": {"type": "x_line"},
        "along": {"type": "y_line"},
        "near": {"type": "linked", "allowed_labels": some},
        "owner": {"type": "linked", "allowed_labels": some, "global": True},
        "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
        "wet": {"type": "number", "max": 4, "conditions": {"is_global": True}},
    }
    drawn["wet"]["conditions"]["attribute_conditions"] = [{"weather": "rain"}]
    drawn["speed"]["conditions"] = {"attribute_conditions": [{"state": ["moving", "stopped"]}]}
    drawn["note"]["conditions"] = {
        "attribute_conditions": [{"tags": "x", "weather": "sun"}, {"state": "parked"}]
    }
    if chance.random() < 0.5:
        drawn["near"]["conditions"] = {"label_condition": {"label": chance.choice([some, some[0]])}}
    for name in ("state", "tags", "turn", "speed"):
        drawn[name]["global"] = chance.random() < 0.4
    kept = [name for name in drawn if chance.random() < 0.7]
    return {
        name: drawn[name]
        for name in kept
        if all(
            other in kept
            for entry in drawn[name].get("conditions", {}).get("attribute_conditions", [])
            for other in entry
        )
    }


def draw_urls(chance: random.Random) -> list[str]:
    return [f"https://pc.test/{chance.randint(0, 99)}.json" for _ in range(chance.randint(1, 9))]


def draw_given(chance: random.Random, labels: list[str], frames: int) -> list[dict[str, Any]]:
    """Cuboids that the task brings along: the same one in every frame, and one without a UUID."""

    def cuboid(label: str, place: float) -> dict[str, Any]:
        return {
            "label": label,
            "position": {"x": place, "y": 1, "z": 1},
            "dimensions": {"x": 2, "y": 4.5, "z": 1.5},
            "yaw": 0.25,
        }

    first = chance.choice(labels)
    return [
        {"cuboids": [{"uuid": "given", **cuboid(first, 5)}, cuboid(chance.choice(labels), -6)]}
        for _ in range(chance.randint(0, frames))
    ]


def annotation_request(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    labels = draw_labels(chance)
    params: dict[str, Any] = {"attachments": draw_urls(chance), "labels": labels}
    if chance.random() < 0.1:
        params["attachments"] = [f"https://pc.test/long/{n}.json" for n in range(40)]
    if chance.random() < 0.5:
        params["max_distance_meters"] = chance.choice([0.5, 8, 30, 75.5, 1000])
    if chance.random() < 0.3:
        params["meters_per_unit"] = chance.choice([0.01, 0.3048, 1, 1000])
    if chance.random() < 0.5:
        params["pitch_and_roll_enabled"] = chance.random() < 0.7
    if chance.random() < 0.8:
        params["annotation_attributes"] = draw_attributes(chance, leaves(labels))
    if chance.random() < 0.25:
        key = chance.choice(["hypothesis", "base_annotations"])
        count = len(params["attachments"])
        params[key] = {"annotations": draw_given(chance, leaves(labels), count)}
        for name in CHANGES:
            if chance.random() < 0.5:
                params[f"can_{name}"] = chance.random() < 0.5
    return params


def segmentation_request(seed: int, source: dict[str, Any]) -> dict[str, Any]:
    """Half of them build on a source, and share some of its labels."""
    chance = random.Random(f"segmentation {seed}")
    labels = draw_labels(chance, instances=True)
    known = [name for name in leaves(source["labels"]) if name not in leaves(labels)]
    labels += [
        {"choice": name, "instance_label": True} if chance.random() < 0.5 else name
        for name in known
        if chance.random() < 0.5
    ]
    params: dict[str, Any] = {"labels": labels}
    if chance.random() < 0.5:
        params["attachments"] = draw_urls(chance)
    else:
        params["lidar_task"] = "5c84d0fe958593004f13e5ba"
        if chance.random() < 0.5:
            count = len(source["attachments"])
            wanted = chance.sample(range(count), chance.randint(1, count))
            params["lidar_task_frames"] = wanted
    if chance.random() < 0.5:
        params["annotation_attributes"] = draw_attributes(chance, leaves(labels))
    return params


def linking_request(seed: int, source: dict[str, Any]) -> dict[str, Any]:
    chance = random.Random(f"linking {seed}")
    known = leaves(source["labels"])
    params: dict[str, Any] = {"lidar_task": "5c84d0fe958593004f13e5ba"}
    kinds = ["annotation", "polygonannotation", "cuboidannotation", "imageannotation"]
    if chance.random() < 0.8:
        params["annotation_type"] = chance.choice(kinds)
    if params.get("annotation_type") == "imageannotation" and chance.random() < 0.8:
        shapes = ("box", "polygon", "line", "point", "ellipse", "cuboid")
        params["geometries"] = {
            kind: draw_geometry(chance, kind, [name])
            for kind, name in zip(chance.sample(shapes, min(len(known), 6)), known, strict=False)
        }
        known = known[:6]
    elif chance.random() < 0.3:
        params["labels"] = known = chance.sample(known, chance.randint(1, len(known)))
    if chance.random() < 0.3:
        params["cameras"] = chance.sample(range(8), chance.randint(0, 5))
    if chance.random() < 0.6:
        params["annotation_attributes"] = draw_attributes(chance, known)
    return params


def draw_geometry(chance: random.Random, kind: str, labels: list[Any]) -> dict[str, Any]:
    geometry: dict[str, Any] = {"objects_to_annotate": labels}
    if kind in ("box", "cuboid") and chance.random() < 0.5:
        geometry |= {"min_width": chance.choice([3, "20"]), "min_height": 8}
    if kind == "box":
        geometry["integer_pixels"] = chance.random() < 0.5
    if kind in ("polygon", "line") and chance.random() < 0.7:
        geometry["min_vertices"] = chance.randint(1, 9)
        geometry["max_vertices"] = chance.choice([None, geometry["min_vertices"], 12])
    return geometry


def topdown_request(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Params and metadata."""
    chance = random.Random(f"topdown {seed}")
    names = [f"label {number}" for number in range(30)]
    kinds = chance.sample(("polygon", "line", "point"), chance.randint(1, 3))
    geometries: dict[str, Any] = {}
    for kind in kinds:
        own = [names.pop() for _ in range(chance.randint(1, 4))]
        geometries[kind] = draw_geometry(chance, kind, own)
        if chance.random() < 0.2:
            del geometries[kind]["objects_to_annotate"]
    params: dict[str, Any] = {"geometries": geometries}
    if chance.random() < 0.5:
        params["attachment"] = "s3://bucket/tile.png"
    else:
        params["attachments"] = draw_urls(chance)
        if chance.random() < 0.5:
            params |= {"max_distance_meters": 20, "meters_per_unit": chance.choice([1, 0.5])}
    if chance.random() < 0.3:
        params["labels"] = [names.pop(), names.pop()]
    known = [
        name
        for one in geometries.values()
        for name in one.get("objects_to_annotate") or params.get("labels", [])
    ]
    if known and chance.random() < 0.6:
        params["annotation_attributes"] = draw_attributes(chance, known)
    if known and chance.random() < 0.4:
        params["links"] = {"near": {"from_allowed_labels": known[:1], "is_bidirectional": True}}
    size = chance.choice([{}, {"width": 900, "height": 700}])
    return params, size


def fusion_request(seed: int) -> dict[str, Any]:
    chance = random.Random(f"fusion {seed}")
    definitions = []
    for kind in chance.sample(SCENE_KINDS, chance.randint(1, 6)):
        one: dict[str, Any] = {"type": kind}
        if chance.random() < 0.8:
            labels = draw_labels(chance, 3)
            one["labels"] = labels
            if chance.random() < 0.6:
                one["annotation_attributes"] = draw_attributes(chance, leaves(labels))
        elif chance.random() < 0.5:
            one["label"] = chance.choice(WORDS)
        definitions.append(one)
    return {
        "attachments": [f"https://scenes.test/{seed}.sfs"],
        "scene_format": "sensor_fusion",
        "annotation_definition": definitions,
        "is_frameless": chance.random() < 0.5,
    }
