"""Lidar annotation's answer: the address of a file with cuboids frame by frame, and that file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.lidar.answers import is_global
from scale_mock.tasktypes.lidar.cuboids import cuboid_frames
from scale_mock.tasktypes.lidar.files import CUBOIDS, json_file

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order, ResultFile


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a lidar annotation task."""
    response: dict[str, Any] = {"annotations": {"url": order.url(CUBOIDS)}}
    attributes = order.params.get("annotation_attributes", {})
    if any(map(is_global, attributes.values())):
        _, overall = cuboid_frames(order)
        response["global_attributes"] = overall
    return response


def file(order: Order, name: str) -> ResultFile | None:
    """The file with the cuboids: one entry per attachment."""
    if name != CUBOIDS:
        return None
    frames, _ = cuboid_frames(order)
    return json_file([{"cuboids": cuboids} for cuboids in frames])
