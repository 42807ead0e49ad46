"""Shapes around what a camera sees of a cuboid, within the image and within a geometry's bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.lidar.frames import IMAGE, in_image
from scale_mock.tasktypes.lidar.outlines import as_many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.tasktypes.lidar.frames import Rectangle

Place = tuple[float, float]


def draw(
    kind: str,
    geometry: Mapping[str, Any],
    box: Rectangle,
    corners: Sequence[Sequence[float]],
    camera: int,
) -> dict[str, Any] | None:
    """A shape of a kind; ``None`` if it would be smaller than the geometry allows.

    Args:
        kind: ``box``, ``polygon``, ``line``, ``point``, ``ellipse`` or ``cuboid``.
        geometry: The bounds of that kind.
        box: What is seen, in pixels.
        corners: The eight corners of the cuboid in metres; none for what has no cuboid.
        camera: Whose image it is.
    """
    left, top, right, bottom = box
    if kind in ("box", "cuboid") and (
        right - left < int(geometry.get("min_width", 0))
        or bottom - top < int(geometry.get("min_height", 0))
    ):
        return None
    if kind == "box":
        return {"type": kind, **_box(box, whole=bool(geometry.get("integer_pixels")))}
    x, y = (left + right) / 2, (top + bottom) / 2
    if kind == "point":
        return {"type": kind, **_vertex((x, y))}
    places: list[Place]
    if kind == "ellipse":
        places = [(left, y), (x, top), (right, y), (x, bottom)]
    elif kind == "cuboid":
        places = _faces(box, corners, camera)
    elif kind == "line":
        places = as_many([(left, bottom), (right, bottom)], geometry, closed=False)
    else:
        places = as_many(_outline(box, corners, camera), geometry, closed=True)
    return {"type": kind, "vertices": [_vertex(place) for place in places]}


def _box(box: Rectangle, *, whole: bool) -> dict[str, float]:
    """Drawn outwards to hundredths, or to whole pixels."""
    by = 1 if whole else 100
    left, top = math.floor(box.left * by), math.floor(box.top * by)
    right, bottom = math.ceil(box.right * by), math.ceil(box.bottom * by)
    sides = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return {**sides} if whole else {name: side / by for name, side in sides.items()}


def _vertex(place: Place) -> dict[str, float]:
    return {"x": round(place[0], 2), "y": round(place[1], 2)}


def _within(place: Place) -> Place:
    return min(max(place[0], 0.0), float(IMAGE[0])), min(max(place[1], 0.0), float(IMAGE[1]))


def _rectangle(box: Rectangle) -> list[Place]:
    return [
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    ]


def _outline(box: Rectangle, corners: Sequence[Sequence[float]], camera: int) -> list[Place]:
    """What encloses the corners as they are seen, clockwise on the image."""
    places = sorted({_within(place) for one in corners if (place := in_image(one, camera))})
    if len(places) < 3:
        return _rectangle(box)
    hull = [*_chain(places), *_chain(places[::-1])]
    return hull if len(hull) >= 3 else _rectangle(box)


def _chain(places: Sequence[Place]) -> list[Place]:
    """One half of the convex hull, without its last place."""
    chain: list[Place] = []
    for x, y in places:
        while len(chain) > 1:
            (ax, ay), (bx, by) = chain[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain[:-1]


def _faces(box: Rectangle, corners: Sequence[Sequence[float]], camera: int) -> list[Place]:
    """The eight corners as they are seen: the lower four around, then the upper four."""
    places = [place for one in corners if (place := in_image(one, camera))]
    if len(places) < 8:
        top_left, top_right, bottom_right, bottom_left = _rectangle(box)
        lower = [bottom_left, bottom_right, bottom_right, bottom_left]
        return [*lower, top_left, top_right, top_right, top_left]
    return [_within(place) for place in places]
