"""Labels that a segmentation was not asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.misfits import unknown
from scale_mock.tasktypes.segmentannotation.names import label_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a response's masks and label mapping have against the request's labels."""
    known, what = label_names(params), "the labels of the task"
    annotations = response.get("annotations")
    masks = annotations.get("labeled") if isinstance(annotations, dict) else None
    for name in masks if isinstance(masks, dict) else ():
        yield from unknown(name, known, what, "annotations", "labeled", name)
    mapping = response.get("labelMapping")
    for name in mapping if isinstance(mapping, dict) else ():
        yield from unknown(name, known, what, "labelMapping", name)
