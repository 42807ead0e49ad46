"""``annotation``: boxes (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import check_drawn, drawn, is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.misfits import of_objects
from scale_mock.tasktypes.recorded import labelled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """Boxes; in test mode one of 100 by 100 pixels (recorded), larger where the task asks for more.

    Sides are whole pixels, as recorded.
    """
    params = order.params
    least = {name: params.get(name, 0) for name in ("min_width", "min_height")}
    if not is_recorded(order):
        return drawn(order, "box", {**least, "integer_pixels": True})
    width, height = (max(100, int(side)) for side in least.values())
    return labelled(order, {"left": 0, "top": 0, "width": width, "height": height})


BEHAVIOUR = Behaviour(
    respond=_respond,
    rules=check_drawn,
    misfits=of_objects,
    defaults={"min_width": 0, "min_height": 0},
)
