"""What a scene is to be annotated with, read from definitions whose shape is not public.

What is understood: ``type`` (one of the kinds of annotation of an SFS scene), ``labels`` or
``label``, and ``annotation_attributes`` or ``attributes`` as other task types define them. Anything
else is left alone, and nothing is refused for being unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import leaves
from scale_mock.tasktypes.schemas import definition_check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = (
    "cuboid",
    "box_2d",
    "point_2d",
    "polyline_2d",
    "polygon_2d",
    "polygon",
    "polyline",
    "point",
    "polygon_topdown",
    "point_topdown",
    "event",
    "link",
    "point_segmentation",
    "labeled_points",
    "object",
    "attributes",
    "localization_adjustment",
)
"""The kinds of annotation of an SFS scene (``scale-sensor-fusion-io`` 0.5.4)."""


class Definition(NamedTuple):
    """One thing to annotate with: a kind, a label (empty if none) and the attributes asked for."""

    kind: str
    label: str
    attributes: Mapping[str, Any]


def read(given: Iterable[Mapping[str, Any]]) -> list[Definition]:
    """Everything to annotate with, label by label; a kind that is not known is a cuboid."""
    found: list[Definition] = []
    for one in given:
        kind = one.get("type")
        kind = kind if kind in KINDS else "cuboid"
        attributes = _attributes(one)
        found.extend(Definition(kind, label, attributes) for label in _labels(one) or [kind])
    return found


def _labels(given: Mapping[str, Any]) -> list[str]:
    for key in ("labels", "label"):
        labels = given.get(key)
        labels = [labels] if isinstance(labels, str) else labels
        if _fits("LabelList", labels):
            return list(dict.fromkeys(leaves(labels or ())))
    return []


def _attributes(given: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in ("annotation_attributes", "attributes"):
        attributes = given.get(key)
        if isinstance(attributes, dict) and _fits("AnnotationAttributes", attributes):
            try:
                check_attributes(attributes, _labels(given))
            except Fault:
                continue
            return attributes
    return {}


def _fits(name: str, value: object) -> bool:
    try:
        definition_check(name)(value)
    except Fault:
        return False
    return True
