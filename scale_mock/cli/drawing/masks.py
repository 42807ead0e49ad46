"""Draws a segmentation: the regions of its indexed mask, each in the colour of its label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.cli.drawing.page import place_page
from scale_mock.cli.drawing.pixels import Pixels, read_png
from scale_mock.cli.drawing.shapes import Chips, attribute_lines
from scale_mock.cli.drawing.svg import INK, MARGIN, WIDTH, Sheet, number, shortened, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.cli.drawing.subject import Subject

_SAMPLES = 800
"""The longer side of an image is looked at in so many places at most."""
_NOTHING = 0
_UNKNOWN = "#000000"


class _Run(NamedTuple):
    """Equal pixels: the strip's first row and number of rows, the first column, how many, which."""

    top: int
    rows: int
    left: int
    length: int
    number: int


class _Label(NamedTuple):
    name: str
    colour: str
    pixels: int | None
    attributes: object


def draw_segmentation(subject: Subject, title: str) -> Sheet:
    """Draws the colour regions, the label of each in its widest place, and a legend."""
    response = subject.response
    pixels = read_png(subject.fetch(response["annotations"]["combined"]["indexedImage"]))
    labels = dict(_labels(response["labelMapping"]))
    sheet = Sheet(title, [f"{pixels.width} x {pixels.height} pixels (indexed mask)"])
    overall = attribute_lines(response.get("global_attributes"))
    if overall:
        sheet.paragraph("Global attributes: " + "; ".join(overall))
    _legend(sheet, labels)
    step = -(-max(pixels.width, pixels.height) // _SAMPLES)
    view = place_page(sheet, (pixels.width, pixels.height))
    runs = list(_runs(pixels, step))
    by_index: dict[int, list[_Run]] = {}
    for run in runs:
        by_index.setdefault(run.number, []).append(run)
    x, y = view.at(0, 0)
    transform = f"translate({number(x)} {number(y)}) scale({view.scale:.6f})"
    for index, some in sorted(by_index.items()):
        if index == _NOTHING:
            continue
        path = "".join(
            f"M{one.left} {one.top}h{one.length}v{one.rows}h-{one.length}z" for one in some
        )
        sheet.cells(path, transform, labels[index].colour if index in labels else _UNKNOWN)
    chips = Chips(sheet, view.frame)
    for index, some in sorted(by_index.items()):
        if index == _NOTHING:
            continue
        label = labels.get(index, _Label(f"index {index}: no such label", INK, None, None))
        widest = max(some, key=lambda one: min(one.length, one.rows * 4) * 1000 + one.length)
        place = view.at(widest.left + widest.length / 2, widest.top + widest.rows / 2)
        about = [(place[0] - text_width(label.name, 11.5) / 2, place[1] - 8)]
        chips.put(about, shortened(label.name, 40), attribute_lines(label.attributes), INK)
    return sheet


def _labels(mapping: Mapping[str, Any]) -> Iterator[tuple[int, _Label]]:
    """Index to label; instances are numbered."""
    for name, given in mapping.items():
        several = isinstance(given, list)
        for place, one in enumerate(given if several else [given]):
            colour = str(one.get("color"))
            if not re.fullmatch("#[0-9a-fA-F]{3,8}", colour):
                colour = _UNKNOWN
            shown = f"{name} {place + 1}" if several else name
            yield one["index"], _Label(shown, colour, one.get("numPixels"), one.get("attributes"))


def _legend(sheet: Sheet, labels: Mapping[int, _Label]) -> None:
    x, y = float(MARGIN), sheet.bottom + 6
    for index, label in labels.items():
        count = "" if label.pixels is None else f", {label.pixels} pixels"
        text = f"{index} {shortened(label.name, 40)}{count}"
        width = text_width(text, 11) + 34
        if x + width > WIDTH - MARGIN and x > MARGIN:
            x, y = float(MARGIN), y + 18
        sheet.rectangle((x, y - 10), (12, 12), fill=label.colour)
        sheet.text((x + 17, y), text, 11)
        x += width
    sheet.bottom = y + 14


def _runs(pixels: Pixels, step: int) -> Iterator[_Run]:
    """The runs of equal pixels, rows that look the same taken together.

    Args:
        pixels: An image whose pixels' first byte is an index.
        step: Every how many pixels it is looked at, across and down.
    """
    tops = range(0, pixels.height, step)
    sampled = [pixels.rows[top][:: pixels.channels * step] for top in tops]
    start = 0
    for place in range(1, len(sampled) + 1):
        if place < len(sampled) and sampled[place] == sampled[start]:
            continue
        top = tops[start]
        bottom = tops[place] if place < len(sampled) else pixels.height
        # Bytes of one value are found by the expression engine, a hundred times faster than here.
        for run in re.finditer(rb"(.)\1*", sampled[start], re.DOTALL):
            left, right = run.start() * step, min(run.end() * step, pixels.width)
            yield _Run(top, bottom - top, left, right - left, run.group()[0])
        start = place
