"""Attributes of shapes on an image: each answered where it is due, links between shapes last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer, counted, hold, in_order
from scale_mock.tasktypes.imageannotation.shapes import cut, size_of
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scale_mock.tasktypes.entry import Order

Annotation = dict[str, Any]


def answer_attributes(
    order: Order,
    attributes: Mapping[str, Any],
    annotations: list[Annotation],
    locked: Collection[int] = (),
) -> dict[str, Any] | None:
    """Answers every attribute that is due, in the annotations themselves.

    What an annotation has answered already stays, as far as it is due.

    Args:
        order: Where the chance comes from; its params define the attributes.
        attributes: The definitions.
        annotations: With ``uuid``, ``type`` and perhaps ``label``.
        locked: The indices of annotations that may not change.

    Returns:
        The global answers; ``None`` if no global attribute is declared.
    """
    names = in_order(attributes)
    overall_names = [name for name in names if _is_global(attributes[name])]
    present = {one["label"] for one in annotations if "label" in one}
    overall: dict[str, Any] = {}
    for name in overall_names:
        definition = attributes[name]
        if definition.get("type") in ("linked", "x_line", "y_line"):
            continue  # They are about one annotation; there is none to be about.
        if hold(definition["conditions"], present, overall, {}):
            labels = [one.get("label") for one in annotations]
            count = counted(name, definition, labels, _classes(order))
            overall[name] = answer(definition, order.stream, name) if count is None else count
    own = [name for name in names if not _is_global(attributes[name])]
    linked = [name for name in own if attributes[name].get("type") == "linked"]
    for index, annotation in enumerate(annotations):
        if index not in locked:
            annotation["attributes"] = _own_answers(order, own, annotation, overall)
    for name in linked:
        _fill_linked(order, name, annotations, overall, locked)
    return overall if overall_names else None


def _classes(order: Order) -> list[str]:
    """The labels that annotations may have."""
    geometries = order.params.get("geometries", {}).values()
    return [label for one in geometries for label in leaves(one.get("objects_to_annotate", ()))]


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
            answers[name] = answer(definition, order.stream, name)
    return answers


def _fill_linked(
    order: Order,
    name: str,
    annotations: list[Annotation],
    overall: dict[str, Any],
    locked: Collection[int],
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
