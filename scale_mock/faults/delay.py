"""How late a fault makes things: by how much, and by which clock; read from plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from scale_mock.selectors.durations import parse_span
from scale_mock.selectors.where import check_keys, show

if TYPE_CHECKING:
    from scale_mock.selectors.durations import DurationLike, Span
    from scale_mock.selectors.where import Where

REAL_DELAY_MAX = timedelta(minutes=10)
"""The longest delay in real time: nobody waits longer for a test."""


class Delay(NamedTuple):
    """How late something is.

    Attributes:
        span: How long.
        clock: ``real`` seconds pass, or the ``world``'s clock moves.
    """

    span: Span
    clock: Literal["real", "world"]

    def plain(self) -> object:
        """The delay as plain data, as it is read."""
        return {"by": str(self.span), "clock": self.clock}


def read_delay(value: object, where: Where, *, for_callbacks: bool) -> Delay | None:
    """The delay that plain data says; ``None`` for none.

    Args:
        value: A length or a range, or a table with ``by`` and ``clock``.
        where: Its place, for refusals.
        for_callbacks: Whether callbacks are late, which are so by the world's clock only.

    Raises:
        ConfigurationError: It makes no sense, or is too long to be waited for.
    """
    if value is None:
        return None
    clock: object = "world" if for_callbacks else "real"
    place = where
    if isinstance(value, Mapping):
        check_keys(value, ("by", "clock"), where)
        if "by" not in value:
            raise where.refuse('say how long: {"by": "2s", "clock": "world"}')
        clock = value.get("clock", clock)
        value, place = value["by"], where.at("by")
    span = parse_span(cast("DurationLike | Span", value), where=place)
    if clock not in ("real", "world"):
        raise where.at("clock").refuse(f'"real" or "world" is expected, not {show(clock)}')
    if for_callbacks and clock == "real":
        raise where.at("clock").refuse(
            'callbacks are late by the world\'s clock only; leave out clock = "real"'
        )
    if clock == "real" and span.high > REAL_DELAY_MAX:
        raise place.refuse(
            f"{span} of real time is over the limit of 10 minutes; to let the world's clock move "
            f'instead, write {{"by": "{span}", "clock": "world"}}'
        )
    return Delay(span, clock)
