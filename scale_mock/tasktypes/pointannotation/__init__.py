"""``pointannotation``: points (legacy).

Test mode was recorded to complete such tasks with no ``response`` at all; what is answered here is
the shape that live clients read (inferred from image annotation's points).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import labelled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    return labelled(order, {"x": order.stream.between(10, 600), "y": order.stream.between(10, 400)})


BEHAVIOUR = Behaviour(respond=_respond)
