"""Lidar segmentation's answer: the address of a file that says for each point what it belongs to.

A task that builds on a lidar annotation task keeps its cuboids, in a file of their own; each cuboid
gets as many points as that file says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.attributes import answer, hold, in_order, kind_of
from scale_mock.tasktypes.entry import ResultFile
from scale_mock.tasktypes.lidar.answers import is_global, overall_answers
from scale_mock.tasktypes.lidar.cuboids import cuboid_frames
from scale_mock.tasktypes.lidar.files import CUBOIDS, json_file
from scale_mock.tasktypes.lidar.frames import frame_urls, point_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.lidar.cuboids import Frames

_POINTS = "point_segmentations.json"
_UNSEGMENTED = 0.04
"""About how much of a frame belongs to nothing that was asked for."""

_RUN = 60
"""About how many points a sensor finds on a thing before it sweeps on."""


class _Piece(NamedTuple):
    """One object of the segmentation, or a label's share of the points.

    Attributes:
        label: Its label.
        instance: Whether it is one of several things with that label.
        cuboids: The UUIDs of the cuboids whose points it has; ``None`` if it takes its share.
    """

    label: str
    instance: bool
    cuboids: frozenset[str] | None


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a lidar segmentation task."""
    response: dict[str, Any] = {}
    if "lidar_task" in order.params:
        response["annotations"] = {"url": order.url(CUBOIDS)}
    response["point_segmentations"] = {"url": order.url(_POINTS)}
    attributes = order.params.get("annotation_attributes", {})
    if any(map(is_global, attributes.values())):
        labels = [label for label, _ in _labels(order.params["labels"])]
        chance = stream(order.seed, "segmentation attributes", order.identity)
        response["global_attributes"] = overall_answers(attributes, labels, chance)
    return response


def file(order: Order, name: str) -> ResultFile | None:
    """The file with the points' objects, or that with the cuboids."""
    if name == CUBOIDS and "lidar_task" in order.params:
        _, frames = _frames(order)
        return json_file([{"cuboids": cuboids} for cuboids in frames])
    return _segmentation(order) if name == _POINTS else None


def _frames(order: Order) -> tuple[list[str], Frames]:
    """The addresses of the frames, and the cuboids in each of them."""
    source = order.of_source()
    if source is None:
        urls = frame_urls(order.params)
        return urls, [[] for _ in urls]
    urls, (frames, _) = frame_urls(source.params), cuboid_frames(source)
    wanted = order.params.get("lidar_task_frames") or range(len(urls))
    return [urls[int(index)] for index in wanted], [frames[int(index)] for index in wanted]


def _labels(labels: Iterable[Any], *, instance: bool = False) -> Iterator[tuple[str, bool]]:
    """Each leaf, and whether its things are told apart; groups pass that on (our inference)."""
    for label in labels:
        if isinstance(label, str):
            yield label, instance
            continue
        apart = instance or label.get("instance_label", False)
        if "subchoices" in label:
            yield from _labels(label["subchoices"], instance=apart)
        else:
            yield label["choice"], apart


def _segmentation(order: Order) -> ResultFile:
    urls, frames = _frames(order)
    chance = stream(order.seed, "segmentation", order.identity)
    pieces = list(_pieces(order, frames, chance))
    weights = [0.5 + chance.fraction() for _ in pieces]
    rows = [
        _row(_counts(pieces, weights, cuboids, point_count(url)), point_count(url), chance)
        for url, cuboids in zip(urls, frames, strict=True)
    ]
    objects = json_file(_objects(order, pieces, chance)).content.decode()
    # Written by hand: half a million small numbers take the JSON encoder too long.
    text = f'{{"objects":{objects},"point_objects":[{",".join(rows)}]}}'
    return ResultFile(text.encode())


def _pieces(order: Order, frames: Frames, chance: Stream) -> Iterator[_Piece]:
    by_label: dict[str, dict[str, None]] = {}
    for frame in frames:
        for cuboid in frame:
            by_label.setdefault(cuboid["label"], {})[cuboid["uuid"]] = None
    for label, instance in _labels(order.params["labels"]):
        known = by_label.get(label)
        if not instance:
            yield _Piece(label, False, frozenset(known) if known else None)
        elif known:
            for uuid in known:
                yield _Piece(label, True, frozenset((uuid,)))
        else:
            for _ in range(chance.between(1, 3)):
                yield _Piece(label, True, None)


def _objects(order: Order, pieces: Sequence[_Piece], chance: Stream) -> list[dict[str, Any]]:
    attributes = order.params.get("annotation_attributes", {})
    names = [
        name
        for name in in_order(attributes)
        # Links and lines need a UUID or a shape, which these objects do not have.
        if kind_of(attributes[name]) not in ("linked", "x_line", "y_line")
        and not is_global(attributes[name])
    ]
    overall = respond(order).get("global_attributes") or {}
    objects = []
    for index, piece in enumerate(pieces, start=1):
        one: dict[str, Any] = {"label": piece.label, "index": index}
        if piece.instance:
            one["instance"] = True
        answers: dict[str, Any] = {}
        for name in names:
            if hold(attributes[name].get("conditions"), (piece.label,), answers, overall):
                answers[name] = answer(attributes[name], chance, name)
        if attributes:
            one["attributes"] = answers
        objects.append(one)
    return objects


def _counts(
    pieces: Sequence[_Piece],
    weights: Sequence[float],
    cuboids: Sequence[dict[str, Any]],
    total: int,
) -> list[int]:
    """How many of a frame's points belong to each piece."""
    inside = {one["uuid"]: one.get("numberOfPoints", 0) for one in cuboids}
    left = total
    counts = []
    for piece in pieces:
        count = sum(inside.get(uuid, 0) for uuid in piece.cuboids or ())
        counts.append(min(count, left))
        left -= counts[-1]
    # Things have fewer points than grounds.
    shares = [
        0.0 if piece.cuboids is not None else weight * (0.15 if piece.instance else 1.0)
        for piece, weight in zip(pieces, weights, strict=True)
    ]
    whole = sum(shares)
    if whole:
        rest = left * (1 - _UNSEGMENTED)
        counts = [
            count + int(rest * share / whole) for count, share in zip(counts, shares, strict=True)
        ]
    return counts


def _row(counts: Sequence[int], total: int, chance: Stream) -> str:
    """One entry per point, as JSON: runs of points of the same object, as a sensor sweeps."""
    runs = []
    for index, count in enumerate((total - sum(counts), *counts)):
        parts = -(-count // _RUN)
        for part in range(parts):
            length = count * (part + 1) // parts - count * part // parts
            runs.append(f"{index}," * length)
    chance.shuffle(runs)
    return f"[{''.join(runs)[:-1]}]"
