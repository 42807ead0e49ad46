"""The gate before Rapid's production, set by marker, flag, variable and ini option."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from tests.plugin.conftest import Run

PRODUCTION = """
import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

def produce(client):
    client.create_project("kittens", TaskType.Categorization, rapid=True)
    return client.create_batch("kittens", "monday").status

def test_default(scale_client, scale_test_client):
    with pytest.raises(ScaleInvalidRequest, match="needs a calibration batch"):
        produce(scale_client)
    assert produce(scale_test_client) == "staging"

@pytest.mark.scale_mock(rapid_gate="off")
def test_marker(scale_client):
    assert produce(scale_client) == "staging"
"""
OFF = (
    PRODUCTION.partition("def test_default")[0]
    + """
def test_off(scale_client):
    assert produce(scale_client) == "staging"
"""
)


def test_the_marker_outranks_the_default(run: Run) -> None:
    run(PRODUCTION).assert_outcomes(passed=2)


def test_the_flag(run: Run) -> None:
    run(OFF, "--scale-mock-rapid-gate=off").assert_outcomes(passed=1)


def test_the_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_MOCK_RAPID_GATE", "off")
    run(OFF).assert_outcomes(passed=1)


def test_the_ini_option(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nscale_mock_rapid_gate = off\n")
    run(OFF).assert_outcomes(passed=1)
