"""The synthetic frame behind an attachment: nothing is downloaded, so each address stands for one.

The device stands at the origin of the world frame, z is up, and six cameras look around from it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS = 0.1
"""From one frame to the next."""

CAMERAS = 6
"""Each looks 60 degrees further to the left; the first along the y axis."""

IMAGE = (1280, 720)
"""Width and height of a camera's image in pixels."""

_FOCAL = 1000.0
_HEIGHT = 1.7
_NEAREST = 0.5
_LEAST_POINTS, _MOST_POINTS = 2000, 4000


class Rectangle(NamedTuple):
    """Left, top, right and bottom border in pixels."""

    left: float
    top: float
    right: float
    bottom: float


def point_count(url: str) -> int:
    """How many points the frame at an address has: the same in every task and world."""
    chance = int.from_bytes(digest("lidar frame", url)[:4], "big")
    return _LEAST_POINTS + chance % (_MOST_POINTS - _LEAST_POINTS + 1)


def frame_urls(params: Mapping[str, Any]) -> list[str]:
    """The addresses of a task's frames, in order."""
    return list(params.get("attachments") or ())


def camera_of(x: float, y: float) -> int:
    """The camera that looks most directly at a place."""
    turn = math.atan2(-x, y)
    return round(turn * CAMERAS / math.tau) % CAMERAS


def in_image(
    corner: Sequence[float], camera: int, *, beyond: bool = False
) -> tuple[float, float] | None:
    """Where a place is seen in a camera's image, in pixels, perhaps outside of it.

    Args:
        corner: x, y and z in metres.
        camera: Which camera.
        beyond: Also answer for places beside and behind the camera, as if just in front of it.
    """
    heading = camera * math.tau / CAMERAS
    sin, cos = math.sin(heading), math.cos(heading)
    depth = -corner[0] * sin + corner[1] * cos
    if depth < _NEAREST:
        if not beyond:
            return None
        depth = _NEAREST
    right = corner[0] * cos + corner[1] * sin
    return (
        IMAGE[0] / 2 + _FOCAL * right / depth,
        IMAGE[1] / 2 + _FOCAL * (_HEIGHT - corner[2]) / depth,
    )


def corners_of(cuboid: Mapping[str, Any], scale: float) -> list[tuple[float, float, float]]:
    """The eight corners in metres: the lower four around, then the upper four above them.

    Args:
        cuboid: As in the result file; rolls and pitches are too small to matter here.
        scale: Metres per unit.
    """
    yaw, size = cuboid["yaw"], cuboid["dimensions"]
    sin, cos = math.sin(yaw), math.cos(yaw)
    x, y, z = (cuboid["position"][axis] * scale for axis in "xyz")
    wide, long, high = (size[axis] * scale / 2 for axis in "xyz")
    return [
        (x + across * cos - along * sin, y + across * sin + along * cos, z + up)
        for up in (-high, high)
        for across, along in ((-wide, -long), (wide, -long), (wide, long), (-wide, long))
    ]


def seen(corners: Sequence[Sequence[float]], camera: int) -> Rectangle | None:
    """What a camera's image shows of some corners; ``None`` if it is too little for a shape."""
    x, y = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    middle = in_image((x, y, 1.0), camera)
    if middle is None or not 0 <= middle[0] <= IMAGE[0]:
        return None
    places = [in_image(corner, camera, beyond=True) for corner in corners]
    xs, ys = ([place[axis] for place in places if place] for axis in (0, 1))
    box = Rectangle(
        max(min(xs), 0.0),
        max(min(ys), 0.0),
        min(max(xs), float(IMAGE[0])),
        min(max(ys), float(IMAGE[1])),
    )
    return box if box.right - box.left >= 2 and box.bottom - box.top >= 2 else None
