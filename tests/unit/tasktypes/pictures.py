"""Reads PNG images for the tests, in a way of its own: the standard's filters, byte by byte."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple


class Picture(NamedTuple):
    """A decoded image; ``rows`` hold the bytes of each row without its filter."""

    width: int
    height: int
    channels: int
    rows: list[bytes]

    @property
    def pixels(self) -> list[bytes]:
        size = self.channels
        return [
            row[start : start + size] for row in self.rows for start in range(0, len(row), size)
        ]


def read_png(content: bytes) -> Picture:
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, []
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        body = content[place + 4 : place + 8 + length]
        (check,) = struct.unpack(">I", content[place + 8 + length : place + 12 + length])
        assert zlib.crc32(body) == check
        chunks.append((body[:4], body[4:]))
        place += 12 + length
    assert [chunks[0][0], chunks[-1]] == [b"IHDR", (b"IEND", b"")]
    head = struct.unpack(">IIBBBBB", chunks[0][1])
    width, height, depth, colour = head[:4]
    assert (depth, head[4:]) == (8, (0, 0, 0))
    channels = {0: 1, 2: 3, 6: 4}[colour]
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    size = width * channels
    assert len(raw) == height * (size + 1)
    rows: list[bytes] = []
    above = bytes(size)
    for start in range(0, len(raw), size + 1):
        filtered = raw[start + 1 : start + 1 + size]
        if raw[start] == 2:
            filtered = bytes((one + up) & 255 for one, up in zip(filtered, above, strict=True))
        else:
            assert raw[start] == 0
        rows.append(filtered)
        above = filtered
    return Picture(width, height, channels, rows)
