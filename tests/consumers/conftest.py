"""Owns which consumers are tested here, and the platform that they are fed from.

The tests of this folder hand responses and result files to programs that nobody here wrote and that
read Scale's formats. With all that they ask for they weigh 2.4 GB, and two of them install
different files under the same name (``dacite``), so they come with extras of their own and CI gives
them environments of their own. Where one is not installed, its tests are not collected; naming its
file on the command line collects it all the same, and then it fails for want of the package.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.consumers.platform import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.pytest_plugin import ScaleServer

# FiftyOne reports its use over the network unless it is told not to, before it is imported.
os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"
# Nothing here has a screen.
os.environ["MPLBACKEND"] = "Agg"

CONSUMERS = {
    "test_fiftyone.py": "fiftyone",
    "test_nucleus.py": "nucleus",
    "test_lidar_io.py": "scale_lidar_io",
    "test_sensor_fusion_io.py": "scale_sensor_fusion_io",
}
collect_ignore_glob = [file for file, package in CONSUMERS.items() if find_spec(package) is None]


@pytest.fixture(params=[0, 1, 2], ids=lambda seed: f"seed-{seed}")
def platform(request: pytest.FixtureRequest, scale_server: ScaleServer) -> Iterator[Platform]:
    """A world behind a real socket, which must end without anything unnoticed."""
    with scale_server.open_world(seed=request.param) as mock:
        yield Platform(mock)
        mock.check()
