"""``polygonannotation``: polygons (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import check_drawn, drawn, is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.misfits import of_objects
from scale_mock.tasktypes.recorded import three_vertices

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    if is_recorded(order):
        return three_vertices(order)
    return drawn(order, "polygon", {"min_vertices": 4})


BEHAVIOUR = Behaviour(respond=_respond, rules=check_drawn, misfits=of_objects)
