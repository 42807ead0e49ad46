"""The shapes of a scene's annotations other than cuboids, as paths of flat coordinate lists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.sim.streams import Stream

CAMERA, LIDAR = "camera", "lidar"
"""The sensors that a scene is taken to have."""

_WIDTH, _HEIGHT = 1920, 1080
_CORNERS = 6


def path(times: Sequence[int], values: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Values over time."""
    return {"timestamps": list(times), "values": list(values)}


def flat_path(kind: str, count: int, chance: Stream) -> list[list[float]]:
    """A shape that moves slowly over a camera's image and never leaves it.

    Args:
        kind: ``box_2d``, ``point_2d``, ``polyline_2d`` or ``polygon_2d``.
        count: At how many instants.
        chance: Where the chance comes from.
    """
    width, height = 60 + 240 * chance.fraction(), 60 + 200 * chance.fraction()
    ends = [
        ((_WIDTH - width) * chance.fraction(), (_HEIGHT - height) * chance.fraction())
        for _ in range(2)
    ]
    # Slow: no further than a third of the way between two places.
    (x, y), (to_x, to_y) = ends
    outline = _outline(kind, width, height)
    found = []
    for index in range(count):
        part = index / max(count - 1, 1) / 3
        left, top = x + (to_x - x) * part, y + (to_y - y) * part
        if kind == "box_2d":
            values = [left, top, width, height]
        else:
            values = [value for dx, dy in outline for value in (left + dx, top + dy)]
        found.append([round(value, 2) for value in values])
    return found


def _outline(kind: str, width: float, height: float) -> list[tuple[float, float]]:
    if kind == "point_2d":
        return [(width / 2, height / 2)]
    if kind == "polyline_2d":
        return [(width * part / 3, height * (0.5 + 0.1 * (part % 2))) for part in range(4)]
    return [
        (width * (0.5 + 0.5 * math.cos(angle)), height * (0.5 + 0.5 * math.sin(angle)))
        for angle in (math.tau * corner / _CORNERS for corner in range(_CORNERS))
    ]


def world_path(kind: str, chance: Stream) -> list[float]:
    """A shape on the ground near the device, as x, y and z after each other, in metres."""
    turn, away = math.tau * chance.fraction(), 8 + 25 * chance.fraction()
    x, y = away * math.cos(turn), away * math.sin(turn)
    if kind.startswith("polygon"):
        side = 1.5 + 2 * chance.fraction()
        places = [
            (x - side, y - side),
            (x + side, y - side),
            (x + side, y + side),
            (x - side, y + side),
        ]
    elif kind == "polyline":
        places = [(x + 3 * part, y + 0.2 * part * part) for part in range(5)]
    else:
        places = [(x, y)]
    return [round(value, 3) for place in places for value in (*place, 0.0)]
