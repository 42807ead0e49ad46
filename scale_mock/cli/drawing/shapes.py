"""Draws annotations of the six geometries on a page, with labels, attributes and links."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.cli.drawing.page import Extent
from scale_mock.cli.drawing.svg import INK, PALE, shortened, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scale_mock.cli.drawing.page import View
    from scale_mock.cli.drawing.svg import Colours, Place, Sheet

Annotation = dict[str, Any]

_FACE = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
_SIDE = ("face-topright", "side-topcorner", "side-bottomcorner", "face-bottomright")
_LABEL, _SMALL = 11.5, 10
_ATTRIBUTES_MAX = 6
_CHIPS_MAX = 400


def kind_of(annotation: Mapping[str, Any], usual: str = "polygon") -> str:
    """Which geometry an annotation has; the older types do not say.

    Args:
        annotation: The annotation.
        usual: What vertices make if nothing tells.
    """
    kind = annotation.get("type") or annotation.get("geometry")
    if kind in ("box", "polygon", "line", "point", "ellipse", "cuboid"):
        return str(kind)
    if "width" in annotation:
        return "box"
    vertices = annotation.get("vertices")
    if vertices:
        return "cuboid" if "description" in vertices[0] else usual
    return "point"


def places_of(annotation: Mapping[str, Any]) -> list[Place]:
    """The corners of an annotation on its page."""
    if "vertices" in annotation:
        return [(one["x"], one["y"]) for one in annotation["vertices"]]
    if "width" in annotation:
        left = annotation.get("left", annotation.get("x"))
        top = annotation.get("top", annotation.get("y"))
        if left is None or top is None:
            raise ValueError("a box without left or top")
        right, bottom = left + annotation["width"], top + annotation["height"]
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return _turned(corners, annotation.get("rotation") or 0)
    return [(annotation["x"], annotation["y"])]


def _turned(corners: list[Place], turn: float) -> list[Place]:
    """A rectangle turned clockwise about its middle (documented), in radians."""
    x, y = (corners[0][0] + corners[2][0]) / 2, (corners[0][1] + corners[2][1]) / 2
    cos, sin = math.cos(turn), math.sin(turn)
    return [
        (x + (a - x) * cos - (b - y) * sin, y + (a - x) * sin + (b - y) * cos) for a, b in corners
    ]


def middle_of(places: Sequence[Place]) -> Place:
    """The middle of what holds the places."""
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def between(source: Sequence[Place], target: Sequence[Place]) -> tuple[Place, Place]:
    """Where an arrow from one shape to another begins and ends: at the borders of what holds them.

    Shapes that overlap are joined from middle to middle.
    """
    start, end = middle_of(source), middle_of(target)
    begin, stop = _leaving(start, end, source), _leaving(end, start, target)
    towards = (end[0] - start[0]) * (stop[0] - begin[0]) + (end[1] - start[1]) * (
        stop[1] - begin[1]
    )
    return (begin, stop) if towards > 0 else (start, end)


def _leaving(start: Place, end: Place, shape: Sequence[Place]) -> Place:
    """Where the way from the middle of a shape leaves what holds it."""
    across, down = end[0] - start[0], end[1] - start[1]
    half_x = max(x for x, _ in shape) - start[0] + 3
    half_y = max(y for _, y in shape) - start[1] + 3
    share = min(
        half_x / abs(across) if across else math.inf, half_y / abs(down) if down else math.inf, 1.0
    )
    return start[0] + across * share, start[1] + down * share


class Chips:
    """Puts labels where they hide each other least.

    Args:
        sheet: Where they are written.
        frame: What they have to stay in.
    """

    def __init__(self, sheet: Sheet, frame: Extent) -> None:
        self._sheet = sheet
        self._frame = frame
        self._taken: list[Extent] = []

    def put(self, about: Sequence[Place], label: str, lines: Sequence[str], colour: str) -> None:
        """Writes a label, with lines of small text, close to a shape."""
        width = max(
            [text_width(label, _LABEL) + 8, *(text_width(one, _SMALL) + 8 for one in lines)]
        )
        height = (_LABEL * 1.4 if label else 0) + len(lines) * _SMALL * 1.3 + 2
        if not label and not lines:
            return
        x, y = self._free(about, width, height)
        self._sheet.rectangle((x, y), (width, height), fill="#ffffff", opacity=0.85, round_=2)
        self._sheet.rectangle((x, y), (3, height), fill=colour)
        if label:
            y += _LABEL * 1.15
            self._sheet.text((x + 6, y), label, _LABEL, colour=colour, bold=True)
            y += 1.5
        for line in lines:
            y += _SMALL * 1.25
            self._sheet.text((x + 6, y), line, _SMALL, colour=INK)

    def _free(self, about: Sequence[Place], width: float, height: float) -> Place:
        xs, ys = [x for x, _ in about], [y for _, y in about]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        tried = [
            (left, top - height - 2),
            (left + 3, top + 3),
            (left, bottom + 2),
            (right + 3, top),
            (left - width - 3, top),
            (right - width, top - height - 2),
            (right - width, bottom + 2),
            ((left + right - width) / 2, (top + bottom - height) / 2),
        ]
        frame = self._frame
        first: Extent | None = None
        for wish_x, wish_y in tried:
            x = max(min(wish_x, frame.right - width), frame.left)
            y = max(min(wish_y, frame.bottom - height), frame.top)
            spot = Extent(x, y, x + width, y + height)
            first = first or spot
            # Where there are very many, most hide each other whatever is tried.
            if len(self._taken) > _CHIPS_MAX:
                break
            if not any(_overlap(spot, other) for other in self._taken):
                break
        else:
            spot = first or Extent(left, top, right, bottom)
        self._taken.append(spot)
        return spot.left, spot.top


def _overlap(one: Extent, other: Extent) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def attribute_lines(attributes: object, known: Iterable[str] = ()) -> list[str]:
    """Attributes, a line each.

    Args:
        attributes: As in the response.
        known: The UUIDs of what is drawn: a link to one of these is an arrow instead.
    """
    if not isinstance(attributes, dict):
        return []
    links = set(known)
    lines = [
        shortened(f"{name}: {written(value)}", 44)
        for name, value in attributes.items()
        if not (isinstance(value, str) and value in links)
    ]
    if len(lines) > _ATTRIBUTES_MAX:
        more = len(lines) - _ATTRIBUTES_MAX + 1
        lines = [*lines[: _ATTRIBUTES_MAX - 1], f"… and {more} more"]
    return lines


def written(value: object) -> str:
    """An answer as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(written, value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {written(one)}" for name, one in value.items()) or "-"
    return str(value)


def draw_annotations(
    sheet: Sheet,
    view: View,
    annotations: Sequence[Annotation],
    colours: Colours,
    *,
    links: Iterable[Mapping[str, Any]] = (),
    usual: str = "polygon",
    key: str = "uuid",
) -> None:
    """Draws annotations on a page, then their links, then their labels on top.

    Args:
        sheet: What is drawn on.
        view: Where the page is.
        annotations: As in the response.
        colours: A colour per label.
        links: As in the response.
        usual: What vertices make if an annotation does not say.
        key: Where an annotation's UUID stands.
    """
    drawn = [
        (one, [view.at(*place) for place in places_of(one)], colours.of(one.get("label", "")))
        for one in annotations
    ]
    for one, places, colour in drawn:
        _draw(sheet, kind_of(one, usual), one, places, colour)
    shapes = {str(one[key]): places for one, places, _ in drawn if key in one}
    chips = Chips(sheet, view.frame)
    for start, end, name, both in _arrows(drawn, links, shapes, key):
        sheet.arrow(start, end, PALE, both=both)
        half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        chips.put([half], "", [name], PALE)
    for one, places, colour in drawn:
        lines = attribute_lines(one.get("attributes"), shapes)
        if one.get("not_in_lidar"):
            lines.append("not in lidar")
        chips.put(places, shortened(str(one.get("label", "")), 40), lines, colour)


def _arrows(
    drawn: Iterable[tuple[Annotation, list[Place], str]],
    links: Iterable[Mapping[str, Any]],
    shapes: Mapping[str, Sequence[Place]],
    key: str,
) -> Iterator[tuple[Place, Place, str, bool]]:
    """From where to where, its name, and whether it goes both ways."""
    for link in links:
        source, target = shapes.get(str(link.get("from"))), shapes.get(str(link.get("to")))
        if source and target:
            both = bool(link.get("is_bidirectional"))
            yield *between(source, target), str(link.get("label", "")), both
    for one, places, _ in drawn:
        attributes = one.get("attributes")
        for name, value in (attributes if isinstance(attributes, dict) else {}).items():
            if isinstance(value, str) and value in shapes and value != one.get(key):
                yield *between(places, shapes[value]), name, False


def _draw(
    sheet: Sheet, kind: str, one: Mapping[str, Any], places: list[Place], colour: str
) -> None:
    if kind == "point":
        (x, y) = places[0]
        sheet.ellipse((x, y), (6, 6), fill=colour, opacity=0.25, stroke=colour)
        sheet.ellipse((x, y), (1.8, 1.8), fill=colour)
    elif kind == "line":
        sheet.shape(places, closed=False, stroke=colour, width=2.5)
        for place in places:
            sheet.ellipse(place, (2.5, 2.5), fill=colour)
    elif kind == "ellipse" and len(places) == 4:
        _draw_ellipse(sheet, places, colour)
    elif kind == "cuboid":
        _draw_cuboid(sheet, one, places, colour)
    else:
        sheet.shape(places, closed=True, fill=colour, opacity=0.14, stroke=colour)
        if kind == "polygon":
            for place in places:
                sheet.ellipse(place, (2.5, 2.5), fill=colour)


def _draw_ellipse(sheet: Sheet, ends: list[Place], colour: str) -> None:
    """Draws the ellipse whose axes end there; which end belongs to which is found out."""
    pairs = [((0, 2), (1, 3)), ((0, 1), (2, 3)), ((0, 3), (1, 2))]

    def apart(pair: tuple[tuple[int, int], tuple[int, int]]) -> float:
        middles = [middle_of([ends[one], ends[other]]) for one, other in pair]
        return math.dist(*middles)

    (a, b), (c, d) = min(pairs, key=apart)
    turn = math.atan2(ends[b][1] - ends[a][1], ends[b][0] - ends[a][0])
    radii = math.dist(ends[a], ends[b]) / 2, math.dist(ends[c], ends[d]) / 2
    sheet.ellipse(
        middle_of([ends[a], ends[b]]),
        radii,
        turn=math.degrees(turn),
        fill=colour,
        opacity=0.14,
        stroke=colour,
    )
    for end in ends:
        sheet.ellipse(end, (2.5, 2.5), fill=colour)


def _draw_cuboid(sheet: Sheet, one: Mapping[str, Any], places: list[Place], colour: str) -> None:
    """Draws the face and the side that are seen; corners that say nothing make an outline."""
    names = [vertex.get("description") for vertex in one.get("vertices", ())]
    corner = {str(name): place for name, place in zip(names, places, strict=False)}
    if not all(name in corner for name in (*_FACE, *_SIDE)):
        sheet.shape(places, closed=True, fill=colour, opacity=0.14, stroke=colour)
        return
    for side, opacity in ((_SIDE, 0.28), (_FACE, 0.14)):
        sheet.shape(
            [corner[name] for name in side],
            closed=True,
            fill=colour,
            opacity=opacity,
            stroke=colour,
        )
