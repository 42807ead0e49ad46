"""What a named entity recognition task brought along, and how a labeler would correct it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.namedentityrecognition.names import tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order

_OFTEN = 0.3
"""How likely one thing is changed at full noise."""
_OWN = ("id", "start", "end", "text")


def is_closed(params: Mapping[str, Any]) -> bool:
    """Whether nothing may be added to what the task brought along (documented)."""
    return "base_annotations" in params and params.get("can_add_base_annotations") is False


def brought(order: Order) -> list[dict[str, Any]]:
    """The base annotations and the hypothesis, each once, with the id and text that they lack."""
    params = order.params
    found: list[dict[str, Any]] = []
    for key in ("base_annotations",) if is_closed(params) else ("base_annotations", "hypothesis"):
        for given in params.get(key, {}).get("annotations", ()):
            start, end = int(given["start"]), int(given["end"])
            one = {
                "id": given.get("id") or order.uuid(),
                "start": start,
                "end": end,
                "text": params["text"][start:end],
                **{name: value for name, value in copy.deepcopy(given).items() if name not in _OWN},
            }
            if all(one["id"] != other["id"] for other in found):
                found.append(one)
    return found


def unsettled(order: Order, given: list[dict[str, Any]], noise: float) -> list[dict[str, Any]]:
    """The annotations with some changed, as far as the ``can_*`` flags let base annotations be."""
    params, stream = order.params, order.stream
    base = len(params.get("base_annotations", {}).get("annotations", ()))
    leaves = [name for name, below in tree(params["labels"]).items() if below == [name]]
    found = []
    for place, one in enumerate(given):
        gone, renamed, cut = (stream.fraction() < noise * _OFTEN for _ in range(3))
        is_base = place < base
        if gone and (not is_base or params.get("can_delete_base_annotations") is True):
            continue
        if renamed and (not is_base or params.get("can_edit_base_annotation_labels") is True):
            label = stream.choice(leaves)
            if label != one["label"]:
                one["label"] = label
                one.pop("attributes", None)
        if cut and (not is_base or params.get("can_edit_base_annotations") is True):
            _lose_a_word(one)
        found.append(one)
    return found


def _lose_a_word(one: dict[str, Any]) -> None:
    shorter = one["text"].rpartition(" ")[0].rstrip()
    if shorter:
        one["text"] = shorter
        one["end"] = one["start"] + len(shorter)
