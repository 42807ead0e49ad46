"""``datacollection``: fields found out about an attachment (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields
from scale_mock.tasktypes.text import believable_fields

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    fields = order.params["fields"]
    if is_recorded(order):
        return {"fields": canned_fields(fields), "time_spent_in_seconds": 15}
    return {
        "fields": believable_fields(fields, order),
        "time_spent_in_seconds": order.stream.between(10, 240),
    }


BEHAVIOUR = Behaviour(respond=_respond)
