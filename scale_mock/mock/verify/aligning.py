"""Lists laid side by side: which element of one is which element of the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TELLING = ("name", "task_id", "id", "email", "title", "key", "version", "type")
"""What an element is called by, the best first."""
LABEL_CHARS = 40
"""How much of an element that has no name is shown."""


def aligned(here: Sequence[object], there: Sequence[object]) -> list[int] | None:
    """For each element of a list the place of its like in another.

    Elements are alike that have the same values, as far as both lists have a value at all: ids and
    instants may be each side's own, and keys may have other names.

    Returns:
        Places in ``there``; those of ``here`` itself where likes cannot be found. ``None`` if the
        lists have different lengths.
    """
    if len(here) != len(there):
        return None
    if len(here) < 2 or repr(here) == repr(there):
        return list(range(len(here)))
    ours, theirs = [set(_leaves(one)) for one in here], [set(_leaves(one)) for one in there]
    common = set[str]().union(*ours) & set[str]().union(*theirs)
    places: dict[frozenset[str], list[int]] = {}
    for place, values in enumerate(theirs):
        places.setdefault(frozenset(values & common), []).append(place)
    found = []
    for values in ours:
        free = places.get(frozenset(values & common))
        if not free:
            return list(range(len(here)))
        found.append(free.pop(0))
    return found


def labels(rows: Sequence[object]) -> list[str]:
    """What the elements of a list are called in a text."""
    for key in TELLING:
        found = [row.get(key) if isinstance(row, dict) else None for row in rows]
        named = [json.dumps(one).strip('"') for one in found if isinstance(one, str | int)]
        if len(set(named)) == len(rows):
            return named
    if any(isinstance(row, dict | list) for row in rows):
        return [f"#{number}" for number in range(1, len(rows) + 1)]
    return [json.dumps(row)[:LABEL_CHARS] for row in rows]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield json.dumps(value)
