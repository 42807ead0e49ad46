"""What the video types have in common: responses that refer to files, and pre-labels.

Pre-labels mostly come as the address of a file that nobody downloads, so what is in it is unknown.
Where the task forbids adding or deleting, the only answer that surely obeys is the one in which
nobody changed anything: the same address comes back. Otherwise labels are made up, and the
pre-labels count as deleted or relabelled by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scale_mock.domain.documents import encode
from scale_mock.tasktypes.entry import ResultFile
from scale_mock.tasktypes.events import draw_events
from scale_mock.tasktypes.timelines import Answers, answer_scene, answer_tracks
from scale_mock.tasktypes.tracks import Track, draw_tracks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.tasktypes.clips import Clip
    from scale_mock.tasktypes.entry import Order

ANNOTATIONS, EVENTS, HYPOTHESIS = "annotations.json", "events.json", "hypothesis.json"


@dataclass(frozen=True, slots=True)
class Scene:
    """What was seen in a video.

    Args:
        clip: The annotated frames.
        tracks: The objects, with their attributes.
        overall: Answers about the scene per annotated frame; ``None`` where nobody asks.
    """

    clip: Clip
    tracks: list[Track]
    overall: list[Answers] | None


def respond(order: Order) -> dict[str, Any]:
    """A response: where the annotations are, and the events if there are labels for them."""
    response = {"annotations": {"url": _returned(order.params) or order.url(ANNOTATIONS)}}
    if order.params.get("events_to_annotate"):
        response["events"] = {"url": order.url(EVENTS)}
    return response


def respond_from_hypothesis(order: Order, noise: float) -> dict[str, Any]:
    """The hypothesis as it is: a file that nobody downloads cannot be changed a little."""
    given = dict(order.params["hypothesis"])
    if not _address(given.get("annotations")):
        given["annotations"] = {"url": order.url(HYPOTHESIS)}
    return given


def draw_scene(order: Order, clip: Clip, geometries: Mapping[str, Any], *, overall: bool) -> Scene:
    """Draws objects and their attributes.

    Args:
        order: The task; its ``with_labels`` decides whether tracks have labels.
        clip: The annotated frames.
        geometries: What is annotated.
        overall: Whether frames can hold answers about the scene. Where events are asked for they
            never do: there, those answers are attributes of events (documented).
    """
    params = order.params
    tracks = []
    if not is_closed(params):
        is_labelled = params.get("with_labels") is not False
        tracks = draw_tracks(order, clip, geometries, labelled=is_labelled)
    attributes = params.get("annotation_attributes") or {}
    answers = None
    if overall and not params.get("events_to_annotate"):
        answers = answer_scene(attributes, tracks, clip, order.stream)
    answer_tracks(attributes, tracks, answers, clip, order.stream)
    return Scene(clip, tracks, answers)


def file_of(
    order: Order,
    name: str,
    scene_of: Callable[[Order], Scene],
    written: Callable[[Order, Scene], object],
) -> ResultFile | None:
    """A file of the response.

    Args:
        order: The task.
        name: The file's.
        scene_of: Makes the scene of the task.
        written: Puts a scene into the form of the type's annotations file.
    """
    params = order.params
    if name == ANNOTATIONS and _returned(params) is None:
        return ResultFile(encode(written(order, scene_of(order))))
    if name == EVENTS and params.get("events_to_annotate"):
        scene = scene_of(order)
        return ResultFile(encode({"events": draw_events(order, scene.clip, scene.tracks)}))
    given = params.get("hypothesis", {}).get("annotations", [])
    if name == HYPOTHESIS and "hypothesis" in params and not _address(given):
        return ResultFile(encode(given))
    return None


def prelabels(params: Mapping[str, Any]) -> Iterable[Any]:
    """The pre-labels that the task itself holds: the base, and the hypothesis if it may be used."""
    keys = ("base_annotations",) if is_closed(params) else ("base_annotations", "hypothesis")
    for key in keys:
        given = params.get(key, {}).get("annotations")
        if given is not None and not _address(given):
            yield given


def is_closed(params: Mapping[str, Any]) -> bool:
    """Whether nothing may be added to what the task brought along (documented)."""
    return "base_annotations" in params and params.get("can_add_base_annotations") is False


def _returned(params: Mapping[str, Any]) -> str | None:
    """The address of the base annotations, if it has to come back."""
    flags = ("can_add_base_annotations", "can_delete_base_annotations")
    if all(params.get(flag) is not False for flag in flags):
        return None
    return _address(params.get("base_annotations", {}).get("annotations"))


def _address(given: object) -> str | None:
    url = given.get("url") if isinstance(given, dict) else None
    return url if isinstance(url, str) else None
