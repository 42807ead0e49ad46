"""The scene that a segmentation's masks show: bands with hilly edges, and objects before them.

It is kept as runs of pixels per strip of equal rows, from which the pixels of each index are
counted and every file is painted; no pixel is ever looked at.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.segmentannotation.looks import Look

Run = tuple[int, int]
"""Where a run of equal pixels ends (exclusive), and their index."""
Runs = tuple[Run, ...]

_STRIPS = 270
"""Rows are equal in strips, of one row up to that many rows of an image."""


class Scene(NamedTuple):
    """What is where.

    Attributes:
        size: Width and height in pixels.
        strips: From the top, the runs of a row and how many rows look so.
        pixels: Index to number of pixels; an index that is nowhere to be seen is absent.
    """

    size: tuple[int, int]
    strips: tuple[tuple[Runs, int], ...]
    pixels: dict[int, int]


class _Hill(NamedTuple):
    middle: float
    width: float
    height: float


class _Edge(NamedTuple):
    """The upper edge of a band: a line, and hills that rise above it."""

    line: int
    hills: list[_Hill]
    top: float


_TALLEST = 0.45
"""No object is higher than that part of the image, and none much broader than a third of it."""


class _Thing(NamedTuple):
    """An object: an upright rounded shape, a little bent."""

    number: int
    middle: float
    top: float
    width: float
    height: float
    roundness: float
    bend: float


@lru_cache(maxsize=16)
def scene(
    seed: int,
    identity: str,
    size: tuple[int, int],
    bands: tuple[int, ...],
    things: tuple[tuple[int, Look], ...],
) -> Scene:
    """The scene of a task; the same for the same arguments.

    Args:
        seed: The world's seed.
        identity: What tells the task from all others.
        size: Width and height in pixels.
        bands: The indices that fill the image, from the top; at least one.
        things: Index and look of each object; an index that occurs twice is seen twice.
    """
    chance = stream(seed, "masks", identity)
    width, height = size
    edges = _edges(size, len(bands), chance)
    ground = edges[-1].line / height if edges else 0.0
    placed = _things(size, things, min(max(ground, 0.5), 0.75), chance)
    step = -(-height // _STRIPS)
    strips: list[tuple[Runs, int]] = []
    pixels: dict[int, int] = {}
    for top in range(0, height, step):
        rows = min(step, height - top)
        y = top + rows / 2
        runs = _band_runs(y, width, edges, bands)
        for thing in placed:
            if thing.top < y < thing.top + thing.height:
                runs = _before(runs, *_span(thing, y, width), thing.number)
        strips.append((tuple(runs), rows))
        start = 0
        for end, index in runs:
            pixels[index] = pixels.get(index, 0) + (end - start) * rows
            start = end
    return Scene(size, tuple(strips), pixels)


def _edges(size: tuple[int, int], count: int, chance: Stream) -> list[_Edge]:
    """The edges between bands, each with hills lower than the band above is thick."""
    width, height = size
    shares = [0.6 + 0.8 * chance.fraction() for _ in range(count)]
    shares[-1] *= 1.5  # The ground is nearest.
    edges = []
    line = 0.0
    for share in shares[:-1]:
        thick = height * share / sum(shares)
        line += thick
        hills = []
        left = -width * 0.3 * chance.fraction()
        while left < width:
            across = width * (0.18 + 0.3 * chance.fraction())
            up = thick * (0.08 + 0.32 * chance.fraction())
            hills.append(_Hill(left + across / 2, across, up))
            left += across
        edges.append(_Edge(int(line), hills, int(line) - max(one.height for one in hills)))
    return edges


def _things(
    size: tuple[int, int], things: Sequence[tuple[int, Look]], ground: float, chance: Stream
) -> list[_Thing]:
    """Objects side by side on the ground; the nearer ones lower, larger and in front.

    ``ground`` is where the ground begins, as a part of the height.
    """
    width, height = size
    places = list(range(len(things)))
    chance.shuffle(places)
    crowd = 1 / math.sqrt(max(len(things) / 5, 1))
    placed = []
    for (index, look), place in zip(things, places, strict=True):
        near = chance.fraction()
        metre = height * (0.05 + 0.1 * near) * crowd * (0.9 + 0.2 * chance.fraction())
        form = look.slim + (look.broad - look.slim) * chance.fraction()
        tall = min(metre * look.height, height * _TALLEST, width * 0.35 / form)
        wide = tall * form
        bottom = max(height * (ground + 0.02 + (0.93 - ground) * near) - metre * look.above, tall)
        middle = width * (place + 0.25 + 0.5 * chance.fraction()) / len(things)
        middle = min(max(middle, wide / 2), width - wide / 2)
        round_, bend = 2.2 + 1.8 * chance.fraction(), 0.08 * (chance.fraction() - 0.5)
        placed.append(_Thing(index, middle, bottom - tall, wide, tall, round_, bend))
    return sorted(placed, key=lambda one: one.top + one.height)


def _band_runs(
    y: float, width: int, edges: list[_Edge], bands: tuple[int, ...]
) -> list[Run] | Runs:
    """The bands in the row at ``y``: one, or the hills of the next before it."""
    place = 0
    while place < len(edges) and edges[place].line <= y:
        place += 1
    if place == len(edges) or edges[place].top > y:
        return ((width, bands[place]),)
    line, hills, _ = edges[place]
    runs: list[Run] = []
    for hill in hills:
        up = (line - y) / hill.height
        if up >= 1:
            continue
        # A wave's crest: as wide as the hill at the line, and level there.
        half = hill.width * math.acos(2 * up - 1) / math.tau
        left = max(round(hill.middle - half), runs[-1][0] if runs else 0)
        right = min(round(hill.middle + half), width)
        if left < right:
            if left > (runs[-1][0] if runs else 0):
                runs.append((left, bands[place]))
            runs.append((right, bands[place + 1]))
    if not runs or runs[-1][0] < width:
        runs.append((width, bands[place]))
    return runs


def _span(thing: _Thing, y: float, width: int) -> tuple[int, int]:
    """From which pixel to which (exclusive) an object reaches in the row at ``y``."""
    down = 2 * (y - thing.top) / thing.height - 1
    half = thing.width / 2 * (1 - abs(down) ** thing.roundness) ** (1 / thing.roundness)
    middle = thing.middle + thing.bend * thing.width * (1 - down * down)
    return max(round(middle - half), 0), min(round(middle + half), width)


def _before(runs: list[Run] | Runs, left: int, right: int, index: int) -> list[Run] | Runs:
    """The runs with one of another index painted over them."""
    if left >= right:
        return runs
    painted: list[Run] = []
    start = 0
    for end, old in runs:
        if end <= left or start >= right:
            painted.append((end, old))
        else:
            if start < left:
                painted.append((left, old))
            if end >= right:
                painted.append((right, index))
                if end > right:
                    painted.append((end, old))
        start = end
    return painted
