"""Lidar tasks end to end: what builds on what, the files behind the addresses, broken frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from scaleapi.tasks import TaskStatus, TaskType

from tests.functional.helpers import refused

if TYPE_CHECKING:
    from scaleapi.tasks import Task

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

URLS = [f"https://pc.example.test/{number}.json" for number in range(4)]
LIDAR = {"attachments": URLS, "labels": ["car", "pedestrian"]}
NOT_FOUND = (404, "Task with that ID not found.")


def lidar_task(door: Door, *, mode: str = "live") -> Task:
    """A completed lidar annotation task."""
    task = door.client(mode).create_task(TaskType.LidarAnnotation, **LIDAR)
    if mode == "live":
        door.mock.tasks.complete(task)
    door.settle()
    task.refresh()
    assert task.status == TaskStatus.Completed.value
    return task


def completed(door: Door, type_name: str, **body: Any) -> dict[str, Any]:
    """What a task that builds on another is answered, with its files in place of their pointers."""
    reply = door.post(f"/task/{type_name}", json=body)
    assert reply.status_code == 200, reply.text
    task_id = reply.json()["task_id"]
    door.mock.tasks.complete(task_id)
    return files(door, task_id)


def files(door: Door, task_id: str) -> dict[str, Any]:
    response = door.get(f"/task/{task_id}").json()["response"]
    return {
        name: requests.get(one["url"], timeout=20).json() if "url" in one else one
        for name, one in response.items()
    }


def uuids(frames: list[dict[str, Any]]) -> set[str]:
    return {one["uuid"] for frame in frames for one in frame["cuboids"]}


def test_segmentation_keeps_the_cuboids_of_the_task_it_builds_on(door: Door) -> None:
    source = lidar_task(door)
    frames = files(door, source.id)["annotations"]
    assert len(frames) == len(URLS)
    door.client().create_project("points", TaskType.LidarSegmentation)
    labels = ["Road", {"choice": "car", "instance_label": True}]
    body = {"project": "points", "lidar_task": source.id, "labels": labels}
    found = completed(door, "lidarsegmentation", **body, lidar_task_frames=[2, 0])
    assert found["annotations"] == [frames[2], frames[0]]
    points = found["point_segmentations"]
    cars = [one["index"] for one in points["objects"] if one["label"] == "car"]
    for row, frame in zip(points["point_objects"], found["annotations"], strict=True):
        inside = [one["numberOfPoints"] for one in frame["cuboids"] if one["label"] == "car"]
        assert sum(row.count(index) for index in cars) == sum(inside)
    whole = completed(door, "lidarsegmentation", **body)["point_segmentations"]["point_objects"]
    lengths = [len(row) for row in whole]
    assert [len(row) for row in points["point_objects"]] == [lengths[2], lengths[0]]


def test_linking_draws_the_cuboids_of_the_task_it_builds_on(door: Door) -> None:
    source = lidar_task(door)
    cuboids = uuids(files(door, source.id)["annotations"])
    views = completed(door, "lidarlinking", lidar_task=source.id)["annotations"]
    assert len(views) == len(URLS)
    drawn = {
        shape["cuboid_uuid"]
        for view in views
        for image in view["camera_responses"]
        for shape in image["annotations"]
        if not shape.get("not_in_lidar")
    }
    assert drawn
    assert drawn <= cuboids


def test_a_redo_of_the_source_changes_nothing_that_was_built_on_it(door: Door) -> None:
    source = lidar_task(door)
    reply = door.post("/task/lidarlinking", json={"lidar_task": source.id}).json()
    door.mock.tasks.complete(reply["task_id"])
    before = files(door, reply["task_id"])
    old = uuids(files(door, source.id)["annotations"])
    door.mock.tasks.redo(source.id)
    door.mock.tasks.complete(source.id)
    new = uuids(files(door, source.id)["annotations"])
    assert not old & new
    assert files(door, reply["task_id"]) == before
    views = completed(door, "lidarlinking", lidar_task=source.id)["annotations"]
    shapes = [
        one for view in views for image in view["camera_responses"] for one in image["annotations"]
    ]
    assert {one["cuboid_uuid"] for one in shapes if not one.get("not_in_lidar")} <= new


def test_only_a_task_of_the_same_mode_can_be_built_on(door: Door) -> None:
    unknown = {"lidar_task": "5c84d0fe958593004f13e5ba"}
    assert refused(door.post("/task/lidarlinking", json=unknown)) == NOT_FOUND
    wanted = lidar_task(door, mode="test").id
    assert refused(door.post("/task/lidarlinking", json={"lidar_task": wanted})) == (
        400,
        f'The task "{wanted}" lives in test mode, and this call was made with a live key. '
        "Projects, batches and tasks of the two modes never mix.",
    )


@pytest.mark.parametrize(
    ("type_name", "body", "missing"),
    [
        ("lidarsegmentation", {}, '"value" must contain at least one of [project, batch]'),
        ("lidartopdown", {}, '"project" is required'),
        ("sensorfusion", {}, '"project" is required'),
        ("sensorfusion", {"project": "p"}, '"instruction" is required'),
        ("sensorfusion", {"project": "p", "instruction": "Do."}, '"callback_url" is required'),
    ],
)
def test_some_types_need_a_project_and_more(
    door: Door, type_name: str, body: dict[str, Any], missing: str
) -> None:
    door.client().create_project("p", TaskType(type_name))
    reply = door.post(f"/task/{type_name}", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {missing}")


def test_a_project_may_give_what_a_type_needs(door: Door) -> None:
    params = {"instruction": "Do.", "callback_url": "https://hook.test/x"}
    door.client().create_project("p", TaskType.SensorFusion, params=params)
    body = {
        "project": "p",
        "attachments": ["https://scenes.test/1.sfs"],
        "scene_format": "sensor_fusion",
        "annotation_definition": [{"type": "cuboid", "labels": ["car"]}],
        "is_frameless": False,
    }
    scene = completed(door, "sensorfusion", **body)["annotations"]
    assert {one["label"] for one in scene["annotations"]} == {"car"}


def test_broken_frames_are_named_one_by_one(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"match": {"type": "lidar*"}, "outcome": "error"}])
    task = door.client().create_task(TaskType.LidarAnnotation, **LIDAR)
    door.mock.clock.run_until_idle()
    task.refresh()
    assert task.response == {
        "error": "One or more attachments could not be downloaded.",
        "frames": [
            {
                "frame": number,
                "message": "Invalid JSON Format: Unexpected end of JSON input",
                "attachment": {"statusCode": 200, "url": url},
            }
            for number, url in enumerate(URLS)
        ],
    }


def test_a_broken_aerial_image_is_an_attachment(door: Door) -> None:
    door.client().create_project("maps", TaskType.LidarTopdown)
    body = {
        "project": "maps",
        "attachment": "s3://bucket/tile.png",
        "geometries": {"line": {"objects_to_annotate": ["lane"]}},
    }
    task_id = door.post("/task/lidartopdown", json=body).json()["task_id"]
    door.mock.tasks.fail(task_id)
    response = door.get(f"/task/{task_id}").json()["response"]
    assert response["attachments"] == [{"statusCode": 403, "url": "s3://bucket/tile.png"}]
    assert "frames" not in response
