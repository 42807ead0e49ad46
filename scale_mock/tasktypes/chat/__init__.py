"""``chat`` and its kin: common checks, and an answer in the shape that the documents show.

What such tasks are created with is not published; any params are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.text import believable

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """A read instruction and a prompt; in test mode the documented words."""
    prompt = "test prompt"
    if not is_recorded(order):
        prompt = believable("", order.stream, locale=order.locale)
    return {
        "responses": [
            {"type": "Instructions", "output": ""},
            {"type": "PromptInput", "output": prompt},
        ]
    }


BEHAVIOUR = Behaviour(respond=_respond)
