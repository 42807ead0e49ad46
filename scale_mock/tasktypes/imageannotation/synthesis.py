"""Image annotation's answer: what a careful labeler would send back, invented.

Every label occurs, most once or twice; pre-labels come back; attributes, links and connections are
answered where they are due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.canvas import canvas_of
from scale_mock.tasktypes.imageannotation.answers import answer_attributes
from scale_mock.tasktypes.imageannotation.shapes import (
    DRAW,
    in_space,
    least_size,
    regions,
    shift,
)
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scale_mock.tasktypes.entry import Order

_PLENTY = 12
"""No label is repeated beyond that many annotations."""

Annotation = dict[str, Any]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to an image annotation task.

    Shapes lie within the image: its size is read from the metadata, else one of a few usual ones.
    A least size that no such image could hold makes the image larger. Where padding is asked for,
    some reach into it.
    """
    params = order.params
    locked: set[int] = set()
    annotations = _prelabelled(order, locked)
    if not closed(params):
        add_shapes(order, annotations, slots_of(params))
    return finished(order, annotations, locked)


def slots_of(params: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """What can be annotated: each geometry with each of its labels, or with none."""
    return [
        (kind, label)
        for kind, geometry in params["geometries"].items()
        for label in leaves(geometry.get("objects_to_annotate", ())) or (None,)
    ]


def finished(
    order: Order, annotations: list[Annotation], locked: Collection[int] = ()
) -> dict[str, Any]:
    """The response with these annotations: attributes answered, links drawn.

    Args:
        order: Its params say what is asked.
        annotations: Each with ``uuid`` and ``type``.
        locked: The indices of those that may not change.
    """
    params = order.params
    attributes = params.get("annotation_attributes")
    response: dict[str, Any] = {"annotations": annotations}
    if attributes:
        overall = answer_attributes(order, attributes, annotations, locked)
        if overall is not None:
            response["global_attributes"] = overall
    if params.get("links"):
        response["links"] = _links(order, annotations)
    return response


def _prelabelled(order: Order, locked: set[int]) -> list[Annotation]:
    """What the task brought along, each with a UUID; notes in ``locked`` which may not change."""
    params = order.params
    annotations: list[Annotation] = []
    base = params.get("base_annotations", {}).get("annotations", ())
    for given in base:
        if params.get("can_edit_base_annotations") is False:
            locked.add(len(annotations))
        annotations.append(kept(order, given))
    if closed(params):
        return annotations
    seen = {one["uuid"] for one in annotations}
    more = params.get("hypothesis", {}).get("annotations", ())
    annotations.extend(kept(order, given) for given in more if given.get("uuid") not in seen)
    return annotations


def closed(params: Mapping[str, Any]) -> bool:
    """Whether nothing may be added to what the task brought along (documented)."""
    return "base_annotations" in params and params.get("can_add_base_annotations") is False


def kept(order: Order, given: Mapping[str, Any]) -> Annotation:
    """An annotation that the task brought along, with a UUID."""
    annotation = dict(given)
    if "uuid" not in annotation:
        annotation = {"uuid": order.uuid(), **annotation}
    return annotation


def add_shapes(
    order: Order, annotations: list[Annotation], slots: list[tuple[str, str | None]]
) -> None:
    """Draws what is missing: each slot that no annotation fills; on an empty image some twice."""
    have = {(one["type"], one.get("label")) for one in annotations}
    wanted = [slot for slot in slots if slot not in have]
    if not annotations:
        for _ in range(2):
            for slot in slots:
                if len(wanted) >= _PLENTY:
                    break
                if order.stream.fraction() < 0.4:
                    wanted.append(slot)
    if not wanted:
        return
    annotations.extend(_drawn(order, wanted))


def _drawn(order: Order, wanted: list[tuple[str, str | None]]) -> Iterator[Annotation]:
    geometries = order.params["geometries"]
    least = [least_size(geometries[kind]) for kind, _ in wanted]
    canvas = canvas_for(order, least)
    across, down = _margins(order.params, canvas)
    roomy = (canvas[0] + 2 * across, canvas[1] + 2 * down)
    places = regions(roomy, least, order.stream, [label for _, label in wanted])
    for (kind, label), region in zip(wanted, places, strict=True):
        annotation: Annotation = {"uuid": order.uuid(), "type": kind}
        if label is not None:
            annotation["label"] = label
        shape = DRAW[kind](region, geometries[kind], order.stream)
        if across or down:
            shift(shape, -across, -down)
            if "points_3d" in shape:
                shape["points_3d"] = in_space(
                    shape["vertices"], geometries[kind]["camera_intrinsics"]
                )
        annotation.update(shape)
        annotation["attributes"] = {}
        yield annotation


def _margins(params: Mapping[str, Any], canvas: tuple[int, int]) -> tuple[int, int]:
    """How far shapes may reach beyond the left and right, and the upper and lower border.

    ``paddingX`` and ``paddingY`` come before ``padding`` (documented). Objects are cut off at most
    by a tenth of the image, however much room there is.
    """
    both = params.get("padding", 0)
    across, down = params.get("paddingX", both), params.get("paddingY", both)
    return min(int(across), canvas[0] // 10), min(int(down), canvas[1] // 10)


def canvas_for(order: Order, least: list[tuple[int, int]]) -> tuple[int, int]:
    """Width and height in pixels of what is annotated.

    Args:
        order: Its metadata or image may tell, else one of the usual sizes is drawn.
        least: Per shape, the least width and height in pixels; the canvas holds each.
    """
    width, height = canvas_of(order)
    return max(width, *(one for one, _ in least)), max(height, *(one for _, one in least))


def _links(order: Order, annotations: list[Annotation]) -> list[dict[str, Any]]:
    """One link per definition, where two annotations with the right labels exist."""
    links = []
    for name, given in order.params["links"].items():
        for definition in given if isinstance(given, list) else [given]:
            sources = _labelled(annotations, definition.get("from_allowed_labels"))
            targets = _labelled(annotations, definition.get("to_allowed_labels"))
            pair = next(((a, b) for a in sources for b in targets if a != b), None)
            if pair is not None:
                links.append(
                    {
                        "uuid": order.uuid(),
                        "label": name,
                        "from": pair[0],
                        "to": pair[1],
                        "is_bidirectional": definition.get("is_bidirectional", False),
                    }
                )
    return links


def _labelled(annotations: list[Annotation], allowed: list[str] | None) -> list[str]:
    if not allowed:
        return [one["uuid"] for one in annotations]
    return [one["uuid"] for one in annotations if one.get("label") in allowed]
