"""The cuboids of a lidar annotation task, frame by frame, as its result file lists them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.labels import leaves
from scale_mock.tasktypes.lidar.answers import Answers, overall_answers
from scale_mock.tasktypes.lidar.frames import camera_of, frame_urls, point_count
from scale_mock.tasktypes.lidar.tracks import FARTHEST, drive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.lidar.tracks import Track

Cuboid = dict[str, Any]
Frames = list[list[Cuboid]]

_POINTS_AT_ONE_METRE = 8000
"""Points on a square metre; they thin out with the square of the distance."""

_SMALLEST_UNIT = 1e-6


def metres_per_unit(params: Mapping[str, Any]) -> float:
    """How many metres a unit of the world frame has."""
    return max(float(params.get("meters_per_unit") or 1), _SMALLEST_UNIT)


def cuboid_frames(order: Order) -> tuple[Frames, dict[str, Any] | None]:
    """The cuboids of each frame, and the answers about the whole task.

    Args:
        order: A lidar annotation task's.

    Returns:
        Per frame its cuboids, those that the task brought along first; and attribute to answer,
        ``None`` if no attribute is about the whole task.
    """
    params = order.params
    frames: Frames = [[] for _ in frame_urls(params)]
    locked = _add_given(order, frames)
    if not _closed(params):
        have = {one["label"] for frame in frames for one in frame}
        labels = [label for label in leaves(params["labels"]) if label not in have]
        tracks = drive(
            order.seed, order.identity, labels, len(frames), params.get("max_distance_meters")
        )
        _add_tracks(order, frames, tracks)
    attributes = params.get("annotation_attributes")
    overall = None
    if attributes:
        chance = stream(order.seed, "lidar attributes", order.identity)
        labels = [one["label"] for frame in frames for one in frame]
        overall = overall_answers(attributes, labels, chance)
        Answers(attributes, overall, chance, size_of=_footprint).fill(frames, locked)
    return frames, overall


def _closed(params: Mapping[str, Any]) -> bool:
    """Whether nothing may be added to what the task brought along (documented)."""
    return "base_annotations" in params and params.get("can_add_base_annotations") is False


def _footprint(cuboid: Cuboid) -> tuple[float, float]:
    return cuboid["dimensions"]["x"], cuboid["dimensions"]["y"]


def _add_given(order: Order, frames: Frames) -> frozenset[str]:
    """Adds the cuboids that the task brought along; returns the UUIDs of those kept as they are.

    Only what was sent inline: a file that is named by its address is not fetched.
    """
    params = order.params
    locked: set[str] = set()
    for key in ("base_annotations", "hypothesis"):
        listed = params.get(key, {}).get("annotations")
        if not isinstance(listed, list):
            continue
        seen = {one["uuid"] for frame in frames for one in frame}
        for frame, given in zip(frames, listed, strict=False):
            for one in given["cuboids"]:
                if one.get("uuid") in seen:
                    continue
                cuboid = {"uuid": order.uuid(), **one}
                cuboid.setdefault("attributes", {})
                frame.append(cuboid)
                if key == "base_annotations" and params.get("can_edit_base_annotations") is False:
                    locked.add(cuboid["uuid"])
    return frozenset(locked)


def _add_tracks(order: Order, frames: Frames, tracks: list[Track]) -> None:
    params = order.params
    scale = metres_per_unit(params)
    reach = min(params.get("max_distance_meters") or FARTHEST, FARTHEST)
    writer = _Writer(scale, reach, tilted=params.get("pitch_and_roll_enabled") is True)
    uuids = [order.uuid() for _ in tracks]
    for number, (frame, url) in enumerate(zip(frames, frame_urls(params), strict=True)):
        added = [
            writer.cuboid(uuid, track, number)
            for uuid, track in zip(uuids, tracks, strict=True)
            if track.first <= number <= track.last
        ]
        _share_points(added, point_count(url) // 2)
        frame.extend(added)


def _share_points(cuboids: list[Cuboid], most: int) -> None:
    """Of a frame's points at most half lie on objects."""
    total = sum(one["numberOfPoints"] for one in cuboids)
    if total > most:
        for one in cuboids:
            one["numberOfPoints"] = max(one["numberOfPoints"] * most // total, 1)


class _Writer:
    """Writes a track at a frame down as a cuboid, with as many digits as are of use."""

    def __init__(self, scale: float, reach: float, *, tilted: bool) -> None:
        self._scale = scale
        self._digits = useful_digits(reach / scale)
        self._ten = 10.0 ** useful_digits(reach)
        self._tilted = tilted

    def cuboid(self, uuid: str, track: Track, frame: int) -> Cuboid:
        scale, digits = self._scale, self._digits
        x, y = track.at(frame)
        width, length, height = track.size
        x, y = round(x / scale, digits), round(y / scale, digits)
        distance = math.hypot(x, y) * scale
        written: Cuboid = {
            "uuid": uuid,
            "label": track.label,
            "camera_used": camera_of(x, y),
            "position": {"x": x, "y": y, "z": round(height / 2 / scale, digits)},
            "dimensions": {
                "x": round(width / scale, digits),
                "y": round(length / scale, digits),
                "z": round(height / scale, digits),
            },
            "yaw": track.yaw,
        }
        if self._tilted:
            written["pitch"], written["roll"] = (round(angle, 4) for angle in track.tilt)
        area = (width + length) / 2 * height * track.density
        points = _POINTS_AT_ONE_METRE * area / max(distance, 2.0) ** 2
        # Cut, not rounded: never farther than is asked for.
        written["distance_to_device"] = math.floor(distance * self._ten) / self._ten
        written["numberOfPoints"] = max(int(points), 1)
        written["stationary"] = track.stationary
        written["attributes"] = {}
        return written


def useful_digits(extent: float) -> int:
    """How many digits after the point still matter for numbers up to that: five in all."""
    return min(max(4 - math.floor(math.log10(extent)), 0), 12)
