"""Writes PNG images, row by row: 8 bits a channel, one, three or four channels.

Only what masks need, in the standard library; rows that repeat cost next to nothing. The format is
ISO/IEC 15948 (https://www.w3.org/TR/png-3/).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

MEDIA_TYPE = "image/png"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""PNG's number per count of channels: gray, RGB, RGBA."""
_AS_IT_IS, _LIKE_ABOVE = b"\x00", b"\x02"
"""The filters: a row's own bytes, or their difference from the row above."""


def png(
    width: int, height: int, strips: Iterable[tuple[bytes, int]], *, channels: Literal[1, 3, 4]
) -> bytes:
    """A PNG file.

    Args:
        width: Pixels across.
        height: Pixels down.
        strips: From the top, the bytes of a row (width times channels) and how many equal rows
            follow each other; the numbers of rows add up to the height.
        channels: 1 for gray, 3 for RGB, 4 for RGBA.
    """
    packer = zlib.compressobj(level=1)
    same = _LIKE_ABOVE + bytes(width * channels)
    packed: list[bytes] = []
    for row, count in strips:
        packed.append(packer.compress(_AS_IT_IS + row))
        if count > 1:
            packed.append(packer.compress(same * (count - 1)))
    packed.append(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", b"".join(packed)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
