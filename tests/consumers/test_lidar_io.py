"""scale-lidar-io, Scale's toolkit for lidar tasks, sends scenes and reads the cuboids in them.

Its release 1.2.5 was written for an older SDK than it asks for: it calls ``fetch_task``, which is
gone, and reads ``param_dict``, which is called otherwise now. And ``add_points`` makes rows of six
numbers, which it cannot put below its own empty table of five. All three are worked around here, on
the toolkit's side. It also imports open3d (900 MB) and laspy 1 for editing and reading clouds of
points, which nothing here does; where they are not installed, empty modules stand in for them.
"""

from __future__ import annotations

import gc
import sys
from importlib.util import find_spec
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from tests.consumers.platform import quietly

if TYPE_CHECKING:
    from pathlib import Path

    from tests.consumers.platform import Platform


def stand_in(package: str, module: str, **names: object) -> None:
    """Lets the toolkit import a module of a package that is not installed."""
    if find_spec(package) is None:
        for name in {package, module}:
            sys.modules[name] = ModuleType(name)
        vars(sys.modules[module]).update(names)


stand_in("open3d", "open3d")
stand_in("laspy", "laspy.file", File=None)
toolkit = quietly("scale_lidar_io")
tasks = quietly("scale_lidar_io.task")
helper = quietly("scale_lidar_io.helper")
numpy = quietly("numpy")

FRAMES = 6
TEMPLATE = {
    "project": "lidar",
    "instruction": "Box the cars",
    "callback_url": "https://hooks.example.test/lidar",
    "labels": ["car", "pedestrian"],
    "meters_per_unit": 1,
}
FASTEST_M = 5.0
"""How far a thing may get from one frame to the next, a tenth of a second later."""


class Read(tasks.LidarAnnotationTask):  # type: ignore[misc,name-defined]  # imported by name
    """A task as the toolkit reads it, with the name that its attributes once had."""

    @property
    def param_dict(self) -> dict[str, Any]:
        params: dict[str, Any] = self.as_dict()
        return params


@pytest.fixture(autouse=True)
def pointed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives the toolkit this platform's client where it would make one for the real service."""
    for module in (tasks, helper):
        monkeypatch.setattr(module, "get_api_client", lambda: platform.client)


def scene() -> Any:
    """Some frames of a car that drives through a cloud of points."""
    made = toolkit.LidarScene()
    for number in range(FRAMES):
        frame = made.get_frame(number)
        cloud = numpy.random.default_rng(number).uniform(-20, 20, (50, 3))
        frame.points = numpy.hstack([cloud, numpy.zeros((50, 3))])
        frame.transform = toolkit.Transform([number, 0, 0])
    return made


def published(platform: Platform, task: Any, kind: TaskType) -> Any:
    return platform.labeled(task.publish(kind, verbose=False))


@pytest.mark.filterwarnings("ignore:unclosed running multiprocessing pool:ResourceWarning")
def test_scene_is_uploaded_labeled_and_read(platform: Platform, tmp_path: Path) -> None:
    platform.client.create_project("lidar", TaskType.LidarAnnotation)
    sent = scene()
    sent.scale_file_upload("lidar")
    gc.collect()  # the toolkit leaves its pool of threads to the collector
    made = sent.create_task(TEMPLATE)
    task = published(platform, made, TaskType.LidarAnnotation)
    assert task.params["attachments"] == sent.scale_file_attachments
    assert len(set(sent.scale_file_attachments)) == FRAMES

    read = Read(task.as_dict(), platform.client)
    frames = read.get_annotations()
    assert len(frames) == FRAMES
    assert {one["label"] for frame in frames for one in frame["cuboids"]} == {"car", "pedestrian"}
    places = [helper.parse_cuboid_frame(frame) for frame in frames]
    for place, frame in zip(places, frames, strict=True):
        assert place.shape == (len(frame["cuboids"]), 3)
        assert numpy.isfinite(place).all()

    # The toolkit makes one table of all frames, which is only one where each has as many cuboids.
    uuids = [[one["uuid"] for one in frame["cuboids"]] for frame in frames]
    if len({len(frame) for frame in uuids}) == 1:
        positions = read.get_cuboid_positions_by_frame()
        assert positions.shape == (FRAMES, len(uuids[0]), 3)
        file = tmp_path / "cuboids.json"
        file.write_bytes(platform.fetch(task.response["annotations"]["url"]).content)
        assert (helper.read_cuboid_points(str(file)) == positions).all()
    located = [dict(zip(*pair, strict=True)) for pair in zip(uuids, places, strict=True)]
    for before, after in pairwise(located):
        for uuid in before.keys() & after.keys():
            assert numpy.linalg.norm(after[uuid] - before[uuid]) < FASTEST_M


def test_single_frame_is_one_table(platform: Platform) -> None:
    task = platform.label(
        TaskType.LidarAnnotation,
        attachments=["https://pc.example.test/0.json"],
        labels=["car"],
    )
    positions = Read(task, platform.client).get_cuboid_positions_by_frame()
    assert positions.shape[0] == 1
    assert positions.shape[1] > 0
    assert positions.shape[2] == 3


def test_segmentation_keeps_the_cuboids_of_its_task(platform: Platform) -> None:
    platform.client.create_project("lidar", TaskType.LidarAnnotation)
    platform.client.create_project("points", TaskType.LidarSegmentation)
    sent = scene()
    sent.base_url = "s3://bucket/scene"
    source = published(platform, sent.create_task(TEMPLATE), TaskType.LidarAnnotation)
    task = platform.label(
        TaskType.LidarSegmentation,
        project="points",
        lidar_task=source.id,
        labels=["car", "pedestrian", "road"],
    )
    before, after = (
        Read(one, platform.client).get_annotations() for one in (source.as_dict(), task)
    )
    assert [[one["uuid"] for one in frame["cuboids"]] for frame in after] == [
        [one["uuid"] for one in frame["cuboids"]] for frame in before
    ]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (TaskType.LidarSegmentation, {}),
        (
            TaskType.LidarTopdown,
            {"geometries": {"line": {"objects_to_annotate": ["lane"], "min_vertices": 2}}},
        ),
    ],
    ids=lambda value: value.value if isinstance(value, TaskType) else "",
)
def test_other_tasks_of_a_scene_are_accepted(
    platform: Platform, kind: TaskType, more: dict[str, Any]
) -> None:
    platform.client.create_project("lidar", kind)
    sent = scene()
    sent.base_url = "s3://bucket/scene"
    task = published(platform, sent.create_task({**TEMPLATE, **more}, kind), kind)
    assert task.params["attachments"] == [
        f"s3://bucket/scene/frame-{number}.json" for number in range(FRAMES)
    ]
    assert task.response
