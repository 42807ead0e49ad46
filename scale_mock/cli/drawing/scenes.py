"""Draws one instant of a sensor fusion scene from above."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.cli.drawing.above import Footprint, draw_footprints, ground
from scale_mock.cli.drawing.shapes import draw_annotations, written
from scale_mock.cli.drawing.svg import Colours, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scale_mock.cli.drawing.subject import Subject
    from scale_mock.cli.drawing.svg import Place

_FLAT = {
    "polygon": "polygon",
    "polygon_topdown": "polygon",
    "polyline": "line",
    "point": "point",
    "point_topdown": "point",
}
"""The kinds of annotations in the world that are no cuboids, and the geometry that they make."""


def draw_scene(subject: Subject, title: str) -> Sheet:
    """Draws the cuboids and shapes in the world; what lies in cameras' images is only counted."""
    response: Mapping[str, Any] = subject.response
    given = response.get("annotations")
    if isinstance(given, dict) and "url" in given:
        response = subject.json(given["url"])
    annotations: Sequence[Mapping[str, Any]] = response.get("annotations") or []
    cuboids = [one for one in annotations if one["type"] == "cuboid"]
    flat = [one for one in annotations if one["type"] in _FLAT]
    times = sorted({time for one in (*cuboids, *flat) for time in one["path"]["timestamps"]})
    chosen = subject.pick(len(times), "instant in space")
    frames = [_at(cuboids, time) for time in times]
    others: dict[str, int] = {}
    for one in annotations:
        if one["type"] != "cuboid" and one["type"] not in _FLAT:
            others[one["type"]] = others.get(one["type"], 0) + 1
    unit = str(response.get("time_unit") or "microseconds")
    lines = [f"Instant {chosen} of 0 to {len(times) - 1}, at {times[chosen]} {unit}, from above"]
    if others:
        lines.append("Not drawn: " + written(others))
    sheet = Sheet(title, lines)
    shapes = [_shape(one) for one in flat]
    places: list[Place] = [place for frame in frames for one in frame for place in one.corners()]
    for shape in shapes:
        places.extend((one["x"], one["y"]) for one in shape.get("vertices", (shape,)))
    view = ground(sheet, places)
    draw_annotations(sheet, view, shapes, Colours())
    draw_footprints(sheet, view, frames, chosen)
    return sheet


def _at(cuboids: Iterable[Mapping[str, Any]], time: float) -> list[Footprint]:
    """The cuboids that are there at an instant; one that has a single instant stays for ever."""
    found = []
    for one in cuboids:
        stamps, values = one["path"]["timestamps"], one["path"]["values"]
        if len(stamps) > 1 and not stamps[0] <= time <= stamps[-1]:
            continue
        last = max((place for place, stamp in enumerate(stamps) if stamp <= time), default=0)
        long, wide, _, x, y, _, _, _, yaw = values[last]
        attributes = {
            given["name"]: given["values"][0]
            for given in one.get("attributes", ())
            if given.get("values")
        }
        # A scene's heading of 0 is along x, in degrees, and its first dimension along the heading.
        found.append(
            Footprint(
                str(one["id"]),
                str(one.get("label", "")),
                (x, y),
                (wide, long),
                math.radians(yaw) - math.pi / 2,
                attributes,
            )
        )
    return found


def _shape(annotation: Mapping[str, Any]) -> dict[str, Any]:
    flat = annotation["path"]["values"][0]
    vertices = [{"x": flat[at], "y": flat[at + 1]} for at in range(0, len(flat) - 2, 3)]
    kind = _FLAT[annotation["type"]]
    if kind == "line" and annotation.get("is_closed"):
        kind = "polygon"
    shape: dict[str, Any] = {"uuid": annotation["id"], "type": kind}
    if "label" in annotation:
        shape["label"] = annotation["label"]
    return shape | (vertices[0] if kind == "point" else {"vertices": vertices})
