"""Tracks: one object with one UUID, one label and one geometry, over the frames of a clip.

A shape is drawn as on an image, once per frame with the same chance, in a place that moves on a
curve; so it stays itself while it moves and grows. Objects come in at the left or right border, or
leave there, or stay all along; some are hidden for a moment, most move, some stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.sim.streams import Stream
from scale_mock.tasktypes.imageannotation.shapes import (
    DRAW,
    Region,
    in_space,
    least_size,
    regions,
    shift,
)
from scale_mock.tasktypes.imageannotation.synthesis import canvas_for
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.clips import Clip
    from scale_mock.tasktypes.entry import Order

_PLENTY = 8
"""No label is repeated beyond that many tracks."""
_LONGEST = 600
"""No object is seen in more frames."""
_VERTICES_MAX = 200_000
"""About how many vertices all tracks have together, if each is to be seen at all."""
_PER_FRAME, _PER_SECOND, _FARTHEST = 0.03, 0.15, 0.35
"""How far an object gets in a frame, in a second and in all, in widths or heights of the canvas."""


@dataclass(slots=True)
class Track:
    """One object.

    Args:
        uuid: Its name in every frame.
        kind: Its geometry.
        label: What it is; ``None`` where no labels are asked for.
        shapes: By the index of an annotated frame, in order: the fields of its geometry.
        answers: By the same indices: its attributes there.
    """

    uuid: str
    kind: str
    label: str | None
    shapes: dict[int, dict[str, Any]]
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = {index: {} for index in self.shapes}


class _Span(NamedTuple):
    """From where to where an object is seen, by index, and whether it is hidden in between."""

    first: int
    last: int
    hidden: range


def draw_tracks(
    order: Order, clip: Clip, geometries: Mapping[str, Any], *, labelled: bool = True
) -> list[Track]:
    """Draws tracks for every label, for some a second one.

    Args:
        order: Whose metadata may tell how large the frames are, and whose chance is used.
        clip: The annotated frames.
        geometries: The definitions of the geometries, each with its labels.
        labelled: Whether tracks have labels.
    """
    chance = order.stream
    slots: list[tuple[str, str | None]] = [
        (kind, label)
        for kind, geometry in geometries.items()
        for label in leaves(geometry.get("objects_to_annotate", ())) or (None,)
    ]
    wanted = list(slots)
    for slot in slots:
        if len(wanted) < _PLENTY and chance.fraction() < 0.4:
            wanted.append(slot)
    least = [least_size(geometries[kind]) for kind, _ in wanted]
    canvas = canvas_for(order, least)
    tracks = []
    places = regions(canvas, least, chance, [label for _, label in wanted])
    for (kind, label), place, smallest in zip(wanted, places, least, strict=True):
        vertices = max(int(geometries[kind].get("min_vertices", 1)), 5)
        longest = min(_LONGEST, max(_VERTICES_MAX // (vertices * len(wanted)), 1))
        span = _span(len(clip.keys), longest, chance)
        path = _Path(place, span, len(clip.keys), clip.rate, chance)
        path.resize(smallest, chance, rigid=bool(geometries[kind].get("can_rotate")))
        path.overhang(order.params)
        shapes = path.shapes(kind, geometries[kind], chance.bits(48))
        tracks.append(Track(order.uuid(), kind, label if labelled else None, shapes))
    return tracks


def _span(count: int, longest: int, chance: Stream) -> _Span:
    """When an object is seen: half of them all along, the others come or go."""
    if count <= longest and (count <= 3 or chance.fraction() < 0.5):
        first, length = 0, count
    else:
        length = min(max(int(count * (0.3 + 0.5 * chance.fraction())), 3), count, longest)
        first = chance.choice((0, count - length, chance.between(0, count - length)))
    hidden = range(0)
    if length >= 9 and chance.fraction() < 0.15:
        begin = first + chance.between(length // 3, length // 2)
        hidden = range(begin, begin + chance.between(1, length // 8))
    return _Span(first, first + length - 1, hidden)


class _Path:
    """Where an object is and how large, frame by frame.

    Args:
        place: Where an image's shape would be.
        span: When it is seen.
        count: How many frames the clip has.
        rate: Annotated frames a second.
        chance: Where the chance comes from.
    """

    def __init__(self, place: Region, span: _Span, count: int, rate: float, chance: Stream) -> None:
        self._span = span
        self._place = place
        self._canvas = place.canvas
        self._shift = (0, 0)
        self._sizes = ((place.width, place.height), (place.width, place.height))
        steps = span.last - span.first
        reach = min(_FARTHEST, steps * _PER_FRAME, steps * _PER_SECOND / rate)
        self._entering = span.first > 0
        self._leaving = not self._entering and span.last < count - 1
        is_passing = self._entering or self._leaving
        if chance.fraction() < 0.2 and not is_passing:
            reach = 0.0  # parked
        across = 2 * chance.fraction() - 1
        if is_passing:
            across = 0.4 + 0.6 * abs(across)
        self._way = (
            across * reach * place.canvas[0],
            (chance.fraction() - 0.5) * reach * place.canvas[1],
        )
        self._bend = 0.3 + 0.4 * chance.fraction(), 0.3 + 0.4 * chance.fraction()

    def resize(self, least: tuple[int, int], chance: Stream, *, rigid: bool) -> None:
        """Lets it come nearer or go away, never below its least size.

        Args:
            least: Width and height in pixels.
            chance: Where the chance comes from.
            rigid: Whether it keeps its size (a turned box has to: its turn depends on it).
        """
        place, steps = self._place, self._span.last - self._span.first
        most = min(0.12, 0.01 * steps)
        ends = [1 + (2 * chance.fraction() - 1) * most for _ in range(2)]
        if not rigid:
            width, height = place.canvas
            first, last = (
                (
                    min(max(place.width * by, least[0]), width),
                    min(max(place.height * by, least[1]), height),
                )
                for by in ends
            )
            self._sizes = (first, last)

    def overhang(self, params: Mapping[str, Any]) -> None:
        """Lets it hang over the border by the padding, but at most by a quarter of itself."""
        place, both = self._place, params.get("padding", 0)
        across = min(params.get("paddingX", both), int(place.width / 4))
        down = min(params.get("paddingY", both), int(place.height / 4))
        self._shift = (across, down)
        self._canvas = (place.canvas[0] + 2 * across, place.canvas[1] + 2 * down)

    def shapes(self, kind: str, geometry: Mapping[str, Any], seed: int) -> dict[int, Any]:
        """The fields of the geometry, by the index of the frame."""
        draw, span = DRAW[kind], self._span
        steps = max(span.last - span.first, 1)
        xs, ys = self._centres()
        sizes = self._sizes
        drawn: dict[int, Any] = {}
        for index in range(span.first, span.last + 1):
            if index in span.hidden:
                continue
            done = (index - span.first) / steps
            width = sizes[0][0] + (sizes[1][0] - sizes[0][0]) * done
            height = sizes[0][1] + (sizes[1][1] - sizes[0][1]) * done
            left = min(max(_curve(xs, done) - width / 2, 0.0), self._canvas[0] - width)
            top = min(max(_curve(ys, done) - height / 2, 0.0), self._canvas[1] - height)
            region = Region(left, top, width, height, self._canvas)
            shape = drawn[index] = draw(region, geometry, Stream(seed))
            if any(self._shift):
                shift(shape, -self._shift[0], -self._shift[1])
                if "points_3d" in shape:
                    shape["points_3d"] = in_space(shape["vertices"], geometry["camera_intrinsics"])
        return drawn

    def _centres(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Beginning, bend and end of the way, for each axis; within what the canvas allows.

        Keeping the three points in keeps the curve in, and never makes a step longer.
        """
        width, height = self._canvas
        half = [max(one) / 2 for one in zip(*self._sizes, strict=True)]
        x = self._place.left + self._place.width / 2 + self._shift[0]
        y = self._place.top + self._place.height / 2 + self._shift[1]
        way_x, way_y = self._way
        if self._entering or self._leaving:
            on_left = x < width / 2
            x = half[0] if on_left else width - half[0]
            way_x = way_x if on_left else -way_x
        xs = [x, x + way_x * self._bend[0], x + way_x]
        ys = [y, y + way_y * self._bend[1], y + way_y]
        if self._leaving:
            xs.reverse()
            ys.reverse()
        return (
            tuple(min(max(one, half[0]), width - half[0]) for one in xs),
            tuple(min(max(one, half[1]), height - half[1]) for one in ys),
        )


def _curve(points: tuple[float, ...], done: float) -> float:
    """A point of a curve that three points make."""
    left = 1 - done
    return left * left * points[0] + 2 * left * done * points[1] + done * done * points[2]
