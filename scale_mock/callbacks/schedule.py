"""When a callback is tried: once, and 20 times more within 24 hours.

The count and the window are documented (Scale's page "Callbacks"); the spacing is ours: retry ``k``
of 20 comes ``24 h x (k / 20)^3`` after the first attempt.
"""

from __future__ import annotations

from datetime import timedelta

RETRIES = 20
ATTEMPTS = RETRIES + 1
WINDOW = timedelta(hours=24)


def delay_of(attempt: int) -> timedelta:
    """How long after the first attempt an attempt comes, to the millisecond.

    Args:
        attempt: 1 for the first attempt, up to 21.
    """
    retry = attempt - 1
    window_ms = WINDOW // timedelta(milliseconds=1)
    return timedelta(milliseconds=window_ms * retry**3 // RETRIES**3)
