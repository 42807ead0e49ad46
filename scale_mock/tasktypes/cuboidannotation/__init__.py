"""``cuboidannotation``: cuboids by their six visible corners (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import labelled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


_CORNERS = (
    ("face-topleft", 100, 70),
    ("face-bottomleft", 100, 296),
    ("face-topright", 320, 70),
    ("face-bottomright", 320, 296),
    ("side-topcorner", 441, 82),
    ("side-bottomcorner", 441, 198),
)


def _respond(order: Order) -> dict[str, Any]:
    """The recorded corners, as often as ``min_annotations`` asks, at least once."""
    annotations = []
    for _ in range(max(order.params.get("min_annotations", 0), 1)):
        vertices = [
            {"description": name, "y": y, "x": x, "type": "vertex"} for name, x, y in _CORNERS
        ]
        annotations += labelled(order, {"vertices": vertices})["annotations"]
    return {"annotations": annotations}


BEHAVIOUR = Behaviour(
    respond=_respond, defaults={"with_labels": True, "min_annotations": 0, "max_annotations": 0}
)
