"""How reports are laid out: what is broken, what stays whole, what is folded."""

from __future__ import annotations

import traceback
from datetime import timedelta
from typing import Any

import pytest

from scale_mock.config import width as width_module
from scale_mock.config.width import DEFAULT, look_at_terminal, width
from scale_mock.mock.reports.telling import (
    brief,
    broken,
    journal_of,
    laid_out,
    next_events,
    shortened,
)
from scale_mock.mock.reports.tracebacks import exception_of
from scale_mock.sim.instants import EPOCH

Bench = Any
TASK_ID = "65920080d799a03b96f57c87"
URL = "https://app.example.test/hooks/scale?token=0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _off_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(width_module, "_told", [])
    monkeypatch.setattr(width_module, "_of_terminal", list)


def test_the_width_is_that_of_columns_then_of_the_terminal_then_a_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert width() == DEFAULT == 120
    monkeypatch.setattr(width_module, "_of_terminal", lambda: [90])
    look_at_terminal()
    assert width() == 90
    monkeypatch.setattr(width_module, "_of_terminal", list)  # as while pytest captures
    assert width() == 90
    monkeypatch.setenv("COLUMNS", "70")
    assert width() == 70


@pytest.mark.parametrize("columns", ["", "0", "wide", "-5", "12"])
def test_a_width_that_is_none_is_not_taken(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == DEFAULT


def test_a_terminal_that_is_gone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(width_module, "_told", [])
    monkeypatch.setattr("sys.__stdout__", None)
    assert width() == DEFAULT


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_lines_break_between_words_and_no_id_or_url_is_broken(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    line = (
        f"  task {TASK_ID}, status completed (completed): acknowledged, to {URL}, as it should be"
    )
    text = laid_out(["first", line])
    shown = text.splitlines()[1:]
    assert shown[0].startswith("  task")
    assert all(one.startswith("      ") for one in shown[1:]), "a continuation is indented"
    assert TASK_ID in text
    assert URL in text
    assert all(len(one) <= columns - 8 for one in shown if URL not in one and TASK_ID not in one)
    assert " ".join(text.split()) == f"first {' '.join(line.split())}"


def test_the_first_line_is_never_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The short summary shows it, and nothing else."""
    monkeypatch.setenv("COLUMNS", "40")
    line = "word " * 30
    assert laid_out([line, "next"]) == f"{line}\nnext"


def test_a_line_of_a_traceback_that_names_a_file_is_not_broken() -> None:
    line = f'    File "/somewhere/{"deep/" * 20}app.py", line 4, in save'
    assert broken(line, 40) == [line]


def test_a_blank_line_stays_one() -> None:
    assert laid_out(["a", "", "b"]) == "a\n\nb"


@pytest.mark.parametrize(
    ("text", "chars", "shown"),
    [
        ("short", 10, "short"),
        ("two\n  lines", 20, "two lines"),
        ("one two three", 12, "one two..."),
        ("one two three", 10, "one two..."),
        ("x" * 30, 10, "xxxxxxx..."),
        (f"{URL} answered", 20, f"{URL}..."),
    ],
)
def test_texts_are_cut_at_a_words_end(text: str, chars: int, shown: str) -> None:
    assert shortened(text, chars) == shown


def test_instants_are_brief_where_they_can() -> None:
    assert brief(EPOCH) == "2024-01-01T00:00Z"
    assert brief(EPOCH + timedelta(seconds=7)) == "2024-01-01T00:00:07Z"
    assert brief(EPOCH + timedelta(milliseconds=800)) == "2024-01-01T00:00:00.800Z"


def test_repetitions_in_the_journal_are_one_line(bench: Bench) -> None:
    bench.mock.callbacks.receiver.answer(500)
    task = bench.task()
    bench.mock.clock.advance(days=2)
    world = bench.mock._world
    lines = list(journal_of(world, own=f"live/task/{task['task_id']}"))
    assert lines[0] == "All 27 journal entries:"
    assert lines[-2:] == [
        "  2024-01-01T01:00:00.000Z to 2024-01-02T01:00:00.000Z callback.attempted (21 times) "
        "outcome=500",
        "  2024-01-02T01:00:00.000Z callback.given_up attempts=21",
    ]
    assert list(journal_of(world, lambda subject: subject.startswith("test/"))) == [
        "The journal says nothing about it."
    ]
    assert list(journal_of(world, lambda subject: "project" in subject)) == [
        "The journal says nothing about it."
    ]


def test_one_entry_is_one_entry(bench: Bench) -> None:
    bench.project()
    assert list(journal_of(bench.mock._world)) == [
        "The one journal entry:",
        "  2024-01-01T00:00:00.000Z live/project/p project.created product_line=enterprise, "
        "type=categorization",
    ]


def test_the_next_events_say_whose_callback_it_is(bench: Bench) -> None:
    bench.mock.callbacks.receiver.answer(500)
    task = bench.task()
    assert next_events(bench.mock._world) == [
        f"2024-01-01T00:05:00.000Z (in 5 min): task.start live/task/{task['task_id']}"
    ]
    bench.mock.clock.advance(hours=1)
    assert next_events(bench.mock._world) == [
        "2024-01-01T01:00:10.800Z (in 10 s 800 ms): callback.attempt 2 of task "
        f"{task['task_id']} to http://receiver.scale-mock.test/"
    ]


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_an_exception_is_named_by_the_first_line_of_its_words() -> None:
    for words in ("no such row", "assert 'a' == 'b'\n  \n  - b\n  + a"):
        try:
            raise LookupError(words)
        except LookupError as error:
            told = _told(error)
        assert exception_of(told) == f"LookupError: {words.partition(chr(10))[0]}"


def test_of_several_exceptions_the_last_one_counts() -> None:
    def find() -> None:
        try:
            raise KeyError("row")
        except KeyError as error:
            raise LookupError("no such row\nnor any other") from error

    with pytest.raises(LookupError) as raised:
        find()
    last = raised.value
    assert exception_of(_told(last)) == "LookupError: no such row"
    assert exception_of(_told(last.with_traceback(None))) == "LookupError: no such row"


def test_an_exception_without_a_frame_is_named_too() -> None:
    assert exception_of("TypeError: a handler returns a status\n") == (
        "TypeError: a handler returns a status"
    )
