"""Pictures of tasks, taken apart: what the tests of ``scale-mock render`` share."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from scale_mock.cli.drawing import DrawingError, draw
from scale_mock.tasktypes import TaskTypes

if TYPE_CHECKING:
    from collections.abc import Callable

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


def frames_of(*places: int) -> bytes:
    box = {"uuid": "a", "type": "box", "label": "car", "top": 0, "width": 10, "height": 10}
    return json.dumps([{"annotations": [{**box, "left": left}]} for left in places]).encode()
