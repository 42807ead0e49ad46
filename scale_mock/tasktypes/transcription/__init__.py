"""``transcription``: fields read off an attachment (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields
from scale_mock.tasktypes.text import believable_fields

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """Every field, and rows of the repeatable ones where they are asked for.

    Test mode was recorded to send two rows, null where no repeatable fields were asked for.
    """
    fields = order.params.get("fields", {})
    repeatable = order.params.get("repeatable_fields")
    if is_recorded(order):
        rows = [canned_fields(repeatable) if repeatable else None for _ in range(2)]
        return {"fields": canned_fields(fields), "repeatable_fields": rows}
    response: dict[str, Any] = {"fields": believable_fields(fields, order)}
    if repeatable:
        count = order.stream.between(1, 4)
        response["repeatable_fields"] = [believable_fields(repeatable, order) for _ in range(count)]
    return response


BEHAVIOUR = Behaviour(respond=_respond)
