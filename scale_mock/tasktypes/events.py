"""Events of a video: points and ranges in time, with the attributes that are asked about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.attributes import answer, hold, in_order, kind_of
from scale_mock.tasktypes.timelines import is_overall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.clips import Clip
    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.tracks import Track


def draw_events(order: Order, clip: Clip, tracks: Sequence[Track]) -> list[dict[str, Any]]:
    """Draws one or two events per label, in the order in which they begin.

    They begin and end at annotated frames. ``start`` and ``end`` are frame numbers of the video,
    ``startTime`` and ``endTime`` the same in seconds (documented).

    Args:
        order: Whose params name the events; their chance is a stream of their own.
        clip: The annotated frames.
        tracks: What linked attributes may point at.
    """
    chance = stream(order.seed, "response", "events", order.identity)
    attributes = order.params.get("annotation_attributes") or {}
    names = in_order(attributes)
    found = []
    for label in order.params["events_to_annotate"]:
        for begin, end in _moments(len(clip.keys), chance):
            key = clip.keys[begin]
            event: dict[str, Any] = {
                "label": label,
                "type": "point" if begin == end else "range",
                "start": key,
                "startTime": clip.seconds(key),
            }
            if begin != end:
                event["end"] = clip.keys[end]
                event["endTime"] = clip.seconds(clip.keys[end])
            present = [track for track in tracks if begin in track.shapes]
            event["attributes"] = _answers(attributes, names, label, present, chance)
            found.append(event)
    return sorted(found, key=lambda event: event["start"])


def _moments(count: int, chance: Stream) -> list[tuple[int, int]]:
    """Where the events of one label begin and end; those of one label do not overlap."""
    pieces = 1 + chance.below(min(2, count))
    moments = []
    for piece in range(pieces):
        first, last = count * piece // pieces, count * (piece + 1) // pieces - 1
        begin = chance.between(first, last)
        is_range = chance.fraction() < 0.6
        moments.append((begin, chance.between(begin, last) if is_range else begin))
    return moments


def _answers(
    attributes: Mapping[str, Any],
    names: Sequence[str],
    label: str,
    present: Sequence[Track],
    chance: Stream,
) -> dict[str, Any]:
    """Answers what names the event's label, and what is about the whole task."""
    answers: dict[str, Any] = {}
    for name in names:
        definition = attributes[name]
        conditions = definition.get("conditions") or {}
        kind = kind_of(definition)
        is_meant = "label_condition" in conditions or is_overall(definition)
        if not is_meant or kind in ("x_line", "y_line"):
            continue
        if not hold(conditions, (label,), answers, {}):
            continue
        if kind != "linked":
            answers[name] = answer(definition, chance, name)
            continue
        allowed = definition["allowed_labels"]
        targets = [track.uuid for track in present if track.label in allowed]
        if targets:
            answers[name] = chance.choice(targets)
    return answers
