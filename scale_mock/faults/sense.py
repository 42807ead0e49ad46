"""What goes together in a fault, and what contradicts itself; and when it strikes by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.faults.kinds import (
    ALWAYS_AFTER,
    ALWAYS_BEFORE,
    CALLBACK_AFTER,
    CALLBACK_KINDS,
    DELIVERED_IN_PART,
    OPTIONS,
    REQUEST_KINDS,
)
from scale_mock.selectors.where import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.faults.delay import Delay
    from scale_mock.faults.kinds import Apply, Kind
    from scale_mock.selectors.where import Where

NOTHING = (
    "a fault needs something to do: status = 500, or kind = "
    f"{' | '.join(REQUEST_KINDS)}; with callback = true in its match: kind = "
    f"{' | '.join(CALLBACK_KINDS)}, or a status"
)


def check_sense(
    given: Mapping[str, object],
    kind: Kind | None,
    status: int | None,
    where: Where,
    *,
    for_callbacks: bool,
) -> None:
    """Refuses values that contradict each other.

    Raises:
        ConfigurationError: They do; the text says which, and what to do.
    """
    if kind is None and status is None:
        raise where.refuse(NOTHING)
    if kind is not None:
        _check_side(kind, where.at("kind"), for_callbacks=for_callbacks)
    if kind is not None and status is not None:
        _check_pair(kind, where, for_callbacks=for_callbacks)
    for key in ("error", "retry_after"):
        if key in given and status is None:
            raise where.at(key).refuse(f"only a fault with a status has one; this one has {kind}")
    if "retry_after" in given and for_callbacks:
        raise where.at("retry_after").refuse("callbacks are tried again by their own schedule")
    for key, kinds in OPTIONS.items():
        if key in given and kind not in kinds:
            raise where.at(key).refuse(f'only a fault of kind "{kinds[0]}" has one')
    if kind == "delay" and "delay" not in given:
        raise where.at("delay").refuse('say how late: delay = "2s"')
    _check_callback_delay(given, kind, where, for_callbacks=for_callbacks)


def _check_side(kind: Kind, where: Where, *, for_callbacks: bool) -> None:
    if for_callbacks and kind not in CALLBACK_KINDS:
        raise where.refuse(
            f'"{kind}" is for requests, and this fault is for callbacks. '
            f"Kinds for callbacks: {', '.join(CALLBACK_KINDS)}."
        )
    if not for_callbacks and kind not in REQUEST_KINDS:
        raise where.refuse(
            f'"{kind}" is for callbacks: add callback = true to the match. '
            f"Kinds for requests: {', '.join(REQUEST_KINDS)}."
        )


def _check_pair(kind: Kind, where: Where, *, for_callbacks: bool) -> None:
    if for_callbacks:
        raise where.at("kind").refuse("a fault for callbacks has a status or a kind, not both")
    if kind != "delay" and kind not in DELIVERED_IN_PART:
        raise where.at("kind").refuse(
            f'with "{kind}" no reply of a status comes; remove status or kind. Kinds that go with '
            f"a status: {', '.join(sorted(DELIVERED_IN_PART))}."
        )


def _check_callback_delay(
    given: Mapping[str, object], kind: Kind | None, where: Where, *, for_callbacks: bool
) -> None:
    if for_callbacks and "delay" in given and kind not in {"delay", "duplicate", "reorder"}:
        raise where.at("delay").refuse(
            "only callbacks of kind delay, duplicate and reorder have one; "
            "use a second fault to be late as well"
        )


def resolve_apply(
    given: Apply | None,
    kind: Kind | None,
    status: int | None,
    delay: Delay | None,
    where: Where,
    *,
    for_callbacks: bool,
    after_headers: bool,
) -> Apply:
    """When a fault strikes: as it says, or as its kind needs.

    Raises:
        ConfigurationError: It says what its kind cannot do.
    """
    needed, why = _needed(kind, status, delay, for_callbacks=for_callbacks)
    if after_headers:
        needed, why = "after", "headers come from a request that took effect; leave out apply"
    if needed is not None and given not in {None, needed}:
        raise where.refuse(f'{show(given)} makes no sense for kind "{kind}": {why}')
    return given or needed or "before"


def _needed(
    kind: Kind | None, status: int | None, delay: Delay | None, *, for_callbacks: bool
) -> tuple[Apply | None, str]:
    if for_callbacks:
        if kind is None or kind in CALLBACK_AFTER:
            return None, ""
        return "before", "it is done to the attempt itself; leave out apply"
    if status is not None:
        return None, ""
    if kind in ALWAYS_AFTER:
        return "after", "it spoils the reply of a request that took effect; leave out apply"
    if kind == "delay" and delay is not None and delay.clock == "real":
        return "after", "the request takes effect when it comes, its reply is late; leave out apply"
    if kind in ALWAYS_BEFORE:
        return "before", "a request that is refused takes no effect; leave out apply"
    return None, ""
