"""What lidar annotation asks of its params across several of them."""

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
    labels = refuse_duplicate_leaves(params["labels"], "labels")
    check_attributes(params.get("annotation_attributes", {}), labels, "annotation_attributes")
    for key in ("hypothesis", "base_annotations"):
        given = params.get(key, {}).get("annotations")
        if isinstance(given, list):
            _check_given(given, labels, len(params["attachments"]), key)


def _check_given(given: list[Any], labels: list[str], frames: int, key: str) -> None:
    """Pre-labels speak the task's own labels, frame by frame (our inference)."""
    if len(given) > frames:
        reason = f"must contain less than or equal to {frames} items"
        raise Fault(reason, key, "annotations")
    for frame, one in enumerate(given):
        uuids = set()
        for index, cuboid in enumerate(one["cuboids"]):
            where = (key, "annotations", frame, "cuboids", index)
            refuse_unknown(cuboid["label"], labels, *where, "label")
            if cuboid.get("uuid", where) in uuids:
                raise Fault("contains a duplicate value", *where)
            uuids.add(cuboid.get("uuid"))
