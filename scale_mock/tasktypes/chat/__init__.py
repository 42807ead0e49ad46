"""``chat`` and its kin: the answers of v1 in the shape that the documents show, and v2's threads.

What such tasks are created with is not published; any params are taken. A task with
``template_variables`` is one of v2 and comes back as a conversation that was judged as its
project's archetype asks; the others come back as v1 documents them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.chat_forms import VARIABLES
from scale_mock.tasktypes.drawn import is_recorded
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.text import believable

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order, ResultFile


def _respond(order: Order) -> dict[str, Any]:
    """A conversation; without template variables a read instruction and a prompt.

    In test mode the prompt of v1 is the documented words.
    """
    if isinstance(order.params.get(VARIABLES), dict):
        from scale_mock.tasktypes.chat.conversation import converse

        return {"threads": [converse(order)]}
    prompt = "test prompt"
    if not is_recorded(order):
        prompt = believable("", order.stream, locale=order.locale)
    return {
        "responses": [
            {"type": "Instructions", "output": ""},
            {"type": "PromptInput", "output": prompt},
        ]
    }


def _file(order: Order, name: str) -> ResultFile | None:
    """The files that the annotations of a conversation name."""
    if not isinstance(order.params.get(VARIABLES), dict):
        return None
    from scale_mock.tasktypes.chat.files import file_of

    return file_of(order, name)


BEHAVIOUR = Behaviour(respond=_respond, file=_file)
