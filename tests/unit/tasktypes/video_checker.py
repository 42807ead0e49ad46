"""Holds a video's files against its request; written from the specification alone."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

from tests.unit.tasktypes.video_requests import flat

FAR = 0.06
"""The farthest that a corner may move from one frame to the next, in canvas sizes."""
Frame = dict[str, Any]


def annotation_sides(one: Frame) -> tuple[list[float], list[float]]:
    xs = [corner["x"] for corner in one.get("vertices", [])]
    ys = [corner["y"] for corner in one.get("vertices", [])]
    if one["type"] == "point":
        xs, ys = [one["x"]], [one["y"]]
    if one["type"] == "box" and "rotation" not in one:
        xs += [one["left"], one["left"] + one["width"]]
        ys += [one["top"], one["top"] + one["height"]]
    return xs, ys


class Taxonomy:
    """What a request asks for, in the words of ``videoannotation``."""

    def __init__(self, name: str, params: dict[str, Any], metadata: dict[str, Any]) -> None:
        single = {"videoboxannotation": "box", "videocuboidannotation": "cuboid"}.get(name)
        self.name = name
        self.geometries = {single: params} if single else params["geometries"]
        self.labelled = params.get("with_labels", True) or name == "videoannotation"
        self.attributes: dict[str, Any] = params.get("annotation_attributes", {})
        self.events: list[str] = params.get("events_to_annotate", [])
        self.links: dict[str, Any] = params.get("links", {})
        self.padding = (
            params.get("paddingX", params.get("padding", 0)),
            params.get("paddingY", params.get("padding", 0)),
        )
        size = metadata.get("video", {}).get("resolution")
        self.size = (size["w"], size["h"]) if size else (1920, 1200)
        if "width" in metadata:
            self.size = (metadata["width"], metadata["height"])
        least = [
            (int(g.get("min_width", 0)), int(g.get("min_height", 0)))
            for g in self.geometries.values()
        ]
        self.size = (
            max(self.size[0], *(one for one, _ in least)),
            max(self.size[1], *(one for _, one in least)),
        )

    def leaves(self, kind: str) -> list[str]:
        return flat(self.geometries[kind].get("objects_to_annotate", []))

    def is_overall(self, attribute: str) -> bool:
        return bool(self.attributes[attribute].get("conditions", {}).get("is_global"))


def check_annotation(tax: Taxonomy, one: Frame) -> None:
    geometry = tax.geometries[one["type"]]
    known = tax.leaves(one["type"])
    assert one["label"] in known if known and tax.labelled else "label" not in one
    xs, ys = annotation_sides(one)
    for axis, values in enumerate((xs, ys)):
        pad, size = tax.padding[axis], tax.size[axis]
        assert min(values) >= -pad - 0.011, one
        assert max(values) <= size + pad + 0.011, one
    low = int(geometry.get("min_width", 0)), int(geometry.get("min_height", 0))
    if one["type"] == "box":
        assert one["width"] >= max(low[0], 1)
        assert one["height"] >= max(low[1], 1)
        assert ("rotation" in one) == bool(geometry.get("can_rotate"))
        if geometry.get("integer_pixels") and "rotation" not in one:
            assert all(isinstance(one[side], int) for side in ("left", "top", "width", "height"))
    if one["type"] in ("polygon", "line"):
        least, most = geometry.get("min_vertices", 1), geometry.get("max_vertices")
        assert least <= len(one["vertices"]) <= (most or 10**6)
    if one["type"] == "ellipse":
        assert len(one["vertices"]) == 4
    if one["type"] == "cuboid":
        assert len({corner["description"] for corner in one["vertices"]}) == 6
        assert max(xs) - min(xs) >= low[0] - 0.02
        assert max(ys) - min(ys) >= low[1] - 0.02


def holds(conditions: dict[str, Any], labels: set[Any], known: dict[str, Any]) -> bool:
    wanted = conditions.get("label_condition", {}).get("label")
    if wanted is not None and labels.isdisjoint([wanted] if isinstance(wanted, str) else wanted):
        return False

    def equal(name: str, value: Any) -> bool:
        got = known.get(name)
        return bool(
            set(value if isinstance(value, list) else [value])
            & set(got if isinstance(got, list) else [got])
        )

    entries = conditions.get("attribute_conditions")
    if not entries:
        return True
    return any(all(equal(name, value) for name, value in entry.items()) for entry in entries)


def check_value(definition: dict[str, Any], value: Any, one: Frame | None) -> None:
    kind = definition.get("type", "category")
    if kind == "category":
        values = value if definition.get("allow_multiple") else [value]
        assert values
        assert set(values) <= set(flat(definition["choices"]))
        assert len(set(values)) == len(values)
    elif kind == "number":
        low, high = definition.get("min"), definition.get("max")
        assert low is None or value >= low
        assert high is None or value <= high
        if low is not None:
            steps = (value - low) / definition.get("step", 1)
            assert math.isclose(steps, round(steps), abs_tol=1e-6)
    elif kind == "angle":
        assert 0 <= value <= 360
    elif kind == "text":
        assert value
    else:
        assert one is not None
        axis = 0 if kind == "x_line" else 1
        if "width" in one:
            limit = one["width" if axis == 0 else "height"]
        else:
            side = annotation_sides(one)[axis]
            limit = max(side) - min(side)
        assert 0 <= value <= limit + 0.011


def check_answers(tax: Taxonomy, one: Frame, frame: Frame) -> None:
    """Attributes of one annotation: exactly those that are due, in this very frame."""
    overall = frame.get("global_attributes", {})
    own = {one["label"]} if "label" in one else set()
    for name, definition in tax.attributes.items():
        known = {**overall, **one["attributes"]}
        due = not tax.is_overall(name) and holds(definition.get("conditions", {}), own, known)
        kind = definition.get("type", "category")
        if kind in ("x_line", "y_line"):
            due = due and one["type"] in ("box", "cuboid")
        if kind != "linked":
            assert (name in one["attributes"]) == due, (name, one)
            if due:
                check_value(definition, one["attributes"][name], one)
            continue
        targets = {
            other["uuid"]
            for other in frame["annotations"]
            if other.get("label") in definition["allowed_labels"] and other is not one
        }
        if name in one["attributes"]:
            assert due
            assert one["attributes"][name] in targets
        elif definition.get("required") and not definition.get("global"):
            assert not (due and targets)


def check_frame(tax: Taxonomy, frame: Frame) -> None:
    uuids = [one["uuid"] for one in frame["annotations"]]
    assert len(set(uuids)) == len(uuids)
    for one in frame["annotations"]:
        check_annotation(tax, one)
        check_answers(tax, one, frame)
    overall = [name for name in tax.attributes if tax.is_overall(name)]
    is_list = tax.name != "videoplaybackannotation"
    assert ("global_attributes" in frame) == bool(overall and not tax.events and is_list)
    if "global_attributes" in frame:
        answers = frame["global_attributes"]
        seen = {one.get("label") for one in frame["annotations"]}
        due = {name for name in overall if holds(tax.attributes[name]["conditions"], seen, answers)}
        assert set(answers) == due
        for name, value in answers.items():
            check_value(tax.attributes[name], value, None)
    assert ("links" in frame) == bool(tax.links and is_list)
    by_uuid = {one["uuid"]: one for one in frame["annotations"]}
    for link in frame.get("links", []):
        given = tax.links[link["label"]]
        definition = given[0] if isinstance(given, list) else given
        ends = [by_uuid[link["from"]], by_uuid[link["to"]]]
        assert ends[0] is not ends[1]
        for end, key in zip(ends, ("from_allowed_labels", "to_allowed_labels"), strict=True):
            assert key not in definition or end["label"] in definition[key]
        assert link["is_bidirectional"] is definition.get("is_bidirectional", False)


def check_tracks(tax: Taxonomy, frames: list[Frame]) -> None:
    """Objects over time: one label and geometry, smooth motion, answers that do not flicker."""
    tracks: dict[str, list[tuple[int, Frame]]] = defaultdict(list)
    for index, frame in enumerate(frames):
        for one in frame["annotations"]:
            tracks[one["uuid"]].append((index, one))
    wanted: set[tuple[str, str | None]] = set()
    for kind in tax.geometries:
        known = tax.leaves(kind) if tax.labelled else []
        wanted |= {(kind, label) for label in known} or {(kind, None)}
    found = {(seen[0][1]["type"], seen[0][1].get("label")) for seen in tracks.values()}
    assert found == wanted
    for seen in tracks.values():
        assert len({(one["type"], one.get("label")) for _, one in seen}) == 1
        assert len({len(one.get("vertices", [])) for _, one in seen}) == 1
        for (before, one), (after, other) in pairwise(seen):
            for axis, (old, new) in enumerate(
                zip(annotation_sides(one), annotation_sides(other), strict=True)
            ):
                step = max(abs(a - b) for a, b in zip(old, new, strict=True))
                assert step <= FAR * tax.size[axis] * (after - before) + 1.1, (one, other)
        gaps = sum(b[0] - a[0] > 1 for a, b in pairwise(seen))
        assert gaps <= 1
        _check_steadiness(tax, [one for _, one in seen])
    _check_scene_steadiness(tax, frames)


def _check_steadiness(tax: Taxonomy, seen: list[Frame]) -> None:
    for name, definition in tax.attributes.items():
        kind = definition.get("type", "category")
        values = [one["attributes"][name] for one in seen if name in one["attributes"]]
        changes = sum(a != b for a, b in pairwise(values))
        if definition.get("global") or kind == "text":
            assert changes == 0, (name, values)
        elif kind not in ("x_line", "y_line", "linked"):
            assert changes <= 2, (name, values)


def _check_scene_steadiness(tax: Taxonomy, frames: list[Frame]) -> None:
    answers = [frame.get("global_attributes", {}) for frame in frames]
    for name, definition in tax.attributes.items():
        values = [one[name] for one in answers if name in one]
        changes = sum(a != b for a, b in pairwise(values))
        assert changes <= (0 if definition.get("global") else 2), (name, values)


def check_events(
    tax: Taxonomy, events: list[Frame], clip: tuple[int, int], rate: float, frames: dict[int, Frame]
) -> None:
    assert {event["label"] for event in events} == set(tax.events)
    assert [event["start"] for event in events] == sorted(event["start"] for event in events)
    for event in events:
        ends = [event["start"], event.get("end", event["start"])]
        assert clip[0] <= ends[0] <= ends[1] <= clip[1]
        assert math.isclose(event["startTime"], ends[0] / rate, abs_tol=1e-5)
        if event["type"] == "range":
            assert ends[0] < ends[1]
            assert math.isclose(event["endTime"], ends[1] / rate, abs_tol=1e-5)
        else:
            assert event["type"] == "point"
            assert event.keys().isdisjoint({"end", "endTime"})
        _check_event_answers(tax, event, frames[event["start"]])


def _check_event_answers(tax: Taxonomy, event: Frame, frame: Frame) -> None:
    for name, definition in tax.attributes.items():
        conditions = definition.get("conditions", {})
        kind = definition.get("type", "category")
        asked = "label_condition" in conditions or tax.is_overall(name)
        due = (
            asked
            and kind not in ("x_line", "y_line")
            and holds(conditions, {event["label"]}, event["attributes"])
        )
        if kind == "linked":
            targets = {
                one["uuid"]
                for one in frame["annotations"]
                if one.get("label") in definition["allowed_labels"]
            }
            assert (name in event["attributes"]) == (due and bool(targets))
            assert not due or not targets or event["attributes"][name] in targets
            continue
        assert (name in event["attributes"]) == due, (name, event)
        if due:
            check_value(definition, event["attributes"][name], None)
