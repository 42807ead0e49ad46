"""The facade for Python users: everything a test does with a world, through one object.

It is loaded when it is first asked for, because much of what lies here does without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.mock.facade import ScaleMock as ScaleMock

__all__ = ["ScaleMock"]


def __getattr__(name: str) -> object:
    """Loads the facade on first use."""
    if name != "ScaleMock":
        raise AttributeError(f"module 'scale_mock.mock' has no attribute {name!r}")
    from scale_mock.mock.facade import ScaleMock

    return ScaleMock
