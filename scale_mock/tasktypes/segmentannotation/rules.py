"""What segmentation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import refuse_duplicate_leaves, refuse_unknown
from scale_mock.tasktypes.segmentannotation.names import label_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    A hypothesis speaks the task's own labels (our inference; its shape is documented).

    Raises:
        Fault: They contradict each other.
    """
    refuse_duplicate_leaves(params["labels"], "labels")
    labels = label_names(params)
    if params.get("annotation_attributes"):
        check_attributes(params["annotation_attributes"], labels, "annotation_attributes")
    for index, context in enumerate(params.get("context_attachments", ())):
        if context["attachment"] == params["attachment"]:
            raise Fault('must not be the same as "attachment"', "context_attachments", index)
    if "hypothesis" in params:
        for label in params["hypothesis"]["labelMapping"]:
            refuse_unknown(label, labels, "hypothesis", "labelMapping")
