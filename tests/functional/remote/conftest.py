"""Owns the server of the tests about worlds elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.remote.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.host import Host


@pytest.fixture
def host() -> Iterator[Host]:
    """What ``scale-mock serve`` serves."""
    made = serving()
    yield made
    made.stop()
