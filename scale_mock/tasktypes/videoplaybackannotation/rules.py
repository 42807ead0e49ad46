"""What video playback annotation asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.imageannotation.rules import check_taxonomy
from scale_mock.tasktypes.labels import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    by_geometry = check_taxonomy(params, params.get("events_to_annotate", ()))
    given = params.get("base_annotations", {}).get("annotations", {})
    if isinstance(given.get("url"), str):
        return
    for uuid, track in given.items():
        where = ("base_annotations", "annotations", uuid)
        refuse_unknown(track["geometry"], by_geometry, *where, "geometry")
        labels = by_geometry[track["geometry"]]
        if labels and "label" in track:
            refuse_unknown(track["label"], labels, *where, "label")
