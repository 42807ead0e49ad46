"""Owns the proof that a test which sleeps in vain is told so in the first line of its report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pytest

# What the inner runs look at must be what is changed here.
from scale_mock.mock.sleep import others, stand_ins, vain, watching  # noqa: F401

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

BEGINNING = """
import time
from time import sleep

import pytest
from scaleapi.tasks import TaskType

def submit(client, **fields):
    return client.create_task(TaskType.Categorization, attachment_type="text", attachment="car",
                              categories=["big", "small"], **fields)
"""
FIRST = (
    "scale_mock.errors.SleptInVain: The test slept {slept} for live/task/{what}, in vain: the "
    "world's clock is manual and stood still at 2024-01-01T00:00:00.000Z; real sleep does not move "
    "it."
)
LOOP = """
    while scale_client.get_task(task.id).status != "completed":
        {call}
"""


class Lengths(list[float]):
    """Grows with every sleep, which must not look as if the test got on with something."""


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, in seconds; real sleep is out of reach."""
    # A world that another test never closed is watched still.
    monkeypatch.setattr(watching.WATCH, "_open", WeakKeyDictionary())
    stand_ins.STAND_INS.watch()
    stand_ins.STAND_INS.watch_no_more()
    lengths = Lengths()

    def note(seconds: float) -> None:
        lengths.append(seconds)
        assert len(lengths) < 1000, "This loop would never have ended."

    monkeypatch.setattr(stand_ins.REAL, "sleep", note)
    return lengths


def error_of(run: Run, module: str) -> list[str]:
    """The lines of the one error, the task's id being ``ID``."""
    result = run(BEGINNING + module)
    result.assert_outcomes(failed=1)
    lines = [line[1:].strip() for line in result.outlines if line.startswith("E  ")]
    ids = {word for line in lines for word in line.replace("/", " ").split() if len(word) == 24}
    for one in ids:
        lines = [line.replace(one, "ID") for line in lines]
    return lines


@pytest.mark.parametrize("call", ["time.sleep(1)", "sleep(1)"])
def test_a_loop_that_polls_is_told_in_the_first_line(
    run: Run, slept: list[float], call: str
) -> None:
    lines = error_of(
        run,
        "def test_it_is_done_in_the_end(scale_client):\n    task = submit(scale_client)\n"
        + LOOP.format(call=call),
    )
    assert slept == [1, 1]
    assert lines[0] == FIRST.format(slept="2 x 1 s", what="ID")


def test_the_line_that_slept_is_where_the_test_failed(run: Run) -> None:
    module = (
        "def test_it_is_done_in_the_end(scale_client):\n    task = submit(scale_client)\n"
        + LOOP.format(call="time.sleep(30)")
    )
    result = run(BEGINNING + module)
    result.stdout.fnmatch_lines([">* time.sleep(30)", "E  *in vain*", "*.py:*: SleptInVain"])
    assert "stand_ins" not in result.stdout.str()


def test_a_loop_that_waits_for_a_callback_is_told(run: Run, slept: list[float]) -> None:
    lines = error_of(
        run,
        """
def test_the_label_arrives(scale_mock, scale_client):
    got = []
    scale_mock.callbacks.mount("https://shop.test/", lambda request: got.append(request))
    submit(scale_client, callback_url="https://shop.test/scale")
    while not got:
        time.sleep(0.1)
""",
    )
    assert slept == [0.1] * 300
    what = "ID or its callback to https://shop.test/scale"
    assert lines[0] == FIRST.format(slept="300 x 100 ms", what=what)


@pytest.mark.parametrize(
    ("argument", "sleeps"), [("clock='autojump'", 2), ("absorb_sleep=True", 0)]
)
def test_the_markers_that_it_names_help(
    run: Run, slept: list[float], argument: str, sleeps: int
) -> None:
    result = run(
        BEGINNING
        + f"@pytest.mark.scale_mock({argument})\n"
        + "def test_it_is_done_in_the_end(scale_client):\n    task = submit(scale_client)\n"
        + LOOP.format(call="time.sleep(86400)")
    )
    result.assert_outcomes(passed=1)
    assert len(slept) <= sleeps


def test_the_setting_turns_it_off(run: Run) -> None:
    run(
        BEGINNING
        + """
GENUINE = time.sleep

@pytest.mark.scale_mock(vain_sleep_s=0)
def test_sleep_is_left_alone(scale_client):
    submit(scale_client)
    assert time.sleep is sleep is GENUINE

def test_else_it_is_not(scale_client):
    submit(scale_client)
    assert time.sleep is sleep
    assert time.sleep is not GENUINE

def test_nor_in_a_test_that_does_not_look_at_its_world(scale_mock):
    assert time.sleep is sleep is GENUINE
"""
    ).assert_outcomes(passed=3)
    assert time.sleep is stand_ins.STAND_INS._found[0]


def test_worlds_that_tests_share_are_watched_too(run: Run, slept: list[float]) -> None:
    lines = error_of(
        run,
        """
@pytest.fixture(scope="module")
def task(scale_mock_module):
    return submit(scale_mock_module.client())

def test_it_is_done_in_the_end(scale_mock_module, task):
    while scale_mock_module.client().get_task(task.id).status != "completed":
        time.sleep(1)
""",
    )
    assert slept == [1, 1]
    assert lines[0] == FIRST.format(slept="2 x 1 s", what="ID")


def test_a_test_that_fails_so_is_told_of_its_world_as_well(run: Run) -> None:
    module = (
        "def test_it_is_done_in_the_end(scale_client):\n    task = submit(scale_client)\n"
        + LOOP.format(call="time.sleep(1)")
    )
    result = run(BEGINNING + module)
    result.stdout.fnmatch_lines(
        ["*-- scale_mock --*", "seed 0, clock at 2024-01-01T00:00:00.000Z*"]
    )
