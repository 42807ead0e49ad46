"""How large an image is taken to be: as its metadata or its file say, else a usual size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order

USUAL = ((1280, 720), (1920, 1080), (1024, 768), (640, 480), (1600, 1200))
"""Width and height in pixels of images of which nothing is known."""


def canvas_of(order: Order) -> tuple[int, int]:
    """Width and height of the order's image in pixels.

    ``width`` and ``height`` of the metadata, or ``video.resolution.w`` and ``.h``, come first, then
    the uploaded file, then one of the usual sizes. Draws from the order's stream once, always.
    """
    drawn = order.stream.choice(USUAL)
    return told_size(order) or drawn


def told_size(order: Order) -> tuple[int, int] | None:
    """The size that the metadata or the uploaded file tell, in pixels; ``None`` if neither does."""
    metadata = order.metadata
    width, height = metadata.get("width"), metadata.get("height")
    video = metadata.get("video")
    resolution = video.get("resolution") if isinstance(video, dict) else None
    if isinstance(resolution, dict):
        width, height = resolution.get("w"), resolution.get("h")
    if _is_size(width) and _is_size(height):
        return int(width), int(height)
    return order.image_size


def _is_size(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 1e6
