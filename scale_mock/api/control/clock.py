"""The world's clock over HTTP."""

from __future__ import annotations

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
    from scale_mock.sim.scheduler import Progress
    from scale_mock.world import World

UPCOMING = 10


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
    """``POST /_mock/clock/advance {"seconds": n}``, or ``{"by": "2h"}``, or ``{"to": instant}``."""
    body = call.json_object()
    given = [name for name in ("seconds", "by", "to") if body.get(name) is not None]
    if len(given) != 1:
        raise invalid('exactly one of "seconds", "by" and "to" is required', path="seconds")
    value = body[given[0]]
    try:
        if given[0] == "to":
            progress = call.world.pump.advance_to(parse_instant(str(value), where="to"))
        else:
            length = parse_duration(value, where=given[0])  # type: ignore[arg-type]
            progress = call.world.pump.advance(length)
    except (ConfigurationError, ValueError) as error:
        raise invalid(str(error), path=given[0]) from error
    return json_reply(_progress(call.world, progress))


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
