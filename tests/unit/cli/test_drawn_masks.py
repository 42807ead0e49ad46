"""Segmentations, drawn from masks of pixels, read back from the SVG."""

from __future__ import annotations

import re
import struct
import zlib

import pytest

from scale_mock.cli.drawing import DrawingError, draw
from scale_mock.cli.drawing.pixels import read_png
from tests.unit.cli.shown import Picture, answered, task


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: list[tuple[int, bytes]], width: int, colour: int, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(bytes([how]) + row for how, row in rows))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", packed[:5]), chunk(b"IDAT", packed[5:]))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def test_regions_are_as_large_as_their_pixels() -> None:
    asked, fetch = answered("segmentannotation")
    drawn = Picture(draw(asked, fetch))
    painted = {}
    for one in drawn.all("path"):
        cells = re.findall(r"M\d+ \d+h(\d+)v(\d+)h-\d+z", one["d"])
        painted[one["fill"]] = sum(int(wide) * int(tall) for wide, tall in cells)
    counted = {one["color"]: one["numPixels"] for one in asked["response"]["labelMapping"].values()}
    whole = sum(counted.values())
    assert painted.keys() == counted.keys()
    assert sum(painted.values()) == whole
    # It is sampled, not looked at pixel by pixel.
    for colour, count in counted.items():
        assert painted[colour] == pytest.approx(count, abs=whole / 100)


def test_every_filter_of_png_is_undone() -> None:
    # By hand, from the standard: each row is 10, 20, 35 after its filter is undone.
    rows = [
        (0, bytes([10, 20, 35])),
        (1, bytes([10, 10, 15])),
        (2, bytes([0, 0, 0])),
        (3, bytes([5, 5, 8])),
        (4, bytes([0, 0, 0])),
        (2, bytes([1, 0, 255])),
    ]
    pixels = read_png(png(rows, 3, 0))
    assert pixels.rows[:5] == [bytes([10, 20, 35])] * 5
    assert pixels.rows[5] == bytes([11, 20, 34])
    colours = read_png(png([(1, bytes([1, 2, 3, 1, 1, 1]))], 2, 2))
    assert (colours.channels, colours.rows) == (3, [bytes([1, 2, 3, 2, 3, 4])])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"GIF89a", "no PNG"),
        (png([(0, b"\1")], 8, 0, depth=1), "1 bits a channel"),
        (png([(0, b"\1")], 2, 0), "too few or too many pixels"),
        (b"\x89PNG\r\n\x1a\n", "broken PNG"),
    ],
)
def test_a_mask_that_cannot_be_read_is_said_to_be_so(content: bytes, says: str) -> None:
    response = {"annotations": {"combined": {"indexedImage": "u"}}, "labelMapping": {}}
    with pytest.raises(DrawingError, match=says):
        draw(task("segmentannotation", response), lambda _: content)


def test_an_index_that_no_label_has_is_pointed_out() -> None:
    response = {
        "annotations": {"combined": {"indexedImage": "u"}},
        "labelMapping": {"road": {"index": 1, "color": "url(#evil)", "numPixels": 2}},
    }
    content = png([(0, bytes([1, 1, 7]))], 3, 0)
    drawn = Picture(draw(task("segmentannotation", response), lambda _: content))
    assert "index 7: no such label" in drawn.texts
    assert "evil" not in drawn.svg


def test_instances_are_numbered_and_attributes_written() -> None:
    answers = {"index": 1, "color": "#ff0000", "numPixels": 2, "attributes": {"wet": True}}
    other = {"index": 2, "color": "#ff0000", "numPixels": 1, "attributes": None}
    response = {
        "annotations": {"combined": {"indexedImage": "u"}},
        "labelMapping": {"car": [answers, other]},
        "global_attributes": {"night": False},
    }
    content = png([(0, bytes([1, 1, 2]))], 3, 0)
    drawn = Picture(draw(task("segmentannotation", response), lambda _: content))
    assert {"car 1", "car 2", "wet: yes", "Global attributes: night: no"} <= {*drawn.texts}
