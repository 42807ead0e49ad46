"""What lidar segmentation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.labels import refuse_duplicate_leaves

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    labels = refuse_duplicate_leaves(params["labels"], "labels")
    check_attributes(params.get("annotation_attributes", {}), labels, "annotation_attributes")
