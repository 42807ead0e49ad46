"""What image annotation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import refuse_duplicate_leaves, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    by_geometry: dict[str, list[str]] = {}
    for kind, geometry in params["geometries"].items():
        where = ("geometries", kind)
        by_geometry[kind] = refuse_duplicate_leaves(
            geometry.get("objects_to_annotate", ()), *where, "objects_to_annotate"
        )
        most = geometry.get("max_vertices") if kind in ("polygon", "line") else None
        if most is not None and most < geometry.get("min_vertices", 1):
            reason = "must be greater than or equal to ref:min_vertices"
            raise Fault(reason, *where, "max_vertices")
    # A dict keeps the order in which the refusals list the labels; a set would not.
    labels = dict.fromkeys(label for known in by_geometry.values() for label in known)
    attributes = params.get("annotation_attributes") or {}
    _check_connections(params["geometries"].get("point", {}), by_geometry, attributes)
    if attributes:
        check_attributes(attributes, labels, "annotation_attributes")
    for name, given in params.get("links", {}).items():
        _check_link(name, given, labels)
    for index, context in enumerate(params.get("context_attachments", ())):
        if context["attachment"] == params["attachment"]:
            raise Fault('must not be the same as "attachment"', "context_attachments", index)
    for key in ("hypothesis", "base_annotations"):
        if key in params:
            _check_prelabels(params[key], by_geometry, key)


def _check_connections(
    point: Mapping[str, Any],
    by_geometry: Mapping[str, list[str]],
    attributes: Mapping[str, Any],
) -> None:
    linked = [name for name, one in attributes.items() if one.get("type") == "linked"]
    for index, connection in enumerate(point.get("connections", ())):
        where = ("geometries", "point", "connections", index)
        refuse_unknown(connection["pair"], by_geometry["point"], *where, "pair")
        for key in ("connection_attribute", "connection_attributes"):
            if key in connection:
                refuse_unknown(connection[key], linked, *where, key)


def _check_link(name: str, given: Any, labels: Mapping[str, None]) -> None:
    several = isinstance(given, list)
    for index, definition in enumerate(given if several else [given]):
        where = ("links", name, index) if several else ("links", name)
        for key in ("from_allowed_labels", "to_allowed_labels"):
            refuse_unknown(definition.get(key, ()), labels, *where, key)


def _check_prelabels(
    given: Mapping[str, Any], by_geometry: Mapping[str, list[str]], key: str
) -> None:
    """Pre-labels speak the task's own taxonomy (our inference; the shape is documented)."""
    uuids = set()
    for index, annotation in enumerate(given.get("annotations", ())):
        where = (key, "annotations", index)
        refuse_unknown(annotation["type"], by_geometry, *where, "type")
        labels = by_geometry[annotation["type"]]
        if labels and "label" in annotation:
            refuse_unknown(annotation["label"], labels, *where, "label")
        if "uuid" in annotation:
            if annotation["uuid"] in uuids:
                raise Fault("contains a duplicate value", *where)
            uuids.add(annotation["uuid"])
