"""Pages: how large one is, where it lies on the sheet, and where a place on it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.cli.drawing.svg import MARGIN, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.cli.drawing.svg import Place, Sheet

USUAL = ((640, 480), (1024, 768), (1280, 720), (1600, 1200), (1920, 1080))
_TALLEST = 1000


class Extent(NamedTuple):
    """A rectangle: its least and its largest x and y."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: Extent) -> Extent:
        """What holds both."""
        return Extent(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class View:
    """Where places of a page are drawn.

    Args:
        origin: Where the page's 0, 0 is on the sheet.
        scale: Units of the sheet per unit of the page.
        up: Whether y grows upwards.
        frame: What the chips with labels have to stay in, on the sheet.
    """

    origin: Place
    scale: float
    frame: Extent
    up: bool = False

    def at(self, x: float, y: float) -> Place:
        """Where a place of the page is on the sheet."""
        down = -y if self.up else y
        return self.origin[0] + x * self.scale, self.origin[1] + down * self.scale


def extent_of(places: Iterable[Place]) -> Extent | None:
    """What holds all the places."""
    listed = list(places)
    if not listed:
        return None
    xs, ys = [x for x, _ in listed], [y for _, y in listed]
    return Extent(min(xs), min(ys), max(xs), max(ys))


def told_size(metadata: Mapping[str, Any]) -> Place | None:
    """The size that the task's metadata tell, in pixels."""
    video = metadata.get("video")
    resolution = video.get("resolution") if isinstance(video, dict) else None
    size = (metadata.get("width"), metadata.get("height"))
    if isinstance(resolution, dict):
        size = (resolution.get("w"), resolution.get("h"))
    if all(isinstance(side, int | float) and side >= 1 for side in size):
        return float(size[0] or 0), float(size[1] or 0)
    return None


def guessed_size(extent: Extent | None, padding: Place = (0, 0)) -> Place:
    """The smallest usual size that holds all labels, or what just holds them.

    Args:
        extent: What holds all labels.
        padding: How far labels may reach beyond the page.
    """
    across, down = (extent.right - padding[0], extent.bottom - padding[1]) if extent else (0, 0)
    for width, height in USUAL:
        if across <= width and down <= height:
            return width, height
    return across * 1.02, down * 1.02


def place_page(
    sheet: Sheet,
    size: Place,
    seen: Extent | None = None,
    *,
    column: tuple[int, int] = (0, 1),
    top: float | None = None,
) -> View:
    """Draws a blank page at the end of the sheet.

    Args:
        sheet: The sheet.
        size: The page's width and height.
        seen: What else is to be seen, even where it lies off the page.
        column: Which of how many columns of the sheet it fills.
        top: Where it begins, if not below all that is there.
    """
    page = Extent(0, 0, *size)
    shown = page.joined(seen) if seen else page
    place, of = column
    room = (WIDTH - 2 * MARGIN - (of - 1) * MARGIN) / of
    scale = min(
        room / max(shown.right - shown.left, 1e-9), _TALLEST / max(shown.bottom - shown.top, 1e-9)
    )
    left = MARGIN + place * (room + MARGIN)
    start = sheet.bottom if top is None else top
    view_height = (shown.bottom - shown.top) * scale
    view = View(
        (left - shown.left * scale, start - shown.top * scale),
        scale,
        Extent(left, start, left + (shown.right - shown.left) * scale, start + view_height),
    )
    sheet.rectangle(
        view.at(0, 0), (size[0] * scale, size[1] * scale), fill="#ffffff", stroke="#9ca3af", width=1
    )
    sheet.bottom = max(sheet.bottom, start + view_height)
    return view
