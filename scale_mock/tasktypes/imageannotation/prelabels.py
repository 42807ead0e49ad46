"""An answer made of the task's pre-labels, as a labeler would who corrects them a little.

What the customer locked stays: base annotations move, change their label or go only where the
``can_*`` flags say that they may.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.canvas import told_size
from scale_mock.tasktypes.imageannotation.shapes import cut, in_space, least_size, size_of
from scale_mock.tasktypes.imageannotation.synthesis import (
    add_shapes,
    closed,
    finished,
    kept,
    slots_of,
)
from scale_mock.tasktypes.labels import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order

Annotation = dict[str, Any]

_OFTEN = 0.3
"""How likely one thing is changed at full noise."""
_FAR, _MUCH = 0.15, 0.2
"""By how much of its size a shape moves and grows at full noise."""
_POINT = 20.0
"""How large a point counts as, in pixels."""


def from_hypothesis(order: Order, noise: float) -> dict[str, Any]:
    """The hypothesis and base annotations as the answer.

    Args:
        order: Its params hold the pre-labels.
        noise: 0 leaves them as they are (attributes that are due and not answered are); towards 1
            shapes move and grow, labels and attributes change, some go and new ones come.
    """
    params = order.params
    given = [(one, True) for one in params.get("base_annotations", {}).get("annotations", ())]
    if not closed(params):
        seen = {one.get("uuid") for one, _ in given} - {None}
        more = params.get("hypothesis", {}).get("annotations", ())
        given += [(one, False) for one in more if one.get("uuid") not in seen]
    bounds = _bounds(order, [one for one, _ in given])
    annotations: list[Annotation] = []
    locked: set[int] = set()
    for one, is_base in given:
        annotation = kept(order, copy.deepcopy(one))
        if _happens(order, noise) and _may(params, is_base, "can_delete_base_annotations"):
            continue
        if _happens(order, noise) and _may(params, is_base, "can_edit_base_annotation_labels"):
            _relabel(order, annotation)
        if _may(params, is_base, "can_edit_base_annotations"):
            _unsettle(order, annotation, bounds, noise)
        else:
            locked.add(len(annotations))
        annotations.append(annotation)
    if _happens(order, noise) and not closed(params):
        add_shapes(order, annotations, [order.stream.choice(slots_of(params))])
    return finished(order, annotations, locked)


def _happens(order: Order, noise: float) -> bool:
    return order.stream.fraction() < noise * _OFTEN


def _may(params: Mapping[str, Any], is_base: bool, flag: str) -> bool:
    """Whether a change is allowed; a base annotation's only if its flag says so."""
    return not is_base or params.get(flag) is True


def _relabel(order: Order, annotation: Annotation) -> None:
    labels = leaves(order.params["geometries"][annotation["type"]].get("objects_to_annotate", ()))
    if labels and "label" in annotation:
        annotation["label"] = order.stream.choice(labels)


def _unsettle(
    order: Order, annotation: Annotation, bounds: tuple[float, float, float, float], noise: float
) -> None:
    """Moves a shape, and forgets some of its answers."""
    if noise:
        _move(order, annotation, bounds, noise)
    answers = annotation.get("attributes", {})
    for name in list(answers):
        if _happens(order, noise):
            del answers[name]


def _bounds(order: Order, annotations: list[Annotation]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what holds the image, as far as known, and all shapes."""
    width, height = told_size(order) or (0, 0)
    corners = [corner for one in annotations for corner in _corners(one)]
    xs, ys = [0.0, width, *(x for x, _ in corners)], [0.0, height, *(y for _, y in corners)]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(annotation: Mapping[str, Any]) -> list[tuple[float, float]]:
    points = [(one["x"], one["y"]) for one in annotation.get("vertices", ())]
    if "left" in annotation:
        left, top = annotation["left"], annotation["top"]
        points += [(left, top), (left + annotation["width"], top + annotation["height"])]
    elif "x" in annotation:
        points.append((annotation["x"], annotation["y"]))
    return points


def _move(
    order: Order, annotation: Annotation, bounds: tuple[float, float, float, float], noise: float
) -> None:
    """Moves a shape and makes it larger or smaller about its middle, within the bounds."""
    stream = order.stream
    geometry = order.params["geometries"][annotation["type"]]
    corners = _corners(annotation)
    low_x, high_x = min(x for x, _ in corners), max(x for x, _ in corners)
    low_y, high_y = min(y for _, y in corners), max(y for _, y in corners)
    wide, tall = max(high_x - low_x, _POINT), max(high_y - low_y, _POINT)
    grown = 1 + (stream.fraction() - 0.5) * 2 * _MUCH * noise
    grown = max(grown, _least_growth(annotation, geometry))
    x, y = (low_x + high_x) / 2, (low_y + high_y) / 2
    half_x, half_y = (high_x - low_x) / 2 * grown, (high_y - low_y) / 2 * grown
    if 2 * half_x > bounds[2] - bounds[0] or 2 * half_y > bounds[3] - bounds[1]:
        return
    to_x = x + (stream.fraction() - 0.5) * 2 * _FAR * noise * wide
    to_y = y + (stream.fraction() - 0.5) * 2 * _FAR * noise * tall
    to_x = min(max(to_x, bounds[0] + half_x), bounds[2] - half_x)
    to_y = min(max(to_y, bounds[1] + half_y), bounds[3] - half_y)
    whole = bool(geometry.get("integer_pixels")) and "rotation" not in annotation

    def spot(value: float, low: float) -> float:
        # A hair more, so that arithmetic does not push a shape over the border.
        return math.floor(max(value, low) + 1e-6) if whole else cut(max(value, low) + 1e-6)

    for point in (annotation, *annotation.get("vertices", ()), *annotation.get("points_2d", ())):
        if "x" in point:
            point["x"] = spot(to_x + (point["x"] - x) * grown, bounds[0])
            point["y"] = spot(to_y + (point["y"] - y) * grown, bounds[1])
    if "left" in annotation:
        annotation["left"] = spot(to_x + (annotation["left"] - x) * grown, bounds[0])
        annotation["top"] = spot(to_y + (annotation["top"] - y) * grown, bounds[1])
        least_width, least_height = least_size(geometry)
        annotation["width"] = _side(annotation["width"], grown, least_width, whole)
        annotation["height"] = _side(annotation["height"], grown, least_height, whole)
    if "points_3d" in annotation and "camera_intrinsics" in geometry:
        annotation["points_3d"] = in_space(annotation["vertices"], geometry["camera_intrinsics"])


def _side(length: float, grown: float, least: int, whole: bool) -> float:
    longer = length * grown
    longer = int(longer) if whole else cut(longer)
    return max(longer, min(least, length))


def _least_growth(annotation: Annotation, geometry: Mapping[str, Any]) -> float:
    """How small a shape may become before it is below the least size that it had."""
    if annotation["type"] not in ("box", "cuboid"):
        return 0.0
    growths = [
        least / size
        for least, size in zip(least_size(geometry), size_of(annotation), strict=True)
        if size >= least and size > 0
    ]
    return max(growths, default=0.0)
