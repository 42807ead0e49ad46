"""Identifiers in Scale's shapes, derived from a seed and what the thing is, never from luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from datetime import datetime


def object_id(created_at: datetime, seed: int, *names: object) -> str:
    """24 hex digits, the first 8 the creation second, as Scale's (MongoDB's) ids look.

    Args:
        created_at: The instant of creation, aware.
        seed: The world's seed.
        names: What tells this thing from all others of the world.
    """
    seconds = int(created_at.timestamp()) & 0xFFFFFFFF
    return f"{seconds:08x}{digest(seed, 'id', *names)[:8].hex()}"


def uuid_text(seed: int, *names: object) -> str:
    """A UUID of version 4's shape, as annotations and files carry."""
    raw = bytearray(digest(seed, "uuid", *names))
    raw[6] = (raw[6] & 0x0F) | 0x40
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
