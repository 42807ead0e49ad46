"""Every setting and every limit of a world: one table, many readers."""

from __future__ import annotations

from scale_mock.config.settings import Settings

__all__ = ["Settings"]
