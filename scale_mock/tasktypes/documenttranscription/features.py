"""The features of a document: flattened to what can be annotated, with the groups kept together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Wanted(NamedTuple):
    """One kind of annotation.

    Attributes:
        label: Its label.
        kind: ``text`` or ``block``.
        flags: What it is used for.
    """

    label: str
    kind: str
    flags: tuple[str, ...]


def lines_of(features: Iterable[Mapping[str, Any]]) -> list[tuple[list[Wanted], bool]]:
    """What stands on one line each, and whether the line repeats as the rows of a group do.

    ``invoice.value`` stands beside the ``invoice.key`` before it.
    """
    found: list[tuple[list[Wanted], bool]] = []
    for feature in features:
        inner = feature.get("features", ())
        if feature["type"] == "group":
            found.append((list(_inside(inner)), True))
            continue
        one = _wanted(feature)
        if found and _is_value_of(one, found[-1]):
            found[-1][0].append(one)
        else:
            found.append(([one], False))
        found.extend(lines_of(inner))
    return [(wanted, repeats) for wanted, repeats in found if wanted]


def _is_value_of(one: Wanted, line: tuple[list[Wanted], bool]) -> bool:
    wanted, repeats = line
    name, _, role = one.label.rpartition(".")
    return role == "value" and not repeats and [key.label for key in wanted] == [f"{name}.key"]


def labels_of(features: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """Every label that an annotation can have, in order."""
    return {one.label: None for line, _ in lines_of(features) for one in line}


def _inside(features: Iterable[Mapping[str, Any]]) -> Iterator[Wanted]:
    for feature in features:
        if feature["type"] != "group":
            yield _wanted(feature)
        yield from _inside(feature.get("features", ()))


def _wanted(feature: Mapping[str, Any]) -> Wanted:
    return Wanted(feature["label"], feature["type"], tuple(feature.get("flags", ())))
