"""The world's clock over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.config.settings import CLOCK_MODES, RATE_MAX
from scale_mock.domain import fields
from scale_mock.domain.refusals import invalid
from scale_mock.errors import ConfigurationError
from scale_mock.selectors.durations import parse_duration, parse_instant
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import upcoming

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply
    from scale_mock.selectors.durations import DurationLike
    from scale_mock.sim.scheduler import Progress
    from scale_mock.world import World

UPCOMING = 10
UNITS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
"""Lengths by name, as Python's ``clock.advance`` takes them, in seconds."""
ONE_WAY = 'exactly one of "by", "to" and lengths such as "hours" or "seconds" is required'


def get_clock(call: Call) -> Reply:
    """``GET /_mock/clock``."""
    return json_reply(_clock(call.world))


def set_clock(call: Call) -> Reply:
    """``PUT /_mock/clock {"mode":, "rate":}``."""
    body = call.json_object()
    mode = fields.text_or_none(body, "mode")
    rate = body.get("rate")
    if mode is None and rate is None:
        raise invalid('at least one of "mode" and "rate" is required', path="mode")
    if mode is not None and mode not in CLOCK_MODES:
        raise invalid(f'"mode" must be one of [{", ".join(CLOCK_MODES)}]', path="mode")
    if rate is not None and (
        isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0
    ):
        raise invalid('"rate" must be a positive number', path="rate")
    if rate is not None and rate > RATE_MAX:
        raise invalid(f'"rate" must be less than or equal to {RATE_MAX}', path="rate")
    call.world.set_clock(mode=mode, rate=float(rate) if rate is not None else None)
    return json_reply(_clock(call.world))


def advance(call: Call) -> Reply:
    """``POST /_mock/clock/advance {"by": "2h"}``, or ``{"to": instant}``, or ``{"hours": 2}``."""
    body = {name: value for name, value in call.json_object().items() if value is not None}
    ways = [name for name in ("by", "to") if name in body]
    if len(ways) + bool(body.keys() & UNITS.keys()) != 1:
        raise invalid(ONE_WAY, path="seconds")
    path = next(iter(body))
    try:
        if "to" in body:
            instant = parse_instant(str(body["to"]), where="to", lengths='"by"')
            progress = call.world.pump.advance_to(instant)
        else:
            lengths = [
                parse_duration(_in_seconds(name, value), where=name, instants='"to"')
                for name, value in body.items()
            ]
            progress = call.world.pump.advance(sum(lengths, timedelta()))
    except (ConfigurationError, ValueError) as error:
        raise invalid(str(error), path=path) from error
    return json_reply(_progress(call.world, progress))


def _in_seconds(name: str, value: object) -> DurationLike:
    """What a key of the body means, for ``parse_duration``, which refuses what makes no sense."""
    if name in UNITS:
        if isinstance(value, str) and name != "seconds":
            return f"{value} {name}"  # from a form; alone it would mean seconds
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value * UNITS[name]
    return value  # type: ignore[return-value]


def run_next(call: Call) -> Reply:
    """``POST /_mock/clock/run_next``."""
    return json_reply(_progress(call.world, call.world.pump.run_next()))


def run_until_idle(call: Call) -> Reply:
    """``POST /_mock/clock/run_until_idle {"events_max":}``."""
    events_max = fields.integer_or_none(call.json_object(), "events_max")
    progress = call.world.pump.run_until_idle(events_max=events_max)
    return json_reply(_progress(call.world, progress))


def _clock(world: World) -> dict[str, object]:
    with world.lock:
        return {
            "world": world.name,
            "now": to_iso(world.now()),
            "mode": world.clock_mode,
            "rate": world.rate,
            "idle": world.scheduler.is_idle,
            "upcoming": upcoming(world, UPCOMING),
        }


def _progress(world: World, progress: Progress) -> dict[str, object]:
    return {
        **_clock(world),
        "started_at": to_iso(progress.started_at),
        "events": progress.events,
        "kinds": dict(progress.kinds),
    }


OPERATIONS = (
    Operation("get_clock", "GET", "/clock", get_clock),
    Operation("set_clock", "PUT", "/clock", set_clock),
    Operation("advance_clock", "POST", "/clock/advance", advance, blocks=True),
    Operation("run_next", "POST", "/clock/run_next", run_next, blocks=True),
    Operation("run_until_idle", "POST", "/clock/run_until_idle", run_until_idle, blocks=True),
)
