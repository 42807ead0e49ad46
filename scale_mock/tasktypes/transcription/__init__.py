"""``transcription``: fields read off an attachment (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """Every field, and two rows: null where no repeatable fields were asked for (recorded)."""
    repeatable = order.params.get("repeatable_fields")
    return {
        "fields": canned_fields(order.params.get("fields", ())),
        "repeatable_fields": [canned_fields(repeatable) if repeatable else None for _ in range(2)],
    }


BEHAVIOUR = Behaviour(respond=_respond)
