"""What image annotation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault, Remembered
from scale_mock.tasktypes.labels import refuse_duplicate_leaves, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.tasktypes.labels import Step


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    by_geometry = check_taxonomy(params)
    for index, context in enumerate(params.get("context_attachments", ())):
        if context["attachment"] == params["attachment"]:
            raise Fault('must not be the same as "attachment"', "context_attachments", index)
    for key in ("hypothesis", "base_annotations"):
        if key in params:
            given = params[key].get("annotations", ())
            check_prelabels(given, by_geometry, key, "annotations")


def check_taxonomy(
    params: Mapping[str, Any], events: Iterable[str] = ()
) -> Mapping[str, list[str]]:
    """Checks geometries, attributes and links, of images and of videos.

    Args:
        params: What fits its schema.
        events: Labels beside those of the geometries that conditions may name.

    Returns:
        The labels of each geometry.

    Raises:
        Fault: They contradict each other.
    """
    attributes, links = params.get("annotation_attributes") or {}, params.get("links", {})
    return _taxonomy([params["geometries"], attributes, links, list(events)])


def _check_taxonomy(said: list[Any]) -> Mapping[str, list[str]]:
    geometries, attributes, links, events = said
    by_geometry: dict[str, list[str]] = {}
    for kind, geometry in geometries.items():
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
    _check_connections(geometries.get("point", {}), by_geometry, attributes)
    if attributes:
        check_attributes(attributes, {**labels, **dict.fromkeys(events)}, "annotation_attributes")
    for name, given in links.items():
        _check_link(name, given, labels)
    return by_geometry


_taxonomy = Remembered(_check_taxonomy)


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


def check_prelabels(
    annotations: Iterable[Mapping[str, Any]],
    by_geometry: Mapping[str, list[str]],
    *keys: Step,
) -> None:
    """Pre-labels speak the task's own taxonomy (our inference; the shape is documented).

    Args:
        annotations: Those of one image or one frame; each fits its schema.
        by_geometry: The labels of each geometry.
        keys: Where the annotations are, for the refusal.

    Raises:
        Fault: A geometry or label is unknown, or a UUID occurs twice.
    """
    uuids = set()
    for index, annotation in enumerate(annotations):
        where = (*keys, index)
        refuse_unknown(annotation["type"], by_geometry, *where, "type")
        labels = by_geometry[annotation["type"]]
        if labels and "label" in annotation:
            refuse_unknown(annotation["label"], labels, *where, "label")
        if "uuid" in annotation:
            if annotation["uuid"] in uuids:
                raise Fault("contains a duplicate value", *where)
            uuids.add(annotation["uuid"])
