"""The demo's picture at several sizes of the terminal, and its words at the end."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from scale_mock.cli.agreement import Line
from scale_mock.cli.screen import Screen
from scale_mock.cli.story import LENGTH, START_AT, story
from scale_mock.cli.summary import summarize
from scale_mock.cli.watch import News, Watch, day_of, weekday

TITLE = "seed 0, http://127.0.0.1:8723"


class Nobody:
    """An API that is never called."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was called: drawing reads nothing")


def watch() -> Watch:
    """The middle of a story: everything that can be shown is there, at its longest."""
    seen = Watch(Nobody())  # type: ignore[arg-type]
    seen.now = START_AT + timedelta(days=1, hours=7)
    for state in seen.groups:
        state.counts.update(
            {"completed": state.group.count - 2, "error": 1, "canceled": 1, "pending": 0}
        )
        state.status = "in_progress"
    seen.groups[3].counts.clear()
    seen.owed, seen.delivered = 61, 58
    seen.answers.update({"200": 58, "500": 44})
    text = "callback of street-calibration-01: 500, will be tried again"
    seen.news.extend(News(seen.now, "bad", text) for _ in range(60))
    return seen


def picture(width: int, height: int, *, step: int = 7) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None)
    screen = Screen(console, story("http://receiver.test"), TITLE)
    screen._played = step
    console.print(screen.picture(watch()))
    return out.getvalue().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 40), (200, 60)])
def test_it_fits_without_cutting_anything(width: int, height: int) -> None:
    lines = picture(width, height)
    assert len(lines) <= height
    assert len(lines) >= min(height, 44)
    assert max(map(len, lines)) <= width
    assert [line for line in lines if "…" in line] == []
    assert any("in progress" in line and "1 error, 1 canceled" in line for line in lines)
    assert any("3 to be tried again" in line for line in lines)
    assert TITLE in lines[0]


def test_the_step_that_is_played_is_shown_at_every_height() -> None:
    for height in (24, 30, 40):
        for number, step in enumerate(story("http://receiver.test")):
            shown = [line for line in picture(80, height, step=number) if "▶" in line or
                     line.startswith("> ")]  # fmt: skip
            assert len(shown) == 1
            assert step.says in shown[0]


def test_a_tiny_terminal_is_no_reason_to_fail() -> None:
    assert max(map(len, picture(30, 8))) <= 30


def summary(*lines: Line) -> str:
    out = StringIO()
    summarize(Console(file=out, width=80), list(lines), watch())
    return out.getvalue()


def test_the_summary_says_which_totals_differ() -> None:
    said = summary(Line("requests sent", 5, 5), Line("  answered with 200", 4, 3))
    assert "do not agree about: answered with 200." in said
    assert said.count("DIFFERENT") == 1
    assert "not one callback was lost" not in said


def test_the_summary_says_what_to_do_next() -> None:
    said = summary(Line("requests sent", 5, 5))
    assert "not one callback was lost" in said
    assert "scale-mock serve" in said
    assert "def test_labels_arrive(scale_client, scale_callbacks):" in said


def test_days_are_counted_from_one_and_end_with_the_story() -> None:
    assert [day_of(START_AT + timedelta(hours=h)) for h in (0, 1, 24, 25)] == [1, 1, 1, 2]
    assert day_of(START_AT + LENGTH) == 3
    assert weekday(START_AT) == "Mon 08:00"
