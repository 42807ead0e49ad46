"""The files that responses refer to, over both doors, as long as their world lives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from scaleapi.tasks import TaskType

if TYPE_CHECKING:
    from typing import Any

    from tests.functional.doors import Door

FRAMES = [f"https://img.test/{number}.jpg" for number in range(3)]
BOXES = {"box": {"objects_to_annotate": ["car"]}}
KINDS = {
    TaskType.VideoAnnotation: (
        {"attachments": FRAMES, "geometries": BOXES},
        lambda response: response["annotations"]["url"],
        "application/json; charset=utf-8",
    ),
    TaskType.LidarAnnotation: (
        {"attachments": FRAMES, "labels": ["car"]},
        lambda response: response["annotations"]["url"],
        "application/json; charset=utf-8",
    ),
    TaskType.SegmentAnnotation: (
        {"attachment": FRAMES[0], "labels": ["road", "sky"]},
        lambda response: response["annotations"]["combined"]["indexedImage"],
        "image/png",
    ),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_result_files_are_served_at_the_door_the_client_came_through(
    door: Door, kind: TaskType
) -> None:
    task = labeled(door, kind)
    url = KINDS[kind][1](task.response)
    assert url.startswith(f"{door.url}/_mock/results/")
    reply = door.request("GET", url.removeprefix(door.url), auth=None)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == KINDS[kind][2]
    assert reply.headers["Content-Length"] == str(len(reply.content))
    again = door.request("GET", url.removeprefix(door.url), auth=None)
    assert again.content == reply.content
    if kind is not TaskType.SegmentAnnotation:
        assert len(json.loads(reply.content)) == len(FRAMES)


def test_a_callback_names_files_where_its_client_can_fetch_them(door: Door) -> None:
    task = labeled(door, TaskType.VideoAnnotation, callback_url=door.mock.callbacks.url)
    callback = door.mock.callbacks.assert_received(task=task)
    assert callback.json["response"] == task.response


def test_a_redone_task_keeps_its_first_files(door: Door) -> None:
    task = labeled(door, TaskType.LidarAnnotation)
    first = path_of(door, task)
    content = door.request("GET", first, auth=None).content
    door.mock.tasks.redo(task)
    door.mock.clock.run_until_idle()
    task.refresh()
    assert path_of(door, task) != first
    assert door.request("GET", path_of(door, task), auth=None).content != content
    assert door.request("GET", first, auth=None).content == content


def test_files_end_with_their_world(door: Door) -> None:
    task = labeled(door, TaskType.LidarAnnotation)
    path = path_of(door, task)
    door.mock.reset()
    reply = door.request("GET", path, auth=None)
    assert (reply.status_code, reply.json()["status_code"]) == (404, 404)


def test_the_same_labels_come_in_the_same_digest_whatever_the_door(door: Door) -> None:
    labeled(door, TaskType.LidarAnnotation)
    assert "127.0.0.1" not in "".join(entry.details for entry in door.mock.journal.entries())


def labeled(door: Door, kind: TaskType, **more: Any) -> Any:
    task = door.client().create_task(kind, **KINDS[kind][0], **more)
    door.mock.clock.run_until_idle()
    task.refresh()
    assert task.status == "completed"
    return task


def path_of(door: Door, task: Any) -> str:
    url: str = KINDS[TaskType(task.type)][1](task.response)
    return url.removeprefix(door.url)
