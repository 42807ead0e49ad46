"""Objects on a street: where each is in every frame.

A road passes the device, with lanes for cars, bicycles and people on both sides and room beside it.
All that moves in a lane moves at the lane's pace, and everything has its own stretch of a lane, so
that nothing runs into anything. Lengths are metres, the device stands at the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.lidar.frames import SECONDS
from scale_mock.tasktypes.lidar.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.lidar.kinds import Kind, Place

FARTHEST = 60.0
"""Nobody draws cuboids around the few points beyond."""

_WITHIN = 0.95
_USUAL = 12
_MOST = 64
_STRETCH: dict[Place, float] = {"road": 14.0, "bike": 4.0, "walk": 2.5, "side": 11.0}
_PACE: dict[Place, tuple[float, float]] = {"road": (6, 11), "bike": (3, 5), "walk": (0.8, 1.6)}
_LANES: tuple[tuple[Place, float], ...] = (
    ("road", 3.6),
    ("bike", 6.6),
    ("walk", 9.0),
    *(("side", 13.5 + 6.5 * row) for row in range(6)),
)
_ROOM_NEEDED = 30.0
"""Where less is looked at, the lanes move together."""


@dataclass(slots=True)
class Track:
    """One object: its size, and where it is at which frame.

    Attributes:
        label: What it is.
        size: Width, length and height.
        start: x and y at frame 0, whether it is in sight then or not.
        step: What is added to them from one frame to the next.
        yaw: Its heading in radians; 0 is along the y axis, counter-clockwise is positive.
        tilt: Pitch and roll in radians.
        first, last: The frames between which it is in sight, both included.
        density: How many points it gets, relative to others of its size and distance.
    """

    label: str
    size: tuple[float, float, float]
    start: tuple[float, float]
    step: tuple[float, float]
    yaw: float
    tilt: tuple[float, float]
    first: int
    last: int
    density: float

    @property
    def stationary(self) -> bool:
        """Whether it stays where it is."""
        return self.step == (0.0, 0.0)

    def at(self, frame: int) -> tuple[float, float]:
        """Its x and y at a frame."""
        return self.start[0] + frame * self.step[0], self.start[1] + frame * self.step[1]


@dataclass(slots=True)
class _Lane:
    place: Place
    x: float
    pace: float
    anchor: int
    stretches: list[float]


def drive(
    seed: int, identity: str, labels: Sequence[str], frames: int, farthest: float | None
) -> list[Track]:
    """The objects around a device, each label at least once while there is room.

    Args:
        seed: The world's seed.
        identity: What tells the task from all others.
        labels: The labels; each twice or so.
        frames: How many frames there are, a tenth of a second apart.
        farthest: The largest distance from the device; 60 if not given, or if larger.
    """
    chance = stream(seed, "lidar", identity)
    reach = min(farthest or FARTHEST, FARTHEST) * _WITHIN
    road = chance.fraction() * math.tau
    lanes = _lanes(reach, frames, chance)
    tracks = []
    for label in _wanted(labels, chance):
        kind = kind_of(label)
        rests = chance.below(100) < kind.resting
        lane = _free_lane(lanes, "side" if rests else kind.place, chance)
        if lane is not None:
            tracks.append(_track(label, kind, lane, chance, (reach, frames, road)))
    return tracks


def _wanted(labels: Sequence[str], chance: Stream) -> Iterator[str]:
    yield from labels[:_MOST]
    for _ in range(len(labels), _USUAL):
        if labels and chance.fraction() < 0.6:
            yield chance.choice(labels)


def _lanes(reach: float, frames: int, chance: Stream) -> list[_Lane]:
    lanes = []
    for place, beside in _LANES:
        for side in (1, -1):
            x = side * beside * min(1.0, reach / _ROOM_NEEDED)
            if abs(x) > 0.9 * reach:
                continue
            half = math.sqrt(reach**2 - x**2) * 0.95
            count = max(int(2 * half / _STRETCH[place]), 1)
            middles = [(2 * index + 1 - count) * half / count for index in range(count)]
            chance.shuffle(middles)
            slow, fast = _PACE.get(place, (0.0, 0.0))
            pace = side * (slow + (fast - slow) * chance.fraction())
            lanes.append(_Lane(place, x, pace, chance.below(max(frames, 1)), middles))
    return lanes


def _free_lane(lanes: list[_Lane], place: Place, chance: Stream) -> _Lane | None:
    """A lane of the right kind with room; else any beside the road, where things rest."""
    for wanted in (place, "side"):
        free = [lane for lane in lanes if lane.place == wanted and lane.stretches]
        if free:
            near = free[:4]
            return chance.choice(near)
    return None


def _track(
    label: str, kind: Kind, lane: _Lane, chance: Stream, about: tuple[float, int, float]
) -> Track:
    reach, frames, road = about
    grown = 0.93 + 0.14 * chance.fraction()
    width, length, height = (side * grown for side in kind[:3])
    spare = max(_STRETCH[lane.place] - length, 0.0) * 0.3
    y = lane.stretches.pop() + spare * (chance.fraction() - 0.5)
    heading = road if lane.x > 0 else road + math.pi
    if not lane.pace:
        heading += 0.12 * (chance.fraction() - 0.5)
    sin, cos = math.sin(road), math.cos(road)
    x0, y0 = lane.x * cos - y * sin, lane.x * sin + y * cos
    if math.hypot(x0, y0) > reach:  # its stretch reaches beyond
        x0, y0 = (value * reach / math.hypot(x0, y0) for value in (x0, y0))
    move = lane.pace * SECONDS
    step = (-move * sin, move * cos) if move else (0.0, 0.0)
    start = (x0 - lane.anchor * step[0], y0 - lane.anchor * step[1])
    first, last = _in_reach((x0, y0), step, reach)
    return Track(
        label,
        (width, length, height),
        start,
        step,
        _turned(heading),
        (0.06 * (chance.fraction() - 0.5), 0.06 * (chance.fraction() - 0.5)),
        max(lane.anchor + first, 0),
        min(lane.anchor + last, frames - 1),
        0.7 + 0.6 * chance.fraction(),
    )


def _in_reach(
    place: tuple[float, float], step: tuple[float, float], reach: float
) -> tuple[int, int]:
    """How many steps back and forth a place within reach stays within reach."""
    (x, y), (dx, dy) = place, step
    square = dx * dx + dy * dy
    if not square:
        return -(10**9), 10**9
    half = x * dx + y * dy
    root = math.sqrt(max(half * half - square * (x * x + y * y - reach * reach), 0.0))
    return min(math.ceil((-half - root) / square), 0), max(math.floor((-half + root) / square), 0)


def _turned(angle: float) -> float:
    """The angle between -pi (excluded) and pi, cut to a few digits so that it stays there."""
    turned = math.remainder(angle, math.tau)
    return math.trunc(turned * 10**5) / 10**5
