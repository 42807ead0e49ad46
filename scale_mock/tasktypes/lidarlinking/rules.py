"""What lidar linking asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import refuse_duplicate_leaves

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    labels = refuse_duplicate_leaves(params.get("labels", ()), "labels")
    for kind, geometry in params.get("geometries", {}).items():
        where = ("geometries", kind)
        labels += refuse_duplicate_leaves(
            geometry.get("objects_to_annotate", ()), *where, "objects_to_annotate"
        )
        most = geometry.get("max_vertices") if kind in ("polygon", "line") else None
        if most is not None and most < geometry.get("min_vertices", 1):
            raise Fault("must be greater than or equal to ref:min_vertices", *where, "max_vertices")
    attributes = params.get("annotation_attributes", {})
    if not labels:
        # The labels are those of the other task, which is not looked at here.
        labels = list(_named(attributes))
    check_attributes(attributes, dict.fromkeys(labels), "annotation_attributes")


def _named(attributes: Mapping[str, Any]) -> dict[str, None]:
    """The labels that attribute definitions name themselves."""
    named: dict[str, None] = {}
    for definition in attributes.values():
        named.update(dict.fromkeys(definition.get("allowed_labels", ())))
        wanted = definition.get("conditions", {}).get("label_condition", {}).get("label", ())
        named.update(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))
    return named
