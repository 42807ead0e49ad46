"""Lidar, cameras and scenes, drawn from above, read back from the SVG."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from scale_mock.cli.drawing import draw
from tests.unit.cli.shown import Picture, picture, task


def cuboids_file(*places: tuple[float, float], yaw: float = 0.0) -> bytes:
    return json.dumps(
        [
            {
                "cuboids": [
                    {
                        "uuid": str(number),
                        "label": "car",
                        "position": {"x": x, "y": y, "z": 1},
                        "dimensions": {"x": 2, "y": 5, "z": 1.5},
                        "yaw": yaw,
                    }
                    for number, (x, y) in enumerate(places)
                ]
            }
        ]
    ).encode()


def middle(corners: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


@pytest.mark.parametrize(
    ("yaw", "ahead"), [(0.0, (0, -1)), (math.pi / 2, (-1, 0)), (-math.pi / 2, (1, 0))]
)
def test_a_cuboid_from_above_heads_where_its_yaw_says(yaw: float, ahead: tuple[int, int]) -> None:
    """A yaw of 0 is along y, which is up in the picture, and counter-clockwise is positive."""
    content = cuboids_file((10, 10), (-10, -10), yaw=yaw)
    drawn = Picture(draw(task("lidarannotation", {"annotations": {"url": "u"}}), lambda _: content))
    device, first, second = drawn.points("polygon")[:3]
    assert min(x for x, _ in first) > device[0][0] > max(x for x, _ in second)
    assert max(y for _, y in first) < device[0][1] < min(y for _, y in second)
    long = max(math.dist(first[0], first[1]), math.dist(first[1], first[2]))
    assert long / min(math.dist(first[0], first[1]), math.dist(first[1], first[2])) == (
        pytest.approx(2.5, abs=0.01)
    )
    start, end = next(
        line
        for line in drawn.points("polyline")
        if len(line) == 2 and line[0] == pytest.approx(middle(first), abs=0.02)
    )
    length = math.dist(start, end)
    heading = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    assert heading == pytest.approx(ahead, abs=1e-3)


def test_lidar_far_from_the_origin_leaves_the_device_out() -> None:
    content = cuboids_file((500_000, 4_000_000), (500_010, 4_000_010))
    drawn = Picture(draw(task("lidarannotation", {"annotations": {"url": "u"}}), lambda _: content))
    assert "device" not in drawn.texts
    assert len(drawn.points("polygon")) == 2


def test_points_are_counted_by_object() -> None:
    content = {"objects": [{"label": "Road", "index": 1}], "point_objects": [[0, 1, 1], [1, 9]]}
    response = {"point_segmentations": {"url": "u"}}
    drawn = Picture(
        draw(task("lidarsegmentation", response), lambda _: json.dumps(content).encode(), 1)
    )
    assert "2 points, by object:" in drawn.texts
    assert {"1 Road", "9 no such object"} <= {" ".join(one.split()) for one in drawn.texts}


def test_cameras_that_see_something_have_a_page_each() -> None:
    shape = {"cuboid_uuid": "a", "label": "car", "type": "box", "not_in_lidar": True}
    shape |= {"left": 5, "top": 5, "width": 50, "height": 50}
    views = [{"camera_used": number, "annotations": [shape]} for number in (1, 4, 5)]
    content = json.dumps([{"camera_responses": views}]).encode()
    drawn = Picture(draw(task("lidarlinking", {"annotations": {"url": "u"}}), lambda _: content))
    assert {"Camera 1", "Camera 4", "Camera 5", "not in lidar"} <= {*drawn.texts}
    assert len(drawn.points("polygon")) == 3


def test_a_top_down_map_has_its_y_axis_upwards_unless_it_is_an_image() -> None:
    points = [
        {"uuid": str(y), "type": "point", "label": f"at {y}", "x": 0, "y": y} for y in (0, 50)
    ]
    heights = {}
    for params in ({"attachments": ["https://x.test/f.json"]}, {"attachment": "https://x.test/i"}):
        drawn = picture("lidartopdown", {"annotations": points}, params=params)
        low, high = (float(one["cy"]) for one in drawn.all("ellipse")[::2])
        heights[tuple(params)] = high - low
    assert heights["attachments",] < 0 < heights["attachment",]


def test_an_instant_of_a_scene_has_what_is_there_then() -> None:
    def car(name: str, first: int) -> dict[str, Any]:
        values = [[4, 2, 1.5, 10 * at, 5, 1, 0, 0, 0] for at in (1, 2)]
        path = {"timestamps": [first, first + 100], "values": values}
        asked = [{"name": "moving", "timestamps": [first], "values": ["yes"]}]
        return {"id": name, "type": "cuboid", "label": name, "path": path, "attributes": asked}

    flat = {"timestamps": [0], "values": [[0, 0, 0, 9, 0, 0, 9, 9, 0]]}
    scene = {
        "version": "1.0",
        "annotations": [
            car("early", 0),
            car("late", 200),
            {"id": "p", "type": "polyline", "label": "lane", "path": flat},
            {"id": "c", "type": "polyline", "label": "yard", "path": flat, "is_closed": True},
            {"id": "e", "type": "event", "label": "turn", "start": 0, "duration": 10},
        ],
    }
    drawn = picture("sensorfusion", scene, 0)
    assert {"early", "moving: yes", "lane", "yard", "Not drawn: event: 1"} <= {*drawn.texts}
    assert "late" not in drawn.texts
    assert (
        "Instant 2 of 0 to 3, at 200 microseconds, from above"
        in picture("sensorfusion", scene, 2).texts
    )
    # A heading of 0 is along x, and so is the first dimension.
    corners = drawn.points("polygon")[-1]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    assert (max(xs) - min(xs)) / (max(ys) - min(ys)) == pytest.approx(2, abs=0.01)
