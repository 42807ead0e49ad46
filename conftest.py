"""What every test shares: pytest's own tool for testing plugins, and hypothesis' pace."""

from __future__ import annotations

import os

from hypothesis import settings

# What was said to this run is not said to the runs of pytest inside its tests.
os.environ.pop("PYTEST_ADDOPTS", None)

# A machine that is busy with something else must not fail a property.
settings.register_profile("scale_mock", deadline=None)
settings.load_profile("scale_mock")

pytest_plugins = ["pytester"]
