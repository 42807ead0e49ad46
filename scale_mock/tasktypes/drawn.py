"""The legacy image types: one geometry each, and two ways to answer.

With a test key the platform was recorded to send the same shape for every task; with a live one the
answer obeys the request: sizes, labels, attributes. Either way annotations have neither ``uuid``
nor ``type`` (recorded); only where they can be linked to do they get a ``uuid`` (our inference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.imageannotation.answers import answer_attributes
from scale_mock.tasktypes.imageannotation.shapes import DRAW, least_size, regions
from scale_mock.tasktypes.imageannotation.synthesis import canvas_for
from scale_mock.tasktypes.labels import leaves, refuse_duplicate_leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order

_PLENTY = 12
"""No label is repeated beyond that many annotations."""


def check_drawn(params: Mapping[str, Any]) -> None:
    """Checks params of a legacy image type that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    labels = refuse_duplicate_leaves(params["objects_to_annotate"], "objects_to_annotate")
    if params.get("annotation_attributes"):
        check_attributes(params["annotation_attributes"], labels, "annotation_attributes")


def is_recorded(order: Order) -> bool:
    """Whether the answer is the recorded one of test mode (also where nobody says which mode)."""
    return order.mode != "live"


def drawn(order: Order, kind: str, geometry: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with shapes of one geometry, each label at least once.

    Args:
        order: A live task of a legacy image type.
        kind: The geometry, as image annotation calls it.
        geometry: Its definition there: least sizes, counts of vertices.
    """
    params = order.params
    labels = _labels(order)
    least = [least_size(geometry)] * len(labels)
    places = regions(canvas_for(order, least), least, order.stream, labels)
    annotations: list[dict[str, Any]] = []
    for label, region in zip(labels, places, strict=True):
        one: dict[str, Any] = {"uuid": order.uuid(), "type": kind, "label": label}
        one.update(DRAW[kind](region, geometry, order.stream))
        annotations.append(one)
    attributes = params.get("annotation_attributes") or {}
    response: dict[str, Any] = {"annotations": annotations}
    if attributes:
        overall = answer_attributes(order, attributes, annotations)
        if overall is not None:
            response["global_attributes"] = overall
    unseen = {"type", "edges"}
    if not any(one.get("type") == "linked" for one in attributes.values()):
        unseen.add("uuid")
    if params.get("with_labels") is False:
        unseen.add("label")
    response["annotations"] = [
        {name: value for name, value in one.items() if name not in unseen} for one in annotations
    ]
    return response


def _labels(order: Order) -> list[str]:
    """The label of each annotation, as many as ``min_annotations`` and ``max_annotations`` allow.

    A most of 0 is none (recorded).
    """
    params, stream = order.params, order.stream
    labels = leaves(params["objects_to_annotate"])
    wanted = list(labels)
    for label in labels:
        if len(wanted) < _PLENTY and stream.fraction() < 0.5:
            wanted.append(label)
    while len(wanted) < params.get("min_annotations", 0):
        wanted.append(stream.choice(labels))
    most = params.get("max_annotations", 0)
    return wanted[:most] if most else wanted
