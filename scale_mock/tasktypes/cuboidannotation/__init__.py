"""``cuboidannotation``: cuboids by their six visible corners (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.drawn import check_drawn, drawn, is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.misfits import of_objects
from scale_mock.tasktypes.recorded import labelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order


_CORNERS = (
    ("face-topleft", 100, 70),
    ("face-bottomleft", 100, 296),
    ("face-topright", 320, 70),
    ("face-bottomright", 320, 296),
    ("side-topcorner", 441, 82),
    ("side-bottomcorner", 441, 198),
)


_SHAPE = (
    "min_width",
    "min_height",
    "camera_intrinsics",
    "camera_rotation_quaternion",
    "camera_height",
)


def _check_rules(params: Mapping[str, Any]) -> None:
    """A most of 0 is none (recorded).

    Raises:
        Fault: The params contradict each other.
    """
    check_drawn(params)
    most = params.get("max_annotations", 0)
    if most and most < params.get("min_annotations", 0):
        raise Fault("must be greater than or equal to ref:min_annotations", "max_annotations")


def _respond(order: Order) -> dict[str, Any]:
    """Cuboids; in test mode the recorded one, as often as ``min_annotations`` asks."""
    if not is_recorded(order):
        return drawn(
            order, "cuboid", {name: order.params[name] for name in _SHAPE if name in order.params}
        )
    annotations = []
    for _ in range(max(order.params.get("min_annotations", 0), 1)):
        vertices = [
            {"description": name, "y": y, "x": x, "type": "vertex"} for name, x, y in _CORNERS
        ]
        annotations += labelled(order, {"vertices": vertices})["annotations"]
    return {"annotations": annotations}


BEHAVIOUR = Behaviour(
    respond=_respond,
    rules=_check_rules,
    misfits=of_objects,
    defaults={"with_labels": True, "min_annotations": 0, "max_annotations": 0},
)
