"""Video playback's file: an object of tracks by UUID, each with its frames.

The documentation has boxes with ``left`` and ``top``, an importer of real exports reads ``x`` and
``y``; a box has both. Neither answers about the scene nor links have a place in this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.clips import clip_of_playback
from scale_mock.tasktypes.videos import Scene, draw_scene, file_of, prelabels

if TYPE_CHECKING:
    from scale_mock.tasktypes.clips import Clip
    from scale_mock.tasktypes.entry import Order, ResultFile
    from scale_mock.tasktypes.tracks import Track


def file(order: Order, name: str) -> ResultFile | None:
    """The annotations file or the events file of a video playback task."""
    return file_of(order, name, _scene, _write)


def _scene(order: Order) -> Scene:
    return draw_scene(order, clip_of_playback(order), order.params["geometries"], overall=False)


def _write(order: Order, scene: Scene) -> dict[str, Any]:
    tracks: dict[str, Any] = {}
    for given in prelabels(order.params):
        tracks.update(given)
    for track in scene.tracks:
        tracks[track.uuid] = _track(track, scene.clip)
    return {"annotations": tracks}


def _track(track: Track, clip: Clip) -> dict[str, Any]:
    written: dict[str, Any] = {} if track.label is None else {"label": track.label}
    written["geometry"] = track.kind
    written["frames"] = [
        {
            "key": clip.keys[index],
            "timestamp": clip.seconds(clip.keys[index]),
            **shape,
            **({"x": shape["left"], "y": shape["top"]} if track.kind == "box" else {}),
            "attributes": track.answers[index],
        }
        for index, shape in track.shapes.items()
    ]
    return written
