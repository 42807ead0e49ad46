"""Which frames of a video are annotated: their numbers, and when they are.

Nobody downloads a video, so how long one is and how many frames it has a second is made up, unless
the task's metadata says so: ``metadata.video`` with ``duration`` in seconds and ``frame_rate``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order

USUAL_RATE = 30
"""Frames a second of a video of which nothing is known (our choice)."""
FRAMES_MAX = 100_000
"""No more frames of a video are annotated (our ceiling: somebody has to hold the answer)."""
_SHORTEST_S, _LONGEST_S = 4.0, 20.0


@dataclass(frozen=True, slots=True)
class Clip:
    """The annotated frames of a video.

    Args:
        keys: Their numbers in the video, counted from 0; rising, at least one.
        video_rate: Frames of the video a second.
        rate: Annotated frames a second.
    """

    keys: tuple[int, ...]
    video_rate: float
    rate: float

    def seconds(self, key: int) -> float:
        """When a frame is, in seconds from the beginning of the video."""
        return round(key / self.video_rate, 6)


def clip_of_frames(order: Order) -> Clip:
    """The clip of ``videoannotation`` and the types like it.

    Images are all annotated (documented). Of a video, ``frame_rate`` frames a second are, from
    ``start_time`` on for ``duration_time``, each at the nearest frame of the video.
    """
    params = order.params
    rate = params.get("frame_rate")
    if params.get("attachment_type") != "video":
        usual = rate or _known(order, "frame_rate", 1000) or 1
        return Clip(tuple(range(len(params["attachments"]))), usual, usual)
    video_rate = _known(order, "frame_rate", 1000) or USUAL_RATE
    begin = params.get("start_time", 0)
    span = params.get("duration_time")
    length = _known(order, "duration", 1e6)
    if length is not None:
        begin = min(begin, length)
        span = length - begin if span is None else min(span, length - begin)
    elif span is None:
        span = _invented(order)
    return _sampled(_nearest(begin * video_rate), span * video_rate, video_rate, rate)


def clip_of_playback(order: Order) -> Clip:
    """The clip of ``videoplaybackannotation``: from the beginning to the end.

    ``key = round((i / annotation rate) * video rate)`` (documented), counted from 0.
    """
    params = order.params
    rate = params.get("annotation_frame_rate") or params.get("frame_rate") or 1
    video_rate = params.get("video_frame_rate") or _known(order, "frame_rate", 1000)
    if params.get("attachment") is None:
        return _sampled(0, len(params["attachments"]), video_rate or rate, rate)
    video_rate = video_rate or USUAL_RATE
    span = _known(order, "duration", 1e6) or _invented(order)
    return _sampled(0, span * video_rate, video_rate, rate)


def check_frame_count(params: Mapping[str, Any]) -> None:
    """Refuses a clip of more frames than are annotated here.

    Raises:
        Fault: The request alone says that it is too long.
    """
    rate = min(params.get("frame_rate", USUAL_RATE), USUAL_RATE)
    if params.get("duration_time", 0) * rate > FRAMES_MAX:
        raise Fault(f"asks for more than {FRAMES_MAX} frames at its frame_rate", "duration_time")


def _sampled(first: int, span: float, video_rate: float, rate: float | None) -> Clip:
    """Every so manieth of the frames from ``first`` on, ``span`` frames long."""
    rate = min(rate or video_rate, video_rate)
    total = max(_nearest(span), 1)
    count = min(max(math.ceil(total * rate / video_rate - 1e-9), 1), FRAMES_MAX)
    keys = [_nearest(index * video_rate / rate) for index in range(count)]
    while len(keys) > 1 and keys[-1] >= total:
        keys.pop()
    return Clip(tuple(first + key for key in keys), video_rate, rate)


def _nearest(number: float) -> int:
    """The nearest integer, halves upwards, as the platform's own language rounds."""
    return math.floor(number + 0.5)


def _known(order: Order, name: str, most: float) -> float | None:
    """What the metadata says about the video, if it makes sense."""
    video = order.metadata.get("video")
    value = video.get(name) if isinstance(video, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
        return value
    return None


def _invented(order: Order) -> float:
    """A plausible length in seconds."""
    return round(_SHORTEST_S + (_LONGEST_S - _SHORTEST_S) * order.stream.fraction(), 1)
