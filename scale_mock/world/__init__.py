"""One simulation put together, without any door."""

from __future__ import annotations

from scale_mock.world.world import World

__all__ = ["World"]
