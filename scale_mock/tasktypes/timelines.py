"""Attributes over time: what is answered about a track, or about the scene, frame by frame.

Answers change as things do: seldom, and for at least a second. A conditional attribute is there in
exactly the frames in which its conditions hold; what is declared ``global`` never changes within a
track (both documented). A linked attribute points at an annotation of the same frame.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer, counted, hold, in_order, kind_of
from scale_mock.tasktypes.imageannotation.shapes import cut, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.clips import Clip
    from scale_mock.tasktypes.tracks import Track

_OF_SHAPES = ("x_line", "y_line")
_LIKELY = 0.7
"""How often an optional linked attribute is answered, as on images."""
Answers = dict[str, Any]


def is_overall(definition: Mapping[str, Any]) -> bool:
    """Whether an attribute is about the whole task."""
    return bool((definition.get("conditions") or {}).get("is_global"))


def answer_scene(
    attributes: Mapping[str, Any], tracks: Sequence[Track], clip: Clip, chance: Stream
) -> list[Answers] | None:
    """The answers about the whole scene, per annotated frame.

    Conditions look at the labels that are seen in the frame.

    Returns:
        ``None`` if no attribute is about the whole scene.
    """
    names = [name for name in in_order(attributes) if is_overall(attributes[name])]
    if not names:
        return None
    seen: list[list[str | None]] = [[] for _ in clip.keys]
    for track in tracks:
        for index in track.shapes:
            seen[index].append(track.label)
    classes = {track.label for track in tracks}
    overall: list[Answers] = [{} for _ in clip.keys]
    for name in names:
        definition = attributes[name]
        if kind_of(definition) in ("linked", *_OF_SHAPES):
            continue  # They are about one annotation; there is none to be about.
        values = _values(name, definition, len(overall), clip.rate, chance)
        for index, (labels, answers) in enumerate(zip(seen, overall, strict=True)):
            if hold(definition["conditions"], [one for one in labels if one], answers, {}):
                is_fixed = definition.get("global")
                number = None if is_fixed else counted(name, definition, labels, classes)
                answers[name] = values[index] if number is None else number
    return overall


def answer_tracks(
    attributes: Mapping[str, Any],
    tracks: Sequence[Track],
    overall: Sequence[Answers] | None,
    clip: Clip,
    chance: Stream,
) -> None:
    """Fills in the answers of every track.

    Args:
        attributes: The definitions; they passed their checks.
        tracks: What the answers are about, and where they go.
        overall: What is answered about the scene, per annotated frame.
        clip: The annotated frames.
        chance: Where the chance comes from.
    """
    names = [name for name in in_order(attributes) if not is_overall(attributes[name])]
    for track in tracks:
        for name in names:
            definition = attributes[name]
            if kind_of(definition) == "linked" or not _fits(definition, track):
                continue
            values = _of_track(name, definition, track, clip.rate, chance)
            for (index, answers), value in zip(track.answers.items(), values, strict=True):
                if _holds(definition, track, answers, overall, index):
                    answers[name] = value
    for name in names:
        if kind_of(attributes[name]) == "linked":
            for track in tracks:
                _link(name, attributes[name], track, tracks, overall, chance)


def _fits(definition: Mapping[str, Any], track: Track) -> bool:
    """Whether an attribute can be about a track at all."""
    if kind_of(definition) in _OF_SHAPES and track.kind not in ("box", "cuboid"):
        return False
    conditions = definition.get("conditions") or {}
    wanted = conditions.get("label_condition", {}).get("label")
    return wanted is None or track.label in ([wanted] if isinstance(wanted, str) else wanted)


def _holds(
    definition: Mapping[str, Any],
    track: Track,
    answers: Answers,
    overall: Sequence[Answers] | None,
    index: int,
) -> bool:
    conditions = definition.get("conditions")
    if not conditions:
        return True
    labels = () if track.label is None else (track.label,)
    return hold(conditions, labels, answers, overall[index] if overall else {})


def _of_track(
    name: str, definition: Mapping[str, Any], track: Track, rate: float, chance: Stream
) -> list[Any]:
    kind = kind_of(definition)
    if kind not in _OF_SHAPES:
        return _values(name, definition, len(track.shapes), rate, chance)
    part = chance.fraction()
    axis = _OF_SHAPES.index(kind)
    sides = [size_of(shape)[axis] for shape in track.shapes.values()]
    if definition.get("global"):
        return [cut(min(sides) * part)] * len(sides)
    return [cut(side * part) for side in sides]


def _values(
    name: str, definition: Mapping[str, Any], count: int, rate: float, chance: Stream
) -> list[Any]:
    """An answer per frame, before anybody asks whether it is due."""
    value = answer(definition, chance, name)
    if definition.get("global") or kind_of(definition) == "text":
        return [value] * count
    values: list[Any] = []
    for length in _stretches(count, max(3, math.ceil(rate)), chance):
        values += [value] * length
        value = _next(definition, value, chance)
    return values


def _stretches(count: int, least: int, chance: Stream) -> list[int]:
    """Cuts a number of frames into up to three stretches, none shorter than ``least``."""
    pieces = min(1 + chance.below(3), max(count // (2 * least), 1))
    cuts = [0]
    for piece in range(1, pieces):
        jitter = (chance.fraction() - 0.5) / 2
        cuts.append(int(count * (piece + jitter) / pieces))
    return [end - begin for begin, end in zip(cuts, [*cuts[1:], count], strict=True)]


def _next(definition: Mapping[str, Any], value: Any, chance: Stream) -> Any:
    """The answer after a change: a number moves by one step, an angle a little."""
    kind = kind_of(definition)
    if kind == "angle":
        return min(round((value + chance.between(-20, 20)) % 360, 1), 360)
    if kind != "number":
        return answer(definition, chance)
    step = definition.get("step", 1)
    least, most = definition.get("min"), definition.get("max")
    ways = [value + step, value - step] if chance.fraction() < 0.5 else [value - step, value + step]
    for way in ways:
        moved = way if isinstance(way, int) else round(way, 9)
        if (least is None or moved >= least) and (most is None or moved <= most):
            return moved
    return value


def _link(
    name: str,
    definition: Mapping[str, Any],
    track: Track,
    tracks: Sequence[Track],
    overall: Sequence[Answers] | None,
    chance: Stream,
) -> None:
    """Points a track at others, as long as they are in the same frame."""
    allowed = definition["allowed_labels"]
    due = [
        index
        for index, answers in track.answers.items()
        if _fits(definition, track) and _holds(definition, track, answers, overall, index)
    ]
    others = [
        other
        for other in tracks
        if other is not track
        and other.label in allowed
        and any(index in other.shapes for index in due)
    ]
    if not others or not (definition.get("required") or chance.fraction() < _LIKELY):
        return
    target = chance.choice(others)
    may_change = definition.get("required") and not definition.get("global")
    for index in due:
        if may_change and index not in target.shapes:
            target = next((other for other in others if index in other.shapes), target)
        if index in target.shapes:
            track.answers[index][name] = target.uuid
