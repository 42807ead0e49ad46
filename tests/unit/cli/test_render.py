"""What ``scale-mock render`` draws, task type by task type, read back from the SVG."""

from __future__ import annotations

import json
import math
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from scale_mock.cli.drawing import DrawingError, draw
from scale_mock.cli.drawing.pixels import read_png
from scale_mock.cli.main import commands
from scale_mock.tasktypes import TaskTypes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TYPES = TaskTypes()
SVG = "{http://www.w3.org/2000/svg}"
WIDTH, MARGIN = 1000, 20
IMAGE: dict[str, Any] = {
    "attachment": "https://img.test/1.jpg",
    "geometries": {
        "box": {"objects_to_annotate": ["car", "truck"], "can_rotate": True},
        "polygon": {"objects_to_annotate": ["puddle"]},
        "line": {"objects_to_annotate": ["lane"]},
        "point": {"objects_to_annotate": ["headlight"]},
        "ellipse": {"objects_to_annotate": ["wheel"]},
        "cuboid": {"objects_to_annotate": ["bus"]},
    },
    "annotation_attributes": {"moving": {"choices": ["yes", "no"]}},
}
FRAMES = [f"https://x.test/{number}" for number in range(5)]
ASKED: dict[str, dict[str, Any]] = {
    "imageannotation": IMAGE,
    "videoannotation": {
        "attachments": FRAMES,
        "geometries": {"box": {"objects_to_annotate": ["car"]}},
        "events_to_annotate": ["turn"],
    },
    "videoplaybackannotation": {
        "attachment": "https://x.test/a.mp4",
        "geometries": {"box": {"objects_to_annotate": ["car"]}},
    },
    "segmentannotation": {"attachment": "https://x.test/1.png", "labels": ["sky", "road"]},
    "documenttranscription": {
        "attachment": "https://x.test/a.pdf",
        "features": [{"type": "text", "label": "total", "flags": ["money"]}],
    },
    "lidarannotation": {"attachments": FRAMES, "labels": ["car", "pedestrian"]},
    "lidarsegmentation": {"project": "p", "attachments": FRAMES, "labels": ["road"]},
    "lidartopdown": {
        "project": "p",
        "attachments": FRAMES,
        "geometries": {"line": {"objects_to_annotate": ["lane"]}},
    },
    "sensorfusion": {
        "project": "p",
        "instruction": "Annotate",
        "attachments": ["https://x.test/s.sfs"],
        "scene_format": "sensor_fusion",
        "annotation_definition": [{"type": "cuboid", "labels": ["car"]}],
        "is_frameless": False,
    },
    "namedentityrecognition": {"text": "Ada works at Acme.", "labels": [{"name": "person"}]},
    "categorization": {
        "attachment": "https://x.test/",
        "attachment_type": "website",
        "categories": ["public", "private"],
    },
    "textcollection": {
        "attachments": [{"type": "text", "content": "Read"}],
        "fields": [{"type": "text", "field_id": "city", "title": "Which city?"}],
    },
    "annotation": {
        "attachment": "https://x.test/1.jpg",
        "attachment_type": "image",
        "objects_to_annotate": ["cow"],
        "with_labels": True,
    },
}


def no_files(url: str) -> bytes:
    raise DrawingError(f"no file {url}")


def task(type_name: str, response: Any, **more: Any) -> dict[str, Any]:
    return {"task_id": "t1", "type": type_name, "status": "completed", "params": {}} | {
        "response": response,
        **more,
    }


def answered(type_name: str, seed: int = 1) -> tuple[dict[str, Any], Callable[[str], bytes]]:
    """A task as the platform answers it, and its result files."""
    params = ASKED[type_name]
    TYPES.check(type_name, params)
    about: dict[str, Any] = {"seed": seed, "identity": "i", "mode": "live"}

    def fetch(url: str) -> bytes:
        found = TYPES.result_file(type_name, url.rpartition("/")[2], params, **about)
        assert found is not None
        return found[0]

    response = TYPES.respond(type_name, params, **about)
    pages = TYPES.document_pages(type_name, params, **about)
    more = {} if pages is None else {"document_pages": pages}
    return task(type_name, response, params=params, **more), fetch


class Picture:
    """A picture, taken apart."""

    def __init__(self, svg: str) -> None:
        self.svg = svg
        self.root = ET.fromstring(svg)
        self.texts = [one.text or "" for one in self.root.iter(f"{SVG}text")]

    def all(self, name: str) -> list[dict[str, str]]:
        return [one.attrib for one in self.root.iter(SVG + name)]

    def points(self, name: str) -> list[list[tuple[float, float]]]:
        """The corners of every polygon or polyline."""
        return [
            [(float(x), float(y)) for x, y in (pair.split(",") for pair in one["points"].split())]
            for one in self.all(name)
        ]

    @property
    def page(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the page: the second rectangle, after the background."""
        left, top, width, height = (
            float(self.all("rect")[1][key]) for key in ("x", "y", "width", "height")
        )
        return left, top, width, height


def picture(type_name: str, response: Any, frame: int | None = None, **more: Any) -> Picture:
    return Picture(draw(task(type_name, response, **more), no_files, frame))


def image(
    annotations: list[dict[str, Any]], size: tuple[int, int] = (960, 480), **more: Any
) -> Any:
    """A picture of an image that is as wide as the sheet has room, so one unit is one pixel."""
    metadata = {"width": size[0], "height": size[1]}
    return picture("imageannotation", {"annotations": annotations, **more}, metadata=metadata)


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


def frames_of(*places: int) -> bytes:
    box = {"uuid": "a", "type": "box", "label": "car", "top": 0, "width": 10, "height": 10}
    return json.dumps([{"annotations": [{**box, "left": left}]} for left in places]).encode()


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


def test_regions_are_as_large_as_their_pixels() -> None:
    asked, fetch = answered("segmentannotation")
    drawn = Picture(draw(asked, fetch))
    painted = {}
    for one in drawn.all("path"):
        cells = re.findall(r"M\d+ \d+h(\d+)v(\d+)h-\d+z", one["d"])
        painted[one["fill"]] = sum(int(wide) * int(tall) for wide, tall in cells)
    counted = {one["color"]: one["numPixels"] for one in asked["response"]["labelMapping"].values()}
    whole = sum(counted.values())
    assert painted.keys() == counted.keys()
    assert sum(painted.values()) == whole
    # It is sampled, not looked at pixel by pixel.
    for colour, count in counted.items():
        assert painted[colour] == pytest.approx(count, abs=whole / 100)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: list[tuple[int, bytes]], width: int, colour: int, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(bytes([how]) + row for how, row in rows))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", packed[:5]), chunk(b"IDAT", packed[5:]))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def test_every_filter_of_png_is_undone() -> None:
    # By hand, from the standard: each row is 10, 20, 35 after its filter is undone.
    rows = [
        (0, bytes([10, 20, 35])),
        (1, bytes([10, 10, 15])),
        (2, bytes([0, 0, 0])),
        (3, bytes([5, 5, 8])),
        (4, bytes([0, 0, 0])),
        (2, bytes([1, 0, 255])),
    ]
    pixels = read_png(png(rows, 3, 0))
    assert pixels.rows[:5] == [bytes([10, 20, 35])] * 5
    assert pixels.rows[5] == bytes([11, 20, 34])
    colours = read_png(png([(1, bytes([1, 2, 3, 1, 1, 1]))], 2, 2))
    assert (colours.channels, colours.rows) == (3, [bytes([1, 2, 3, 2, 3, 4])])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"GIF89a", "no PNG"),
        (png([(0, b"\1")], 8, 0, depth=1), "1 bits a channel"),
        (png([(0, b"\1")], 2, 0), "too few or too many pixels"),
        (b"\x89PNG\r\n\x1a\n", "broken PNG"),
    ],
)
def test_a_mask_that_cannot_be_read_is_said_to_be_so(content: bytes, says: str) -> None:
    response = {"annotations": {"combined": {"indexedImage": "u"}}, "labelMapping": {}}
    with pytest.raises(DrawingError, match=says):
        draw(task("segmentannotation", response), lambda _: content)


def test_an_index_that_no_label_has_is_pointed_out() -> None:
    response = {
        "annotations": {"combined": {"indexedImage": "u"}},
        "labelMapping": {"road": {"index": 1, "color": "url(#evil)", "numPixels": 2}},
    }
    content = png([(0, bytes([1, 1, 7]))], 3, 0)
    drawn = Picture(draw(task("segmentannotation", response), lambda _: content))
    assert "index 7: no such label" in drawn.texts
    assert "evil" not in drawn.svg


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


def middle(corners: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


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


def document(pages: int) -> dict[str, Any]:
    annotations = [
        {"uuid": str(page), "page": page, "label": "total", "text": f"{page}.00", "refs": []}
        | {"location": {"type": "box", "left": 10, "top": 20, "width": 60, "height": 12}}
        for page in range(pages)
    ]
    listed = [{"width": 500, "height": 700}] * pages
    return task("documenttranscription", {"annotations": annotations}, document_pages=listed)


def test_all_pages_of_a_document_are_drawn_or_the_one_asked_for() -> None:
    drawn = Picture(draw(document(3), no_files))
    assert {"0.00", "1.00", "2.00"} <= {*drawn.texts}
    assert "Page 2: 500 x 700 pixels (document_pages)" in drawn.texts
    one = Picture(draw(document(3), no_files, 1))
    assert "1.00" in one.texts
    assert "0.00" not in one.texts
    with pytest.raises(DrawingError, match="no page 3"):
        draw(document(3), no_files, 3)


def test_entities_are_marked_where_they_are() -> None:
    text = "Ada works at Acme & Sons."
    spans = [
        {"id": "1", "start": 0, "end": 3, "text": "Ada", "label": "person"},
        {"id": "2", "start": 13, "end": 24, "text": "Acme & Sons", "label": "company"},
    ]
    relation = {"id": "r", "source_ref": "1", "target_ref": "2", "name": "works_at"}
    response = {"annotations": spans, "relationships": [relation]}
    drawn = picture("namedentityrecognition", response, params={"text": text})
    words = {
        one.text: float(one.attrib["x"])
        for one in drawn.root.iter(f"{SVG}text")
        if "Mono" in one.attrib.get("font-family", "")
    }
    assert list(words) == text.split(" ")
    marks = [one for one in drawn.all("rect") if one.get("fill-opacity") == "0.22"]
    letter = (words["works"] - words["Ada"]) / 4
    assert [float(one["x"]) for one in marks] == [words["Ada"], words["Acme"]]
    assert [float(one["width"]) for one in marks] == pytest.approx(
        [3 * letter, 11 * letter], abs=0.05
    )
    assert {"person", "company", "works_at"} <= {*drawn.texts}


def test_a_span_over_two_lines_is_marked_in_both() -> None:
    text = "one\ntwo"
    spans = [{"id": "1", "start": 2, "end": 5, "text": text[2:5], "label": "odd"}]
    drawn = picture("namedentityrecognition", {"annotations": spans}, params={"text": text})
    assert sum(one.get("fill-opacity") == "0.22" for one in drawn.all("rect")) == 2


def test_a_choice_is_marked_among_the_others() -> None:
    params = {"categories": ["public", "private"], "attachment": "https://x.test/"}
    drawn = picture("categorization", {"category": "private"}, params=params)
    assert drawn.texts[1:] == ["https://x.test/", "○", "public", "●", "private"]


def test_answers_are_under_the_titles_of_their_fields() -> None:
    fields = [{"type": "boolean", "field_id": "spam", "title": "Is it spam?"}]
    response = {"annotations": {"spam": False, "other": [{"a": 1}, {"a": [2, 3]}]}}
    drawn = picture("textcollection", response, params={"fields": fields})
    assert drawn.texts[1:] == ["Is it spam?", "no", "other", "a: 1", "a: 2, 3"]


def test_a_type_that_nobody_described_makes_a_card() -> None:
    assert picture("multistage", {"result": {"deep": [1]}}).texts[1] == "result"


def test_a_long_text_is_broken_into_lines_that_fit() -> None:
    drawn = picture("datacollection", {"fields": {"note": "word " * 200 + "x" * 500}})
    for one in drawn.root.iter(f"{SVG}text"):
        assert float(one.attrib["x"]) + 13 * 0.6 * len(one.text or "") <= WIDTH + 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (task("imageannotation", None, status="pending"), r"no response \(status=pending\)"),
        (task("imageannotation", {"error": "cannot load"}, status="error"), "cannot load"),
        (task("imageannotation", {"annotations": [{"type": "box"}]}), "does not have the shape"),
        (task("imageannotation", {}), "does not have the shape"),
        (task("videoannotation", {"annotations": {"url": "u"}}), "no file u"),
    ],
)
def test_what_cannot_be_drawn_is_said(given: dict[str, Any], says: str) -> None:
    with pytest.raises(DrawingError, match=says):
        draw(given, no_files)


def test_a_frame_of_what_has_none_is_refused() -> None:
    with pytest.raises(DrawingError, match="'imageannotation' has no frames: leave --frame out"):
        draw(task("imageannotation", {"annotations": []}), no_files, 0)


def call(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["render", *arguments], input=given)


def refusal(result: Result) -> str:
    """The one line that is said when nothing is drawn."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_help_names_the_options() -> None:
    shown = call("--help").output
    assert [
        one for one in ("-o", "--output", "--url", "--key", "--frame") if one not in shown
    ] == []


def test_a_file_is_drawn_to_stdout_or_into_a_file(tmp_path: Path) -> None:
    asked, _ = answered("imageannotation")
    path = tmp_path / "task.json"
    path.write_text(json.dumps(asked))
    shown = call(str(path))
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == draw(asked, no_files)
    drawn = call(str(path), "-o", str(tmp_path / "out.svg"))
    assert (drawn.exit_code, drawn.output) == (0, "")
    assert (tmp_path / "out.svg").read_text() == shown.stdout
    body = {"task_id": "t1", "status": "completed", "task": asked}
    assert call("-", given=json.dumps(body).encode()).stdout == shown.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "no JSON"),
        (b"[1]", "no task"),
        (b'{"docs": [{}, {}]}', "a list of 2 tasks"),
        (b'{"type": "imageannotation", "response": {"annotations": [\n{}]}}', "shape"),
    ],
)
def test_a_file_that_is_no_task_is_refused(content: bytes, says: str) -> None:
    assert says in refusal(call("-", given=content))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.json"], "neither a file nor a task's id"),
        (["0" * 24, "--url", "ftp://x"], "no address such as http://127.0.0.1:8723"),
        (["0" * 24, "--url", "http://x:99999"], "no address such as"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], says: str) -> None:
    assert says in refusal(call(*arguments))


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    given = json.dumps(answered("imageannotation")[0]).encode()
    nowhere = str(tmp_path / "no" / "out.svg")
    assert f"Cannot write {nowhere}" in refusal(call("-", "-o", nowhere, given=given))


@pytest.mark.parametrize(
    "url", ["https://results.scale.test/secret/annotations.json", "file:///annotations.json"]
)
def test_result_files_elsewhere_are_not_fetched_but_may_lie_beside(
    tmp_path: Path, url: str
) -> None:
    path = tmp_path / "task.json"
    path.write_text(json.dumps(task("videoannotation", {"annotations": {"url": url}})))
    said = refusal(call(str(path)))
    assert "not fetched" in said or "no address" in said
    assert "put annotations.json beside the file" in said
    (tmp_path / "annotations.json").write_bytes(frames_of(1, 2))
    assert "Frame 1 of 0 to 1" in call(str(path), "--frame", "1").stdout


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


def test_instances_are_numbered_and_attributes_written() -> None:
    answers = {"index": 1, "color": "#ff0000", "numPixels": 2, "attributes": {"wet": True}}
    other = {"index": 2, "color": "#ff0000", "numPixels": 1, "attributes": None}
    response = {
        "annotations": {"combined": {"indexedImage": "u"}},
        "labelMapping": {"car": [answers, other]},
        "global_attributes": {"night": False},
    }
    content = png([(0, bytes([1, 1, 2]))], 3, 0)
    drawn = Picture(draw(task("segmentannotation", response), lambda _: content))
    assert {"car 1", "car 2", "wet: yes", "Global attributes: night: no"} <= {*drawn.texts}


def test_pages_that_nobody_lists_are_guessed_or_told() -> None:
    given = document(2)
    del given["document_pages"]
    assert "Page 1: 1275 x 1650 pixels (guessed)" in Picture(draw(given, no_files)).texts
    given["metadata"] = {"width": 600, "height": 800}
    assert "Page 1: 600 x 800 pixels (metadata)" in Picture(draw(given, no_files)).texts


def test_what_a_value_refers_to_is_an_arrow() -> None:
    given = document(1)
    key = given["response"]["annotations"][0]
    place = {"type": "polygon", "vertices": [{"x": x, "y": 200 + x} for x in (10, 90, 50)]}
    value = {**key, "uuid": "v", "text": "", "location": place, "refs": ["0"]}
    given["response"]["annotations"].append(value)
    drawn = Picture(draw(given, no_files))
    assert len(drawn.points("polygon")) == 3
    assert len(drawn.points("polyline")) == 1
