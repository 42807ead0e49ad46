"""Lends the manual's tests the doors of the functional ones."""

from __future__ import annotations

from tests.functional.conftest import door, open_door, receiver, tap

__all__ = ["door", "open_door", "receiver", "tap"]
