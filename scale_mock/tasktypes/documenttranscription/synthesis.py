"""Document transcription's answer: every feature on some page, in lines as a form has them.

Lines stand one below the other; the rows of a group are repeated, its features side by side. So no
two annotations lie on each other, and all lie on their page.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.documenttranscription.features import lines_of
from scale_mock.tasktypes.documenttranscription.layout import ITEMS, TOTALS, ordered, spread
from scale_mock.tasktypes.documenttranscription.pages import document_pages
from scale_mock.tasktypes.documenttranscription.wording import content, is_wide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.documenttranscription.features import Wanted
    from scale_mock.tasktypes.documenttranscription.layout import Slot
    from scale_mock.tasktypes.entry import Order

Annotation = dict[str, Any]

_ROWS_MAX = 4
_FILLED = 0.92
"""How much of its column a text takes at most."""


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a document transcription task.

    What the task brought along comes first, as it is; labels that it has are not searched for.
    """
    params = order.params
    annotations = _brought(order)
    rows: list[list[Annotation]] = [[one] for one in annotations]
    if not ("base_annotations" in params and params.get("can_add_base_annotations") is False):
        have = {one["label"] for one in annotations}
        rows.extend(_read(order, have))
    _link(order, rows)
    return {"annotations": [one for row in rows for one in row]}


def _brought(order: Order) -> list[Annotation]:
    """Base annotations and hypothesis, each once."""
    params = order.params
    found: list[Annotation] = []
    closed = "base_annotations" in params and params.get("can_add_base_annotations") is False
    keys = ("base_annotations",) if closed else ("base_annotations", "hypothesis")
    for key in keys:
        for given in (params.get(key) or {}).get("annotations", ()):
            one = {"uuid": order.uuid(), "refs": [], **copy.deepcopy(given)}
            if all(one["uuid"] != other["uuid"] for other in found):
                found.append(one)
    return found


def _read(order: Order, have: set[str]) -> list[list[Annotation]]:
    """What is read off the pages, line by line."""
    features = lines_of(order.params["features"])
    lines = ordered(features, have, lambda: order.stream.between(2, _ROWS_MAX))
    rows: list[list[Annotation]] = []
    for line, slot in zip(lines, spread(lines, document_pages(order)), strict=True):
        is_item = line.part == ITEMS
        shares = [2 if is_item and is_wide(one) else 1 for one in line.wanted]
        unit = slot.width / max(sum(shares), 1 if line.part == TOTALS else 2)
        row = []
        left = slot.left
        for one, share in zip(line.wanted, shares, strict=True):
            place = slot._replace(left=left, width=unit * share)
            row.append(_annotation(order, one, place, is_item=is_item))
            left += unit * share
        rows.append(row)
    return rows


def _annotation(order: Order, wanted: Wanted, slot: Slot, *, is_item: bool) -> Annotation:
    one: Annotation = {"uuid": order.uuid(), "page": slot.page, "label": wanted.label}
    if wanted.kind == "block":
        share = 0.7 + 0.2 * order.stream.fraction()
        one["text"] = ""
    else:
        # Letters are about half as wide as high.
        letter = slot.height * 0.3
        one |= content(wanted, order, int(slot.width * _FILLED / letter), is_item=is_item)
        share = min(max(len(one["text"]), 1) * letter / slot.width, _FILLED)
    one["location"] = _location(order, slot._replace(width=slot.width * share))
    one["refs"] = []
    return one


def _location(order: Order, slot: Slot) -> dict[str, Any]:
    """A box about the text, or the same as a polygon that is a little askew, as scans are."""
    tall = slot.height * 0.62
    down = slot.top + slot.height * (0.12 + 0.12 * order.stream.fraction())
    if order.params.get("geometry") != "polygon":
        return {
            "type": "box",
            "left": _cut(slot.left),
            "top": _cut(down),
            "width": _cut(slot.width),
            "height": _cut(tall),
        }
    askew = min(slot.width * 0.01, slot.height * 0.1) * (order.stream.fraction() - 0.5)
    right = slot.left + slot.width
    corners = (
        (slot.left, down),
        (right, down + askew),
        (right, down + tall + askew),
        (slot.left, down + tall),
    )
    return {"type": "polygon", "vertices": [{"x": _cut(x), "y": _cut(y)} for x, y in corners]}


def _cut(value: float) -> float:
    """Hundredths of a pixel, never rounded off the page."""
    return math.floor(value * 100) / 100


def _link(order: Order, rows: list[list[Annotation]]) -> None:
    """Fills ``refs``: as the rules pair labels; without rules a value refers to its key."""
    annotations = [one for row in rows for one in row]
    by_label: dict[str, list[Annotation]] = {}
    for one in annotations:
        by_label.setdefault(one["label"], []).append(one)
    for first, second in _pairs(order, by_label):
        for row in rows:
            for one in row:
                if one["label"] != first or one["refs"]:
                    continue
                # The same row's first, then the others in their order.
                others = (*row, *by_label.get(second, ()))
                one["refs"] = [
                    other["uuid"]
                    for other in others
                    if other["label"] == second and other is not one
                ][:1]


def _pairs(order: Order, by_label: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels whose annotations are linked: from, to."""
    rules = order.params.get("linking_rules") or {}
    if "labels" in rules:
        return [(first, second) for first, second in rules["labels"]]
    return [
        (label, key)
        for label in by_label
        if label.endswith(".value") and (key := f"{label.removesuffix('.value')}.key") in by_label
    ]
