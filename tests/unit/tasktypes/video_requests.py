"""Draws requests for the video types, all over what their schemas allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

KINDS = ("box", "polygon", "line", "point", "ellipse", "cuboid")
EVENTS = ["overtake", "door open", "fall"]
FRAME = "https://img.test/f{}.jpg"


def draw_request(chance: random.Random, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Params and metadata of a task of a video type."""
    params: dict[str, Any] = {}
    names = [f"label {number}" for number in range(60)]
    if name in ("videoboxannotation", "videocuboidannotation"):
        params["objects_to_annotate"] = _labels(chance, names)
        params |= _sizes(chance)
        labels = flat(params["objects_to_annotate"])
    else:
        kinds = chance.sample(KINDS, chance.randint(1, 4))
        params["geometries"] = {kind: _geometry(chance, kind, names) for kind in kinds}
        labels = [
            label
            for one in params["geometries"].values()
            for label in flat(one.get("objects_to_annotate", []))
        ]
        params |= _padding(chance)
        if labels and chance.random() < 0.5:
            link = {"from_allowed_labels": labels[:2], "is_bidirectional": chance.random() < 0.5}
            params["links"] = {"near": link, "far": [{"to_allowed_labels": labels[-1:]}]}
    if name != "videoannotation" and chance.random() < 0.5:
        params["with_labels"] = chance.random() < 0.6
    if chance.random() < 0.5:
        params["events_to_annotate"] = chance.sample(EVENTS, chance.randint(0, 3))
    if chance.random() < 0.8:
        events = params.get("events_to_annotate", [])
        params["annotation_attributes"] = _attributes(chance, labels, events)
    params |= _media(chance, name)
    return params, _metadata(chance)


def flat(labels: list[Any]) -> list[str]:
    """The leaves of a label tree."""
    found: list[str] = []
    for one in labels:
        if isinstance(one, str):
            found.append(one)
        else:
            found += flat(one["subchoices"]) if "subchoices" in one else [one["choice"]]
    return found


def _labels(chance: random.Random, names: list[str]) -> list[Any]:
    labels: list[Any] = []
    for _ in range(chance.randint(1, 3)):
        inner = names.pop()
        group = {"choice": f"group of {inner}", "subchoices": [inner, {"choice": names.pop()}]}
        labels.append(chance.choice([inner, {"choice": inner, "display": "Shown"}, group]))
    return labels


def _sizes(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.5:
        return {}
    return {
        "min_width": chance.choice([0, 5, "30", 500]),
        "min_height": chance.choice([0, 7, "12", 300]),
    }


def _geometry(chance: random.Random, kind: str, names: list[str]) -> dict[str, Any]:
    geometry: dict[str, Any] = {}
    if chance.random() < 0.85:
        geometry["objects_to_annotate"] = _labels(chance, names)
    if kind in ("box", "cuboid"):
        geometry |= _sizes(chance)
    if kind == "box":
        geometry |= {"can_rotate": chance.random() < 0.3, "integer_pixels": chance.random() < 0.3}
    if kind in ("polygon", "line") and chance.random() < 0.7:
        geometry["min_vertices"] = chance.randint(1, 9)
        geometry["max_vertices"] = chance.choice([None, geometry["min_vertices"], 12])
    if kind == "cuboid" and chance.random() < 0.5:
        geometry["camera_intrinsics"] = {"fx": 900, "fy": 0, "cx": 320, "cy": 240}
        geometry["camera_rotation_quaternion"] = {"w": 1, "x": 0, "y": 0, "z": 0}
    return geometry


def _padding(chance: random.Random) -> dict[str, Any]:
    names = [name for name in ("padding", "paddingX", "paddingY") if chance.random() < 0.3]
    return {name: chance.choice([0, 3, 40, 5000]) for name in names}


def _attributes(chance: random.Random, labels: list[str], events: list[str]) -> dict[str, Any]:
    some = chance.sample(labels, min(2, len(labels)))
    drawn: dict[str, Any] = {
        "mood": {"choices": ["calm", {"choice": "moved", "subchoices": ["glad", "sad"]}]},
        "tags": {"type": "category", "choices": ["x", "y", "z"], "allow_multiple": True},
        "turn": {"type": "angle"},
        "note": {"type": "text", "conditions": {"attribute_conditions": [{"tags": ["y", "z"]}]}},
        "offset": {"type": "x_line"},
        "height": {"type": "y_line"},
        "grade": {"type": "number", "min": -2, "max": 7, "step": chance.choice([1, 3, 0.5])},
        "count": {"type": "number", **chance.choice([{}, {"min": 5}, {"max": 5}])},
        "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
        "wind": {
            "type": "number",
            "conditions": {"is_global": True, "attribute_conditions": [{"weather": "rain"}]},
        },
    }
    drawn["grade"]["conditions"] = {
        "attribute_conditions": [{"mood": ["glad", "sad"], "tags": "x"}, {"weather": "rain"}]
    }
    named = some + events[:1]
    if named:
        drawn["mood"]["conditions"] = {
            "label_condition": {"label": chance.choice([named, named[-1]])}
        }
        drawn["wind"]["conditions"]["label_condition"] = {"label": named[0]}
    if labels:
        drawn["partner"] = {
            "type": "linked",
            "allowed_labels": some,
            "required": chance.random() < 0.5,
        }
        if events and chance.random() < 0.5:
            drawn["partner"]["conditions"] = {"label_condition": {"label": [*some, events[0]]}}
    for one in drawn.values():
        if chance.random() < 0.25:
            one["global"] = True
    kept = [name for name in drawn if chance.random() < 0.7]
    chance.shuffle(kept)
    return {
        name: drawn[name]
        for name in kept
        if all(
            other in kept
            for entry in drawn[name].get("conditions", {}).get("attribute_conditions", [])
            for other in entry
        )
    }


def _media(chance: random.Random, name: str) -> dict[str, Any]:
    frames = [FRAME.format(number) for number in range(chance.choice([1, 2, 3, 12, 40]))]
    given: dict[str, Any] = {}
    if chance.random() < 0.85:
        given["frame_rate"] = chance.choice([0.2, 1, 2, 3, 7.5, 10, 29.92, 60])
    if name == "videoplaybackannotation":
        form = chance.choice(["video", "images", "both"])
        if form != "images":
            given["attachment"] = "https://vid.test/a.mp4"
        if form != "video":
            given["attachments"] = frames
        for rate in ("annotation_frame_rate", "video_frame_rate"):
            if chance.random() < 0.4:
                given[rate] = chance.choice([1, 5, 12, 29.92])
        return given
    if name != "videoannotation" or chance.random() < 0.5:
        return {**given, "attachments": frames}
    given |= {"attachment_type": "video", "attachment": "https://vid.test/a.mp4"}
    if chance.random() < 0.5:
        given["start_time"] = chance.choice([0, 1, 2.5])
    if chance.random() < 0.5:
        given["duration_time"] = chance.choice([0.01, 1, 3.3, 8])
    return given


def _metadata(chance: random.Random) -> dict[str, Any]:
    video: dict[str, Any] = {}
    if chance.random() < 0.4:
        video["resolution"] = {"w": 640, "h": 480}
    if chance.random() < 0.4:
        video["duration"] = chance.choice([0.5, 6, 9.9])
    if chance.random() < 0.4:
        video["frame_rate"] = chance.choice([10, 24, 25, 30])
    return {"video": video} if video else chance.choice([{}, {"width": 900, "height": 700}])
