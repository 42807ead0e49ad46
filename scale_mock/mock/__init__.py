"""The facade for Python users: everything a test does with a world, through one object."""

from __future__ import annotations

from scale_mock.mock.facade import ScaleMock

__all__ = ["ScaleMock"]
