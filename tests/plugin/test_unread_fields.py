"""Fields that nobody read, in the summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

HEAD = """
import pytest, requests

def create(mock, **fields):
    body = {"attachment": "car", "attachment_type": "text", "categories": ["a", "b"], **fields}
    requests.post(
        "https://api.scale.com/v1/task/categorization", auth=(mock.live_key, ""), json=body
    ).raise_for_status()
"""
TITLE = "*= scale_mock: fields that nobody read =*"
ADVICE = (
    "Scale takes such fields and ignores them, and so does scale_mock. To have them refused:",
    "    @pytest.mark.scale_mock(strict_fields=True), or --scale-mock-strict-fields.",
)


def test_the_summary_names_each_with_its_first_test_and_how_often(run: Run) -> None:
    result = run(
        HEAD
        + """
def test_one(scale_mock):
    create(scale_mock, instructoin="which?", metadata={"x": 1})
    create(scale_mock, instructoin="which?")

def test_two(scale_mock):
    create(scale_mock, instructoin="which?")
    create(scale_mock, colour="red")
    assert False, "failed tests count as well"

def test_three(scale_mock):
    requests.post("https://api.scale.com/v1/projects", auth=(scale_mock.live_key, ""),
        json={"name": "p", "type": "categorization", "params": {"categores": ["a"]}})
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    file = "test_the_summary_names_each_with_its_first_test_and_how_often.py"
    result.stdout.fnmatch_lines(
        [
            TITLE,
            f"create_project categorization: 'params.categores' (once, by {file}::test_three); "
            "did you mean 'params.categories'?",
            f"create_task categorization: 'colour' (once, by {file}::test_two)",
            f"create_task categorization: 'instructoin' (3 times, first by {file}::test_one); "
            "did you mean 'instruction'?",
            *ADVICE,
            "*short test summary*",
        ],
        consecutive=True,
    )


def test_nothing_is_said_where_every_field_was_read(run: Run) -> None:
    result = run(HEAD + "\ndef test_it(scale_mock):\n    create(scale_mock, priority=30)\n")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*nobody read*")


def test_strict_fields_refuse_what_would_be_told(run: Run) -> None:
    module = HEAD + "\ndef test_it(scale_mock):\n    create(scale_mock, colour='red')\n"
    result = run(module, "--scale-mock-strict-fields")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line(TITLE)


@pytest.mark.slow
def test_workers_of_xdist_hand_them_over(
    pytester: pytest.Pytester, without_environment: None
) -> None:
    pytester.makepyfile(
        HEAD
        + """
@pytest.mark.parametrize("number", range(8))
def test_it(scale_mock, number):
    create(scale_mock, colour="red")
    if number == 3:
        create(scale_mock, size="large")
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-n", "2")
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(
        [
            TITLE,
            "create_task categorization: 'colour' (8 times, first by *.py::test_it*",
            "create_task categorization: 'size' (once, by *.py::test_it[[]3[]])",
            *ADVICE,
        ],
        consecutive=True,
    )
