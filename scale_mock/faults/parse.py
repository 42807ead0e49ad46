"""Reading a fault from plain data: the one place that knows a fault's keys and what they may say.

Python calls, the control API and files all end here, each with its own
:class:`~scale_mock.selectors.where.Where`, so that a refusal names the place in the user's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from scale_mock.faults.delay import REAL_DELAY_MAX, read_delay
from scale_mock.faults.kinds import (
    CALLBACK_FIELDS,
    CALLBACK_KINDS,
    KEYS,
    REQUEST_FIELDS,
    REQUEST_KINDS,
    TEXTS,
)
from scale_mock.faults.matching import compile_fault_match, with_implied
from scale_mock.faults.sense import check_sense, resolve_apply
from scale_mock.selectors.durations import parse_duration
from scale_mock.selectors.reading import label, misplaced, read_flag, read_match, read_name
from scale_mock.selectors.where import Where, did_you_mean, show

if TYPE_CHECKING:
    from scale_mock.faults.delay import Delay
    from scale_mock.faults.kinds import Apply, Kind
    from scale_mock.selectors.durations import DurationLike
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.occasions import Occasions

COPIES_MAX = 1_000
CHUNK_BYTES_MAX = 1024 * 1024
RETRY_AFTER_MAX = 86_400
PAUSE = timedelta(milliseconds=50)
CHUNK_BYTES = 16
THROTTLED = 429


class FaultFields(NamedTuple):
    """A fault's checked values; see :class:`scale_mock.faults.fault.Fault`."""

    name: str | None
    match: dict[str, object]
    status: int | None
    error: str | None
    retry_after: int | None
    kind: Kind | None
    apply: Apply
    delay: Delay | None
    after_headers: bool
    auth: Literal["wrong", "missing"]
    copies: int
    chunk_bytes: int
    pause: timedelta
    for_callbacks: bool
    matcher: Matcher
    occasions: Occasions


def locate(data: object, position: int | None = None) -> Where:
    """The place of a fault: its name if it has one, and its position in a list of faults.

    Args:
        data: The fault as plain data, right or wrong.
        position: Its position in the list, from 1; None where it stands alone.
    """
    called = label(data, "fault")
    return Where(called if position is None else f"{called} (number {position})")


def parse_fault(data: object, where: Where) -> FaultFields:
    """Checks a fault.

    Args:
        data: A table with some of the keys in :data:`~scale_mock.faults.kinds.KEYS`; a missing key
            and None are the same.
        where: The place of the fault, for refusals.

    Raises:
        ConfigurationError: A key is unknown, a value makes no sense, or two contradict each other.
    """
    keys = f"Keys: {', '.join(KEYS)}."
    if not isinstance(data, Mapping):
        one = "; add them one by one" if isinstance(data, list | tuple) else ""
        raise where.refuse(f"a fault is a table or a Fault, not {show(data)}{one}. {keys}")
    for key in data:
        if key not in KEYS:
            fields = (*REQUEST_FIELDS, *CALLBACK_FIELDS, "callback")
            meant = misplaced(str(key), fields) or did_you_mean(str(key), KEYS)
            raise where.at(str(key)).refuse(f"unknown key{meant} {keys}")
    given = {key: value for key, value in data.items() if value is not None}
    match = read_match(given.get("match"), where.at("match"))
    for_callbacks, matcher, occasions = compile_fault_match(match, where.at("match"))
    kind = _read_kind(given.get("kind"), where.at("kind"))
    delay = read_delay(given.get("delay"), where.at("delay"), for_callbacks=for_callbacks)
    status = _read_status(given, where, for_callbacks=for_callbacks)
    if kind is None and status is None and delay is not None:
        kind = "delay"
    after_headers = read_flag(given.get("after_headers"), where.at("after_headers"))
    apply = _read_apply(given.get("apply"), where.at("apply"))
    check_sense(given, kind, status, where, for_callbacks=for_callbacks)
    return FaultFields(
        name=read_name(given.get("name"), where.at("name")),
        match=match,
        status=status,
        error=_read_error(given.get("error"), status, where.at("error")),
        retry_after=_read_number(given, "retry_after", None, (0, RETRY_AFTER_MAX), where),
        kind=kind,
        apply=resolve_apply(
            apply,
            kind,
            status,
            delay,
            where.at("apply"),
            for_callbacks=for_callbacks,
            after_headers=after_headers,
        ),
        delay=delay,
        after_headers=after_headers,
        auth=_read_auth(given.get("auth"), where.at("auth")),
        copies=_read_number(given, "copies", 1, (1, COPIES_MAX), where) or 1,
        chunk_bytes=_read_number(given, "chunk_bytes", CHUNK_BYTES, (1, CHUNK_BYTES_MAX), where)
        or CHUNK_BYTES,
        pause=_read_pause(given.get("pause"), where.at("pause")),
        for_callbacks=for_callbacks,
        matcher=with_implied(matcher, kind),
        occasions=occasions,
    )


def _read_kind(value: object, where: Where) -> Kind | None:
    if value is None:
        return None
    known = {**REQUEST_KINDS, **CALLBACK_KINDS}
    if isinstance(value, str) and value in known:
        return cast("Kind", value)
    lists = (
        f"Kinds for requests: {', '.join(REQUEST_KINDS)}; "
        f"for callbacks: {', '.join(CALLBACK_KINDS)}."
    )
    if not isinstance(value, str):
        raise where.refuse(f"a kind is text, not {show(value)}. {lists}")
    raise where.refuse(f'unknown kind "{value}"{did_you_mean(value, known)} {lists}')


def _read_status(given: Mapping[str, object], where: Where, *, for_callbacks: bool) -> int | None:
    value = given.get("status")
    if value is None:
        # Only throttling says when to come again, unless something else is named.
        return THROTTLED if "retry_after" in given and "kind" not in given else None
    least = 300 if for_callbacks else 400
    if type(value) is not int or not least <= value <= 599:
        raise where.at("status").refuse(
            f"an HTTP status from {least} to 599 is expected, not {show(value)}"
        )
    return value


def _read_error(value: object, status: int | None, where: Where) -> str | None:
    if value is None:
        return None if status is None else TEXTS.get(status, f"Error {status}")
    if not isinstance(value, str) or not value.strip():
        raise where.refuse(f"the text of the error is expected, not {show(value)}")
    return value


def _read_apply(value: object, where: Where) -> Apply | None:
    if value is None or value in ("before", "after"):
        return value
    hint = did_you_mean(value, ("before", "after")) if isinstance(value, str) else "."
    raise where.refuse(
        f'{show(value)} is neither "before" (the request takes no effect) nor "after" (it takes '
        f"effect, and then fails){hint}"
    )


def _read_auth(value: object, where: Where) -> Literal["wrong", "missing"]:
    if value is None:
        return "wrong"
    if value in ("wrong", "missing"):
        return value
    raise where.refuse(f'the header is "wrong" or "missing", not {show(value)}')


def _read_number(
    given: Mapping[str, object],
    key: str,
    default: int | None,
    bounds: tuple[int, int],
    where: Where,
) -> int | None:
    value = given.get(key)
    if value is None:
        return default
    least, most = bounds
    if type(value) is not int or not least <= value <= most:
        raise where.at(key).refuse(f"an integer from {least} to {most}, not {show(value)}")
    return value


def _read_pause(value: object, where: Where) -> timedelta:
    if value is None:
        return PAUSE
    pause = parse_duration(cast("DurationLike", value), where=where)
    if pause > REAL_DELAY_MAX:
        raise where.refuse("a pause of real time is at most 10 minutes")
    return pause
