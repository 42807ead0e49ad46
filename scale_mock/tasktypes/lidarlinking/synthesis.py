"""Lidar linking's answer: the address of a file with the shapes that each camera sees.

Every cuboid of the other task that a camera sees gets a shape around it in that camera's image, and
now and then a labeler finds something that no lidar point fell on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.labels import leaves
from scale_mock.tasktypes.lidar.answers import Answers, is_global, overall_answers
from scale_mock.tasktypes.lidar.cuboids import cuboid_frames, metres_per_unit
from scale_mock.tasktypes.lidar.files import CUBOIDS, json_file
from scale_mock.tasktypes.lidar.frames import CAMERAS, IMAGE, Rectangle, corners_of, seen
from scale_mock.tasktypes.lidarlinking.shapes import draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.entry import Order, ResultFile

_KINDS = {"annotation": "box", "polygonannotation": "polygon", "cuboidannotation": "cuboid"}

Shape = dict[str, Any]
Views = list[dict[int, list[Shape]]]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a lidar linking task."""
    response: dict[str, Any] = {"annotations": {"url": order.url(CUBOIDS)}}
    attributes = order.params.get("annotation_attributes", {})
    if any(map(is_global, attributes.values())):
        response["global_attributes"] = _overall(order, _views(order))
    return response


def file(order: Order, name: str) -> ResultFile | None:
    """The file with the shapes: one entry per frame of the other task."""
    if name != CUBOIDS:
        return None
    views = _views(order)
    attributes = order.params.get("annotation_attributes")
    if attributes:
        chance = stream(order.seed, "linking attributes", order.identity)
        filler = Answers(
            attributes, _overall(order, views), chance, size_of=_size, key="cuboid_uuid"
        )
        filler.fill([shapes for view in views for shapes in view.values()])
    return json_file(
        [
            {
                "camera_responses": [
                    {"camera_used": camera, "annotations": shapes}
                    for camera, shapes in sorted(view.items())
                ]
            }
            for view in views
        ]
    )


def _overall(order: Order, views: Views) -> dict[str, Any] | None:
    labels = [shape["label"] for view in views for shapes in view.values() for shape in shapes]
    chance = stream(order.seed, "linking global attributes", order.identity)
    return overall_answers(order.params["annotation_attributes"], labels, chance)


def _size(shape: Shape) -> tuple[float, float] | None:
    """Lines are offsets within boxes and cuboids only (documented)."""
    if shape["type"] == "box":
        return shape["width"], shape["height"]
    if shape["type"] != "cuboid":
        return None
    xs, ys = ([vertex[axis] for vertex in shape["vertices"]] for axis in "xy")
    return max(xs) - min(xs), max(ys) - min(ys)


def _views(order: Order) -> Views:
    """Per frame, camera by camera, the shapes in its image; only cameras that see something."""
    source = order.of_source()
    if source is None:
        return []
    frames, _ = cuboid_frames(source)
    scale = metres_per_unit(source.params)
    wanted = order.params.get("cameras")
    cameras = [camera for camera in range(CAMERAS) if wanted is None or camera in wanted]
    kinds = _kinds(order.params)
    views: Views = []
    for frame in frames:
        corners = [(one, corners_of(one, scale)) for one in frame]
        view: dict[int, list[Shape]] = {}
        for camera in cameras:
            for cuboid, ends in corners:
                kind, geometry = kinds.get(cuboid["label"], kinds.get(None, (None, {})))
                box = seen(ends, camera) if kind else None
                shape = draw(kind, geometry, box, ends, camera) if kind and box else None
                if shape is not None:
                    about = {"cuboid_uuid": cuboid["uuid"], "label": cuboid["label"]}
                    view.setdefault(camera, []).append({**about, **shape})
        views.append(view)
    _add_unseen(order, views, kinds, cameras)
    return views


def _kinds(params: Mapping[str, Any]) -> dict[str | None, tuple[str, Mapping[str, Any]]]:
    """Per label the kind of its shapes with the geometry's bounds; ``None`` is any other label."""
    kind = _KINDS.get(params.get("annotation_type", "annotation"))
    geometries = params.get("geometries")
    found: dict[str | None, tuple[str, Mapping[str, Any]]] = {}
    if geometries and kind is None:
        for name, geometry in geometries.items():
            for label in leaves(geometry.get("objects_to_annotate", ())) or (None,):
                found.setdefault(label, (name, geometry))
        return found
    kind = kind or "box"
    geometry = (geometries or {}).get(kind, {})
    known: list[str | None] = [*leaves(params.get("labels", ()))]
    for label in known or [*leaves(geometry.get("objects_to_annotate", ()))] or [None]:
        found[label] = (kind, geometry)
    return found


def _add_unseen(
    order: Order,
    views: Views,
    kinds: Mapping[str | None, tuple[str, Mapping[str, Any]]],
    cameras: list[int],
) -> None:
    """Something far away that no point fell on, in one camera's image, in half of the tasks."""
    chance = stream(order.seed, "linking", order.identity)
    labels = list(
        dict.fromkeys(
            shape["label"] for view in views for shapes in view.values() for shape in shapes
        )
    )
    uuid = order.uuid()
    if not labels or chance.fraction() < 0.5:
        return
    label, camera = chance.choice(labels), chance.choice(cameras)
    kind, geometry = kinds.get(label) or kinds[None]
    width, height = 14 + 20 * chance.fraction(), 14 + 16 * chance.fraction()
    left, top = (IMAGE[0] - 60) * chance.fraction(), IMAGE[1] * (0.42 + 0.04 * chance.fraction())
    box = Rectangle(left, top, left + width, top + height)
    shape = draw(kind, geometry, box, (), camera)
    if shape is None:
        return
    for view in views:
        found = {"cuboid_uuid": uuid, "label": label, "not_in_lidar": True, **shape}
        view.setdefault(camera, []).append(found)
