"""Reads PNG images, as far as masks go: 8 bits a channel, not interlaced."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from scale_mock.cli.drawing.subject import DrawingError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Per colour type of the format (ISO/IEC 15948), how many bytes a pixel has."""
PIXELS_MAX = 200_000_000


@dataclass(frozen=True, slots=True)
class Pixels:
    """An image.

    Args:
        width: Pixels across.
        height: Pixels down.
        channels: Bytes a pixel.
        rows: The rows from the top; of the sorts that repeat, one object is there several times.
    """

    width: int
    height: int
    channels: int
    rows: list[bytes]


def read_png(content: bytes) -> Pixels:
    """Decodes a PNG file.

    Raises:
        DrawingError: It is none, or one of a sort that masks never are.
    """
    if not content.startswith(_SIGNATURE):
        raise DrawingError("A mask is no PNG file.")
    head, data = b"", b""
    at = len(_SIGNATURE)
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            head = body
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    try:
        width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
        unpacked = zlib.decompress(data)
    except (struct.error, zlib.error) as error:
        raise DrawingError(f"A mask is a broken PNG file: {error}") from error
    channels = _CHANNELS.get(colour)
    if depth != 8 or interlaced or channels is None or width * height > PIXELS_MAX:
        raise DrawingError(
            f"A mask is a PNG file of {width} x {height} pixels, colour type {colour}, with "
            f"{depth} bits a channel; masks that are not interlaced, have 8 bits a channel and at "
            f"most {PIXELS_MAX} pixels can be drawn."
        )
    if len(unpacked) != (width * channels + 1) * height:
        raise DrawingError("A mask is a broken PNG file: it has too few or too many pixels.")
    return Pixels(width, height, channels, _rows(unpacked, width * channels, channels))


def _rows(unpacked: bytes, length: int, channels: int) -> list[bytes]:
    rows: list[bytes] = []
    above = bytes(length)
    blank = bytes(length)
    for at in range(0, len(unpacked), length + 1):
        how, row = unpacked[at], unpacked[at + 1 : at + 1 + length]
        # Rows that repeat the one above, as those of masks do, are not looked at byte by byte.
        if how == 2 and row == blank:
            rows.append(above)
            continue
        above = row if how == 0 else _unfiltered(how, row, above, channels)
        rows.append(above)
    return rows


def _unfiltered(how: int, row: bytes, above: bytes, channels: int) -> bytes:
    """Undoes the filter of a row: 1 is left, 2 above, 3 their average, 4 the closest (Paeth)."""
    done = bytearray(row)
    for at, value in enumerate(row):
        left = done[at - channels] if at >= channels else 0
        if how == 1:
            guess = left
        elif how == 2:
            guess = above[at]
        elif how == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], above[at - channels] if at >= channels else 0)
        done[at] = (value + guess) & 255
    return bytes(done)


def _paeth(left: int, above: int, corner: int) -> int:
    target = left + above - corner
    return min((left, above, corner), key=lambda one: abs(target - one))
