"""What a lidar answer must hold to, told without any code of the synthesizers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from tests.unit.tasktypes.lidar_answers_checker import check_attributes, check_overall
from tests.unit.tasktypes.lidar_requests import leaves

Thing = dict[str, Any]
CANVAS = (1280, 720)


def distance(one: Thing, scale: float) -> float:
    return math.hypot(one["position"]["x"], one["position"]["y"]) * scale


def check_cuboid(one: Thing, params: Thing) -> None:
    scale = params.get("meters_per_unit", 1)
    farthest = params.get("max_distance_meters", 100)
    tilted = params.get("pitch_and_roll_enabled") is True
    assert ("pitch" in one) is ("roll" in one) is tilted
    assert -math.pi < one["yaw"] <= math.pi
    assert one["distance_to_device"] <= farthest
    tolerance = 0.01 * min(farthest, 10) / 10 + 1e-9
    assert abs(one["distance_to_device"] - distance(one, scale)) <= tolerance
    assert 0 <= one["camera_used"] < 6
    assert 1 <= one["numberOfPoints"] <= 4000
    width, length, height = (one["dimensions"][axis] * scale for axis in "xyz")
    assert 0.2 < width <= length < 13
    assert 0.5 < height < 6
    bottom = (one["position"]["z"] - one["dimensions"]["z"] / 2) * scale
    assert abs(bottom) < 0.01, "things stand on the ground"


def check_motion(seen: list[tuple[int, Thing]], scale: float) -> None:
    """Checks one object over its frames: the same thing, moving evenly where it heads."""
    frames = [frame for frame, _ in seen]
    assert frames == list(range(frames[0], frames[-1] + 1)), "in sight without gaps"
    things = [thing for _, thing in seen]
    for name in ("label", "dimensions", "stationary"):
        assert all(one[name] == things[0][name] for one in things)
    if things[0]["stationary"]:
        assert all(one["position"] == things[0]["position"] for one in things)
        assert all(one["yaw"] == things[0]["yaw"] for one in things)
        return
    for before, after in pairwise(things):
        dx, dy = ((after["position"][a] - before["position"][a]) * scale for a in "xy")
        moved = math.hypot(dx, dy)
        assert 0.05 < moved < 1.5, "a tenth of a second's way"
        ahead = -dx * math.sin(before["yaw"]) + dy * math.cos(before["yaw"])
        assert ahead > 0.95 * moved, "things move forward"
        assert abs(before["yaw"] - after["yaw"]) < 0.1


def check_cuboid_frames(params: Thing, response: Thing, file: list[Thing]) -> None:
    """Checks a lidar annotation task's file against its request."""
    attributes = params.get("annotation_attributes", {})
    scale = params.get("meters_per_unit", 1)
    overall = check_overall(attributes, response)
    assert len(file) == len(params["attachments"])
    groups = [frame["cuboids"] for frame in file]
    given = check_given(params, groups)
    known = set(leaves(params["labels"]))
    tracks: dict[str, list[tuple[int, Thing]]] = {}
    for number, group in enumerate(groups):
        uuids = [one["uuid"] for one in group]
        assert len(uuids) == len(set(uuids))
        for one in group:
            assert one["label"] in known
            if one["uuid"] not in given:
                check_cuboid(one, params)
                tracks.setdefault(one["uuid"], []).append((number, one))
    for seen in tracks.values():
        check_motion(seen, scale)
    if params.get("max_distance_meters", 60) >= 30:
        check_apart([[one for one in group if one["uuid"] not in given] for group in groups], scale)
    closed = "base_annotations" in params and params.get("can_add_base_annotations") is False
    if closed:
        assert not tracks
    else:
        assert {one["label"] for group in groups for one in group} == known
    locked = "base_annotations" in params and params.get("can_edit_base_annotations") is False
    if not locked:
        check_attributes(attributes, groups, overall, lines=footprint)


def footprint(one: Thing) -> tuple[float, float]:
    return one["dimensions"]["x"], one["dimensions"]["y"]


def check_given(params: Thing, groups: list[list[Thing]]) -> set[str]:
    """Checks that what the task brought along came back, and returns its UUIDs."""
    found = set()
    for key in ("base_annotations", "hypothesis"):
        for number, frame in enumerate(params.get(key, {}).get("annotations", [])):
            for index, one in enumerate(frame["cuboids"]):
                back = groups[number][index]
                found.add(back["uuid"])
                assert {name: back[name] for name in one} == one
                extra = set(back) - set(one)
                assert extra <= {"attributes", "uuid"}
    return found


def check_apart(groups: list[list[Thing]], scale: float) -> None:
    for group in groups[:: max(len(groups) // 4, 1)]:
        for index, one in enumerate(group):
            for other in group[:index]:
                dx, dy = ((one["position"][a] - other["position"][a]) * scale for a in "xy")
                widths = (one["dimensions"]["x"] + other["dimensions"]["x"]) * scale
                assert math.hypot(dx, dy) > widths / 2, "nothing stands in anything"


def check_points(
    params: Thing, response: Thing, file: Thing, frames: list[Thing] | None, lengths: list[int]
) -> None:
    """Checks a segmentation's file.

    Args:
        params: The request.
        response: The answer.
        file: The file with the points.
        frames: The cuboids per frame, if the task builds on others'.
        lengths: How many points the frames have in other tasks' files.
    """
    overall = check_overall(params.get("annotation_attributes", {}), response)
    objects, rows = file["objects"], file["point_objects"]
    assert [one["index"] for one in objects] == list(range(1, len(objects) + 1))
    apart = dict(instances(params["labels"], inherited=False))
    labels = [one["label"] for one in objects]
    assert set(labels) == set(apart)
    for one in objects:
        assert one.get("instance", False) is apart[one["label"]]
        assert one.get("instance") or labels.count(one["label"]) == 1
    assert [len(row) for row in rows] == lengths
    for row in rows:
        assert set(row) <= set(range(len(objects) + 1))
    if frames is None:
        for row in rows:
            assert row.count(0) < 0.1 * len(row)
            assert len(set(row) - {0}) == len(objects), "everything is seen"
    else:
        check_points_of_cuboids(objects, rows, frames)
    attributes = {
        name: one
        for name, one in params.get("annotation_attributes", {}).items()
        if one.get("type") not in ("linked", "x_line", "y_line")
    }
    for one in objects:
        assert ("attributes" in one) is bool(params.get("annotation_attributes"))
        if "attributes" in one:
            check_attributes(attributes, [[{**one, "uuid": one["index"]}]], overall)


def check_points_of_cuboids(
    objects: list[Thing], rows: list[list[int]], frames: list[Thing]
) -> None:
    """Each cuboid's points are there: as an instance of their own, or within their label."""
    known = {one["label"] for frame in frames for one in frame["cuboids"]}
    for label in {one["label"] for one in objects} & known:
        indices = [one["index"] for one in objects if one["label"] == label]
        for row, frame in zip(rows, frames, strict=True):
            inside = [one["numberOfPoints"] for one in frame["cuboids"] if one["label"] == label]
            found = [row.count(index) for index in indices]
            assert sum(found) == sum(inside)
            if objects[indices[0] - 1].get("instance"):
                assert sorted(count for count in found if count) == sorted(inside)


def instances(labels: list[Any], *, inherited: bool) -> Any:
    for one in labels:
        if isinstance(one, str):
            yield one, inherited
        elif "subchoices" in one:
            below = inherited or one.get("instance_label", False)
            yield from instances(one["subchoices"], inherited=below)
        else:
            yield one["choice"], inherited or one.get("instance_label", False)


def places(shape: Thing) -> list[tuple[float, float]]:
    if shape["type"] == "box":
        right, bottom = shape["left"] + shape["width"], shape["top"] + shape["height"]
        return [(shape["left"], shape["top"]), (right, bottom)]
    if shape["type"] == "point":
        return [(shape["x"], shape["y"])]
    return [(one["x"], one["y"]) for one in shape["vertices"]]


def extent(shape: Thing) -> tuple[float, float] | None:
    if shape["type"] not in ("box", "cuboid"):
        return None
    xs, ys = zip(*places(shape), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def check_shape(shape: Thing, canvas: tuple[float, float], geometry: Thing) -> None:
    for x, y in places(shape):
        assert -0.01 <= x <= canvas[0] + 0.01
        assert -0.01 <= y <= canvas[1] + 0.01
    size = extent(shape)
    if size is not None:
        assert size[0] >= float(geometry.get("min_width", 1)) - 0.02
        assert size[1] >= float(geometry.get("min_height", 1)) - 0.02
    if geometry.get("integer_pixels"):
        assert all(float(value).is_integer() for place in places(shape) for value in place)
    if shape["type"] in ("polygon", "line"):
        count = len(shape["vertices"])
        assert geometry.get("min_vertices", 1) <= count <= (geometry.get("max_vertices") or 999)


def check_links_to_cuboids(params: Thing, response: Thing, file: list[Thing], frames: Any) -> None:
    """Checks a linking task's file against its request and the other task's cuboids."""
    kinds = {"annotation": "box", "polygonannotation": "polygon", "cuboidannotation": "cuboid"}
    geometries = params.get("geometries")
    assert len(file) == len(frames)
    groups = []
    for view, frame in zip(file, frames, strict=True):
        cuboids = {one["uuid"]: one for one in frame["cuboids"]}
        cameras = [one["camera_used"] for one in view["camera_responses"]]
        assert cameras == sorted(set(cameras))
        assert set(cameras) <= set(params.get("cameras", range(6))) & set(range(6))
        for image in view["camera_responses"]:
            shapes = image["annotations"]
            assert shapes, "a camera that sees nothing is left out"
            groups.append(shapes)
            uuids = [one["cuboid_uuid"] for one in shapes]
            assert len(uuids) == len(set(uuids))
            for shape in shapes:
                if shape.get("not_in_lidar"):
                    assert shape["cuboid_uuid"] not in cuboids
                else:
                    assert shape["label"] == cuboids[shape["cuboid_uuid"]]["label"]
                if "labels" in params:
                    assert shape["label"] in params["labels"]
                kind = kinds.get(params.get("annotation_type", "annotation"), "box")
                bounds: Thing = {}
                if geometries:
                    (kind,) = [
                        name
                        for name, one in geometries.items()
                        if shape["label"] in one["objects_to_annotate"]
                    ]
                    bounds = geometries[kind]
                assert shape["type"] == kind
                check_shape(shape, CANVAS, bounds)
    attributes = params.get("annotation_attributes", {})
    overall = check_overall(attributes, response)
    if attributes:
        check_attributes(attributes, groups, overall, key="cuboid_uuid", lines=extent)
    if not {"labels", "geometries", "cameras"} & params.keys():
        check_views_agree(file, frames)


def check_views_agree(file: list[Thing], frames: list[Thing]) -> None:
    """What a cuboid's own camera sees in front of it is drawn there."""
    for view, frame in zip(file, frames, strict=True):
        drawn = {
            (image["camera_used"], shape["cuboid_uuid"])
            for image in view["camera_responses"]
            for shape in image["annotations"]
        }
        for one in frame["cuboids"]:
            if "camera_used" in one and 6 < one["distance_to_device"] < 40:
                assert (one["camera_used"], one["uuid"]) in drawn


def check_topdown(params: Thing, size: Thing, response: Thing) -> None:
    geometries = params["geometries"]
    offered = {
        (kind, label)
        for kind, one in geometries.items()
        for label in one.get("objects_to_annotate") or params.get("labels", [])
    }
    annotations = response["annotations"]
    assert {(one["type"], one["label"]) for one in annotations} == offered
    uuids = {one["uuid"]: one["label"] for one in annotations}
    assert len(uuids) == len(annotations)
    for one in annotations:
        if "attachment" in params:
            canvas = (size.get("width", 1920), size.get("height", 1200))
            check_shape(one, canvas, geometries[one["type"]])
            continue
        reach = min(params.get("max_distance_meters", 50), 50) / params.get("meters_per_unit", 1)
        assert all(math.hypot(x, y) <= reach * 1.001 for x, y in places(one))
        vertices = [one] if one["type"] == "point" else one["vertices"]
        assert all(vertex["z"] == 0 for vertex in vertices)
        if one["type"] in ("polygon", "line"):
            bounds = geometries[one["type"]]
            count = len(vertices)
            assert bounds.get("min_vertices", 1) <= count <= (bounds.get("max_vertices") or 999)
    for link in response.get("links", []):
        assert link["from"] != link["to"]
        assert uuids[link["from"]] in params["links"][link["label"]]["from_allowed_labels"]
        assert link["to"] in uuids
        assert link["is_bidirectional"] is True
    attributes = params.get("annotation_attributes", {})
    overall = check_overall(attributes, response)
    own = {name: one for name, one in attributes.items() if one.get("type") != "linked"}
    for one in annotations:
        known = {name: one["attributes"][name] for name in own if name in one["attributes"]}
        check_attributes(own, [[{**one, "attributes": known}]], overall)
        for name in set(one["attributes"]) - set(known):
            assert uuids[one["attributes"][name]] in attributes[name]["allowed_labels"]


def check_scene(params: Thing, scene: Thing) -> None:
    assert scene["version"].startswith("1.0")
    annotations = scene["annotations"]
    ids = {one["id"]: one for one in annotations}
    assert len(ids) == len(annotations)
    wanted = set()
    for one in params["annotation_definition"]:
        kind = "cuboid" if one["type"] == "mystery" else one["type"]
        labels = leaves(one.get("labels", [])) or [one.get("label", kind)]
        wanted |= {(kind, label) for label in labels}
    for one in annotations:
        if one["type"] != "localization_adjustment":
            assert (one["type"], one["label"]) in wanted
        check_path(one)
        if one["type"] == "link":
            assert one["from_id"] != one["to_id"]
            assert {one["from_id"], one["to_id"]} <= set(ids)
        for attribute in one.get("attributes", []):
            assert len(attribute["timestamps"]) == len(attribute["values"])
            assert isinstance(attribute["values"][0], str | int | list)
    found = {(one["type"], one.get("label")) for one in annotations}
    missing = {kind for kind, label in wanted - found}
    assert missing <= {"link", "localization_adjustment"}


def check_path(one: Thing) -> None:
    path = one.get("path") or one.get("poses")
    if path is None:
        return
    times, values = path["timestamps"], path["values"]
    assert len(times) == len(values) > 0
    assert all(a < b for a, b in pairwise(times))
    if one["type"] == "cuboid":
        assert len({tuple(value[:3]) for value in values}) == 1, "nothing grows"
        assert all(-180 <= value[8] <= 180 for value in values)
        assert one["stationary"] is (len(values) == 1) or len(values) == 1
    if one["type"] == "box_2d":
        for left, top, width, height in values:
            assert left >= 0
            assert top >= 0
            assert left + width <= 1920.01
            assert top + height <= 1080.01
    if one["type"].endswith("_2d"):
        for before, after in pairwise(values):
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 40
