"""``lineannotation``: lines (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import check_drawn, drawn, is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.misfits import of_objects
from scale_mock.tasktypes.recorded import three_vertices

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """Lines; as splines they have more vertices (our inference: the curve's control points)."""
    if is_recorded(order):
        return three_vertices(order)
    return drawn(order, "line", {"min_vertices": 4 if order.params.get("splines") else 2})


BEHAVIOUR = Behaviour(
    respond=_respond, rules=check_drawn, misfits=of_objects, defaults={"splines": False}
)
