"""HTTP dates: RFC 9110's form for any instant, as the standard library reads it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from scale_mock.sim.instants import EPOCH, to_http


def test_the_first_instant() -> None:
    assert to_http(EPOCH) == "Mon, 01 Jan 2024 00:00:00 GMT"


@given(st.integers(0, 220_000_000_000_000))
def test_the_standard_library_reads_back_the_second(milliseconds: int) -> None:
    instant = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    text = to_http(instant)
    assert parsedate_to_datetime(text) == instant.replace(microsecond=0)
    assert f"{instant:%a, %d %b}" == text[:11]
