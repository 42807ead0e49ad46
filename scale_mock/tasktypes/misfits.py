"""What given labels have against the request that they answer, beyond the type's schema.

Only what is beyond doubt counts: a label, geometry, category or field that was not asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scale_mock.selectors.where import nearest
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scale_mock.tasktypes.labels import Step

_LISTED_MAX = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def json_path(*keys: Step) -> str:
    """The JSON path of a value: ``$.annotations[0].label``, ``$.annotations['my field']``."""
    return "$" + "".join(map(_segment, keys))


def _segment(key: Step) -> str:
    if isinstance(key, str):
        return f".{key}" if _NAME.fullmatch(key) else f"[{key!r}]"
    return f"[{key}]"


def unknown(value: object, known: Collection[Any], what: str, *keys: Step) -> Iterator[str]:
    """The problem with a value that is not among the known ones; nothing if it is.

    Args:
        value: What was given.
        known: What there is.
        what: What the known ones are, for people: ``the labels of box``.
        keys: Where the value is in the response.
    """
    if value in list(known):
        return
    listed = [repr(one) for one in known]
    if len(listed) > _LISTED_MAX:
        listed[_LISTED_MAX:] = [f"and {len(listed) - _LISTED_MAX} more"]
    names = [one for one in known if isinstance(one, str)]
    close = nearest(value, names) if isinstance(value, str) else None
    hint = f" (did you mean {close!r}?)" if close else ""
    yield f"{json_path(*keys)}: {value!r} is not one of [{', '.join(listed)}], {what}{hint}"


def annotations_of(response: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The annotations that a response holds inline, with their places; none of a file's."""
    annotations = response.get("annotations")
    for index, one in enumerate(annotations if isinstance(annotations, list) else ()):
        if isinstance(one, dict):
            yield index, one


def wrong_labels(
    response: Mapping[str, Any], known: Collection[str], what: str = "the labels of the task"
) -> Iterator[str]:
    """The problems with inline annotations whose label is not among the known ones."""
    for index, one in annotations_of(response):
        if "label" in one and known:
            yield from unknown(one["label"], known, what, "annotations", index, "label")


def of_geometries(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """Annotations of a geometry that was not asked for, or with a label that it does not have.

    A geometry without labels of its own takes any.
    """
    geometries = params["geometries"]
    for index, one in annotations_of(response):
        where = ("annotations", index)
        kind = one.get("type")
        if kind not in geometries:
            what = "the geometries of the task"
            yield from unknown(kind, geometries, what, *where, "type")
            continue
        known = leaves(geometries[kind].get("objects_to_annotate", ()))
        if known and "label" in one:
            yield from unknown(one["label"], known, f"the labels of {kind}", *where, "label")


def of_objects(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """Annotations of a legacy image type whose label is not among ``objects_to_annotate``."""
    return wrong_labels(response, leaves(params["objects_to_annotate"]))
