"""The schedule of attempts: one, and twenty more that end exactly after 24 hours."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from scale_mock.callbacks.schedule import ATTEMPTS, delay_of

DELAYS = [delay_of(number) for number in range(1, ATTEMPTS + 1)]


def test_there_are_21_attempts_from_at_once_to_24_hours() -> None:
    assert len(DELAYS) == 21
    assert DELAYS[0] == timedelta(0)
    assert DELAYS[-1] == timedelta(hours=24)


def test_attempts_come_ever_further_apart() -> None:
    gaps = [later - earlier for earlier, later in pairwise(DELAYS)]
    assert gaps[0] > timedelta(0)
    assert sorted(set(gaps)) == gaps


def test_attempts_follow_the_published_formula_to_the_millisecond() -> None:
    """24 h x (k / 20)^3 after the first."""
    for retry, delay in enumerate(DELAYS):
        exact = timedelta(hours=24) * retry**3 / 8000
        assert timedelta(0) <= exact - delay < timedelta(milliseconds=1)
        assert delay.microseconds % 1000 == 0
    assert [delay.total_seconds() for delay in DELAYS[:4]] == [0, 10.8, 86.4, 291.6]
