"""``pointannotation``: points (legacy).

Test mode was recorded to complete such tasks with no ``response`` at all; what live tasks get is
inferred from image annotation's points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import check_drawn, drawn
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.misfits import of_objects

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any] | None:
    return None if order.mode == "test" else drawn(order, "point", {})


BEHAVIOUR = Behaviour(respond=_respond, rules=check_drawn, misfits=of_objects)
