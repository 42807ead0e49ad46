"""Shapes on a canvas: where they go, how large they are, and the coordinates of each geometry.

Every shape gets a cell of a grid, so that shapes spread over the image as objects do. Coordinates
are pixels from the left and top border, cut to hundredths.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.tasktypes.imageannotation.forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scale_mock.sim.streams import Stream

_SMALLEST, _LARGEST = 0.08, 0.4
"""How much of the canvas' width and height there is for a shape."""
_SHARE = 0.4
"""The least part of that which a shape takes."""


class Region(NamedTuple):
    """A rectangle within the canvas, in pixels, and the canvas that it lies in."""

    left: float
    top: float
    width: float
    height: float
    canvas: tuple[int, int]


def regions(
    canvas: tuple[int, int],
    least: list[tuple[int, int]],
    stream: Stream,
    labels: Sequence[str | None] = (),
) -> list[Region]:
    """A place for each shape.

    Args:
        canvas: Width and height in pixels.
        least: Per shape, the least width and height in pixels; not larger than the canvas.
        stream: Where the chance comes from.
        labels: Per shape, what it is: a person is upright, a car is not.
    """
    columns = math.ceil(math.sqrt(len(least)))
    rows = math.ceil(len(least) / columns)
    cells = list(range(columns * rows))
    stream.shuffle(cells)
    width, height = canvas
    room = (
        width * min(_LARGEST, max(_SMALLEST, 1.1 / columns)),
        height * min(_LARGEST, max(_SMALLEST, 1.1 / rows)),
    )
    placed = []
    for cell, (least_width, least_height), label in zip(
        cells, least, labels or (None,) * len(least), strict=False
    ):
        row, column = divmod(cell, columns)
        slim, broad = form_of(label)
        form = slim + (broad - slim) * stream.fraction()
        share = _SHARE + (1 - _SHARE) * stream.fraction()
        fits = min(room[0], room[1] * form) * share
        across, down = max(fits, least_width), max(fits / form, least_height)
        left = _start(width, columns, column, across, stream)
        top = _start(height, rows, row, down, stream)
        placed.append(Region(left, top, across, down, canvas))
    return placed


def _start(whole: int, parts: int, part: int, length: float, stream: Stream) -> float:
    """Where one side begins whose middle is about that of its cell."""
    middle = whole * (part + 0.32 + 0.36 * stream.fraction()) / parts
    return min(max(middle - length / 2, 0.0), whole - length)


def cut(value: float) -> float:
    """A coordinate in hundredths of a pixel, never rounded out of the canvas."""
    return math.floor(value * 100) / 100


def least_size(geometry: Mapping[str, Any]) -> tuple[int, int]:
    """The least width and height in pixels that a geometry asks for; text counts (recorded)."""
    return int(geometry.get("min_width", 0)), int(geometry.get("min_height", 0))


def _box(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    left, top, width, height, canvas = region
    if not geometry.get("can_rotate"):
        if geometry.get("integer_pixels"):
            # Cut, not rounded: minima are whole, and nothing leaves the canvas.
            return {
                "left": int(left),
                "top": int(top),
                "width": max(int(width), 1),
                "height": max(int(height), 1),
            }
        return {"left": cut(left), "top": cut(top), "width": cut(width), "height": cut(height)}
    turn = math.floor((stream.fraction() - 0.5) * 700) / 1000
    across, down = _extent(width, height, turn)
    if across > canvas[0] / 2 or down > canvas[1] / 2:
        turn, across, down = 0.0, width / 2, height / 2
    x = min(max(left + width / 2, across), canvas[0] - across)
    y = min(max(top + height / 2, down), canvas[1] - down)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(-width, -height), (width, -height), (width, height), (-width, height)]
    return {
        "left": cut(x - width / 2),
        "top": cut(y - height / 2),
        "width": cut(width),
        "height": cut(height),
        "rotation": turn,
        "vertices": [
            _vertex(x + (dx * cos - dy * sin) / 2, y + (dx * sin + dy * cos) / 2)
            for dx, dy in corners
        ],
    }


def _extent(width: float, height: float, turn: float) -> tuple[float, float]:
    """Half the width and height of what encloses a turned rectangle."""
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    return (width * cos + height * sin) / 2, (width * sin + height * cos) / 2


def _vertex(x: float, y: float) -> dict[str, Any]:
    return {"x": max(cut(x), 0.0), "y": max(cut(y), 0.0)}


def _count(geometry: Mapping[str, Any], sensible: int, stream: Stream) -> int:
    """How many vertices: a sensible number that the geometry's bounds allow."""
    least, most = geometry.get("min_vertices", 1), geometry.get("max_vertices")
    low = max(sensible, int(least))
    if most is None:
        return stream.between(low, low + 4)
    return stream.between(min(low, int(most)), min(low + 4, int(most)))


def _polygon(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    left, top, width, height, _ = region
    # Three corners would do, but nobody draws a lake with three.
    count = _count(geometry, 5, stream)
    x, y = left + width / 2, top + height / 2
    start = stream.fraction() * math.tau / count
    vertices = []
    for index in range(count):
        angle = start + index * math.tau / count
        radius = 0.35 + 0.15 * stream.fraction()
        vertices.append(
            _vertex(x + width * radius * math.cos(angle), y + height * radius * math.sin(angle))
        )
    return {"vertices": vertices}


def _line(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    """A curve from the left to the right that bends one way, as a road's or a river's edge does."""
    left, top, width, height, _ = region
    count = _count(geometry, 2, stream)
    start, end = stream.fraction(), stream.fraction()
    # Half a wave's height at most, and never beyond the region.
    middle = (start + end) / 2
    bend = (stream.fraction() - 0.5) * 2 * min(middle, 1 - middle, 0.25)
    vertices = []
    for index in range(count):
        along = index / max(count - 1, 1)
        down = start + (end - start) * along
        down = min(max(down + bend * 4 * along * (1 - along), 0.0), 1.0)
        vertices.append(_vertex(left + width * along, top + height * down))
    return {"vertices": vertices}


def _point(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    return _vertex(region.left + region.width / 2, region.top + region.height / 2)


def _ellipse(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    left, top, width, height, _ = region
    x, y = left + width / 2, top + height / 2
    ends = ((left, y), (x, top), (left + width, y), (x, top + height))
    return {"vertices": [_vertex(*end) for end in ends]}


def _cuboid(region: Region, geometry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    """A face parallel to the image and the two corners of the side that is seen (recorded)."""
    left, top, width, height, _ = region
    least_width, _ = least_size(geometry)
    right = left + max(width * (0.6 + 0.2 * stream.fraction()), min(least_width, width))
    side = max(left + width, right)
    down = height * 0.2 * stream.fraction()
    corners = (
        ("face-topleft", left, top),
        ("face-bottomleft", left, top + height),
        ("face-topright", right, top),
        ("face-bottomright", right, top + height),
        ("side-topcorner", side, top + down),
        ("side-bottomcorner", side, top + height - down),
    )
    vertices = [{"type": "vertex", "description": name, **_vertex(x, y)} for name, x, y in corners]
    shape: dict[str, Any] = {"vertices": vertices, "edges": []}
    if "camera_intrinsics" in geometry and "camera_rotation_quaternion" in geometry:
        shape["points_2d"] = [{"x": one["x"], "y": one["y"]} for one in vertices]
        shape["points_3d"] = in_space(vertices, geometry["camera_intrinsics"])
    return shape


def in_space(vertices: list[dict[str, Any]], camera: Mapping[str, Any]) -> list[dict[str, float]]:
    """The corners in front of a pinhole camera, up to scale: the face at depth 1."""
    points = []
    for one in vertices:
        depth = 1.0 if one["description"].startswith("face") else 1.5
        x = (one["x"] - camera["cx"]) / (camera["fx"] or 1) * depth
        y = (one["y"] - camera["cy"]) / (camera["fy"] or 1) * depth
        points.append({"x": round(x, 6), "y": round(y, 6), "z": depth})
    return points


DRAW: Mapping[str, Callable[[Region, Mapping[str, Any], Stream], dict[str, Any]]] = {
    "box": _box,
    "polygon": _polygon,
    "line": _line,
    "point": _point,
    "ellipse": _ellipse,
    "cuboid": _cuboid,
}
"""Per geometry, what makes its fields from a region, its definition and chance."""


def shift(shape: dict[str, Any], across: float, down: float) -> None:
    """Moves a shape in place, by pixels to the right and down."""
    if "left" in shape:
        shape["left"] = _moved(shape["left"], across)
        shape["top"] = _moved(shape["top"], down)
    for point in (shape, *shape.get("vertices", ()), *shape.get("points_2d", ())):
        if "x" in point:
            point["x"] = _moved(point["x"], across)
            point["y"] = _moved(point["y"], down)


def _moved(value: float, by: float) -> float:
    moved = value + by
    return moved if isinstance(moved, int) else cut(moved + 1e-6)


def size_of(annotation: Mapping[str, Any]) -> tuple[float, float]:
    """Width and height of a box or cuboid annotation, in pixels."""
    if "width" in annotation:
        return annotation["width"], annotation["height"]
    xs = [one["x"] for one in annotation["vertices"]]
    ys = [one["y"] for one in annotation["vertices"]]
    return max(xs) - min(xs), max(ys) - min(ys)
