"""What video annotation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.clips import check_frame_count
from scale_mock.tasktypes.imageannotation.rules import check_prelabels, check_taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    if params.get("attachment_type") == "video":
        if "attachments" in params:
            raise Fault('is not allowed with attachment_type "video"', "attachments")
        check_frame_count(params)
    elif "attachments" not in params:
        raise Fault("is required", "attachments")
    by_geometry = check_taxonomy(params, params.get("events_to_annotate", ()))
    for key in ("hypothesis", "base_annotations"):
        given = params.get(key, {}).get("annotations", ())
        if isinstance(given, list):
            _check_frames(given, params, by_geometry, key)


def _check_frames(
    frames: list[Any], params: Mapping[str, Any], by_geometry: Mapping[str, list[str]], key: str
) -> None:
    """Pre-labels given in full name the frames by their order, so there are none too many."""
    count = len(params.get("attachments", ()))
    if count and len(frames) > count:
        raise Fault(f"must contain less than or equal to {count} items", key, "annotations")
    for index, frame in enumerate(frames):
        check_prelabels(frame["annotations"], by_geometry, key, "annotations", index, "annotations")
