"""The two video types before ``videoannotation``: one geometry on a list of images.

They have no public description. Here they are video annotation with that geometry alone, their
params written flat as those of the image types of their time (our inference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.clips import clip_of_frames
from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.labels import refuse_duplicate_leaves
from scale_mock.tasktypes.videoannotation.synthesis import write_frames
from scale_mock.tasktypes.videos import Scene, draw_scene, file_of, respond

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order, ResultFile


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    labels = refuse_duplicate_leaves(params["objects_to_annotate"], "objects_to_annotate")
    known = dict.fromkeys([*labels, *params.get("events_to_annotate", ())])
    check_attributes(params.get("annotation_attributes", {}), known, "annotation_attributes")


def behaviour_of(kind: str) -> Behaviour:
    """The behaviour of the type for one geometry.

    Args:
        kind: ``box`` or ``cuboid``.
    """

    def scene_of(order: Order) -> Scene:
        return draw_scene(order, clip_of_frames(order), {kind: order.params}, overall=True)

    def file(order: Order, name: str) -> ResultFile | None:
        return file_of(order, name, scene_of, write_frames)

    return Behaviour(respond=respond, rules=check_rules, file=file)
