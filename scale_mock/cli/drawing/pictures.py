"""Which kind of picture a task's labels make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.cli.drawing.above import draw_lidar, draw_map, draw_points
from scale_mock.cli.drawing.images import (
    annotations_of,
    draw_cameras,
    draw_document,
    draw_frames,
    draw_image,
)
from scale_mock.cli.drawing.masks import draw_segmentation
from scale_mock.cli.drawing.scenes import draw_scene
from scale_mock.cli.drawing.subject import DrawingError, Subject
from scale_mock.cli.drawing.texts import draw_card, draw_entities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from scale_mock.cli.drawing.svg import Sheet


def draw(task: Mapping[str, Any], fetch: Callable[[str], bytes], frame: int | None = None) -> str:
    """The picture of a task's labels, as an SVG document; the same for the same task.

    Args:
        task: The task object of the API.
        fetch: Reads a file that the response refers to by its URL; raises :class:`DrawingError`.
        frame: The frame of a video or lidar task, or the page of a document, counted from 0; the
            first frame and all pages by default.

    Raises:
        DrawingError: There is nothing to draw, or it cannot be read.
    """
    subject = Subject(task, fetch, frame)
    name = " ".join(str(task.get(key, "")) for key in ("type", "task_id")).strip()
    title = f"{name}, {task.get('status', 'status unknown')}"
    painter = _PAINTERS.get(subject.type, draw_card)
    if frame is not None and painter not in _WITH_FRAMES:
        raise DrawingError(f"A task of type {subject.type!r} has no frames: leave --frame out.")
    try:
        return painter(subject, title).finished()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DrawingError(
            f"The response of {name} does not have the shape that its type has: "
            f"{type(error).__name__}: {error}"
        ) from error


def _draw_top_down(subject: Subject, title: str) -> Sheet:
    """An aerial image is drawn like any image, what was seen by lidar in the world frame."""
    if "attachment" in subject.params:
        return draw_image(subject, title)
    response = subject.response
    return draw_map(subject, title, annotations_of(subject, response), response.get("links"))


_PAINTERS: Mapping[str, Callable[[Subject, str], Sheet]] = {
    **dict.fromkeys(
        (
            "annotation",
            "cuboidannotation",
            "imageannotation",
            "lineannotation",
            "pointannotation",
            "polygonannotation",
        ),
        draw_image,
    ),
    **dict.fromkeys(
        (
            "federal2dvideoannotation",
            "videoannotation",
            "videoboxannotation",
            "videocuboidannotation",
            "videoplaybackannotation",
        ),
        draw_frames,
    ),
    "documenttranscription": draw_document,
    "lidarannotation": draw_lidar,
    "lidarlinking": draw_cameras,
    "lidarsegmentation": draw_points,
    "lidartopdown": _draw_top_down,
    "namedentityrecognition": draw_entities,
    "segmentannotation": draw_segmentation,
    "sensorfusion": draw_scene,
}
"""Per type how it is drawn; all other types make a card of questions and answers."""

_WITH_FRAMES = (draw_frames, draw_document, draw_lidar, draw_cameras, draw_points, draw_scene)
