"""Instants on the wire: ISO 8601 in UTC with milliseconds and ``Z``, and the dates of HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""Where an unconfigured world starts. A constant, so that an unconfigured run repeats too."""


def to_iso(instant: datetime) -> str:
    """Writes an aware UTC instant as ``2019-03-10T08:55:26.624Z``; cuts to the millisecond."""
    return instant.isoformat(timespec="milliseconds")[:23] + "Z"


def from_iso(text: str) -> datetime:
    """Reads an ISO 8601 date or instant; without an offset it means UTC.

    Accepts what clients of Scale send: a date alone, ``T`` or a space between date and time,
    fractions of a second, ``Z`` or an offset.

    Args:
        text: The instant as text.

    Raises:
        ValueError: The text is not an ISO 8601 instant.
    """
    parsed = datetime.fromisoformat(text.strip())
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside of the years 1 to 9999 in UTC") from error


@lru_cache(maxsize=64)
def to_http(instant: datetime) -> str:
    """Writes an aware UTC instant as a ``Date`` header has it (RFC 9110), whatever the locale."""
    day = _DAYS[instant.weekday()]
    month = _MONTHS[instant.month - 1]
    hour = f"{instant.hour:02d}:{instant.minute:02d}:{instant.second:02d}"
    return f"{day}, {instant.day:02d} {month} {instant.year:04d} {hour} GMT"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def cut_to_ms(instant: datetime) -> datetime:
    """Drops what the wire cannot say, so that what is written reads back equal."""
    spare = instant.microsecond % 1000
    return instant - timedelta(microseconds=spare) if spare else instant
