"""Sensor fusion's answer: the address of an SFS scene with annotations over time, and that scene.

Nothing is known of the scene that was sent, so it is taken to be a few seconds long, seen by a
lidar and a camera. Times are microseconds, lengths metres; a cuboid's heading of 0 is along x, and
its angles are degrees: that is how ``scale-sensor-fusion-io`` turns cuboids (no page says it).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.attributes import answer, hold, in_order, kind_of
from scale_mock.tasktypes.entry import ResultFile
from scale_mock.tasktypes.lidar.answers import is_global
from scale_mock.tasktypes.lidar.files import json_file
from scale_mock.tasktypes.lidar.frames import point_count
from scale_mock.tasktypes.lidar.tracks import drive
from scale_mock.tasktypes.sensorfusion.container import contained
from scale_mock.tasktypes.sensorfusion.definitions import Definition, read
from scale_mock.tasktypes.sensorfusion.shapes import CAMERA, LIDAR, flat_path, path, world_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.lidar.tracks import Track

_SCENE, _CONTAINER = "scene.json", "scene.sfs"
_STEP = 100_000
_FRAMES = (20, 50)

Annotation = dict[str, Any]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a sensor fusion task."""
    return {"annotations": {"url": order.url(_SCENE)}}


def file(order: Order, name: str) -> ResultFile | None:
    """The annotated scene: as JSON, or in the container that Scale's own reader opens."""
    if name == _CONTAINER:
        return ResultFile(contained(_Scene(order).write()), "application/octet-stream")
    return json_file(_Scene(order).write()) if name == _SCENE else None


class _Scene:
    """One scene: how long it is, and what there is to see."""

    def __init__(self, order: Order) -> None:
        params = order.params
        self._order = order
        self._chance = stream(order.seed, "scene", order.identity)
        self._url = params["attachments"][0]
        low, high = _FRAMES
        self._frames = low + point_count(self._url) % (high - low + 1)
        self._is_frameless = params["is_frameless"]
        self._definitions = read(params["annotation_definition"])

    def write(self) -> dict[str, Any]:
        """The scene as JSON, links last, for they need something to link."""
        wanted = {one.label: one for one in self._definitions if one.kind == "cuboid"}
        order = self._order
        tracks = drive(order.seed, order.identity, list(wanted), self._frames, None)
        found = [(self._cuboid(track), wanted[track.label]) for track in tracks]
        found += [
            (self._annotation(one), one)
            for one in self._definitions
            if one.kind not in ("cuboid", "link")
        ]
        self._answer(found)
        annotations = [annotation for annotation, _ in found]
        for definition in self._definitions:
            if definition.kind == "link":
                annotations.extend(self._links(definition, annotations))
        return {
            "version": "1.0",
            "time_unit": "microseconds",
            "time_offset": 0,
            "annotations": annotations,
        }

    def _times(self, first: int, last: int) -> list[int]:
        """An instant per frame; without frames, instants of the annotation's own."""
        shift = self._chance.below(_STEP // 2) if self._is_frameless else 0
        return [frame * _STEP + shift for frame in range(first, last + 1)]

    def _cuboid(self, track: Track) -> Annotation:
        width, length, height = (round(side, 3) for side in track.size)
        pitch, roll = (round(math.degrees(angle), 3) for angle in track.tilt)
        yaw = round(math.degrees(math.remainder(track.yaw + math.pi / 2, math.tau)), 3)
        values = []
        for frame in range(track.first, track.last + 1):
            x, y = track.at(frame)
            place = [round(x, 3), round(y, 3), round(height / 2, 3)]
            values.append([length, width, height, *place, roll, pitch, yaw])
        times = self._times(track.first, track.last)
        if track.stationary:
            times, values = times[:1], values[:1]
        return {
            "id": self._order.uuid(),
            "type": "cuboid",
            "label": track.label,
            "stationary": track.stationary,
            "path": {"timestamps": times, "values": values},
        }

    def _annotation(self, definition: Definition) -> Annotation:
        kind, chance = definition.kind, self._chance
        made: Annotation = {"id": self._order.uuid(), "type": kind, "label": definition.label}
        times = self._times(0, self._frames - 1)
        if kind in ("box_2d", "point_2d", "polyline_2d", "polygon_2d"):
            made |= {"sensor_id": CAMERA, "path": path(times, flat_path(kind, len(times), chance))}
        elif kind in ("polygon", "polyline", "point", "polygon_topdown", "point_topdown"):
            made |= {"stationary": True, "path": path(times[:1], [world_path(kind, chance)])}
            if kind == "polyline":
                made["is_closed"] = False
        elif kind == "event":
            start = chance.below(len(times) - 2)
            made |= {"start": times[start], "duration": times[start + 2] - times[start]}
        elif kind in ("point_segmentation", "labeled_points"):
            made |= {"is_instance": False, "labeled_points": self._points()}
        elif kind == "localization_adjustment":
            del made["label"]
            drift = [round(0.2 * (chance.fraction() - 0.5), 3) for _ in range(3)]
            made["poses"] = path(times, [[*drift, 0, 0, 0, 1]] * len(times))
        return made

    def _points(self) -> list[dict[str, Any]]:
        """A run of points of each frame, moving slowly through the sensor's sweep."""
        total = point_count(self._url)
        count = 40 + self._chance.below(200)
        first = self._chance.below(total - count - self._frames)
        return [
            {
                "sensor_id": LIDAR,
                "point_ids": list(range(first + frame, first + frame + count)),
                "sensor_frame": frame,
            }
            for frame in range(self._frames)
        ]

    def _links(self, definition: Definition, annotations: Sequence[Annotation]) -> list[Annotation]:
        """One link between two things that are neither links nor without a label."""
        ends = [one["id"] for one in annotations if one["type"] != "link" and "label" in one]
        if len(ends) < 2:
            return []
        first = self._chance.below(len(ends) - 1)
        return [
            {
                "id": self._order.uuid(),
                "type": "link",
                "label": definition.label,
                "from_id": ends[first],
                "to_id": ends[first + 1],
                "is_bidirectional": False,
            }
        ]

    def _answer(self, found: Sequence[tuple[Annotation, Definition]]) -> None:
        """Answers the attributes that are asked about each annotation, once for its whole life."""
        for annotation, definition in found:
            attributes = definition.attributes
            carries = annotation["type"] not in ("point_segmentation", "labeled_points")
            if not attributes or not carries or "label" not in annotation:
                continue
            start = annotation.get("start", 0)
            times = annotation.get("path", {}).get("timestamps", [start])
            answers = _answers(attributes, definition.label, self._chance)
            for name in in_order(attributes):
                if kind_of(attributes[name]) != "linked" or is_global(attributes[name]):
                    continue
                target = self._target(attributes[name], annotation, found)
                if target and hold(
                    attributes[name].get("conditions"), (definition.label,), answers, {}
                ):
                    answers[name] = target
            annotation["attributes"] = [
                {"name": name, "timestamps": times[:1], "values": [_value(value)], "static": True}
                for name, value in answers.items()
            ]

    def _target(
        self,
        definition: Mapping[str, Any],
        annotation: Annotation,
        found: Sequence[tuple[Annotation, Definition]],
    ) -> str | None:
        """A linked attribute of a scene is always filled if anything fits (documented)."""
        fitting = [
            other["id"]
            for other, _ in found
            if other.get("label") in definition["allowed_labels"] and other is not annotation
        ]
        return self._chance.choice(fitting) if fitting else None


def _answers(attributes: Mapping[str, Any], label: str, chance: Stream) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name in in_order(attributes):
        definition = attributes[name]
        if kind_of(definition) in ("linked", "x_line", "y_line") or is_global(definition):
            continue
        if hold(definition.get("conditions"), (label,), answers, {}):
            answers[name] = answer(definition, chance, name)
    return answers


def _value(value: Any) -> Any:
    """Scenes know texts, integers and lists of texts."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else str(value)
    return value
