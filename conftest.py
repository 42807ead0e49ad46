"""What every test shares: pytest's own tool for testing plugins, and hypothesis' pace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# What was said to this run is not said to the runs of pytest inside its tests.
os.environ.pop("PYTEST_ADDOPTS", None)

# A machine that is busy with something else must not fail a property.
settings.register_profile("scale_mock", deadline=None)
settings.load_profile("scale_mock")

pytest_plugins = ["pytester"]

# Where pytest finds one of these it cuts no line short, and the texts of inner runs would differ.
CUTS_NOTHING = ("CI", "BUILD_NUMBER")


@pytest.fixture(scope="session", autouse=True)
def a_terminal_of_our_own() -> Iterator[None]:
    """Runs of pytest inside tests print the same wherever this suite runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in CUTS_NOTHING:
            patch.delenv(name, raising=False)
        yield
