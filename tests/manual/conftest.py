"""Lends the manual's tests the doors of the functional ones, and the runs of the plugin's."""

from __future__ import annotations

from tests.functional.conftest import door, open_door, receiver, tap
from tests.plugin.conftest import run, without_environment

__all__ = ["door", "open_door", "receiver", "run", "tap", "without_environment"]
