"""Owns the proof that the benchmark runs and tells figures; it asserts nothing about speed."""

from __future__ import annotations

import pytest

from tests.bench.measure import Bar, Row, Sample
from tests.bench.run import main, table


@pytest.mark.slow
def test_a_quick_run_prints_a_row_for_every_subject(capsys: pytest.CaptureFixture[str]) -> None:
    rows = main(["--quick", "--only", "events,validation,page"])

    assert {row.subject for row in rows} == {"events", "validation", "page"}
    assert all(value > 0 for row in rows for value in row.ours.values)
    printed = capsys.readouterr().out
    assert all(row.what in printed for row in rows)


def test_a_row_is_held_against_the_ratio_of_medians() -> None:
    row = Row("x", "y", Sample((1, 9, 2), "us"), "peer", Sample((4, 4, 4), "us"), Bar(0.5))

    assert row.ratio == 0.5
    assert row.verdict == "ok"


@pytest.mark.parametrize(
    ("bar", "verdict"),
    [
        (Bar(10, of_ratio=False), "ok"),
        (Bar(9, of_ratio=False), "OVER"),
        (Bar(10, at_most=False, of_ratio=False), "ok"),
        (Bar(11, at_most=False, of_ratio=False), "OVER"),
        (Bar(0.5), "OVER"),
    ],
)
def test_a_bar_without_a_peer_bounds_the_figure_itself(bar: Bar, verdict: str) -> None:
    assert Row("x", "y", Sample((10,), "ms"), bar=bar).verdict == verdict


def test_an_unknown_subject_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "speed"])

    told = capsys.readouterr().err
    assert "no such subject: speed" in told
    assert "validation" in told


def test_the_table_lines_its_columns_up() -> None:
    rows = [
        Row("a", "short", Sample((1,), "us")),
        Row("bb", "somewhat longer", Sample((1, 2, 3), "us"), "peer", Sample((4,), "us"), Bar(1)),
    ]

    head, rule, *lines = table(rows).splitlines()

    assert len(lines) == len(rows)
    start = head.index("ours")
    assert rule[start - 1] == " "
    assert lines[0][start:].startswith("1 us")
    assert lines[1][start:].startswith("2 us (1..3)")
