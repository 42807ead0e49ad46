"""Real time stays real under freezegun, also for what is imported while time is frozen."""

from __future__ import annotations

import time
from datetime import timedelta

from freezegun import freeze_time

from scale_mock.serving.realtime import RealTime, clock


def test_frozen_time_does_not_reach_it() -> None:
    before = clock.monotonic()
    with freeze_time("2001-01-01") as frozen:
        frozen.tick(timedelta(days=400))
        late = RealTime()
        for one in (clock, late):
            assert 0 <= one.monotonic() - before < 60
            assert one.gmtime(one.time()).tm_year > 2020
    assert time.time() - clock.time() < 60
