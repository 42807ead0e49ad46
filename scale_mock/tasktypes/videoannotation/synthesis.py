"""Video annotation's file: a list of frames in their order, each like an image's response."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.clips import clip_of_frames
from scale_mock.tasktypes.videos import Scene, draw_scene, file_of, prelabels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.tasktypes.entry import Order, ResultFile
    from scale_mock.tasktypes.tracks import Track


def file(order: Order, name: str) -> ResultFile | None:
    """The annotations file or the events file of a video annotation task."""
    return file_of(order, name, _scene, write_frames)


def _scene(order: Order) -> Scene:
    return draw_scene(order, clip_of_frames(order), order.params["geometries"], overall=True)


def write_frames(order: Order, scene: Scene) -> list[dict[str, Any]]:
    """Puts a scene down frame by frame, pre-labels first."""
    frames: list[dict[str, Any]] = [{"annotations": []} for _ in scene.clip.keys]
    _add_prelabels(order, frames)
    for track in scene.tracks:
        head: dict[str, Any] = {"uuid": track.uuid, "type": track.kind}
        if track.label is not None:
            head["label"] = track.label
        for index, shape in track.shapes.items():
            frames[index]["annotations"].append(
                {**head, **shape, "attributes": track.answers[index]}
            )
    if scene.overall is not None:
        for frame, answers in zip(frames, scene.overall, strict=True):
            frame["global_attributes"] = answers
    if order.params.get("links"):
        _add_links(order, frames, scene.tracks)
    return frames


def _add_prelabels(order: Order, frames: list[dict[str, Any]]) -> None:
    """Adds the pre-labels that the task holds as they are; a base annotation wins by its UUID."""
    for given in prelabels(order.params):
        # A video is at least as long as what is already labelled in it.
        frames.extend({"annotations": []} for _ in range(len(given) - len(frames)))
        for frame, annotated in zip(frames, given, strict=False):
            there = frame["annotations"]
            seen = {one["uuid"] for one in there}
            for one in annotated["annotations"]:
                if one.get("uuid") not in seen:
                    there.append(one if "uuid" in one else {"uuid": order.uuid(), **one})


def _add_links(order: Order, frames: list[dict[str, Any]], tracks: list[Track]) -> None:
    """One link per definition, in every frame in which both its ends are."""
    for frame in frames:
        frame["links"] = []
    for name, definition in _definitions(order.params["links"]):
        sources = _allowed(tracks, definition.get("from_allowed_labels"))
        targets = _allowed(tracks, definition.get("to_allowed_labels"))
        for one, other in product(sources, targets):
            shared = [index for index in one.shapes if index in other.shapes]
            if one is other or not shared:
                continue
            link = {
                "uuid": order.uuid(),
                "label": name,
                "from": one.uuid,
                "to": other.uuid,
                "is_bidirectional": definition.get("is_bidirectional", False),
            }
            for index in shared:
                frames[index]["links"].append(link)
            break


def _definitions(links: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, given in links.items():
        for definition in given if isinstance(given, list) else [given]:
            yield name, definition


def _allowed(tracks: list[Track], labels: list[str] | None) -> list[Track]:
    return [track for track in tracks if track.label in labels] if labels else tracks
