"""Partial answers: a response with some of its labels left out, which still fits its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from scale_mock.sim.streams import Stream

Json: TypeAlias = object
Check: TypeAlias = Callable[[Mapping[str, object]], object]

NAMES = ("uuid", "id", "label_id")
"""How labels are called by others."""


def keep_share(
    response: Mapping[str, object], share: float, chance: Stream, problems: Check
) -> Mapping[str, object]:
    """The response with about that share of its labels.

    Labels are the tables in its lists, and what refers to a label that goes, goes too. Where there
    are no such lists, fields are left out instead. What the type cannot do without stays.

    Args:
        response: The whole response, left as it is.
        share: The share of the labels to keep, 0 to 1.
        chance: Decides which.
        problems: What is wrong with a response; nothing if it fits.
    """
    lists = [key for key, value in response.items() if _is_labels(value)]
    kept = dict(response)
    for key in lists or list(response):
        value = kept[key]
        if isinstance(value, list) and lists:
            smaller = _without_some(kept, key, value, share, chance)
        elif chance.fraction() >= share:
            smaller = {name: item for name, item in kept.items() if name != key}
        else:
            continue
        if smaller and not problems(smaller):
            kept = smaller
    return kept


def _is_labels(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _without_some(
    response: dict[str, Json], key: str, labels: list[Json], share: float, chance: Stream
) -> dict[str, Json]:
    """The response with a share of one list, and without what refers to the rest of it."""
    count = round(len(labels) * share)
    order = list(range(len(labels)))
    chance.shuffle(order)
    staying = sorted(order[:count])
    gone = {
        name
        for index in order[count:]
        if isinstance(label := labels[index], dict)
        for name in (label.get(field) for field in NAMES)
        if isinstance(name, str)
    }
    smaller = {**response, key: [labels[index] for index in staying]}
    return {name: _unrefer(value, gone) for name, value in smaller.items()} if gone else smaller


def _unrefer(value: Json, gone: set[str]) -> Json:
    """A list without the elements that name something that is gone."""
    if not isinstance(value, list):
        return value
    return [one for one in value if not _names_any(one, gone)]


def _names_any(value: Json, gone: set[str]) -> bool:
    if isinstance(value, str):
        return value in gone
    if isinstance(value, dict):
        return any(_names_any(item, gone) for item in value.values())
    return isinstance(value, list) and any(_names_any(item, gone) for item in value)
