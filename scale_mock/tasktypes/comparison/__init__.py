"""``comparison``: which of several attachments (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import refuse_duplicates
from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import canned_fields
from scale_mock.tasktypes.text import believable_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order


def _check_rules(params: Mapping[str, Any]) -> None:
    """No choice occurs twice (our inference).

    Raises:
        Fault: One does.
    """
    refuse_duplicates(params.get("choices", ()), "choices")


def _respond(order: Order) -> dict[str, Any]:
    """One of the choices (recorded); with ``fields`` instead, answers as data collection's."""
    if "choices" in order.params:
        return {"choice": order.stream.choice(order.params["choices"])}
    fields = order.params["fields"]
    return {
        "fields": canned_fields(fields) if is_recorded(order) else believable_fields(fields, order)
    }


BEHAVIOUR = Behaviour(respond=_respond, rules=_check_rules)
