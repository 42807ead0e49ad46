"""``comparison``: which of several attachments (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """One of the choices (recorded); with ``fields`` instead, answers as data collection's."""
    if "choices" in order.params:
        return {"choice": order.stream.choice(order.params["choices"])}
    return {"fields": canned_fields(order.params["fields"])}


BEHAVIOUR = Behaviour(respond=_respond)
