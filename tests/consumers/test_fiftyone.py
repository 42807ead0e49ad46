"""FiftyOne's importer reads what tasks answered, from a bulk export and from the files behind it.

Its own code runs from the export to the labels; only the database that holds FiftyOne's datasets
(MongoDB) is not here, so the samples are in memory.
"""

from __future__ import annotations

import contextlib
import json
import warnings
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from scaleapi.tasks import TaskType

from tests.consumers.platform import quietly

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.consumers.platform import Platform

fiftyone = quietly("fiftyone")
scale = quietly("fiftyone.utils.scale")
numpy = quietly("numpy")

WIDTH, HEIGHT = 1280, 720
METADATA = {"width": WIDTH, "height": HEIGHT}
EDGE = 1e-6


class Import(Protocol):
    """Exports all tasks of a platform and imports them into samples."""

    def __call__(self, platform: Platform, samples: Iterable[Any]) -> None: ...


class Samples:
    """As much of a FiftyOne dataset as the importer uses, without a database."""

    def __init__(self, samples: Iterable[Any]) -> None:
        self.samples = {f"sample-{number}": sample for number, sample in enumerate(samples)}
        self.media_type = next(iter(self.samples.values())).media_type

    def values(self, fields: list[str]) -> list[list[Any]]:
        assert fields == ["scale_id", "id"]
        return [[sample.scale_id for sample in self.samples.values()], list(self.samples)]

    def __getitem__(self, key: str) -> Any:
        return self.samples[key]


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Import:
    """Exports all tasks of a platform and imports them into samples."""

    class Saved(contextlib.nullcontext[Any]):
        def __enter__(self) -> Any:
            return self

        def save(self, sample: Any) -> None:
            assert sample.scale_id

    monkeypatch.setattr(scale.fov, "validate_collection", lambda *_, **__: None)
    monkeypatch.setattr(scale.foc, "SaveContext", Saved)

    def run(platform: Platform, samples: Iterable[Any]) -> None:
        # FiftyOne reads one JSON list, where an export has a task a line.
        tasks = [json.loads(line) for line in platform.export().splitlines()]
        whole = tmp_path / "export.json"
        whole.write_text(json.dumps(tasks))
        scale.import_from_scale(Samples(samples), str(whole), progress=False)

    return run


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the files of videos into the form that FiftyOne, unlike Scale's documentation, expects.

    The file of ``videoannotation`` is a list of frames, as Scale documents and as FiftyOne's own
    docstring says; its code asks that list for the key ``annotations``. And the platform counts the
    frames of a video from 0 (``key = round(i / annotation fps * video fps)``), FiftyOne from 1.
    """
    load = scale._download_or_load_json

    class Frames(list[Any]):
        def get(self, key: str, _: object) -> list[Any]:
            assert key == "annotations"
            return self

    def adapted(url: str) -> Any:
        content = load(url)
        if isinstance(content, list):
            return Frames(content)
        for event in content.get("events", ()):
            event.update({end: event[end] + 1 for end in ("start", "end") if end in event})
        if isinstance(content.get("annotations"), dict):
            for track in content["annotations"].values():
                for frame in track["frames"]:
                    frame["key"] += 1
        return content

    monkeypatch.setattr(scale, "_download_or_load_json", adapted)


def image(task: dict[str, Any], width: int = WIDTH, height: int = HEIGHT) -> Any:
    return fiftyone.Sample(
        filepath="scene.png",
        scale_id=task["task_id"],
        metadata=fiftyone.ImageMetadata(width=width, height=height),
    )


def video(task: dict[str, Any], frames: int, rate: float = 30.0) -> Any:
    return fiftyone.Sample(
        filepath="scene.mp4",
        scale_id=task["task_id"],
        metadata=fiftyone.VideoMetadata(
            frame_width=WIDTH, frame_height=HEIGHT, frame_rate=rate, total_frame_count=frames
        ),
    )


def is_inside(box: list[float]) -> bool:
    left, top, width, height = box
    return (
        min(left, top) >= -EDGE
        and min(width, height) > 0
        and max(left + width, top + height) <= 1 + EDGE
    )


def test_images(platform: Platform, imported: Import) -> None:
    names = {
        "box": ["car", "truck"],
        "polygon": ["puddle"],
        "line": ["lane"],
        "point": ["headlight"],
        "ellipse": ["wheel"],
        "cuboid": ["bus"],
    }
    task = platform.label(
        TaskType.ImageAnnotation,
        attachment="https://img.example.test/1.jpg",
        geometries={kind: {"objects_to_annotate": labels} for kind, labels in names.items()},
        annotation_attributes={
            "moving": {
                "choices": ["yes", "no"],
                "conditions": {"label_condition": {"label": ["car", "truck"]}},
            },
            "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
            "tags_": {
                "choices": ["a", "b", "c"],
                "allow_multiple": True,
                "conditions": {"is_global": True},
            },
        },
        metadata=METADATA,
    )
    sample = image(task)
    # FiftyOne knows neither ellipses nor cuboids; it must know everything else.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        imported(platform, [sample])
    assert {str(one.message) for one in caught} == {
        f"Ignoring unsupported label type '{kind}'" for kind in ("ellipse", "cuboid")
    }

    shapes = task["response"]["annotations"]
    boxes = [one for one in shapes if one["type"] == "box"]
    assert {one.label for one in sample.detections.detections} == {"car", "truck"}
    for given, read in zip(boxes, sample.detections.detections, strict=True):
        left, top, width, height = read.bounding_box
        assert read.label == given["label"]
        assert read["moving"] == given["attributes"]["moving"]
        assert is_inside(read.bounding_box)
        assert [left * WIDTH, top * HEIGHT, width * WIDTH, height * HEIGHT] == pytest.approx(
            [given["left"], given["top"], given["width"], given["height"]]
        )
    drawn = [one for one in shapes if one["type"] in ("polygon", "line")]
    for given, read in zip(drawn, sample.polylines.polylines, strict=True):
        assert (read.label, read.closed) == (given["label"], given["type"] == "polygon")
        assert len(read.points[0]) == len(given["vertices"])
        assert all(-EDGE <= value <= 1 + EDGE for point in read.points[0] for value in point)
    assert {one.label for one in sample.keypoints.keypoints} == {"headlight"}
    assert sample.weather.label in {"sun", "rain"}
    assert {one.label for one in sample.tags_.classifications} <= {"a", "b", "c"}


def test_images_without_labels(platform: Platform, imported: Import) -> None:
    task = platform.label(
        TaskType.ImageAnnotation,
        attachment="https://img.example.test/1.jpg",
        geometries={"box": {"objects_to_annotate": []}},
        metadata=METADATA,
    )
    sample = image(task)
    imported(platform, [sample])
    assert sample.detections.detections
    assert {one.label for one in sample.detections.detections} == {None}


def test_what_fiftyone_exports_is_a_hypothesis(platform: Platform, imported: Import) -> None:
    """Labels go out as FiftyOne writes pre-labels; who changes nothing returns them."""
    params: dict[str, Any] = {
        "attachment": "https://img.example.test/1.jpg",
        "geometries": {
            "box": {"objects_to_annotate": ["car", "truck"]},
            "polygon": {"objects_to_annotate": ["puddle"], "min_vertices": 3},
            "point": {"objects_to_annotate": ["headlight"]},
        },
        "metadata": METADATA,
    }
    sample = image(platform.label(TaskType.ImageAnnotation, **params))
    imported(platform, [sample])
    fields = ("detections", "polylines", "keypoints")
    labels = {name: sample[name] for name in fields}
    hypothesis = scale._to_scale_image_labels(labels, (WIDTH, HEIGHT))
    platform.mock.rules.add(match={"unique_id": "pre"}, response={"from": "hypothesis"}, after="1h")
    task = platform.label(
        TaskType.ImageAnnotation, unique_id="pre", hypothesis=hypothesis, **params
    )
    second = image(task)
    imported(platform, [second])
    for name in fields:
        before, after = ([one.label for one in each[name][name]] for each in (sample, second))
        assert after == before != []
    for given, returned in zip(
        sample.detections.detections, second.detections.detections, strict=True
    ):
        # FiftyOne writes pixels with one decimal.
        assert returned.bounding_box == pytest.approx(given.bounding_box, abs=0.1 / HEIGHT)


@pytest.mark.parametrize("unlabeled", [False, True])
def test_segmentation(platform: Platform, imported: Import, unlabeled: bool) -> None:
    task = platform.label(
        TaskType.SegmentAnnotation,
        attachment="https://img.example.test/1.png",
        labels=["road", "sky", {"choice": "car", "instance_label": True}],
        allow_unlabeled=unlabeled,
        metadata={"width": 320, "height": 200},
    )
    sample = image(task, 320, 200)
    imported(platform, [sample])
    mask = sample.segmentation.mask
    # The single channel of the file, three times over: FiftyOne reads every image in colour.
    assert mask.shape == (200, 320, 3)
    assert (mask == mask[:, :, :1]).all()
    values, counts = numpy.unique(mask[:, :, 0], return_counts=True)
    seen = dict(zip(values.tolist(), counts.tolist(), strict=True))
    names = sample.segmentation.label_map
    assert set(names.values()) <= {"road", "sky", "car"}
    assert set(seen) <= {*names, *([0] if unlabeled else [])}
    for label, mapped in task["response"]["labelMapping"].items():
        for one in mapped if isinstance(mapped, list) else [mapped]:
            assert names[one["index"]] == label
            assert seen.get(one["index"], 0) == one["numPixels"]


@pytest.mark.usefixtures("lenient")
def test_frames(platform: Platform, imported: Import) -> None:
    task = platform.label(
        TaskType.VideoAnnotation,
        attachment_type="image",
        attachments=[f"https://img.example.test/{frame}.jpg" for frame in range(10)],
        geometries={
            "box": {"objects_to_annotate": ["car"]},
            "polygon": {"objects_to_annotate": ["lake"]},
        },
        annotation_attributes={
            "brand": {
                "type": "text",
                "global": True,
                "conditions": {"label_condition": {"label": "car"}},
            },
            "weather": {"choices": ["sun", "rain"], "conditions": {"is_global": True}},
        },
        metadata=METADATA,
    )
    sample = video(task, 10)
    imported(platform, [sample])
    assert sorted(sample.frames) == list(range(1, 11))
    boxes = []
    for frame in sample.frames.values():
        assert frame["weather"].label in {"sun", "rain"}
        boxes.extend(frame["detections"].detections if "detections" in frame else [])
    assert {box.label for box in boxes} == {"car"}
    assert all(is_inside(box.bounding_box) and box["brand"] for box in boxes)


@pytest.mark.usefixtures("lenient")
def test_video_with_events(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """FiftyOne works out from the params which frames were labeled; it must find as many."""
    task = platform.label(
        TaskType.VideoAnnotation,
        attachment_type="video",
        attachment="https://vid.example.test/a.mp4",
        start_time=0,
        duration_time=10,
        frame_rate=2,
        geometries={"box": {"objects_to_annotate": ["car"]}},
        events_to_annotate=["overtake"],
        metadata={**METADATA, "video": {"duration": 10, "frame_rate": 30}},
    )
    sample = video(task, 300)
    # The importer looks for the params below the key that an export of FiftyOne's day had.
    frames = scale._parse_video_labels({**task, "task": task}, sample.metadata)
    assert caplog.records == []
    labeled = sorted(number for number, labels in frames.items() if "detections" in labels)
    assert labeled
    assert set(labeled) <= set(range(1, 301, 15))
    events = {number for number, labels in frames.items() if "events" in labels}
    assert events
    assert events <= set(range(1, 301))
    for number in events:
        assert {one.label for one in frames[number]["events"].classifications} == {"overtake"}


@pytest.mark.usefixtures("lenient")
def test_playback_with_events(platform: Platform, imported: Import) -> None:
    task = platform.label(
        TaskType.VideoPlaybackAnnotation,
        attachment="https://vid.example.test/cam.mp4",
        frame_rate=5,
        geometries={"box": {"objects_to_annotate": ["person", "dog"]}},
        events_to_annotate=["door open"],
        annotation_attributes={
            "posture": {
                "choices": ["sits", "stands"],
                "conditions": {"label_condition": {"label": "person"}},
            }
        },
        metadata={**METADATA, "video": {"duration": 8, "frame_rate": 30}},
    )
    sample = video(task, 240)
    imported(platform, [sample])
    tracks: dict[int, dict[int, Any]] = {}
    for number, frame in sample.frames.items():
        assert 1 <= number <= 240
        if "detections" in frame:
            for box in frame["detections"].detections:
                tracks.setdefault(box.index, {})[number] = box
        if "events" in frame:
            assert {one.label for one in frame["events"].classifications} == {"door open"}
    assert any("events" in frame for frame in sample.frames.values())
    assert {box.label for boxes in tracks.values() for box in boxes.values()} == {"person", "dog"}
    for boxes in tracks.values():
        assert len({box.label for box in boxes.values()}) == 1
        for number, box in boxes.items():
            assert (number - 1) % 6 == 0
            assert is_inside(box.bounding_box)
            if box.label == "person":
                assert box["posture"] in {"sits", "stands"}
