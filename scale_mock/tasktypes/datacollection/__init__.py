"""``datacollection``: fields found out about an attachment (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    fields = canned_fields(order.params["fields"])
    return {"fields": fields, "time_spent_in_seconds": 15}


BEHAVIOUR = Behaviour(respond=_respond)
