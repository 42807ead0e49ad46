"""``annotation``: boxes (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import labelled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """One box of 100 by 100 pixels (recorded), larger where the task asks for more."""
    width = max(100, int(order.params.get("min_width", 0)))
    height = max(100, int(order.params.get("min_height", 0)))
    return labelled(order, {"left": 0, "top": 0, "width": width, "height": height})


BEHAVIOUR = Behaviour(respond=_respond, defaults={"min_width": 0, "min_height": 0})
