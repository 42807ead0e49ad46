"""Images and videos with geometries on them, and every type once, read back from the SVG."""

from __future__ import annotations

import json
import math
import re

import pytest

from scale_mock.cli.drawing import DrawingError, draw
from tests.unit.cli.shown import (
    ASKED,
    MARGIN,
    WIDTH,
    Picture,
    answered,
    frames_of,
    image,
    picture,
    task,
)


@pytest.mark.parametrize("type_name", ASKED)
def test_what_the_platform_answers_is_drawn_the_same_each_time(type_name: str) -> None:
    asked, fetch = answered(type_name)
    svg = draw(asked, fetch)
    assert svg == draw(asked, fetch)
    drawn = Picture(svg)
    assert drawn.texts[0] == f"{type_name} t1, completed"
    assert len(list(drawn.root)) > 4
    assert "nan" not in svg
    assert "inf" not in re.sub("<text.*?</text>", "", svg)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize(
    "type_name", ["imageannotation", "annotation", "videoannotation", "videoplaybackannotation"]
)
def test_no_label_of_the_platform_lies_off_the_page(type_name: str, seed: int) -> None:
    drawn = Picture(draw(*answered(type_name, seed)))
    left, top, width, height = drawn.page
    corners = [
        place for name in ("polygon", "polyline") for one in drawn.points(name) for place in one
    ]
    assert corners
    for x, y in corners:
        assert left - 0.02 <= x <= left + width + 0.02
        assert top - 0.02 <= y <= top + height + 0.02


def test_the_page_has_the_size_that_the_metadata_tell() -> None:
    drawn = image([{"uuid": "a", "type": "point", "label": "nose", "x": 10, "y": 20}])
    assert drawn.page[2:] == (960, 480)
    assert "960 x 480 pixels (metadata)" in drawn.texts


def test_the_page_is_guessed_to_be_the_smallest_usual_one_that_holds_the_labels() -> None:
    box = {"uuid": "a", "type": "box", "left": 1000, "top": 50, "width": 24, "height": 10}
    drawn = picture("imageannotation", {"annotations": [box]})
    assert "1024 x 768 pixels (guessed: the metadata do not tell)" in drawn.texts


def test_a_label_off_the_page_is_seen_off_the_page() -> None:
    box = {"uuid": "a", "type": "box", "left": -96, "top": 10, "width": 50, "height": 50}
    drawn = image([box])
    left, _, width, _ = drawn.page
    assert min(x for x, _ in drawn.points("polygon")[0]) == MARGIN < left
    assert left + width == WIDTH - MARGIN


def test_a_box_is_where_it_says_and_turns_clockwise() -> None:
    plain = {"uuid": "a", "type": "box", "left": 100, "top": 50, "width": 80, "height": 40}
    turned = {**plain, "uuid": "b", "rotation": math.pi / 6}
    drawn = image([plain, turned])
    x0, y0 = drawn.page[:2]
    corners, other = drawn.points("polygon")
    assert corners == [(x0 + x, y0 + y) for x, y in ((100, 50), (180, 50), (180, 90), (100, 90))]
    # Turned clockwise, the upper right corner comes down.
    assert other[1][1] > corners[1][1]
    assert math.dist(other[0], other[1]) == pytest.approx(80, abs=0.02)


def test_the_corners_of_a_turned_box_come_before_its_angle() -> None:
    vertices = [{"x": x, "y": y} for x, y in ((10, 20), (30, 10), (40, 30), (20, 40))]
    box = {"type": "box", "left": 0, "top": 0, "width": 9, "height": 9, "vertices": vertices}
    drawn = image([box])
    x0, y0 = drawn.page[:2]
    assert drawn.points("polygon")[0][0] == (x0 + 10, y0 + 20)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (3, 0, 1, 2)])
def test_an_ellipse_ends_where_its_axes_end_in_whatever_order(order: tuple[int, ...]) -> None:
    ends = [(100, 60), (150, 30), (200, 60), (150, 90)]
    vertices = [{"x": ends[at][0], "y": ends[at][1]} for at in order]
    drawn = image([{"uuid": "a", "type": "ellipse", "vertices": vertices}])
    x0, y0 = drawn.page[:2]
    shape = drawn.all("ellipse")[0]
    assert (float(shape["cx"]) - x0, float(shape["cy"]) - y0) == (150, 60)
    radii = float(shape["rx"]), float(shape["ry"])
    turn = float(re.findall(r"rotate\((\S+) ", shape.get("transform", "rotate(0 "))[0])
    assert sorted(radii) == [30, 50]
    assert round(turn) % 180 == (0 if radii[0] == 50 else 90)


def test_a_cuboid_has_a_face_and_a_side() -> None:
    corners = {
        "face-topleft": (10, 10), "face-bottomleft": (10, 60), "face-topright": (70, 10),
        "face-bottomright": (70, 60), "side-topcorner": (95, 14), "side-bottomcorner": (95, 50),
    }  # fmt: skip
    vertices = [
        {"type": "vertex", "description": name, "x": x, "y": y} for name, (x, y) in corners.items()
    ]
    drawn = image([{"uuid": "a", "type": "cuboid", "vertices": vertices, "edges": []}])
    x0, y0 = drawn.page[:2]
    side, face = drawn.points("polygon")
    assert (x0 + 95, y0 + 14) in side
    assert len(set(side) & set(face)) == 2


def test_lines_are_open_and_legacy_ones_need_no_type() -> None:
    vertices = [{"x": 1, "y": 2}, {"x": 30, "y": 4}, {"x": 50, "y": 60}]
    for type_name, count in (("lineannotation", 0), ("polygonannotation", 1)):
        drawn = picture(type_name, {"annotations": [{"vertices": vertices, "label": "x"}]})
        assert (len(drawn.points("polygon")), len(drawn.points("polyline"))) == (count, 1 - count)


def test_attributes_are_written_and_links_are_arrows() -> None:
    first = {"uuid": "a", "type": "point", "label": "cat", "x": 100, "y": 100}
    second = {"uuid": "b", "type": "point", "label": "dog", "x": 700, "y": 100}
    second["attributes"] = {"looks at": "a", "sleeping": "no", "legs": 4, "spots": ["x", "y"]}
    link = {"label": "chases", "from": "b", "to": "a", "is_bidirectional": True}
    drawn = image([first, second], global_attributes={"total": 2}, links=[link])
    texts = drawn.texts
    assert {"cat", "dog", "sleeping: no", "legs: 4", "spots: x, y", "looks at", "chases"} <= {
        *texts
    }
    assert "looks at: a" not in texts
    assert "Global attributes: total: 2" in texts
    # The link has two heads, the linked attribute one, and it points at the cat.
    heads = drawn.points("polygon")
    assert len(heads) == 3
    assert sum(head[0][0] < WIDTH / 2 for head in heads) == 2


def test_labels_do_not_cover_each_other() -> None:
    drawn = image(
        [
            {"uuid": str(at), "type": "box", "label": "car", "attributes": {"moving": "yes"}}
            | {"left": 300 + at, "top": 200, "width": 60, "height": 40}
            for at in range(4)
        ]
    )
    chips = [
        [float(one[key]) for key in ("x", "y", "width", "height")]
        for one in drawn.all("rect")
        if one.get("fill-opacity") == "0.85"
    ]
    assert len(chips) == 4
    for place, (x, y, width, height) in enumerate(chips):
        for other_x, other_y, *_ in chips[place + 1 :]:
            assert abs(x - other_x) >= width - 0.02 or abs(y - other_y) >= height - 0.02


def test_what_looks_like_markup_is_text() -> None:
    box = {"uuid": "a", "type": "point", "label": "<b>&'\"\x07", "x": 1, "y": 1}
    assert "<b>&'\" " in image([box]).texts


def test_a_frame_of_a_video_is_chosen() -> None:
    video = task("videoannotation", {"annotations": {"url": "u"}}, metadata={
        "video": {"resolution": {"w": 960, "h": 480}}
    })  # fmt: skip
    for number, left in enumerate((0, 100, 250)):
        drawn = Picture(draw(video, lambda _: frames_of(0, 100, 250), number))
        assert drawn.points("polygon")[0][0] == (MARGIN + left, drawn.page[1])
        assert f"Frame {number} of 0 to 2" in drawn.texts
        # The way of the car is there in every frame.
        assert drawn.points("polyline")[0][-1] == (MARGIN + 255, drawn.page[1] + 5)
    with pytest.raises(DrawingError, match="no frame 3: the task has 3, numbered 0 to 2"):
        draw(video, lambda _: frames_of(0, 100, 250), 3)


def test_a_frame_of_a_playback_is_chosen_from_all_tracks() -> None:
    frame = {"left": 5, "top": 5, "width": 10, "height": 10, "attributes": {}}
    tracks = {
        "a": {"label": "car", "geometry": "box", "frames": [{"key": 0, "timestamp": 0, **frame}]},
        "b": {"label": "bus", "geometry": "box", "frames": [{"key": 30, "timestamp": 1, **frame}]},
    }
    content = json.dumps({"annotations": tracks}).encode()
    playback = task("videoplaybackannotation", {"annotations": {"url": "u"}})
    drawn = Picture(draw(playback, lambda _: content, 1))
    assert "Frame 1 of 0 to 1 (key 30, 1 s)" in drawn.texts
    assert "bus" in drawn.texts
    assert "car" not in drawn.texts
