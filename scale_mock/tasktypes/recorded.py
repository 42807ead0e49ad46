"""The responses that the platform's test mode was recorded to give for its oldest types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order


def labelled(order: Order, shape: Mapping[str, Any]) -> dict[str, Any]:
    """One annotation of that shape, with one of the labels unless ``with_labels`` is false.

    Recorded without ``uuid`` and ``type``.
    """
    annotation = dict(shape)
    if order.params.get("with_labels") is not False:
        annotation["label"] = order.stream.choice(leaves(order.params["objects_to_annotate"]))
    return {"annotations": [annotation]}


def three_vertices(order: Order) -> dict[str, Any]:
    """What polygons and lines were recorded with."""
    vertices = [{"x": 10, "y": 10}, {"x": 110, "y": 110}, {"x": 10, "y": 110}]
    return labelled(order, {"vertices": vertices})


def canned_fields(names: Any) -> dict[str, str]:
    """Every field answered with the recorded words."""
    return dict.fromkeys(names, "test response")


def no_annotations(order: Order) -> dict[str, Any]:
    """The answer of a type whose response was not recorded inline: nothing found."""
    return {"annotations": []}
