"""Image annotation's answer: what a careful labeler would send back, invented.

Every label occurs, most once or twice; pre-labels come back; attributes, links and connections are
answered where they are due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from scale_mock.tasktypes.attributes import answer, hold, in_order
from scale_mock.tasktypes.imageannotation.shapes import DRAW, cut, least_size, regions, size_of
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order

_CANVASES = ((1280, 720), (1920, 1080), (1024, 768), (640, 480), (1600, 1200))
_PLENTY = 12
"""No label is repeated beyond that many annotations."""

Annotation = dict[str, Any]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to an image annotation task.

    Shapes lie within the image: its size is read from the metadata, else one of a few usual ones.
    A least size that no such image could hold makes the image larger.
    """
    params = order.params
    slots = [
        (kind, label)
        for kind, geometry in params["geometries"].items()
        for label in leaves(geometry.get("objects_to_annotate", ())) or (None,)
    ]
    locked: set[int] = set()
    annotations = _prelabelled(order, locked)
    if not _closed(params):
        _add_shapes(order, annotations, slots)
    attributes = params.get("annotation_attributes")
    response: dict[str, Any] = {"annotations": annotations}
    if attributes:
        overall = _answer_attributes(order, attributes, annotations, locked)
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
        annotations.append(_kept(order, given))
    if _closed(params):
        return annotations
    seen = {one["uuid"] for one in annotations}
    more = params.get("hypothesis", {}).get("annotations", ())
    annotations.extend(_kept(order, given) for given in more if given.get("uuid") not in seen)
    return annotations


def _closed(params: Mapping[str, Any]) -> bool:
    """Whether nothing may be added to what the task brought along (documented)."""
    return "base_annotations" in params and params.get("can_add_base_annotations") is False


def _kept(order: Order, given: Mapping[str, Any]) -> Annotation:
    annotation = dict(given)
    if "uuid" not in annotation:
        annotation = {"uuid": order.uuid(), **annotation}
    return annotation


def _add_shapes(
    order: Order, annotations: list[Annotation], slots: list[tuple[str, str | None]]
) -> None:
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
    geometries = order.params["geometries"]
    least = [least_size(geometries[kind]) for kind, _ in wanted]
    places = regions(_canvas(order, least), least, order.stream)
    for (kind, label), region in zip(wanted, places, strict=True):
        annotation: Annotation = {"uuid": order.uuid(), "type": kind}
        if label is not None:
            annotation["label"] = label
        annotation.update(DRAW[kind](region, geometries[kind], order.stream))
        annotation["attributes"] = {}
        annotations.append(annotation)


def _canvas(order: Order, least: list[tuple[int, int]]) -> tuple[int, int]:
    metadata = order.metadata
    width, height = metadata.get("width"), metadata.get("height")
    video = metadata.get("video")
    resolution = video.get("resolution") if isinstance(video, dict) else None
    if isinstance(resolution, dict):
        width, height = resolution.get("w"), resolution.get("h")
    drawn = order.stream.choice(_CANVASES)
    if _is_size(width) and _is_size(height):
        drawn = (int(width), int(height))
    elif order.image_size is not None:
        drawn = order.image_size
    return (
        max(drawn[0], *(one for one, _ in least)),
        max(drawn[1], *(one for _, one in least)),
    )


def _is_size(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 1e6


def _answer_attributes(
    order: Order,
    attributes: Mapping[str, Any],
    annotations: list[Annotation],
    locked: set[int],
) -> dict[str, Any] | None:
    """Answers every attribute that is due; returns the global ones, None if none is declared."""
    names = in_order(attributes)
    overall_names = [name for name in names if _is_global(attributes[name])]
    present = {one["label"] for one in annotations if "label" in one}
    overall: dict[str, Any] = {}
    for name in overall_names:
        definition = attributes[name]
        if definition.get("type") in ("linked", "x_line", "y_line"):
            continue  # They are about one annotation; there is none to be about.
        if hold(definition["conditions"], present, overall, {}):
            overall[name] = answer(definition, order.stream)
    own = [name for name in names if not _is_global(attributes[name])]
    linked = [name for name in own if attributes[name].get("type") == "linked"]
    for index, annotation in enumerate(annotations):
        if index not in locked:
            annotation["attributes"] = _own_answers(order, own, annotation, overall)
    for name in linked:
        _fill_linked(order, name, annotations, overall, locked)
    return overall if overall_names else None


def _is_global(definition: Mapping[str, Any]) -> bool:
    return bool((definition.get("conditions") or {}).get("is_global"))


def _own_answers(
    order: Order, names: list[str], annotation: Annotation, overall: dict[str, Any]
) -> dict[str, Any]:
    attributes = order.params["annotation_attributes"]
    given = annotation.get("attributes", {})
    labels = (annotation["label"],) if "label" in annotation else ()
    answers: dict[str, Any] = {}
    for name in names:
        definition = attributes[name]
        kind = definition.get("type")
        if kind in ("x_line", "y_line") and annotation["type"] not in ("box", "cuboid"):
            continue
        if not hold(definition.get("conditions"), labels, answers, overall):
            continue
        if name in given:
            answers[name] = given[name]
        elif kind in ("x_line", "y_line"):
            width, height = size_of(annotation)
            answers[name] = cut((width if kind == "x_line" else height) * order.stream.fraction())
        elif kind != "linked":
            answers[name] = answer(definition, order.stream)
    return answers


def _fill_linked(
    order: Order,
    name: str,
    annotations: list[Annotation],
    overall: dict[str, Any],
    locked: set[int],
) -> None:
    """Points an attribute at another annotation; an optional one sometimes stays empty."""
    definition = order.params["annotation_attributes"][name]
    allowed = definition["allowed_labels"]
    targets = [one["uuid"] for one in annotations if one.get("label") in allowed]
    for index, annotation in enumerate(annotations):
        answers = annotation.get("attributes", {})
        if index in locked or name in answers:
            continue
        labels = (annotation["label"],) if "label" in annotation else ()
        if not hold(definition.get("conditions"), labels, answers, overall):
            continue
        others = [uuid for uuid in targets if uuid != annotation["uuid"]]
        if others and (definition.get("required") or order.stream.fraction() < 0.7):
            answers[name] = order.stream.choice(others)


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
