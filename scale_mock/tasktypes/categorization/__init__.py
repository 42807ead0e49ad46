"""``categorization``: one of several categories (legacy; recorded)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.categorization.misfits import misfits
from scale_mock.tasktypes.entry import Behaviour

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order


def _respond(order: Order) -> dict[str, Any]:
    """``category`` and ``category_id``: the mapped id or null (recorded).

    With ``allow_multiple`` both are lists, in the order of the request (our inference). The
    ``taxonomies`` variant answers each question with one of its ``choices`` (our inference: the
    documents do not show it).
    """
    params, stream = order.params, order.stream
    categories = params.get("categories")
    if categories is None:
        return {
            "taxonomies": {name: _choice(one, order) for name, one in params["taxonomies"].items()}
        }
    ids = params.get("category_ids") or {}
    first = stream.below(len(categories))
    if not params.get("allow_multiple"):
        category = categories[first]
        return {"category": category, "category_id": ids.get(category)}
    chosen = [
        category
        for index, category in enumerate(categories)
        if index == first or stream.fraction() < 0.25
    ]
    return {"category": chosen, "category_id": [ids.get(one) for one in chosen] if ids else None}


def _choice(question: Any, order: Order) -> Any:
    choices = question.get("choices") if isinstance(question, dict) else question
    if isinstance(choices, list) and choices:
        picked = order.stream.choice(choices)
        return picked.get("choice", picked) if isinstance(picked, dict) else picked
    return None


BEHAVIOUR = Behaviour(respond=_respond, defaults={"allow_multiple": False}, misfits=misfits)
