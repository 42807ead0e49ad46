"""Draws lidar and sensor fusion from above: cuboids about the device, over a grid of metres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.cli.drawing.page import Extent, View, extent_of
from scale_mock.cli.drawing.shapes import Chips, attribute_lines, draw_annotations, middle_of
from scale_mock.cli.drawing.svg import INK, MARGIN, PALE, WIDTH, Colours, Sheet, number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scale_mock.cli.drawing.subject import Subject
    from scale_mock.cli.drawing.svg import Place

_LINES_MAX = 24
_GRID = "#e5e7eb"
_CIRCLE = "#c3c8d0"
_FAR = 20
"""The device is left out if the labels are so many times farther off than they are apart."""


class Footprint(NamedTuple):
    """A cuboid from above, in metres.

    Attributes:
        uuid: Which object it is.
        label: What it is.
        place: x and y of its middle.
        size: Its extent beside and along its heading.
        yaw: Its heading: radians counter-clockwise from the y axis.
        attributes: Its attributes.
    """

    uuid: str
    label: str
    place: Place
    size: Place
    yaw: float
    attributes: object

    def corners(self) -> list[Place]:
        """The four corners, the front ones last."""
        wide, long = self.size[0] / 2, self.size[1] / 2
        return [
            self.beside(across, along)
            for across, along in ((-wide, -long), (wide, -long), (wide, long), (-wide, long))
        ]

    def beside(self, across: float, along: float) -> Place:
        """The place so far to the right of and before its middle."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return (
            self.place[0] + across * cos - along * sin,
            self.place[1] + across * sin + along * cos,
        )


def footprints(cuboids: Iterable[Mapping[str, Any]], scale: float) -> list[Footprint]:
    """The cuboids of a frame of a lidar annotation.

    Args:
        cuboids: As in the result file; a yaw of 0 points along y (documented).
        scale: Metres per unit.
    """
    return [
        Footprint(
            str(one.get("uuid")),
            str(one.get("label", "")),
            (one["position"]["x"] * scale, one["position"]["y"] * scale),
            (one["dimensions"]["x"] * scale, one["dimensions"]["y"] * scale),
            one.get("yaw", 0.0),
            one.get("attributes"),
        )
        for one in cuboids
    ]


def draw_lidar(subject: Subject, title: str) -> Sheet:
    """Draws one frame of a lidar annotation."""
    frames = subject.json(subject.response["annotations"]["url"])
    scale = float(subject.params.get("meters_per_unit") or 1)
    chosen = subject.pick(len(frames))
    every = [footprints(frame["cuboids"], scale) for frame in frames]
    answers = attribute_lines(subject.response.get("global_attributes"))
    lines = [f"Frame {chosen} of 0 to {len(frames) - 1}, {len(every[chosen])} cuboids from above"]
    sheet = Sheet(title, [*lines, *(["Global attributes: " + "; ".join(answers)] * bool(answers))])
    reach = subject.params.get("max_distance_meters")
    view = ground(sheet, [place for frame in every for one in frame for place in one.corners()])
    if isinstance(reach, int | float) and reach > 0:
        _reach(sheet, view, reach)
    draw_footprints(sheet, view, every, chosen)
    return sheet


def draw_points(subject: Subject, title: str) -> Sheet:
    """Draws how many points of a frame each object has; where they lie only the frame knows."""
    response = subject.response
    content = subject.json(response["point_segmentations"]["url"])
    frames = content.get("point_objects", content.get("point_labels"))
    chosen = subject.pick(len(frames))
    cuboids = response.get("annotations")
    if isinstance(cuboids, dict) and "url" in cuboids:
        sheet = draw_lidar(subject, title)
    else:
        sheet = Sheet(title, [f"Frame {chosen} of 0 to {len(frames) - 1}"])
    sheet.bottom += 14
    points = frames[chosen]
    sheet.paragraph(f"{len(points)} points, by object:", 13, INK)
    counts: dict[int, int] = {}
    for index in points:
        counts[index] = counts.get(index, 0) + 1
    names = {0: "unsegmented"} | {
        one["index"]: str(one["label"]) + " (instance)" * bool(one.get("instance"))
        for one in content["objects"]
    }
    most = max(counts.values(), default=1)
    colours = Colours()
    for index in sorted(names.keys() | counts.keys()):
        sheet.bottom += 21
        name = names.get(index, "no such object")
        count = counts.get(index, 0)
        sheet.text((MARGIN, sheet.bottom), shortened(f"{index}  {name}", 36), 12)
        colour = colours.of(name) if index else PALE
        across = 520 * count / most
        sheet.rectangle((300, sheet.bottom - 11), (across, 14), fill=colour, opacity=0.8)
        sheet.text((308 + across, sheet.bottom), str(count), 11, colour=PALE)
    return sheet


def draw_map(
    subject: Subject, title: str, annotations: Sequence[dict[str, Any]], links: Any
) -> Sheet:
    """Draws shapes in the world frame: a top-down task's on lidar frames."""
    scale = float(subject.params.get("meters_per_unit") or 1)
    scaled = [_scaled(one, scale) for one in annotations]
    places = [
        (vertex["x"], vertex["y"]) for one in scaled for vertex in one.get("vertices", (one,))
    ]
    answers = attribute_lines(subject.response.get("global_attributes"))
    sheet = Sheet(title, ["From above", *answers])
    draw_annotations(sheet, ground(sheet, places), scaled, Colours(), links=links or ())
    return sheet


def _scaled(annotation: Mapping[str, Any], scale: float) -> dict[str, Any]:
    def vertex(one: Mapping[str, Any]) -> dict[str, Any]:
        return {"x": one["x"] * scale, "y": one["y"] * scale}

    changed = dict(annotation)
    if "vertices" in annotation:
        changed["vertices"] = [vertex(one) for one in annotation["vertices"]]
    else:
        changed |= vertex(annotation)
    return changed


def ground(sheet: Sheet, places: Sequence[Place]) -> View:
    """Lays out the ground that holds the places, with a grid in metres and the device at 0, 0."""
    extent = extent_of(places) or Extent(-10, -10, 10, 10)
    side = max(extent.right - extent.left, extent.bottom - extent.top, 1.0)
    off = max(abs(value) for value in extent)
    has_device = off <= _FAR * side
    if has_device:
        extent = extent.joined(Extent(0, 0, 0, 0))
        side = max(extent.right - extent.left, extent.bottom - extent.top, 4.0)
    rim = side * 0.06
    extent = Extent(extent.left - rim, extent.top - rim, extent.right + rim, extent.bottom + rim)
    room = WIDTH - 2 * MARGIN
    # From above x and y are alike: what is narrow is no less than half as high as it is wide.
    scale = room / max(extent.right - extent.left, extent.bottom - extent.top)
    height = max((extent.bottom - extent.top) * scale, room / 2)
    middle_x, middle_y = middle_of([extent[:2], extent[2:]])
    extent = Extent(
        middle_x - room / 2 / scale,
        middle_y - height / 2 / scale,
        middle_x + room / 2 / scale,
        middle_y + height / 2 / scale,
    )
    left, top = float(MARGIN), sheet.bottom
    view = View(
        (left - extent.left * scale, top + extent.bottom * scale),
        scale,
        Extent(left, top, left + room, top + height),
        up=True,
    )
    sheet.rectangle((left, top), (room, height), fill="#ffffff", stroke="#9ca3af", width=1)
    _grid(sheet, view, extent)
    if has_device:
        x, y = view.at(0, 0)
        sheet.shape([(x, y - 9), (x + 7, y + 7), (x - 7, y + 7)], closed=True, fill=INK)
        sheet.text((x + 10, y + 5), "device", 10, colour=INK)
    sheet.bottom = top + height
    return view


def _reach(sheet: Sheet, view: View, metres: float) -> None:
    """A circle about the device, as far as it is to be seen."""
    frame = view.frame
    arc: list[Place] = []
    for degree in range(361):
        angle = math.radians(degree)
        x, y = view.at(metres * math.cos(angle), metres * math.sin(angle))
        if frame.left <= x <= frame.right and frame.top <= y <= frame.bottom:
            arc.append((x, y))
            continue
        sheet.shape(arc, closed=False, stroke=_CIRCLE, width=1)
        arc = []
    sheet.shape(arc, closed=False, stroke=_CIRCLE, width=1)


def _grid(sheet: Sheet, view: View, extent: Extent) -> None:
    """Lines every 1, 2 or 5 metres or ten, a hundred times as many, with their coordinates."""
    span = max(extent.right - extent.left, extent.bottom - extent.top)
    step = 10.0 ** math.floor(math.log10(span / _LINES_MAX))
    step *= next(one for one in (1, 2, 5, 10, 20) if span / (step * one) <= _LINES_MAX)
    frame = view.frame
    for number_x in range(math.ceil(extent.left / step), math.floor(extent.right / step) + 1):
        x, _ = view.at(number_x * step, 0)
        sheet.shape([(x, frame.top), (x, frame.bottom)], closed=False, stroke=_GRID, width=1)
        if frame.left + 30 < x < frame.right - 30:
            sheet.text((x + 2, frame.bottom - 3), f"{number(number_x * step)} m", 8, colour=PALE)
    for number_y in range(math.ceil(extent.top / step), math.floor(extent.bottom / step) + 1):
        _, y = view.at(0, number_y * step)
        sheet.shape([(frame.left, y), (frame.right, y)], closed=False, stroke=_GRID, width=1)
        if y > frame.top + 12:
            sheet.text((frame.left + 3, y - 2), f"{number(number_y * step)} m", 8, colour=PALE)


def draw_footprints(
    sheet: Sheet, view: View, frames: Sequence[Sequence[Footprint]], chosen: int
) -> None:
    """Draws the cuboids of a frame with their headings and the ways of what moves."""
    colours = Colours()
    ways: dict[str, list[Place]] = {}
    of: dict[str, str] = {}
    for frame in frames:
        for one in frame:
            ways.setdefault(one.uuid, []).append(view.at(*one.place))
            of.setdefault(one.uuid, colours.of(one.label))
    for uuid, way in ways.items():
        if len(set(way)) > 1:
            sheet.shape(way, closed=False, stroke=of[uuid], width=1, dashes="1 4")
    shown = frames[chosen]
    middles = {one.uuid: view.at(*one.place) for one in shown}
    for one in shown:
        colour = colours.of(one.label)
        corners = [view.at(*place) for place in one.corners()]
        sheet.shape(corners, closed=True, fill=colour, opacity=0.2, stroke=colour, width=1.6)
        nose = view.at(*one.beside(0, one.size[1] / 2 + max(one.size[1] * 0.3, 0.4)))
        sheet.shape([middles[one.uuid], nose], closed=False, stroke=colour, width=1.6)
    chips = Chips(sheet, view.frame)
    for start, end, name in _links(shown, middles):
        sheet.arrow(start, end, PALE)
        chips.put([((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)], "", [name], PALE)
    for one in shown:
        corners = [view.at(*place) for place in one.corners()]
        lines = attribute_lines(one.attributes, middles)
        chips.put(corners, shortened(one.label, 30), lines, colours.of(one.label))


def _links(
    shown: Iterable[Footprint], middles: Mapping[str, Place]
) -> Iterator[tuple[Place, Place, str]]:
    for one in shown:
        attributes = one.attributes if isinstance(one.attributes, dict) else {}
        for name, value in attributes.items():
            if isinstance(value, str) and value in middles and value != one.uuid:
                yield middles[one.uuid], middles[value], name
