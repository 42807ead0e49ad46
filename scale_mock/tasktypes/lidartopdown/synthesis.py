"""Top-down annotation's answer: what a map of a road would show.

Lines run along the road, areas lie square to it, points stand about.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.tasktypes.canvas import canvas_of
from scale_mock.tasktypes.imageannotation.shapes import regions
from scale_mock.tasktypes.imageannotation.synthesis import closed, finished, kept
from scale_mock.tasktypes.labels import leaves
from scale_mock.tasktypes.lidar.cuboids import metres_per_unit, useful_digits
from scale_mock.tasktypes.lidar.outlines import as_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.imageannotation.shapes import Region
    from scale_mock.tasktypes.lidar.outlines import Place

_FARTHEST = 50.0
_PLENTY = 10

Annotation = dict[str, Any]
Slot = tuple[str, str]


class _Map(NamedTuple):
    """What is drawn on.

    Attributes:
        size: Width and height, in pixels or in steps.
        unit: How many units of the world frame a step is.
        digits: How many digits of a coordinate matter.
        in_space: Whether coordinates are those of the world frame, the device in the middle.
    """

    size: tuple[int, int]
    unit: float
    digits: int
    in_space: bool

    def vertex(self, place: Place) -> dict[str, float]:
        """A place as it is written down."""
        if not self.in_space:
            return {"x": round(place[0], 2), "y": round(place[1], 2)}
        x, y = place[0] - self.size[0] / 2, self.size[1] / 2 - place[1]
        return {
            "x": round(x * self.unit, self.digits),
            "y": round(y * self.unit, self.digits),
            "z": 0,
        }


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a top-down task."""
    params = order.params
    locked: set[int] = set()
    annotations: list[Annotation] = []
    slots = _slots(params)
    for key in ("base_annotations", "hypothesis"):
        if key == "hypothesis" and closed(params):
            break
        seen = {one["uuid"] for one in annotations}
        for given in params.get(key, {}).get("annotations", ()):
            if given.get("uuid") in seen:
                continue
            labelled = _labelled(given, slots)
            if labelled is None:
                continue
            if key == "base_annotations" and params.get("can_edit_base_annotations") is False:
                locked.add(len(annotations))
            annotations.append(kept(order, labelled))
    if not closed(params):
        _add_shapes(order, annotations)
    return finished(order, annotations, locked)


def _labelled(given: Mapping[str, Any], slots: list[Slot]) -> Mapping[str, Any] | None:
    """What the task brought along, with a label, which every annotation of the answer has."""
    if "label" in given:
        return given
    label = next((label for kind, label in slots if kind == given["type"]), None)
    return None if label is None else {**given, "label": label}


def _slots(params: Mapping[str, Any]) -> list[Slot]:
    """Each geometry with each of its labels; one without takes those of ``labels``."""
    return [
        (kind, label)
        for kind, geometry in params["geometries"].items()
        for label in leaves(geometry.get("objects_to_annotate") or params.get("labels", ()))
    ]


def _add_shapes(order: Order, annotations: list[Annotation]) -> None:
    have = {(one["type"], one["label"]) for one in annotations}
    slots = _slots(order.params)
    wanted = [slot for slot in slots if slot not in have]
    if not annotations:
        for slot in (*slots, *slots):
            if len(wanted) < _PLENTY and order.stream.fraction() < 0.5:
                wanted.append(slot)
    lines = [slot for slot in wanted if slot[0] == "line"]
    others = [slot for slot in wanted if slot[0] != "line"]
    chance, paper = order.stream, _map(order)
    road = (chance.fraction() - 0.5) * 0.8 + chance.below(2) * math.pi / 2
    places = _lines(order, paper, len(lines), road)
    shapes = [(slot, {"vertices": one}) for slot, one in zip(lines, places, strict=True)]
    if others:
        spots = regions(paper.size, [(1, 1)] * len(others), chance)
        shapes += [
            (slot, _shape(order, paper, slot[0], spot, road))
            for slot, spot in zip(others, spots, strict=True)
        ]
    for (kind, label), shape in shapes:
        annotation = {"uuid": order.uuid(), "type": kind, "label": label, **shape, "attributes": {}}
        annotations.append(annotation)


def _map(order: Order) -> _Map:
    params = order.params
    if "attachment" in params:
        return _Map(canvas_of(order), 1.0, 2, in_space=False)
    scale = metres_per_unit(params)
    # The corners are the farthest.
    reach = min(params.get("max_distance_meters") or _FARTHEST, _FARTHEST) / math.sqrt(2)
    return _Map((10_000, 10_000), 2 * reach / scale / 10_000, useful_digits(reach / scale), True)


def _lines(order: Order, paper: _Map, count: int, road: float) -> list[list[dict[str, float]]]:
    """Lines side by side along the road, as long as the map, bending together."""
    geometry, chance = order.params["geometries"].get("line", {}), order.stream
    width, height = paper.size
    cos, sin = math.cos(road), math.sin(road)
    bend = min(width, height) * 0.03 * (chance.fraction() - 0.5)
    gap = min(width, height) * min(0.07, 0.7 / max(count, 1))
    drawn = []
    for index in range(count):
        beside = (index - (count - 1) / 2) * gap
        room_x = width / 2 * 0.97 - abs(beside * sin) - abs(bend)
        room_y = height / 2 * 0.97 - abs(beside * cos) - abs(bend)
        half = min(room_x / max(abs(cos), 1e-9), room_y / max(abs(sin), 1e-9))
        number = _count(geometry, chance)
        places = []
        for part in range(number):
            along = half * (2 * part / max(number - 1, 1) - 1)
            aside = beside + bend * math.cos(2 * along / half)
            places.append(
                (width / 2 + along * cos - aside * sin, height / 2 + along * sin + aside * cos)
            )
        drawn.append([paper.vertex(place) for place in places])
    return drawn


def _count(geometry: Mapping[str, Any], chance: Stream) -> int:
    least, most = int(geometry.get("min_vertices", 1)), geometry.get("max_vertices")
    count = max(chance.between(5, 9), least)
    return count if most is None else min(count, int(most))


def _shape(order: Order, paper: _Map, kind: str, spot: Region, road: float) -> dict[str, Any]:
    x, y = spot.left + spot.width / 2, spot.top + spot.height / 2
    if kind == "point":
        return dict(paper.vertex((x, y)))
    # An area square to the road that stays within its spot.
    cos, sin = math.cos(road), math.sin(road)
    half = min(spot.width, spot.height) / 2 / (abs(cos) + abs(sin))
    long, wide = half, half * (0.35 + 0.5 * order.stream.fraction())
    corners = [
        (x + along * cos - across * sin, y + along * sin + across * cos)
        for along, across in ((-wide, -long), (wide, -long), (wide, long), (-wide, long))
    ]
    places = as_many(corners, order.params["geometries"][kind], closed=True)
    return {"vertices": [paper.vertex(place) for place in places]}
