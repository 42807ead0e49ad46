"""A user's test module as a type checker sees it: every fixture, annotated, under ``--strict``.

Never run; mypy reads it together with the package.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from scale_mock import Rule, ScaleMock

if TYPE_CHECKING:
    import scaleapi

    from scale_mock.mock.callbacks import Callbacks
    from scale_mock.mock.clock import Clock
    from scale_mock.pytest_plugin import ScaleServer


@pytest.fixture(scope="session")
def scale_mock_config() -> dict[str, Any]:
    """The override point takes ScaleMock's arguments."""
    return {"seed": 7, "rules": [Rule(name="quick", after=timedelta(hours=1))]}


@pytest.mark.scale_mock(seed=7, clock="manual", start_at="2024-01-01", strict=False)
def test_every_fixture(
    scale_mock: ScaleMock,
    scale_client: scaleapi.ScaleClient,
    scale_test_client: scaleapi.ScaleClient,
    scale_callbacks: Callbacks,
    scale_clock: Clock,
    scale_server: ScaleServer,
) -> None:
    """What a test does with the fixtures, and what type it gets back."""
    assert_type(scale_mock.seed, int)
    assert_type(scale_mock.live_key, str)
    assert_type(scale_clock.now(), datetime)
    assert_type(scale_callbacks.url, str)
    assert_type(scale_server.v1_url, str)
    scale_clock.advance(hours=3)
    scale_clock.advance("1d 6h")
    scale_callbacks.assert_received(task={"task_id": "1"}, within=timedelta(days=1))
    scale_mock.rules.add(name="broken", match={"type": "imageannotation"}, outcome="error")
    with scale_server.open_world(name="shop", seed=1) as shop:
        assert_type(shop, ScaleMock)
    client = scale_mock.client("test")
    client.tasks()
    scale_client.tasks()
    scale_test_client.tasks()
    scale_mock.check()


def test_without_fixtures() -> None:
    """The same in a ``with`` statement."""
    began = datetime(2024, 1, 1, tzinfo=UTC)
    with ScaleMock(seed=7, start_at=began, rules=[{"after": "2h..8h"}]) as mock:
        assert_type(mock, ScaleMock)
        assert_type(mock.journal.digest(), str)
        assert_type(str(mock.explain("65920080de6ea802727d5547")), str)
