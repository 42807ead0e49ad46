"""A refusal points at the user's line; what led to it inside of the mock explains nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

CALLS = (
    'mock.rules.add(aftr="1h")',
    'mock.rules.load("nowhere.toml")',
    "mock.faults.add(match={}, status=200)",
    'mock.tasks.complete("nobody")',
    'mock.batches.finalize("nothing")',
    'mock.callbacks.assert_received("t", status="complete")',
    'mock.callbacks.mount("app.test", print)',
    'mock.clock.advance_to("later")',
    'mock.every("often", print)',
    'mock.callbacks.receiver.down(lasting="x")',
    'mock.check(allow="leek")',
)


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_points_at_the_line_of_the_test(run: Run, call: str) -> None:
    result = run(f"def test_one(scale_mock):\n    mock = scale_mock\n    {call}\n", "--tb=short")
    result.assert_outcomes(failed=1)
    lines = result.outlines
    first = lines.index("test_a_refusal_points_at_the_line_of_the_test.py:3: in test_one")
    assert lines[first + 1].strip() == call
    assert [line for line in lines[first:] if "scale_mock/" in line] == []
    assert "E   " in "\n".join(lines[first + 2 : first + 4])


OF_UNITTEST = """
import unittest
import pytest
from scaleapi.tasks import TaskType

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _world(self, scale_mock):
        self.mock = scale_mock

    def test_refused(self):
        self.mock.rules.add(aftr="1h")

    def test_hinted(self):
        with self.mock.intercept():
            client = self.mock.client()
            self.mock.tasks.complete(client.create_task(
                TaskType.Categorization, attachment="https://example.test/a.jpg", categories=["a"],
                attachment_type="image", instruction="x", callback_url=self.mock.callbacks.url,
            ))
        self.mock.callbacks.assert_received()["task_id"]
"""


def test_tests_of_unittest_are_told_the_same(run: Run) -> None:
    result = run(OF_UNITTEST, "--tb=short")
    result.assert_outcomes(failed=2)
    assert [line for line in result.outlines if "scale_mock/" in line] == []
    result.stdout.fnmatch_lines(["*What a callback says is in its json: callback.json[[]...]."])


def test_a_refusal_is_reported_without_a_terminal(run: Run) -> None:
    test = 'def test_one(scale_mock):\n    scale_mock.rules.add(aftr="1h")\n'
    result = run(test, "-p", "no:terminal")
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_full_trace_is_shown_to_who_asks_for_it(run: Run) -> None:
    test = 'def test_one(scale_mock):\n    scale_mock.rules.add(aftr="1h")\n'
    result = run(test, "--full-trace")
    result.stdout.fnmatch_lines(["*scale_mock/rules/parse.py:*: ConfigurationError"])


def test_other_exceptions_from_inside_keep_every_frame(run: Run) -> None:
    """They may be a mistake of the mock's, and whoever reports it needs them."""
    result = run(
        "def test_one(scale_mock):\n    scale_mock.export('/no/such/folder/tasks.jsonl')\n",
        "--tb=short",
    )
    result.stdout.fnmatch_lines(["*scale_mock/mock/*: in export", "E   FileNotFoundError: *"])


REFUSING = """
from functools import partial
import pytest
from scale_mock import ScaleMock
from scale_mock.config import Settings

@pytest.fixture
def without_client(monkeypatch):
    monkeypatch.setattr(ScaleMock, "client", partial(Settings.with_changes, planted=1))

def test_one(without_client, scale_client):
    pass
"""


def test_a_refusal_that_no_line_of_the_users_met_is_shown_as_it_is(run: Run) -> None:
    """Nothing else could be pointed at."""
    result = run(REFUSING, "--tb=short")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*scale_mock/pytest_plugin/__init__.py:*: in scale_client", "E * no setting 'planted'.*"]
    )
