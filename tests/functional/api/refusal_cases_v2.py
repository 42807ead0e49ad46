"""Owns the refusals' cases of v2 and of what the platform's staff does in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.mock.remote.calls import NAMES
from tests.functional.api.refusal_cases import case
from tests.functional.helpers import image_task

if TYPE_CHECKING:
    from requests import Response

    from tests.functional.doors import Door

CHAT = {"project_name": "talk", "template_variables": {"prompt": "Hi"}}


def talk(door: Door, *moves: str) -> None:
    """A chat project with the batch ``b``, which these moves were made with."""
    door.mock.projects.set_up("talk", types=["SFT"])
    door.request("POST", "/v2/batch", json={"name": "b", "project_name": "talk"})
    for move in moves:
        door.request("POST", f"/v2/batch/{move}", json={"batch_name": "b"})


def chat_task(door: Door, **more: Any) -> str:
    """A pending chat task in its project; its id."""
    talk(door)
    reply = door.request("POST", "/v2/task/chat", json={**CHAT, **more})
    task_id: str = reply.json()["task_id"]
    return task_id


@case()
def batch_closed(door: Door) -> tuple[Response, str]:
    talk(door, "cancel")
    text = 'Batch "b" is cancelled. No tasks may be added to it.'
    through_v1 = door.post("/task/chat", json={"batch": "b"})
    assert through_v1.json()["error"] == text
    return door.request("POST", "/v2/task/chat", json={**CHAT, "batch_name": "b"}), text


@case()
def illegal_move(door: Door) -> tuple[Response, str]:
    talk(door, "cancel")
    reply = door.request("POST", "/v2/batch/resume", json={"batch_name": "b"})
    return reply, "Batch must be paused to be resumed, current status: cancelled (batch b)"


@case()
def identifier_missing(door: Door) -> tuple[Response, str]:
    texts = {
        "/v2/project": "project_id or project_name",
        "/v2/batch": "batch_id or batch_name",
        "/v2/task": "task_id",
        "/v2/annotation": "annotation_id",
        "/v2/deliveries": "project_id or project_name",
        "/v2/delivery": "delivery_id, or delivery_name with a project,",
        "/v2/delivery/tasks": "project_id, project_name or delivery_id",
        "/v2/schema": "schema_id",
        "/v2/datasets/tasks": "dataset_id or delivery_id",
        "/v2/datasets/delivery": "delivery_id",
        "/v2/datasets/task": "task_id",
        "/v2/tasks": "project_id, project_name, batch_id or batch_name",
    }
    for path, names in texts.items():
        reply = door.request("GET", path)
        assert reply.json()["error"] == f"{names} is required"
    return reply, "project_id, project_name, batch_id or batch_name is required"


@case()
def nothing_found(door: Door) -> tuple[Response, str]:
    talk(door)
    project_id = door.request("GET", "/v2/project?project_name=talk").json()["id"]
    batch_id = door.request("GET", "/v2/batch?batch_name=b").json()["id"]
    texts = {
        "/v2/tasks?project_name=no": (
            f'Project not found: there is none with project_name "no". Known: talk ({project_id}).'
        ),
        "/v2/tasks?batch_id=no": (
            f'Batch not found: there is none with batch_id "no". Known: b ({batch_id}).'
        ),
        "/v2/batches?project_id=no&project_name=talk": (
            f'Project not found: there is none with project_id "no". Known: talk ({project_id}).'
        ),
        "/v2/annotation?annotation_id=an_0": (
            'Annotation not found: there is none with annotation_id "an_0". '
            "GET /v2/tasks shows completed tasks with their annotations."
        ),
        "/v2/schema?schema_id=" + "a" * 24: (
            f'Schema not found: there is none with schema_id "{"a" * 24}". '
            "The rows of GET /v2/delivery/tasks name theirs in response_schema_id."
        ),
        "/v2/delivery?delivery_id=no": (
            'Delivery not found: there is none with delivery_id "no". There is no delivery yet.'
        ),
        "/v2/datasets/task?task_id=no": (
            'Task not found: there is none with task_id "no". '
            "GET /v2/datasets/tasks lists the tasks of a dataset."
        ),
        "/v2/delivery?delivery_name=no&project_name=talk": (
            'Delivery not found: there is none with delivery_name "no". There is no delivery yet.'
        ),
    }
    for path, text in texts.items():
        reply = door.request("GET", path)
        assert reply.json()["error"] == text, reply.text
    none = "There is no delivery yet."
    return reply, f'Delivery not found: there is none with delivery_name "no". {none}'


@case()
def not_an_id(door: Door) -> tuple[Response, str]:
    reply = door.request("GET", "/v2/schema?schema_id=nope")
    return reply, 'schema_id is not a valid id: expected 24 hex digits, got "nope".'


@case(v2_not_enabled=("v2_get_datasets",))
def not_enabled(door: Door) -> tuple[Response, str]:
    return door.request("GET", "/v2/datasets"), (
        "This endpoint is not enabled for your account: v2_get_datasets (setting v2_not_enabled "
        "of the mock)."
    )


@case()
def attachment_not_found(door: Door) -> tuple[Response, str]:
    made: Any = door.mock.datasets.deliver("d", [{"response": {}, "files": {"a": b"", "b": b""}}])
    task_id = made["task_ids"][0]
    reply = door.request("GET", f"/v2/datasets/task/{task_id}/response_url/c")
    return reply, f'Attachment not found: task {task_id} has no file "c". Its files: a, b.'


@case()
def task_without_project(door: Door) -> tuple[Response, str]:
    task = image_task(door)
    return door.request("GET", f"/v2/task?task_id={task.id}"), (
        f"Task {task.id} belongs to no project, and v2 shows the tasks of projects only: read it "
        "with v1."
    )


@case()
def delivery_exists(door: Door) -> tuple[Response, str]:
    door.mock.tasks.complete(chat_task(door))
    for _ in range(2):
        body: dict[str, Any] = {"tasks": [{"response": {}}], "name": "first"}
        twice = door.request("POST", "/_mock/datasets/d/deliver", json=body)
    assert twice.json()["error"] == 'Dataset "d" already has a delivery "first".'
    door.mock.deliver("talk", name="first")
    reply = door.request("POST", "/_mock/deliver", json={"project": "talk", "name": "first"})
    return reply, 'Project "talk" already has a delivery "first".'


@case()
def not_deliverable(door: Door) -> tuple[Response, str]:
    task_id = chat_task(door)
    lone = image_task(door)
    why = 'Only completed tasks of project "talk" can be delivered to it; task'
    wrong = {"project": "talk", "tasks": [lone.id]}
    reply = door.request("POST", "/_mock/deliver", json=wrong)
    assert reply.json()["error"] == f"{why} {lone.id} has no project."
    reply = door.request("POST", "/_mock/deliver", json={"project": "talk", "tasks": [task_id]})
    return reply, f"{why} {task_id} is pending."


@case()
def nothing_to_deliver(door: Door) -> tuple[Response, str]:
    talk(door)
    reply = door.request("POST", "/_mock/deliver", json={"project": "talk"})
    return reply, 'Project "talk" has no completed task that was not delivered yet.'


@case()
def not_reportable(door: Door) -> tuple[Response, str]:
    text = "Only a pending or completed chat task can be reported; this one is"
    reply = door.request("POST", f"/_mock/tasks/{image_task(door).id}/report")
    assert reply.json()["error"] == f"{text} of type imageannotation."
    task_id = chat_task(door)
    door.mock.tasks.fail(task_id)
    return door.request("POST", f"/_mock/tasks/{task_id}/report"), f"{text} error."


@case()
def already_deleted(door: Door) -> tuple[Response, str]:
    task_id = chat_task(door)
    door.mock.tasks.delete(task_id)
    reply = door.request("POST", f"/_mock/tasks/{task_id}/delete")
    return reply, "This task is deleted already."


@case()
def chat_response(door: Door) -> tuple[Response, str]:
    task_id = chat_task(door)
    body = {"response": {"threads": "none"}}
    return door.request("POST", f"/_mock/tasks/{task_id}/complete", json=body), (
        "This response is not one that v2 could show: $.threads: 'none' is not of type 'array'. "
        "GET /v2/task shows the shape."
    )


@case()
def world_exists(door: Door) -> tuple[Response, str]:
    name = door.mock.name
    reply = door.request("POST", "/_mock/worlds", json={"name": name})
    return reply, (
        f'The mock has a world "{name}" already: delete it with DELETE /_mock/worlds/{name}, or '
        "take another name."
    )


@case()
def no_such_call(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", "/_mock/call/clock.advanse", json={})
    calls = ", ".join(NAMES)
    return reply, (
        f'There is no call "clock.advanse"; did you mean "clock.advance"? Calls: {calls}.'
    )
