"""What a snapshot says about itself: its format, who wrote it, and that nobody changed it.

A snapshot is one consistent state. Half of one, or one in which somebody corrected a number, would
be taken in and go wrong days of virtual time later; so it carries a hash over all of it, and one
that does not fit is refused at once. The order of keys is no part of it: what goes through other
languages and tools (JavaScript puts keys like "7" first) comes back in another one.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from scale_mock.config.version import VERSION
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = 1
"""Grows whenever an older snapshot would be read wrongly."""
KEY = "scale_mock_snapshot"
CHECKSUM = "checksum"
HEAD = (KEY, "written_by", CHECKSUM)

Json = dict[str, Any]

_WHOLE = re.compile(r"(?<=[0-9])\.0(?=[],}])")
"""The end of a whole number that was a fraction: JavaScript writes 1 for 1.0."""

EXACT_MAX = 2**53
"""The greatest whole number up to which JavaScript, as many other readers, tells all apart."""


def sealed(state: Mapping[str, Any]) -> Json:
    """A snapshot of a state, or another snapshot's state sealed anew."""
    bare = {name: value for name, value in state.items() if name not in HEAD}
    snapshot = {KEY: FORMAT, "written_by": VERSION, **bare}
    return {**snapshot, CHECKSUM: _hash(snapshot)}


def check(snapshot: object) -> Json:
    """The snapshot itself, if it is a whole one of this format.

    Raises:
        ConfigurationError: It is none; the text says which version wrote it.
    """
    if not isinstance(snapshot, dict) or KEY not in snapshot:
        raise ConfigurationError(
            f'This is no snapshot: a snapshot is an object with a "{KEY}" in it, as '
            "mock.snapshot() or GET /_mock/snapshot gives it."
        )
    if snapshot[KEY] != FORMAT or isinstance(snapshot[KEY], bool):
        raise ConfigurationError(
            f"This snapshot has format {snapshot[KEY]!r} and was written by {writer(snapshot)}; "
            f"this is scale_mock {VERSION}, which reads format {FORMAT}. Take it again with this "
            "version."
        )
    rest = {name: value for name, value in snapshot.items() if name != CHECKSUM}
    if snapshot.get(CHECKSUM) != _hash(rest):
        raise ConfigurationError(
            f"This snapshot, written by {writer(snapshot)}, was changed since: its checksum does "
            "not fit. Restore exactly what mock.snapshot() or GET /_mock/snapshot gave; change the "
            f"world after restoring it.{_about_numbers(rest)}"
        )
    return snapshot


def writer(snapshot: Mapping[str, Any]) -> str:
    """Which version wrote a snapshot, in words."""
    named = snapshot.get("written_by")
    return f"scale_mock {named}" if isinstance(named, str) else "an unknown version of scale_mock"


def _hash(snapshot: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(snapshot, separators=(",", ":"), sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"This is no snapshot: it is not JSON ({error}).") from None
    return hashlib.sha256(_WHOLE.sub("", text).encode()).hexdigest()


def _about_numbers(snapshot: Mapping[str, Any]) -> str:
    """A sentence about numbers that a reader may have rounded; empty if there are none."""
    large = next((number for number in _numbers(snapshot) if abs(number) > EXACT_MAX), None)
    if large is None:
        return ""
    return (
        f" There is a number beyond 2**53 in it ({large}), which JavaScript and others round: keep "
        "the text as it came; do not parse and rewrite it."
    )


def _numbers(value: object) -> Iterator[int | float]:
    """All numbers in a JSON value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield one
